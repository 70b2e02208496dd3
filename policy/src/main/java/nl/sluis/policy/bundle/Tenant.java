package nl.sluis.policy.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.text.Position;

/**
 * A partner organisation.
 *
 * @param id its name, unique in the bundle
 * @param nations trigraphs, may be empty for a body of a community
 * @param communities communities that it belongs to itself
 * @param clearances by name of the security policy
 * @param roles what it may do
 * @param modes data modes that it may have
 * @param quotas limits by name; the words are the gateway's
 * @param status whether it takes part
 * @param at where it stands
 */
public record Tenant(
        String id,
        Set<String> nations,
        Set<String> communities,
        Map<String, Clearance> clearances,
        Set<Role> roles,
        Set<Mode> modes,
        Map<String, Long> quotas,
        Status status,
        Position at) {
    /** Whether a tenant takes part. */
    public enum Status {
        /** Takes part. */
        ACTIVE,
        /** Waits for consent: visible, receives nothing. */
        PENDING,
        /** No longer takes part. */
        REMOVED
    }

    /** The same tenant as it stands until all consents to its admission are there. */
    Tenant pending() {
        return new Tenant(id, nations, communities, clearances, roles, modes, quotas, Status.PENDING, at);
    }

    /** This tenant as an originator, one for each of its nations, or communities where it has no nation. */
    public List<OwnerId> asOwners() {
        return (nations.isEmpty() ? communities : nations)
                .stream().map(n -> new OwnerId(n, id)).sorted().toList();
    }

    /** Everything that a clause of a releasability can name it by. */
    public Set<String> releaseTokens() {
        List<String> tokens = new ArrayList<>(nations);
        tokens.addAll(communities);
        nations.forEach(n -> tokens.add(n + "/" + id));
        communities.forEach(c -> tokens.add(c + "/" + id));
        return Set.copyOf(tokens);
    }
}
