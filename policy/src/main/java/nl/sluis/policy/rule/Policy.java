package nl.sluis.policy.rule;

import java.util.List;
import nl.sluis.policy.text.Position;

/**
 * One party's release policy.
 *
 * @param name its name
 * @param owners whose it is: the host, an originator, or both; at least one
 * @param imports files that it builds on
 * @param rules the rules; their order means nothing
 * @param invariants statements that must hold
 * @param tests the officer's own tests
 * @param relays who may submit for the owners
 * @param at where it stands
 */
public record Policy(
        String name,
        List<PolicyOwner> owners,
        List<Import> imports,
        List<Rule> rules,
        List<Invariant> invariants,
        List<PolicyTest> tests,
        List<Relay> relays,
        Position at) {
    /** A policy that names no relays. */
    public Policy(
            String name,
            List<PolicyOwner> owners,
            List<Import> imports,
            List<Rule> rules,
            List<Invariant> invariants,
            List<PolicyTest> tests,
            Position at) {
        this(name, owners, imports, rules, invariants, tests, List.of(), at);
    }

    /**
     * A file that is built on.
     *
     * @param path path in the bundle
     * @param at where it is named
     */
    public record Import(String path, Position at) {}

    /** The owners as one word: {@code host, NLD}. */
    public String ownerText() {
        return String.join(", ", owners.stream().map(PolicyOwner::toString).toList());
    }
}
