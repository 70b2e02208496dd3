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
import java.util.stream.Collectors;
import nl.sluis.gateway.fusion.Usability;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Role;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.reference.ReferencePolicy;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.text.PolicyException;

/**
 * The policy that holds now, compiled, with the reference of the same bundle. A change swaps both by one volatile write;
 * whoever decides takes those that hold at that moment. There is no cache. Before the first bundle comes into force nobody
 * is known and nothing is released.
 */
public final class PolicyInForce implements Usability {
    private final InstantSource clock;
    private final DecisionLog decisions;
    private final SecondDecider second;
    private final List<BiConsumer<PolicyBundle, PolicyBundle>> listeners = new CopyOnWriteArrayList<>();
    private volatile Deciders deciders;

    /**
     * Two deciders of one bundle.
     *
     * @param compiled the one that decides
     * @param reference the one that is asked beside it
     * @param audiences by what the logs call them
     */
    record Deciders(CompiledPolicy compiled, ReferencePolicy reference, Map<String, Audience> audiences) {
        Deciders(CompiledPolicy compiled, ReferencePolicy reference) {
            this(
                    compiled,
                    reference,
                    compiled.audiences().stream()
                            .collect(Collectors.toUnmodifiableMap(
                                    audience -> AudienceId.of(audience).text(), audience -> audience)));
        }

        static Deciders of(PolicyBundle bundle) {
            return new Deciders(CompiledPolicy.compile(bundle), ReferencePolicy.of(bundle));
        }
    }

    /**
     * @param clock the gateway's clock
     * @param decisions where what was decided is kept for officers
     * @param second which decisions are made twice
     */
    public PolicyInForce(InstantSource clock, DecisionLog decisions, SecondDecider second) {
        this(Deciders.of(nothing()), clock, decisions, second);
    }

    PolicyInForce(Deciders deciders, InstantSource clock, DecisionLog decisions, SecondDecider second) {
        this.deciders = deciders;
        this.clock = clock;
        this.decisions = decisions;
        this.second = second;
    }

    private static PolicyBundle nothing() {
        byte[] rules = "policy: nothing\nowner: host\n".getBytes(StandardCharsets.US_ASCII);
        try {
            return PolicyBundle.load(Map.of("nothing.yaml", rules));
        } catch (PolicyException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Puts another bundle in force: all that is decided from now on is decided by it. */
    void put(PolicyBundle next) {
        PolicyBundle before = bundle();
        deciders = Deciders.of(next);
        listeners.forEach(listener -> listener.accept(before, next));
    }

    /** Calls the listener with the bundles before and now, each time when another has come into force. */
    public void onChange(BiConsumer<PolicyBundle, PolicyBundle> listener) {
        listeners.add(listener);
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

    /**
     * Decides an item for all audiences where the second decider's answer still stands.
     *
     * @param nowMs the gateway's time, ms
     * @param out filled with it, under the policy that it was made of
     */
    void decideOnce(Item item, long nowMs, Decision out) {
        out.policy().decide(item, nowMs, out);
        alarmed(out);
    }

    private Decision compiled(Deciders now, Item item) {
        return alarmed(now.compiled().decide(item, clock.instant()));
    }

    private Decision alarmed(Decision decision) {
        RuntimeException failure = decision.failure();
        if (failure != null) {
            second.alarm(decision, failure);
        }
        return decision;
    }

    /** The policy that holds now. */
    CompiledPolicy compiled() {
        return deciders.compiled();
    }

    /** The gateway's time, ms. */
    long nowMs() {
        return clock.millis();
    }

    /** The audience of a tenant; empty where the tenant is unknown, does not take part or is of another nation. */
    public Optional<Audience> audience(TenantId tenant) {
        return audience(bundle(), tenant);
    }

    /** The audience that the logs call so; empty where the bundle in force has none. */
    public Optional<Audience> audience(AudienceId id) {
        return Optional.ofNullable(deciders.audiences().get(id.text()));
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
        return new Pinned(deciders, second, clock);
    }

    /** One policy, whatever comes into force meanwhile. */
    private record Pinned(Deciders deciders, SecondDecider second, InstantSource clock) implements InForce {
        @Override
        public PolicyBundle bundle() {
            return deciders.compiled().bundle();
        }

        @Override
        public BitSet usable(SecurityLabel label, ObjectKey object, Kind product) {
            Decision decision = decideUse(deciders, second, clock, label, object, product);
            BitSet audiences = new BitSet();
            decision.direct().stream()
                    .filter(i -> isSubscriber(decision.policy().audiences().get(i)))
                    .forEach(audiences::set);
            return audiences;
        }
    }

    /** The audiences to which an item of a kind with a contribution's label would go now, whole. */
    public BitSet whole(SecurityLabel label, ObjectKey object, Kind product) {
        Decision decision = decideUse(deciders, second, clock, label, object, product);
        BitSet audiences = new BitSet();
        decision.direct().stream()
                .filter(decision::isReleased)
                .filter(i -> {
                    Obligations obligations = decision.obligations(i);
                    return obligations != null && obligations.isNone();
                })
                .forEach(audiences::set);
        return audiences;
    }

    @Override
    public void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product) {
        Decision decision = decideUse(deciders, second, clock, label, object, product);
        decisions.record(contributionId, product, List.of(object.text()), decision, audience -> true);
    }

    /** A contribution has no payload of the product's kind: that an expression can't be answered is no alarm here. */
    private static Decision decideUse(
            Deciders now,
            SecondDecider second,
            InstantSource clock,
            SecurityLabel label,
            ObjectKey object,
            Kind product) {
        Item item = Item.of(product, label)
                .object(object.text())
                .received(label.created())
                .build();
        Decision decision = now.compiled().decide(item, clock.instant());
        second.check(now.reference(), decision);
        return decision;
    }

    /** Whether an audience receives products. */
    public static boolean isSubscriber(Audience audience) {
        return audience.roles().contains(Role.SUBSCRIBER);
    }
}
