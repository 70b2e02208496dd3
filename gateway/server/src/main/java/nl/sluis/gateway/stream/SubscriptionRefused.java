package nl.sluis.gateway.stream;

/** A subscription request that is not acceptable, or not now. The message may be shown to the caller. */
public final class SubscriptionRefused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final boolean passing;

    /**
     * @param field path of the field of the request that is at fault, for example {@code "filter"}
     * @param message what was found and what was expected; goes to the caller
     */
    public SubscriptionRefused(String field, String message) {
        super(message);
        this.field = field;
        this.passing = false;
    }

    /** @param cause the journal does not answer; the request itself may be good */
    SubscriptionRefused(Throwable cause) {
        super("the journal does not answer (expected: the same again later)", cause);
        this.field = "";
        this.passing = true;
    }

    /** Whether the same request may be accepted later: this node can't confirm anything now. */
    public boolean passing() {
        return passing;
    }

    /** Path of the field of the request that is at fault. */
    public String field() {
        return field;
    }
}
