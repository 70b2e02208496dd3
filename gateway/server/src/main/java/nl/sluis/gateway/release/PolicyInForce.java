package nl.sluis.gateway.release;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
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
import nl.sluis.policy.text.PolicyException;

/**
 * The compiled policy that holds now. A change swaps it by one volatile write; whoever decides takes the one that holds
 * at that moment. Before the first bundle comes into force nobody is known and nothing is released.
 */
public final class PolicyInForce implements Usability {
    private final InstantSource clock;
    private final DecisionLog decisions;
    private final List<BiConsumer<PolicyBundle, PolicyBundle>> listeners = new CopyOnWriteArrayList<>();
    private volatile CompiledPolicy policy = nothing();

    /**
     * @param clock the gateway's clock
     * @param decisions where what was decided is kept for officers
     */
    public PolicyInForce(InstantSource clock, DecisionLog decisions) {
        this.clock = clock;
        this.decisions = decisions;
    }

    private static CompiledPolicy nothing() {
        byte[] rules = "policy: nothing\nowner: host\n".getBytes(StandardCharsets.US_ASCII);
        try {
            return CompiledPolicy.compile(PolicyBundle.load(Map.of("nothing.yaml", rules)));
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Puts another policy in force: all that is decided from now on is decided by it. */
    void put(CompiledPolicy next) {
        PolicyBundle before = bundle();
        policy = next;
        listeners.forEach(listener -> listener.accept(before, next.bundle()));
    }

    /** Calls the listener with the bundles before and now, each time when another has come into force. */
    public void onChange(BiConsumer<PolicyBundle, PolicyBundle> listener) {
        listeners.add(listener);
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
        return audience(bundle(), tenant);
    }

    /** The audience of a tenant under a bundle, as {@link #audience(TenantId)}. */
    public static Optional<Audience> audience(PolicyBundle bundle, TenantId tenant) {
        return tenant(bundle.tenants(), tenant).flatMap(known -> Optional.ofNullable(bundle.audienceOf(known.id())));
    }

    /** A tenant of the bundle; empty where it is unknown, does not take part or is of another nation. */
    public Optional<Tenant> tenant(TenantId id) {
        return tenant(bundle().tenants(), id);
    }

    static Optional<Tenant> tenant(Map<String, Tenant> tenants, TenantId id) {
        Tenant tenant = tenants.get(id.name());
        if (tenant == null || tenant.status() != Tenant.Status.ACTIVE) {
            return Optional.empty();
        }
        String nation = id.nation().toUpperCase(Locale.ROOT);
        boolean vouched = tenant.nations().contains(nation)
                || (tenant.nations().isEmpty() && tenant.communities().contains(nation));
        return vouched ? Optional.of(tenant) : Optional.empty();
    }

    @Override
    public InForce inForce() {
        return new Pinned(policy, clock);
    }

    /** One compiled policy, whatever comes into force meanwhile. */
    private record Pinned(CompiledPolicy policy, InstantSource clock) implements InForce {
        @Override
        public PolicyBundle bundle() {
            return policy.bundle();
        }

        @Override
        public BitSet usable(SecurityLabel label, ObjectKey object, Kind product) {
            BitSet audiences = new BitSet();
            List<ItemObject> objects = List.of(ItemObject.of(object.text()));
            policy.usable(label, objects, product, label.created(), clock.instant()).stream()
                    .filter(i -> isSubscriber(policy.audiences().get(i)))
                    .forEach(audiences::set);
            return audiences;
        }
    }

    @Override
    public void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product) {
        Item item = Item.of(product, label)
                .object(object.text())
                .received(label.created())
                .build();
        decisions.record(contributionId, product, List.of(object.text()), decide(item), audience -> true);
    }

    /** Whether an audience receives products. */
    public static boolean isSubscriber(Audience audience) {
        return audience.roles().contains(Role.SUBSCRIBER);
    }
}
