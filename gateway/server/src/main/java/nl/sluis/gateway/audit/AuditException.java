package nl.sluis.gateway.audit;

/** Why the audit log can't be used, or did not answer. */
public final class AuditException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The kinds of failure. */
    public enum Code {
        /** The stored log is shorter than a head that was signed. */
        LOG_CUT,
        /** The stored log does not begin with what a head was signed over. */
        LOG_REWRITTEN,
        /** The stored head was not signed with this key. */
        HEAD_FORGED,
        /** The index or tree size is not of this log. */
        OUT_OF_RANGE
    }

    private final Code code;

    AuditException(Code code, String message) {
        super(message);
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
