package nl.sluis.partner.command;

import io.grpc.StatusRuntimeException;
import nl.sluis.partner.StreamEnd;
import nl.sluis.partner.TlsProbe;

/** Exit codes of the partner's commands; the texts stand in each {@code --help}. */
public final class ExitCode {
    /** Done. */
    public static final int OK = 0;

    /** Something failed that has no code of its own. */
    public static final int FAILED = 1;

    /** Wrong option, argument, context or file. */
    public static final int USAGE = 2;

    /** The gateway was not reached, or only without TLS. */
    public static final int UNREACHABLE = 3;

    /** The gateway does not let this certificate do that. */
    public static final int NOT_PERMITTED = 4;

    /** The gateway refused the request, an item or a part of it. */
    public static final int REFUSED = 5;

    /** What arrived is not what was labelled, signed or counted. */
    public static final int INTEGRITY = 6;

    /** Ended by Ctrl-C; the cursor is saved. */
    public static final int INTERRUPTED = 130;

    static final String OK_TEXT = "0:done";
    static final String FAILED_TEXT = "1:something else failed";
    static final String USAGE_TEXT = "2:wrong option, argument, context or file";
    static final String UNREACHABLE_TEXT = "3:the gateway was not reached, or no TLS connection came about";
    static final String NOT_PERMITTED_TEXT = "4:not permitted: certificate revoked or expired, or a role is missing";
    static final String REFUSED_TEXT = "5:the gateway refused the request, an item or a part of it";
    static final String INTEGRITY_TEXT = "6:what arrived is not what was labelled, signed or counted";
    static final String INTERRUPTED_TEXT = "130:ended by Ctrl-C";

    private ExitCode() {}

    /** What a call failed with that is not retried. */
    static int of(StatusRuntimeException failure) {
        if (TlsProbe.isAlert(failure)) {
            return NOT_PERMITTED;
        }
        return switch (failure.getStatus().getCode()) {
            case UNAUTHENTICATED, PERMISSION_DENIED -> NOT_PERMITTED;
            case INVALID_ARGUMENT, FAILED_PRECONDITION, NOT_FOUND, OUT_OF_RANGE, ALREADY_EXISTS, RESOURCE_EXHAUSTED ->
                REFUSED;
            case UNAVAILABLE, DEADLINE_EXCEEDED -> UNREACHABLE;
            default -> FAILED;
        };
    }

    static int of(StreamEnd end) {
        return switch (end.reason()) {
            case DONE -> OK;
            case REVOKED, EXPIRED, NOT_PERMITTED -> NOT_PERMITTED;
            case REFUSED -> REFUSED;
            case TLS, UNREACHABLE -> UNREACHABLE;
            case INTEGRITY -> INTEGRITY;
            case LISTENER_FAILED -> FAILED;
        };
    }
}
