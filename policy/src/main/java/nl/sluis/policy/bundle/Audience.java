package nl.sluis.policy.bundle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nl.sluis.policy.label.Mode;

/**
 * Everything about a tenant that a label, rule or group can test, or that changes what it is sent. Equal tenants are one audience, so that decisions,
 * fused solutions and encoded bytes are made once for all of them.
 *
 * @param index its bit in every bit set of this bundle; not stable from bundle to bundle
 * @param key its attributes as one text; stable as long as they are
 * @param releaseTokens what a clause can name it by
 * @param clearances by name of the security policy
 * @param modes data modes
 * @param roles roles
 * @param warnings from when on its tenants call a warning urgent; empty: as the gateway does
 * @param names names of audience definitions that include it, and of its tenants where a rule can tell them apart
 * @param tenants ids of its tenants, sorted, at least one
 */
public record Audience(
        int index,
        String key,
        Set<String> releaseTokens,
        Map<String, Clearance> clearances,
        Set<Mode> modes,
        Set<Role> roles,
        Optional<WarningThresholds> warnings,
        Set<String> names,
        List<String> tenants) {
    /** The tenants' ids. */
    @Override
    public String toString() {
        return String.join("+", tenants);
    }
}
