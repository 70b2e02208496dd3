package nl.sluis.policy.decide;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.ConsentRecord;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.CelCondition;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Payload;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.rule.What;
import org.jspecify.annotations.Nullable;

/**
 * A bundle compiled to bit sets over audiences: for each rule and each attribute value the audiences as machine words,
 * so that one pass decides an item for all of them. Immutable; a change of policy compiles a new one and swaps it by one
 * volatile write. There is no cache.
 */
public final class CompiledPolicy {
    /** Receipt is rounded up and now down, so that no delay ends early; one instant may so lie this far apart, ms. */
    private static final long ROUNDING_MS = 1;

    private final PolicyBundle bundle;
    private final long[] everyone;
    private final long validFromMs;
    private final long validUntilMs;
    private final Floor floor;
    private final RuleTable rules;

    private CompiledPolicy(PolicyBundle bundle) {
        this.bundle = bundle;
        this.everyone = new long[Bits.words(bundle.audiences().size())];
        bundle.audiences().forEach(a -> Bits.set(everyone, a.index()));
        this.validFromMs = bundle.header().validFrom().toEpochMilli();
        this.validUntilMs = bundle.header().validUntil().toEpochMilli();
        this.floor = new Floor(bundle, everyone);
        List<CompiledRule> compiled = new ArrayList<>();
        for (int p = 0; p < bundle.policies().size(); p++) {
            Policy policy = bundle.policies().get(p);
            for (Rule rule : policy.rules()) {
                compiled.add(compile(compiled.size(), p, policy, rule));
            }
        }
        this.rules = new RuleTable(bundle, compiled);
    }

    /** Compiles a bundle. */
    public static CompiledPolicy compile(PolicyBundle bundle) {
        return new CompiledPolicy(bundle);
    }

    /** The bundle. */
    public PolicyBundle bundle() {
        return bundle;
    }

    /** The audiences; the place of an audience is its bit. */
    public List<Audience> audiences() {
        return bundle.audiences();
    }

    /** All rules of all policies, in the order of the explain matrix. */
    public List<Rule> rules() {
        return IntStream.range(0, rules.size())
                .mapToObj(r -> rules.rule(r).rule())
                .toList();
    }

    /** A decision to be filled, again and again, by one thread. */
    public Decision newDecision() {
        return new Decision(this);
    }

    /** Decides an item for all audiences, in a decision of its own. */
    public Decision decide(Item item, Instant now) {
        Decision decision = newDecision();
        decide(item, now.toEpochMilli(), decision);
        return decision;
    }

    /**
     * Decides an item for all audiences. Allocates nothing, unless an item has more owners or objects
     * than any before in this decision. Never throws: what fails is withheld from everyone, with {@link Reason#ERROR}.
     *
     * @param item the item
     * @param nowMs gateway time, milliseconds since 1970-01-01T00:00:00Z
     * @param out where to put what was decided; made by {@link #newDecision()} of this policy
     */
    public void decide(Item item, long nowMs, Decision out) {
        out.start(item, nowMs);
        try {
            evaluate(item, nowMs, out);
        } catch (RuntimeException e) {
            out.fail(e);
        }
    }

    /**
     * Until when a decision about an item stays what it is: no bundle or consent begins or ends before, and no delay.
     *
     * @param item the item
     * @param nowMs gateway time, milliseconds since 1970-01-01T00:00:00Z
     * @return the first moment, in the same measure, that may change it
     */
    public long standsUntilMs(Item item, long nowMs) {
        long until = sooner(Long.MAX_VALUE, validFromMs, nowMs);
        until = sooner(until, validUntilMs, nowMs);
        until = sooner(until, item.receivedMs() - ROUNDING_MS, nowMs);
        for (int r = 0; r < rules.size(); r++) {
            CompiledRule rule = rules.rule(r);
            until = sooner(until, rule.liveFromMs(), nowMs);
            until = sooner(until, rule.liveUntilMs(), nowMs);
            until = sooner(until, item.receivedMs() + rule.delayMs(), nowMs);
        }
        return until;
    }

