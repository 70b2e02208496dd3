package nl.sluis.gateway.identity;

/**
 * Something wrong in the trust folder. It closes the nation it belongs to, or leaves an older revocation list in use.
 *
 * @param nation whose folder it is; empty if it concerns the trust folder itself
 * @param file path below the trust folder
 * @param rule what was found and what was expected, for the operator
 */
public record TrustProblem(String nation, String file, String rule) {
    @Override
    public String toString() {
        return "`" + file + "`: " + rule;
    }
}
