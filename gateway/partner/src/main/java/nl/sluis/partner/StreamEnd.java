package nl.sluis.partner;

import java.util.List;

/**
 * Why a stream is over for good: the client does not try again.
 *
 * @param reason the reason
 * @param message one line for people
 * @param violations fields of the request that are at fault; empty for every other reason than {@code REFUSED}
 */
public record StreamEnd(Reason reason, String message, List<Violation> violations) {
    /** Copies the list. */
    public StreamEnd {
        violations = List.copyOf(violations);
    }

    StreamEnd(Reason reason, String message) {
        this(reason, message, List.of());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(reason.phrase).append(": ").append(message);
        violations.forEach(violation -> text.append("; ").append(violation));
        return text.toString();
    }

    /** Reasons. */
    public enum Reason {
        /** The caller ended it, or everything was sent and answered. */
        DONE("done"),
        /** The certificate or the tenant was revoked. */
        REVOKED("revoked"),
        /** The certificate has expired. */
        EXPIRED("certificate expired"),
        /** The tenant may not do this. */
        NOT_PERMITTED("not permitted"),
        /** The request itself is wrong: a filter, a cursor, an unknown method. */
        REFUSED("refused"),
        /** No TLS connection comes about: one side does not accept the other's certificate. */
        TLS("no TLS connection"),
        /** The gateway was not reached within the allowed attempts. */
        UNREACHABLE("unreachable"),
        /** What arrives is not what was labelled, signed or counted. */
        INTEGRITY("integrity"),
        /** The caller's own listener or cursor store failed. */
        LISTENER_FAILED("listener failed");

        private final String phrase;

        Reason(String phrase) {
            this.phrase = phrase;
        }
    }
}
