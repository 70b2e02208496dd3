package nl.sluis.conformance;

/**
 * What became of one case.
 *
 * @param requirement number of the requirement
 * @param caseName name of the case's file
 * @param sentence the case in a sentence
 * @param verdict passed, failed or not run
 * @param finding found and expected, or why it was not run; empty where it passed
 * @param seconds how long it took
 */
public record Result(
        String requirement, String caseName, String sentence, Verdict verdict, String finding, double seconds) {
    /** Verdicts. */
    public enum Verdict {
        /** The gateway keeps the promise in this case. */
        PASSED,
        /** It does not. */
        FAILED,
        /** The caller lacks the role that the case needs, or the gateway does not offer the method yet. */
        NOT_RUN
    }
}
