package nl.sluis.partner;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the key exchange group from what a TLS 1.3 server sends first: the ServerHello is not encrypted yet, and no TLS
 * library tells (RFC 8446, 4.1.3 and 4.2.8).
 */
final class ServerHello {
    private static final int HANDSHAKE_RECORD = 22;
    private static final int SERVER_HELLO = 2;
    private static final int KEY_SHARE = 51;
    private static final int RECORD_HEADER_BYTES = 5;

    /** Version and random of the server, before its session id. */
    private static final int VERSION_AND_RANDOM_BYTES = 34;

    /** The largest hybrid share is 1,665 bytes; a ServerHello beyond this is none. */
    private static final int BYTES_MAX = 16 * 1024;

    /** Names by RFC 8446, 4.2.7 and the IANA registry of TLS supported groups. */
    private static final Map<Integer, String> GROUPS = Map.ofEntries(
            Map.entry(0x0017, "P-256"),
            Map.entry(0x0018, "P-384"),
            Map.entry(0x0019, "P-521"),
            Map.entry(0x001d, "X25519"),
            Map.entry(0x001e, "X448"),
            Map.entry(0x0100, "ffdhe2048"),
            Map.entry(0x0101, "ffdhe3072"),
            Map.entry(0x0102, "ffdhe4096"),
            Map.entry(0x0200, "MLKEM512"),
            Map.entry(0x0201, "MLKEM768"),
            Map.entry(0x0202, "MLKEM1024"),
            Map.entry(0x11eb, "SecP256r1MLKEM768"),
            Map.entry(0x11ec, "X25519MLKEM768"),
            Map.entry(0x11ed, "SecP384r1MLKEM1024"));

    private final ByteBuffer records = ByteBuffer.allocate(BYTES_MAX);
    private final ByteBuffer handshake = ByteBuffer.allocate(BYTES_MAX);
    private String group = "";
    private boolean done;

    /** Takes what the server sent, in pieces of any size. */
    void take(ByteBuffer bytes) {
        ByteBuffer piece = bytes.duplicate();
        while (!done && piece.hasRemaining()) {
            records.put(piece.get());
            if (records.position() == records.capacity()) {
                done = true;
            } else if (isWholeRecord()) {
                takeRecord();
            }
        }
    }

    /** The group's name, its number where it has none here, or empty before it is known. */
    String group() {
        return group;
    }

    private boolean isWholeRecord() {
        return records.position() >= RECORD_HEADER_BYTES
                && records.position() == RECORD_HEADER_BYTES + Short.toUnsignedInt(records.getShort(3));
    }

    private void takeRecord() {
        records.flip();
        boolean ofHandshake = records.get(0) == HANDSHAKE_RECORD;
        records.position(RECORD_HEADER_BYTES);
        if (ofHandshake && records.remaining() <= handshake.remaining()) {
            handshake.put(records);
            takeHandshake();
        } else {
            // what follows the hello is encrypted
            done = !group.isEmpty() || (!ofHandshake && handshake.position() > 0);
        }
        records.clear();
    }

    private void takeHandshake() {
        ByteBuffer message = handshake.duplicate().flip();
        if (message.remaining() < Integer.BYTES) {
            return;
        }
        int head = message.getInt();
        int length = head & 0xffffff;
        if (head >>> 24 != SERVER_HELLO) {
            done = true;
        } else if (message.remaining() >= length) {
            try {
                readKeyShare(message.limit(message.position() + length));
            } catch (BufferUnderflowException | IllegalArgumentException malformed) {
                // the TLS engine says so in its own words
                group = "";
            }
            // a server that asks for another share sends a second hello, with the same group
            done = true;
        }
    }

    private void readKeyShare(ByteBuffer hello) {
        hello.position(hello.position() + VERSION_AND_RANDOM_BYTES);
        int sessionId = Byte.toUnsignedInt(hello.get());
        // cipher suite and compression
        hello.position(hello.position() + sessionId + Short.BYTES + Byte.BYTES);
        int end = Math.min(hello.limit(), Short.toUnsignedInt(hello.getShort()) + hello.position());
        while (hello.position() < end) {
            int type = Short.toUnsignedInt(hello.getShort());
            int length = Short.toUnsignedInt(hello.getShort());
            if (type == KEY_SHARE) {
                int number = Short.toUnsignedInt(hello.getShort());
                group = GROUPS.getOrDefault(number, String.format(Locale.ROOT, "0x%04x", number));
                return;
            }
            hello.position(hello.position() + length);
        }
    }
}
