package nl.sluis.policy.change;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.decide.Shape;
import org.jspecify.annotations.Nullable;

/**
 * Decides recorded items under two bundles and counts what each tenant would have gained and lost. Items about which both
 * decisions have the same shape are compared once and counted.
 */
final class Replay {
    private final CompiledPolicy before;
    private final CompiledPolicy after;
    private final Map<String, Tally> tallies = new TreeMap<>();

    /** Both decisions about an item, apart from the item. */
    private record Shapes(Shape before, Shape after) {}

    /** Items with the same shapes. */
    private static final class Alike {
        final Preview.Recorded first;
        long count;

        Alike(Preview.Recorded first) {
            this.first = first;
        }
    }

    /** What is counted for one tenant. */
    private static final class Tally {
        long before;
        long gained;
        long lost;
        long freer;
        long stricter;
        final List<String> examples = new ArrayList<>();

        Preview.Change change() {
            return new Preview.Change(before, gained, lost, freer, stricter, List.copyOf(examples));
        }
    }

    Replay(PolicyBundle before, PolicyBundle after) {
        this.before = CompiledPolicy.compile(before);
        this.after = CompiledPolicy.compile(after);
        TreeSet<String> tenants = new TreeSet<>(before.tenants().keySet());
        tenants.addAll(after.tenants().keySet());
        tenants.forEach(t -> tallies.put(t, new Tally()));
    }

    Map<String, Preview.Change> of(Iterable<Preview.Recorded> past) {
        Decision was = before.newDecision();
        Decision is = after.newDecision();
        Map<Shapes, Alike> alike = new LinkedHashMap<>();
        for (Preview.Recorded recorded : past) {
            decide(recorded, was, is);
            if (was.isRelabelledForAny() || is.isRelabelledForAny()) {
                // what a downgrade keeps depends on the owners' labels, which a shape does not tell
                count(recorded.item(), was, is, 1);
            } else {
                alike.computeIfAbsent(new Shapes(was.shape(), is.shape()), k -> new Alike(recorded)).count++;
            }
        }
        for (Alike items : alike.values()) {
            decide(items.first, was, is);
            count(items.first.item(), was, is, items.count);
        }
        Map<String, Preview.Change> changes = new TreeMap<>();
        tallies.forEach((tenant, tally) -> changes.put(tenant, tally.change()));
        return changes;
    }

    private void decide(Preview.Recorded recorded, Decision was, Decision is) {
        long atMs = recorded.at().toEpochMilli();
        before.decide(recorded.item(), atMs, was);
        after.decide(recorded.item(), atMs, is);
    }

    private void count(Item item, Decision was, Decision is, long items) {
        tallies.forEach((tenant, tally) -> {
            Obligations had = obligations(was, tenant);
            Obligations has = obligations(is, tenant);
            tally.before += had != null ? items : 0;
            if (had == null && has != null) {
                tally.gained += items;
                example(tally, "gains", item);
            } else if (had != null && has == null) {
                tally.lost += items;
                example(tally, "loses", item);
            } else if (had != null && has != null && has.isFreerThan(had)) {
                tally.freer += items;
                example(tally, "gets more freely", item);
            } else if (had != null && has != null && had.isFreerThan(has)) {
                tally.stricter += items;
                example(tally, "gets less freely", item);
            }
        });
    }

    private static void example(Tally tally, String change, Item item) {
        if (tally.examples.size() < Preview.Change.EXAMPLES_MAX) {
            tally.examples.add(change + " " + item);
        }
    }

    private static @Nullable Obligations obligations(Decision decision, String tenant) {
        Audience audience = decision.policy().bundle().audienceOf(tenant);
        return audience == null ? null : decision.obligations(audience.index());
    }
}
