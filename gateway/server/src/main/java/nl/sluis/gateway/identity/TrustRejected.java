package nl.sluis.gateway.identity;

/** One file of the trust folder breaks a rule; becomes a {@link TrustProblem} where the file's name is known. */
final class TrustRejected extends Exception {
    private static final long serialVersionUID = 1L;

    TrustRejected(String rule) {
        super(rule);
    }

    String rule() {
        return String.valueOf(getMessage());
    }
}
