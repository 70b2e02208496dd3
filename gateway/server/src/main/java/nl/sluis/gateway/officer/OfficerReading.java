package nl.sluis.gateway.officer;

import java.util.Locale;
import java.util.Optional;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Label;

/**
 * What an officer may read about: items that its own nation owns, or as the host's officer any, and both only as far as
 * its clearance goes.
 */
final class OfficerReading {
    private final TenantId officer;
    private final PolicyInForce policy;
    private final String hostNation;
    private final Optional<Tenant> tenant;

    /**
     * @param officer the officer's tenant
     * @param policy the policy in force
     * @param hostNation the nation that runs the gateway, lower case
     */
    OfficerReading(TenantId officer, PolicyInForce policy, String hostNation) {
        this.officer = officer;
        this.policy = policy;
        this.hostNation = hostNation;
        this.tenant = policy.tenant(officer);
    }

    /** Whether it may read about what has a label. */
    boolean maySee(Label proto) {
        return label(proto)
                .filter(label -> {
                    String nation = officer.nation().toUpperCase(Locale.ROOT);
                    boolean owns = label.owners().stream()
                            .anyMatch(owner -> owner.nation().equals(nation));
                    boolean hosts = officer.nation().equals(hostNation);
                    return (owns || hosts) && isCleared(label);
                })
                .isPresent();
    }

    /** Whether its clearance goes as far as a label, whoever owns what is labelled. */
    boolean isCleared(Label proto) {
        return label(proto).filter(this::isCleared).isPresent();
    }

    private Optional<SecurityLabel> label(Label proto) {
        try {
            return Optional.of(policy.bundle().label(proto));
        } catch (LabelException e) {
            return Optional.empty();
        }
    }

    private boolean isCleared(SecurityLabel label) {
        return tenant.isPresent()
                && label.parts().stream().allMatch(part -> {
                    Clearance clearance =
                            tenant.get().clearances().get(part.spif().name());
                    return clearance != null
                            && clearance.lacvs().contains(part.level().lacv())
                            && clearance.held().containsAll(part.restrictive());
                });
    }
}
