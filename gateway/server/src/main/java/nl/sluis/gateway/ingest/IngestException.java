package nl.sluis.gateway.ingest;

import com.google.rpc.Status;

/** A request that is refused; the status may be shown to the caller. */
public final class IngestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    IngestException(Status status, Throwable cause) {
        super(status.getMessage(), cause);
        this.status = status;
    }

    /** What the caller is told. */
    public Status status() {
        return status;
    }
}
