package nl.sluis.gateway.rpc;

import java.time.Duration;
import nl.sluis.proto.v1.ClosingReason;

/** The status that a stream is ended with from outside, whether or not it has a closing message of its own. */
final class Closings {
    /** A client that lost its gateway tries another node, or this one, after this. */
    static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private Closings() {}

    static StatusException statusOf(ClosingReason reason) {
        return switch (reason) {
            case CLOSING_REASON_SHUTDOWN -> Errors.unavailable("SHUTDOWN", "the gateway stops", RETRY_AFTER);
            case CLOSING_REASON_EPOCH_UNCONFIRMED ->
                Errors.unavailable(
                        "EPOCH_UNCONFIRMED", "this node cannot confirm that its policy is current", RETRY_AFTER);
            case CLOSING_REASON_TOO_SLOW ->
                Errors.exhausted("unread bytes", "the subscriber did not read", RETRY_AFTER);
            case CLOSING_REASON_REVOKED, CLOSING_REASON_EXPIRED -> Errors.unauthenticated();
            default -> Errors.notOpen();
        };
    }

    /** True where the caller itself is shut out, and not one of its streams. */
    static boolean endsConnections(ClosingReason reason) {
        return reason == ClosingReason.CLOSING_REASON_REVOKED || reason == ClosingReason.CLOSING_REASON_EXPIRED;
    }
}
