package nl.sluis.gateway.ingest;

/** Carries a refusal out of the checks. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedException(Refusal refusal) {
        super(refusal.faults().get(0).toString());
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }
}