    private static long sooner(long until, long boundaryMs, long nowMs) {
        return boundaryMs > nowMs ? Math.min(until, boundaryMs) : until;
    }

    /**
     * Which audiences may have contributions with this label used for products of this kind: those to whom an item of
     * that kind with the contribution's own label, owners and objects would be released, whatever its delay. Declared
     * downgrades do not count: they free a derivative, not the data.
     */
    public AudienceSet usable(Item contribution, Instant now) {
        return decide(contribution, now).direct();
    }

    /** The same by its parts: label with owners, objects, and the kind of the product. */
    public AudienceSet usable(SecurityLabel label, List<ItemObject> objects, Kind kind, Instant received, Instant now) {
        return usable(Item.of(kind, label).objects(objects).received(received).build(), now);
    }

    private void evaluate(Item item, long nowMs, Decision out) {
        if (nowMs < validFromMs || nowMs >= validUntilMs) {
            out.withholdFromAll(Reason.BUNDLE_NOT_VALID);
            return;
        }
        if (nowMs + ROUNDING_MS < item.receivedMs()) {
            out.withholdFromAll(Reason.CLOCK);
            return;
        }
        out.barred.allBut(floor.mode(item.label().mode()), Reason.DATA_MODE, everyone);
        floor.bar(item.label(), out.barred, out.scratch);
        if (!rules.look(item, out)) {
            out.withholdFromAll(Reason.NO_POLICY);
            return;
        }
        rules.match(item, out);
        expressions(item, out);
        consents(nowMs, out);
        delays(nowMs - item.receivedMs(), out);
        if (!combine(out)) {
            relabel(item, out);
        }
    }

    /** A rule whose expression does not hold does not match; one that cannot be answered withholds from its audiences. */
    private void expressions(Item item, Decision out) {
        for (int r = out.nextMatched(rules.withExpression, 0);
                r >= 0;
                r = out.nextMatched(rules.withExpression, r + 1)) {
            CompiledRule rule = rules.rule(r);
            try {
                if (!Objects.requireNonNull(rule.when()).test(item.payload())) {
                    Bits.clear(out.matched, r);
                }
            } catch (RuntimeException e) {
                out.barred.bar(Reason.ERROR, rule.to());
                out.note(e);
            }
        }
    }

    private void consents(long nowMs, Decision out) {
        for (int r = out.nextMatched(rules.asking, 0); r >= 0; r = out.nextMatched(rules.asking, r + 1)) {
            CompiledRule rule = rules.rule(r);
            boolean live = rule.liveFromMs() <= nowMs && nowMs < rule.liveUntilMs();
            out.barred.allBut(rule.covered(), Reason.CONSENT_MISSING, rule.to());
            if (!live) {
                Bits.copy(rule.to(), out.scratch);
                Bits.and(out.scratch, rule.covered());
                out.barred.bar(Reason.CONSENT_EXPIRED, out.scratch);
            }
        }
    }

    private void delays(long ageMs, Decision out) {
        for (int r = out.nextMatched(rules.delaying, 0); r >= 0; r = out.nextMatched(rules.delaying, r + 1)) {
            if (ageMs < rules.rule(r).delayMs()) {
                Bits.or(out.held, rules.rule(r).to());
            }
        }
    }

    /**
     * Takes what every policy releases and nothing bars for released; false where labels alone bar someone: then a declared
     * downgrade may help.
     */
    private boolean combine(Decision out) {
        boolean complete = true;
        for (int w = 0; w < everyone.length; w++) {
            out.barred.bar(Reason.DENY_RULE, w, rules.reached(out.matched, rules.denying, w));
            out.barred.bar(Reason.NO_RELEASE_RULE, w, everyone[w] & ~rules.releasedByAll(out, w));
            long allowed = everyone[w] & ~out.barred.forGood(w);
            long byLabel = out.barred.byLabel(w);
            out.direct[w] = allowed & ~byLabel;
            out.released[w] = out.direct[w];
            out.through[w] = allowed & byLabel;
            complete &= out.through[w] == 0;
        }
        return complete;
    }

