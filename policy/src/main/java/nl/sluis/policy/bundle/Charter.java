package nl.sluis.policy.bundle;

import java.util.Collection;
import java.util.List;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.text.Position;

/**
 * Whom a community asks before a tenant from outside it takes part.
 *
 * @param community the community
 * @param consentOf originators that must all consent, at least one
 * @param at where it stands
 */
public record Charter(String community, List<OwnerId> consentOf, Position at) {
    /** Copies the list. */
    public Charter {
        consentOf = List.copyOf(consentOf);
    }

    /** The originators whose consent to a tenant is missing: it must hold for as long as the bundle does. */
    List<OwnerId> missing(Tenant tenant, Collection<ConsentRecord> consents, BundleHeader header) {
        if (tenant.communities().contains(community)) {
            return List.of();
        }
        return consentOf.stream()
                .filter(owner -> consents.stream()
                        .noneMatch(consent -> consent.by().equals(owner)
                                && consent.to().stream()
                                        .anyMatch(name -> name.text().equals(tenant.id()))
                                && !consent.from().isAfter(header.validFrom())
                                && !consent.until().isBefore(header.validUntil())))
                .toList();
    }
}
