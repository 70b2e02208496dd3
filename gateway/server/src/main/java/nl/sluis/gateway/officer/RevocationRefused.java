package nl.sluis.gateway.officer;

/** An officer asked to shut out what is no certificate or tenant, or not its own nation's. */
public final class RevocationRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final boolean forbidden;

    private RevocationRefused(String field, boolean forbidden, String message) {
        super(message);
        this.field = field;
        this.forbidden = forbidden;
    }

    static RevocationRefused invalid(String field, String message) {
        return new RevocationRefused(field, false, message);
    }

    static RevocationRefused forbidden(String field, String message) {
        return new RevocationRefused(field, true, message);
    }

    /** The field at fault. */
    public String field() {
        return field;
    }

    /** True where the field is well formed and the officer may not. */
    public boolean forbidden() {
        return forbidden;
    }
}