    /**
     * The declared downgrade. Since the floor of a join is the meet of the floors, each owner's part can be looked at
     * alone: an audience gets through if every part either admits it as it is, or is replaced by one that does.
     */
    private void relabel(Item item, Decision out) {
        if (out.nextMatched(rules.relabelling, 0) < 0) {
            return;
        }
        List<SecurityLabel> ownerLabels = item.ownerLabels();
        for (int i = 0; i < ownerLabels.size(); i++) {
            out.partBarred.clear();
            floor.bar(ownerLabels.get(i), out.partBarred, out.scratch);
            // a part with several owners needs a rule of each
            Bits.copy(everyone, out.replaced);
            List<OwnerId> owners = ownerLabels.get(i).owners();
            for (int o = 0; o < owners.size(); o++) {
                Arrays.fill(out.scratch, 0L);
                int policy = rules.policyOf(owners.get(o));
                for (int r = out.nextMatched(rules.relabelling, 0);
                        r >= 0;
                        r = out.nextMatched(rules.relabelling, r + 1)) {
                    CompiledRule rule = rules.rule(r);
                    for (int w = 0; rule.policyIndex() == policy && w < everyone.length; w++) {
                        out.scratch[w] |= rule.to()[w] & rule.relabelled()[w];
                    }
                }
                Bits.and(out.replaced, out.scratch);
            }
            for (int w = 0; w < everyone.length; w++) {
                out.through[w] &= ~out.partBarred.byLabel(w) | out.replaced[w];
            }
        }
        Bits.or(out.released, out.through);
    }

    private CompiledRule compile(int index, int policyIndex, Policy policy, Rule rule) {
        Rule.Head head = rule.head();
        long[] nobody = new long[everyone.length];
        long[] covered = nobody;
        long from = 0;
        long until = 0;
        if (rule instanceof Rule.Consent consent) {
            ConsentRecord record = bundle.consents().get(consent.record());
            // a record that another party signed is no consent of the one that is asked
            if (record != null && record.by().covers(consent.of())) {
                covered = audiences(new To(false, record.to(), record.at()));
                from = record.from().toEpochMilli();
                until = record.until().toEpochMilli();
            }
        }
        return new CompiledRule(
                index,
                policyIndex,
                policy,
                rule,
                audiences(head.to()),
                head.what().probabilityAtLeast().orElse(Double.NaN),
                condition(head.what()),
                covered,
                from,
                until,
                rule instanceof Rule.Delay delay ? Math.multiplyExact(delay.delayS(), 1000L) : 0,
                rule instanceof Rule.Relabel relabel ? admitted(relabel.as()) : nobody);
    }

    private static CompiledRule.@Nullable Condition condition(What what) {
        What.Expression when = what.when();
        if (when == null) {
            return null;
        }
        try {
            return CelCondition.compile(
                    Payload.bodies(what.kinds().iterator().next()).get(0), when.source())::test;
        } catch (CelCondition.BadExpressionException e) {
            throw new IllegalStateException("expression was checked when the bundle was read", e);
        }
    }

    private long[] audiences(To to) {
        long[] named = new long[everyone.length];
        for (To.Name name : to.names()) {
            for (Audience audience : bundle.audiences()) {
                if (audience.names().contains(name.text())) {
                    Bits.set(named, audience.index());
                }
            }
        }
        if (to.everyoneExcept()) {
            for (int w = 0; w < everyone.length; w++) {
                named[w] = everyone[w] & ~named[w];
            }
        }
        return named;
    }

    /** Audiences that level, categories and clauses of a label admit. */
    private long[] admitted(SecurityLabel label) {
        Barred barred = new Barred(everyone.length);
        floor.bar(label, barred, new long[everyone.length]);
        long[] admitted = new long[everyone.length];
        for (int w = 0; w < everyone.length; w++) {
            admitted[w] = everyone[w] & ~barred.byLabel(w);
        }
        return admitted;
    }

    /** Whether level, categories and clauses of a label admit the audience. */
    boolean admits(SecurityLabel label, int audience) {
        return Bits.has(admitted(label), audience);
    }

    long[] everyone() {
        return everyone;
    }

    RuleTable table() {
        return rules;
    }
}
