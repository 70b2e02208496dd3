package nl.sluis.policy.decide;

import com.google.protobuf.Message;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import org.jspecify.annotations.Nullable;

/**
 * One rule with its audiences turned into bits. Which items it matches stands in {@link RuleTable}.
 *
 * @param index its place in the explain matrix
 * @param policyIndex place of its policy in the bundle
 * @param policy its policy
 * @param rule the rule as written
 * @param to whom it is about
 * @param probabilityAtLeast threshold, dimensionless; NaN where there is none
 * @param when its expression, null where it has none
 * @param covered of a consent: whom the record names, where the party that is asked signed it; else nobody
 * @param liveFromMs of a consent: from when, milliseconds since 1970-01-01T00:00:00Z, inclusive
 * @param liveUntilMs of a consent: until when, exclusive
 * @param delayMs of a delay; else 0
 * @param relabelled of a relabel: whom the new label admits; else nobody
 */
@SuppressWarnings("ArrayRecordComponent")
record CompiledRule(
        int index,
        int policyIndex,
        Policy policy,
        Rule rule,
        long[] to,
        double probabilityAtLeast,
        @Nullable Condition when,
        long[] covered,
        long liveFromMs,
        long liveUntilMs,
        long delayMs,
        long[] relabelled) {

    /** A compiled expression; anything thrown means that it cannot be answered. */
    interface Condition {
        boolean test(@Nullable Message payload);
    }

    /** Whether a probability is, or for a rule that narrows may be, at least the one stated. */
    boolean admits(double probability) {
        return rule.verb().grants() ? probability >= probabilityAtLeast : !(probability < probabilityAtLeast);
    }
}
