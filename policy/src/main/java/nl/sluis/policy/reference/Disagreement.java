package nl.sluis.policy.reference;

/**
 * The two deciders do not say the same: one of them is wrong, so nobody gets the item.
 *
 * @param tenant about whom they disagree
 * @param compiled what the compiled policy says
 * @param reference what the reference says
 */
public record Disagreement(String tenant, String compiled, String reference) {
    @Override
    public String toString() {
        return "tenant `" + tenant + "`: compiled policy says `" + compiled + "`, reference says `" + reference + "`";
    }
}
