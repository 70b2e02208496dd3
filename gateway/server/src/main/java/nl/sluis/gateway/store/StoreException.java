package nl.sluis.gateway.store;

import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Why the journal did not do what it was asked. Nothing that ended in this exception was acknowledged. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of failure. */
    public enum Code {
        /** A client id came again with other content; nothing of its batch was appended. */
        CLIENT_ID_REUSED(false),
        /** The position is older than the oldest entry kept: the reader has a gap. */
        POSITION_TRIMMED(false),
        /** The position is beyond the next one to be given: a cursor of another history. */
        POSITION_BEYOND_END(false),
        /** The entry or batch is larger than the configured limit. */
        TOO_LARGE(false),
        /** The queue is full; nothing was queued, the caller may append again after other appends were answered. */
        OVERLOADED(false),
        /** The log must keep all its entries. */
        NOT_TRIMMABLE(false),
        /** No room left; the group was rolled back, later appends are tried. */
        DISK_FULL(false),
        /** The engine did not answer; whether the entries were appended is unknown, so repeat with the same client ids. */
        UNREACHABLE(false),
        /** Appended, but not on as many servers as configured; repeat with the same client ids. */
        NOT_REPLICATED(false),
        /** A later token of the same reader was seen: another took its place. */
        FENCED(false),
        /** The journal was closed. */
        CLOSED(false),
        /** Another process, or this one, has the journal open. */
        ALREADY_OPEN(true),
        /** The file system or file can't be written. */
        READ_ONLY(true),
        /** The stored bytes are not a journal, or not all of one. */
        CORRUPT(true),
        /** The engine does not let this gateway in, or not safely. */
        ACCESS_DENIED(true),
        /** The engine's settings could lose acknowledged entries. */
        NOT_DURABLE(true),
        /** Reading or committing failed; what was being committed may or may not be there. */
        IO_FAILED(true);

        private final boolean fatal;

        Code(boolean fatal) {
            this.fatal = fatal;
        }

        /**
         * Says whether the journal takes no more appends after this on a commit.
         *
         * @return true if only a new start helps
         */
        public boolean fatal() {
            return fatal;
        }

        /**
         * Says whether the same call may succeed later without anybody's doing.
         *
         * @return true if it is worth repeating
         */
        public boolean passing() {
            return this == UNREACHABLE || this == NOT_REPLICATED || this == OVERLOADED || this == DISK_FULL;
        }
    }

    private final Code code;

    /**
     * The failure of the journal in what a call or a future threw.
     *
     * @param thrown what was thrown
     * @return empty where it is something else
     */
    public static Optional<StoreException> in(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return cause instanceof StoreException failure ? Optional.of(failure) : Optional.empty();
    }

    StoreException(Code code, String message) {
        this(code, message, null);
    }

    StoreException(Code code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /**
     * The kind of failure.
     *
     * @return the code, for callers that translate it
     */
    public Code code() {
        return code;
    }
}
