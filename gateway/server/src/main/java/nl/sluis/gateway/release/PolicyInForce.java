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
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.reference.ReferencePolicy;
import nl.sluis.policy.rule.Kind;

/**
 * The policy that holds now, compiled, with the reference of the same bundle. A change swaps both by one volatile write;
 * whoever decides takes those that hold at that moment. There is no cache.
 */
public final class PolicyInForce implements Usability {
    private final InstantSource clock;
    private final DecisionLog decisions;
    private final SecondDecider second;
    private volatile Deciders deciders;

    /** Two deciders of one bundle. */
    record Deciders(CompiledPolicy compiled, ReferencePolicy reference) {
        static Deciders of(PolicyBundle bundle) {
            return new Deciders(CompiledPolicy.compile(bundle), ReferencePolicy.of(bundle));
        }
    }

    /**
     * @param bundle the policy bundle
     * @param clock the gateway's clock
     * @param decisions where what was decided is kept for officers
     * @param second which decisions are made twice
     */
    public PolicyInForce(PolicyBundle bundle, InstantSource clock, DecisionLog decisions, SecondDecider second) {
        this(Deciders.of(bundle), clock, decisions, second);
    }

    PolicyInForce(Deciders deciders, InstantSource clock, DecisionLog decisions, SecondDecider second) {
        this.deciders = deciders;
        this.clock = clock;
        this.decisions = decisions;
        this.second = second;
    }

    /** Puts another bundle in force: whoever decides from now on decides by it. */
    public void swap(PolicyBundle bundle) {
        deciders = Deciders.of(bundle);
    }

    /** The bundle that holds now. */
    public PolicyBundle bundle() {
        return deciders.compiled().bundle();
    }

    /** Decides an item for all audiences, now. What fails or is decided differently twice is withheld, with an alarm. */
    Decision decide(Item item) {
        Deciders now = deciders;
        Decision decision = compiled(now, item);
        second.check(now.reference(), decision);
        return decision;
    }

    /** Decides an item that is about to be sent to a tenant: only what that tenant's audience gets is decided twice. */
    Decision decide(Item item, String tenant) {
        Deciders now = deciders;
        Decision decision = compiled(now, item);
        Audience audience = now.compiled().bundle().audienceOf(tenant);
        if (audience != null) {
            second.check(now.reference(), decision, audience.index());
        }
        return decision;
    }

    private Decision compiled(Deciders now, Item item) {
        Decision decision = now.compiled().decide(item, clock.instant());
        RuntimeException failure = decision.failure();
        if (failure != null) {
            second.alarm(decision, failure);
        }
        return decision;
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
        Decision decision = decideUse(label, object, product);
        BitSet audiences = new BitSet();
        decision.direct().stream()
                .filter(i -> isSubscriber(decision.policy().audiences().get(i)))
                .forEach(audiences::set);
        return audiences;
    }

    @Override
    public void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product) {
        Decision decision = decideUse(label, object, product);
        decisions.record(contributionId, product, List.of(object.text()), decision, audience -> true);
    }

    /** A contribution has no payload of the product's kind: that an expression can't be answered is no alarm here. */
    private Decision decideUse(SecurityLabel label, ObjectKey object, Kind product) {
        Item item = Item.of(product, label)
                .object(object.text())
                .received(label.created())
                .build();
        Deciders now = deciders;
        Decision decision = now.compiled().decide(item, clock.instant());
        second.check(now.reference(), decision);
        return decision;
    }

    static boolean isSubscriber(Audience audience) {
        return audience.roles().contains(Role.SUBSCRIBER);
    }
}
