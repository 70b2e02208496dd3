package nl.sluis.policy.change;

import java.time.Instant;
import nl.sluis.policy.decide.Item;
import org.jspecify.annotations.Nullable;

/**
 * An item about which two bundles differ, or that breaks an invariant, as small as it could be made.
 *
 * @param tenant who gets it
 * @param item the item; null where the difference lies in something that was not modelled
 * @param at the time of the decision
 * @param before what the tenant got
 * @param after what the tenant would get
 * @param sentence the same for people
 */
public record CounterExample(
        String tenant, @Nullable Item item, Instant at, String before, String after, String sentence) {
    @Override
    public String toString() {
        return sentence;
    }
}
