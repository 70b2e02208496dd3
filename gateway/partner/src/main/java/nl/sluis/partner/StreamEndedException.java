package nl.sluis.partner;

/** A stream ended for good before the work was done. */
public final class StreamEndedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient StreamEnd end;

    StreamEndedException(StreamEnd end) {
        super(end.toString());
        this.end = end;
    }

    /** Why. */
    public StreamEnd end() {
        return end;
    }
}
