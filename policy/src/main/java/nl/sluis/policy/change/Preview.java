package nl.sluis.policy.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Outcome;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.text.Problem;
import nl.sluis.policy.text.ProblemKind;

/**
 * Everything that an officer sees before signing a change: the files' own tests, the invariants, the recorded past under
 * both policies, and the proof.
 *
 * @param tests the tests of the new bundle
 * @param broken counter-examples to its invariants
 * @param replay who would have gained or lost how many items of the recorded past
 * @param comparison the proof
 */
public record Preview(
        List<TestRun.Result> tests, List<CounterExample> broken, Map<String, Change> replay, Comparison comparison) {

    /**
     * An item as it was decided once.
     *
     * @param item the item
     * @param at when it was decided
     */
    public record Recorded(Item item, Instant at) {}

    /**
     * What a tenant would have gained and lost.
     *
     * @param before items that it got
     * @param gained items that it would have got beside
     * @param lost items that it would not have got
     * @param examples the first few, as sentences
     */
    public record Change(long before, long gained, long lost, List<String> examples) {
        /** So many examples are kept for each tenant: 5. */
        static final int EXAMPLES_MAX = 5;
    }

    /** Makes the preview of a change. */
    public static Preview of(PolicyBundle before, PolicyBundle after, List<Recorded> past, Instant now) {
        return new Preview(
                TestRun.run(after, now), invariants(after), replay(before, after, past), Proof.compare(before, after));
    }

    /** Counter-examples to the invariants of all policies. */
    public static List<CounterExample> invariants(PolicyBundle bundle) {
        List<CounterExample> broken = new ArrayList<>();
        for (Policy policy : bundle.policies()) {
            policy.invariants().forEach(i -> broken.addAll(Proof.check(bundle, i)));
        }
        return broken;
    }

    /** Decides the recorded past under both bundles; tenants that are not in both get nothing from the other. */
    public static Map<String, Change> replay(PolicyBundle before, PolicyBundle after, List<Recorded> past) {
        CompiledPolicy old = CompiledPolicy.compile(before);
        CompiledPolicy next = CompiledPolicy.compile(after);
        Decision was = old.newDecision();
        Decision is = next.newDecision();
        Map<String, long[]> counts = new TreeMap<>();
        Map<String, List<String>> examples = new TreeMap<>();
        List<String> tenants = new ArrayList<>(before.tenants().keySet());
        after.tenants().keySet().stream().filter(t -> !tenants.contains(t)).forEach(tenants::add);
        int[] oldIndex = indices(before, tenants);
        int[] newIndex = indices(after, tenants);
        long[][] count = new long[tenants.size()][3];
        for (Recorded recorded : past) {
            old.decide(recorded.item(), recorded.at().toEpochMilli(), was);
            next.decide(recorded.item(), recorded.at().toEpochMilli(), is);
            for (int t = 0; t < tenants.size(); t++) {
                boolean had = oldIndex[t] >= 0 && was.outcome(oldIndex[t]) != Outcome.WITHHELD;
                boolean has = newIndex[t] >= 0 && is.outcome(newIndex[t]) != Outcome.WITHHELD;
                count[t][0] += had ? 1 : 0;
                if (had != has) {
                    count[t][has ? 1 : 2]++;
                    List<String> shown = examples.computeIfAbsent(tenants.get(t), k -> new ArrayList<>());
                    if (shown.size() < Change.EXAMPLES_MAX) {
                        shown.add((has ? "gains " : "loses ") + recorded.item());
                    }
                }
            }
        }
        for (int t = 0; t < tenants.size(); t++) {
            counts.put(tenants.get(t), count[t]);
        }
        Map<String, Change> changes = new TreeMap<>();
        counts.forEach((tenant, c) ->
                changes.put(tenant, new Change(c[0], c[1], c[2], examples.getOrDefault(tenant, List.of()))));
        return changes;
    }

    private static int[] indices(PolicyBundle bundle, List<String> tenants) {
        return tenants.stream()
                .mapToInt(t -> {
                    Audience audience = bundle.audienceOf(t);
                    return audience == null ? -1 : audience.index();
                })
                .toArray();
    }

    /** Failed tests and broken invariants as problems with their places. */
    public static List<Problem> problems(PolicyBundle bundle, Instant now) {
        List<Problem> problems = new ArrayList<>();
        TestRun.run(bundle, now).stream()
                .filter(r -> !r.passed())
                .forEach(r -> problems.add(new Problem(
                        ProblemKind.FAILED,
                        r.at(),
                        "test `" + r.test() + "`: `" + r.who() + "` gets `" + r.found() + "`",
                        r.found(),
                        r.expected(),
                        "")));
        for (Policy policy : bundle.policies()) {
            policy.invariants()
                    .forEach(i -> Proof.check(bundle, i)
                            .forEach(c -> problems.add(new Problem(
                                    ProblemKind.FAILED,
                                    i.at(),
                                    "invariant does not hold: " + c.sentence(),
                                    c.after(),
                                    "never",
                                    ""))));
        }
        return problems;
    }
}
