package nl.sluis.gateway.rpc;

import com.google.rpc.Code;
import com.google.rpc.Status;

/** A refusal or failure that the caller is told, made by {@link Errors}. */
public final class StatusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Status status;

    StatusException(Status status) {
        // no stack trace: a refusal is an answer, and a flood of them must stay cheap
        super(status.getMessage(), null, false, false);
        this.status = status;
    }

    /** What the caller is told, details included. */
    public Status status() {
        return status;
    }

    /** The code. */
    public Code code() {
        Code code = Code.forNumber(status.getCode());
        return code == null ? Code.UNKNOWN : code;
    }
}
