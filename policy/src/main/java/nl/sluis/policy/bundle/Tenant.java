package nl.sluis.policy.bundle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param quotas what it may use of a gateway, by the words of {@link #QUOTAS}; what is not named is as the gateway has it
 * @param warnings from when on it calls a warning urgent; empty: as the gateway does
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
        Optional<WarningThresholds> warnings,
        Status status,
        Position at) {
    /** Quota: connections at a time. */
    public static final String CONNECTIONS = "connections";

    /** Quota: messages that it sends, per second. */
    public static final String MESSAGES_PER_S = "messages-per-s";

    /** Quota: bytes of those messages, per second. */
    public static final String BYTES_PER_S = "bytes-per-s";

    /** Quota: trajectories that it has screened, per hour. */
    public static final String TRAJECTORIES_PER_H = "trajectories-per-h";

    /** Every quota there is: a misspelt one would limit nothing and say nothing. */
    public static final Set<String> QUOTAS = Set.of(CONNECTIONS, MESSAGES_PER_S, BYTES_PER_S, TRAJECTORIES_PER_H);

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
        return new Tenant(id, nations, communities, clearances, roles, modes, quotas, warnings, Status.PENDING, at);
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
