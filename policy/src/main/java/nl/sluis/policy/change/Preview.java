package nl.sluis.policy.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Item;
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
     * @param before items that it got, now or later
     * @param gained items that it would have got beside
     * @param lost items that it would not have got
     * @param freer items that it would have got with fewer obligations, in any respect
     * @param stricter items that it would have got with more obligations, and in no respect fewer
     * @param examples the first few, as sentences
     */
    public record Change(long before, long gained, long lost, long freer, long stricter, List<String> examples) {
        /** So many examples are kept for each tenant: 5. */
        static final int EXAMPLES_MAX = 5;

        /** Whether the tenant would have got exactly what it got. */
        public boolean isNone() {
            return gained + lost + freer + stricter == 0;
        }
    }

    /** Makes the preview of a change. */
    public static Preview of(PolicyBundle before, PolicyBundle after, Iterable<Recorded> past, Instant now) {
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
    public static Map<String, Change> replay(PolicyBundle before, PolicyBundle after, Iterable<Recorded> past) {
        return new Replay(before, after).of(past);
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
