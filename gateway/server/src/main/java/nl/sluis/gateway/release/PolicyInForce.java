package nl.sluis.gateway.release;

import java.time.InstantSource;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.gateway.fusion.Usability;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Role;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;

/**
 * The compiled policy that holds now. A change swaps it by one volatile write; whoever decides takes the one that holds
 * at that moment.
 */
public final class PolicyInForce implements Usability {
    private final InstantSource clock;
    private final DecisionLog decisions;
    private volatile CompiledPolicy policy;

    /**
     * @param policy the policy
     * @param clock the gateway's clock
     * @param decisions where what was decided is kept for officers
     */
    public PolicyInForce(CompiledPolicy policy, InstantSource clock, DecisionLog decisions) {
        this.policy = policy;
        this.clock = clock;
        this.decisions = decisions;
    }

    /** The bundle that holds now. */
    public PolicyBundle bundle() {
        return policy.bundle();
    }

    /** Decides an item for all audiences, now. */
    Decision decide(Item item) {
        return policy.decide(item, clock.instant());
    }

    /** The audience of a tenant; empty where the tenant is unknown, does not take part or is of another nation. */
    public Optional<Audience> audience(TenantId tenant) {
        return tenant(tenant).flatMap(known -> Optional.ofNullable(bundle().audienceOf(known.id())));
    }

    /** A tenant of the bundle; empty where it is unknown, does not take part or is of another nation. */
    public Optional<Tenant> tenant(TenantId id) {
        Tenant tenant = bundle().tenants().get(id.name());
        if (tenant == null || tenant.status() != Tenant.Status.ACTIVE) {
            return Optional.empty();
        }
        String nation = id.nation().toUpperCase(Locale.ROOT);
        boolean vouched = tenant.nations().contains(nation)
                || (tenant.nations().isEmpty() && tenant.communities().contains(nation));
        return vouched ? Optional.of(tenant) : Optional.empty();
    }

    @Override
    public BitSet usable(SecurityLabel label, ObjectKey object, Kind product) {
        CompiledPolicy now = policy;
        BitSet audiences = new BitSet();
        now.usable(label, List.of(ItemObject.of(object.text())), product, label.created(), clock.instant()).stream()
                .filter(i -> isSubscriber(now.audiences().get(i)))
                .forEach(audiences::set);
        return audiences;
    }

    @Override
    public void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product) {
        Item item = Item.of(product, label)
                .object(object.text())
                .received(label.created())
                .build();
        decisions.record(contributionId, product, List.of(object.text()), decide(item), audience -> true);
    }

    static boolean isSubscriber(Audience audience) {
        return audience.roles().contains(Role.SUBSCRIBER);
    }
}
