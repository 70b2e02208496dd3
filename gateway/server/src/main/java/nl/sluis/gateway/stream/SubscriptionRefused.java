package nl.sluis.gateway.stream;

/** A subscription request that is not acceptable. The message may be shown to the caller. */
public final class SubscriptionRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param field path of the field of the request that is at fault, for example {@code "filter"}
     * @param message what was found and what was expected; goes to the caller
     */
    public SubscriptionRefused(String field, String message) {
        super(message);
        this.field = field;
    }

    /** Path of the field of the request that is at fault. */
    public String field() {
        return field;
    }
}
