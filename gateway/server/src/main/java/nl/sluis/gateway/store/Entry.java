package nl.sluis.gateway.store;

import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;

/**
 * One durable entry of a log.
 *
 * @param position place in its log, from 1, without holes
 * @param recordedAt time of the append on the journal's clock, UTC, microseconds; never earlier than that of the entry
 *     before
 * @param key name of the value that this entry replaces; empty if it replaces none
 * @param payload the bytes as appended; not copied, so never to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // the hot path hands the same bytes on; equals and hashCode look inside
public record Entry(long position, Instant recordedAt, String key, byte[] payload) {

    /** Checks that nothing is missing. */
    public Entry {
        Objects.requireNonNull(recordedAt, "recordedAt");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(payload, "payload");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry that
                && position == that.position
                && recordedAt.equals(that.recordedAt)
                && key.equals(that.key)
                && Arrays.equals(payload, that.payload);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(position) + Arrays.hashCode(payload);
    }

    /** Without the payload: an entry may end up in a log line. */
    @Override
    public String toString() {
        return "Entry[position=" + position + ", recordedAt=" + recordedAt + ", " + payload.length + " bytes]";
    }
}
