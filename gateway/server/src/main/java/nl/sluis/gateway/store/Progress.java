package nl.sluis.gateway.store;

import java.util.Objects;

/**
 * How far a reader of one log has come, kept with what it wrote to another.
 *
 * @param reader its name, never changed once used
 * @param token fencing token: once a log has seen a higher one of this reader, this one writes no more
 * @param position the last entry that it has handled; 0 before the first
 */
public record Progress(String reader, long token, long position) {

    /** Checks that the name can be a key. */
    public Progress {
        Objects.requireNonNull(reader, "reader");
        if (!reader.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("reader: `" + reader + "` (expected: 1 to 64 of a-z, 0-9 and `-`)");
        }
        if (token < 0 || position < 0) {
            throw new IllegalArgumentException(
                    "progress: token `" + token + "`, position `" + position + "` (expected: zero or more)");
        }
    }
}
