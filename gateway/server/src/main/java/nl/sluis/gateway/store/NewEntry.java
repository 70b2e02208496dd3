package nl.sluis.gateway.store;

import java.util.Arrays;
import java.util.Objects;

/**
 * An entry to append.
 *
 * @param key name of the value that this entry replaces; empty if it replaces none
 * @param payload the bytes; not copied, so never to be changed after the call
 * @param clientId idempotence id, unique in its log among entries not yet trimmed; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // the hot path hands the same bytes on; equals and hashCode look inside
public record NewEntry(String key, byte[] payload, String clientId) {

    /** Checks that nothing is missing. */
    public NewEntry {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(clientId, "clientId");
    }

    /**
     * An entry that only lengthens the log.
     *
     * @param payload the bytes
     * @return an entry without key and client id
     */
    public static NewEntry of(byte[] payload) {
        return new NewEntry("", payload, "");
    }

    /**
     * An entry that also becomes the latest value of a key.
     *
     * @param key name of the value
     * @param payload the bytes
     * @return an entry without client id
     */
    public static NewEntry keyed(String key, byte[] payload) {
        return new NewEntry(key, payload, "");
    }

    /**
     * The same entry, recognised when it is appended again.
     *
     * @param id idempotence id
     * @return a copy with that client id
     */
    public NewEntry withClientId(String id) {
        return new NewEntry(key, payload, id);
    }

    boolean sameContent(String otherKey, byte[] otherPayload) {
        return key.equals(otherKey) && Arrays.equals(payload, otherPayload);
    }

    /** What the entry costs in a queue, bytes; the constant stands for object headers and the row. */
    long queueBytes() {
        return 64L + key.length() + clientId.length() + payload.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NewEntry that && clientId.equals(that.clientId) && sameContent(that.key, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * clientId.hashCode() + Arrays.hashCode(payload);
    }

    /** Without key and payload: an entry may end up in a log line. */
    @Override
    public String toString() {
        return "NewEntry[" + payload.length + " bytes]";
    }
}
