package nl.sluis.policy.rule;

import nl.sluis.policy.label.OwnerId;
import org.jspecify.annotations.Nullable;

/**
 * Whose policy it is: the host's, or an originator's.
 *
 * @param owner the originator, null for the host
 */
public record PolicyOwner(@Nullable OwnerId owner) {
    /** The host of the gateway. */
    public static final PolicyOwner HOST = new PolicyOwner(null);

    /** Whether it is the host. */
    public boolean isHost() {
        return owner == null;
    }

    /** {@code host}, {@code FRA} or {@code FRA/cnes}. */
    @Override
    public String toString() {
        return owner == null ? "host" : owner.toString();
    }
}
