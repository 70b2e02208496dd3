package nl.sluis.policy.bundle;

import java.util.Collections;
import java.util.Set;
import nl.sluis.policy.text.Position;

/**
 * A name for tenants that rules use: all conditions that are stated hold, one value each is enough.
 *
 * @param name the name
 * @param nations nations, empty for any
 * @param communities communities, empty for any
 * @param tenants tenants by id, empty for any
 * @param roles roles, empty for any
 * @param at where it stands
 */
public record AudienceDefinition(
        String name, Set<String> nations, Set<String> communities, Set<String> tenants, Set<Role> roles, Position at) {
    /** Whether the tenant belongs to it. */
    public boolean includes(Tenant tenant) {
        return hits(nations, tenant.nations())
                && hits(communities, tenant.communities())
                && (tenants.isEmpty() || tenants.contains(tenant.id()))
                && (roles.isEmpty() || !Collections.disjoint(roles, tenant.roles()));
    }

    private static boolean hits(Set<String> wanted, Set<String> had) {
        return wanted.isEmpty() || !Collections.disjoint(wanted, had);
    }
}
