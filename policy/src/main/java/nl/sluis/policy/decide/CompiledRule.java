package nl.sluis.policy.decide;

import com.google.protobuf.Message;
import java.util.List;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import org.jspecify.annotations.Nullable;

/** One rule with its names turned into bits. */
final class CompiledRule {
    final int index;
    final int policyIndex;
    final Policy policy;
    final Rule rule;
    final int kinds;
    final int modes;
    final long @Nullable [] groups;
    final OwnerId[] owners;
    final double probabilityAtLeast;
    final @Nullable Condition when;
    final long[] to;

    /** Of a consent: audiences for which the record is there, and when it is live. */
    final long[] covered;

    final long liveFromMs;
    final long liveUntilMs;

    /** Of a delay. */
    final long delayMs;

    /** Of a relabel: audiences that pass the floor of the new label. */
    final long[] relabelled;

    /** A compiled expression; anything thrown means that it cannot be answered. */
    interface Condition {
        boolean test(@Nullable Message payload);
    }

    CompiledRule(
            int index,
            int policyIndex,
            Policy policy,
            Rule rule,
            int kinds,
            int modes,
            long @Nullable [] groups,
            double probabilityAtLeast,
            @Nullable Condition when,
            long[] to,
            long[] covered,
            long liveFromMs,
            long liveUntilMs,
            long[] relabelled) {
        this.index = index;
        this.policyIndex = policyIndex;
        this.policy = policy;
        this.rule = rule;
        this.kinds = kinds;
        this.modes = modes;
        this.groups = groups;
        this.owners = rule.head().what().owners().toArray(new OwnerId[0]);
        this.probabilityAtLeast = probabilityAtLeast;
        this.when = when;
        this.to = to;
        this.covered = covered;
        this.liveFromMs = liveFromMs;
        this.liveUntilMs = liveUntilMs;
        this.delayMs = rule instanceof Rule.Delay delay ? Math.multiplyExact(delay.delayS(), 1000L) : 0;
        this.relabelled = relabelled;
    }

    /** All objects in the groups, all owners named, a probability that is known: a grant needs certainty. */
    boolean grants(Item item, long[][] objectGroups, int objects) {
        if (!isOfKindAndMode(item)) {
            return false;
        }
        if (groups != null) {
            for (int o = 0; o < objects; o++) {
                if (!meets(groups, objectGroups[o])) {
                    return false;
                }
            }
        }
        if (owners.length > 0) {
            List<OwnerId> itemOwners = item.label().owners();
            for (int i = 0; i < itemOwners.size(); i++) {
                if (!names(itemOwners.get(i))) {
                    return false;
                }
            }
        }
        return Double.isNaN(probabilityAtLeast) || item.probability() >= probabilityAtLeast;
    }

    /** One object, one owner, a probability that may be so: a restriction is content with possibility. */
    boolean narrows(Item item, long[] anyGroups) {
        if (!isOfKindAndMode(item)) {
            return false;
        }
        if (groups != null && !meets(groups, anyGroups)) {
            return false;
        }
        if (owners.length > 0) {
            boolean named = false;
            List<OwnerId> itemOwners = item.label().owners();
            for (int i = 0; i < itemOwners.size() && !named; i++) {
                named = names(itemOwners.get(i)) || isPartOf(itemOwners.get(i));
            }
            if (!named) {
                return false;
            }
        }
        return Double.isNaN(probabilityAtLeast) || !(item.probability() < probabilityAtLeast);
    }

    private boolean isOfKindAndMode(Item item) {
        return (kinds >>> item.kind().bit() & 1) != 0
                && (modes >>> item.label().mode().bit() & 1) != 0;
    }

    private boolean names(OwnerId owner) {
        for (OwnerId named : owners) {
            if (named.covers(owner)) {
                return true;
            }
        }
        return false;
    }

    /** The item names a nation as a whole and the rule one of its tenants: it may be that tenant. */
    private boolean isPartOf(OwnerId owner) {
        for (OwnerId named : owners) {
            if (owner.covers(named)) {
                return true;
            }
        }
        return false;
    }

    private static boolean meets(long[] a, long[] b) {
        for (int w = 0; w < a.length; w++) {
            if ((a[w] & b[w]) != 0) {
                return true;
            }
        }
        return false;
    }
}
