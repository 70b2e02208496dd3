package nl.sluis.policy.decide;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.ConsentRecord;
import nl.sluis.policy.bundle.ObjectGroups;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.CategoryRef;
import nl.sluis.policy.label.Clause;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spif;
import nl.sluis.policy.rule.CelCondition;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Payload;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
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

    private static final Rule.Verb[] MODIFIERS = {Rule.Verb.REDACT, Rule.Verb.COARSEN, Rule.Verb.DELAY, Rule.Verb.QUOTA
    };

    private final PolicyBundle bundle;
    private final int words;
    private final int groupWords;
    private final long[] everyone;
    private final long validFromMs;
    private final long validUntilMs;
    private final List<CompiledRule> rules = new ArrayList<>();
    private final OnePolicy[] policies;
    private final int hostPolicy;
    private final Map<OwnerId, Integer> policyOfOwner = new HashMap<>();
    private final Map<String, Integer> policyOfNation = new HashMap<>();
    private final long[][] modes;
    private final Map<String, PartTable> parts = new HashMap<>();
    private final Map<String, long[]> members = new HashMap<>();

    /** One party's rules, by kind of item. */
    private static final class OnePolicy {
        final CompiledRule[][] release;
        final CompiledRule[][] deny;
        final CompiledRule[][] consent;
        final CompiledRule[][] modifiers;
        final CompiledRule[][] relabel;

        OnePolicy(List<CompiledRule> rules) {
            release = byKind(rules, Set.of(Rule.Verb.RELEASE));
            deny = byKind(rules, Set.of(Rule.Verb.DENY));
            consent = byKind(rules, Set.of(Rule.Verb.CONSENT));
            modifiers = byKind(rules, Set.of(MODIFIERS));
            relabel = byKind(rules, Set.of(Rule.Verb.RELABEL));
        }

        private static CompiledRule[][] byKind(List<CompiledRule> rules, Set<Rule.Verb> verbs) {
            return Arrays.stream(Kind.values())
                    .map(k -> rules.stream()
                            .filter(r -> verbs.contains(r.rule.verb()) && (r.kinds >>> k.bit() & 1) != 0)
                            .toArray(CompiledRule[]::new))
                    .toArray(CompiledRule[][]::new);
        }
    }

    /** What one security policy admits whom to. */
    private record PartTable(Spif spif, Map<Integer, long[]> levels, Map<CategoryRef, long[]> categories) {}

    private CompiledPolicy(PolicyBundle bundle) {
        this.bundle = bundle;
        this.words = Math.max(1, (bundle.audiences().size() + 63) / 64);
        this.groupWords = bundle.groups().words();
        this.everyone = new long[words];
        bundle.audiences().forEach(a -> set(everyone, a.index()));
        this.validFromMs = bundle.header().validFrom().toEpochMilli();
        this.validUntilMs = bundle.header().validUntil().toEpochMilli();
        this.modes = new long[Mode.values().length][words];
        for (Audience audience : bundle.audiences()) {
            audience.modes().forEach(m -> set(modes[m.bit()], audience.index()));
            audience.releaseTokens()
                    .forEach(t -> set(members.computeIfAbsent(t, k -> new long[words]), audience.index()));
        }
        bundle.spifs().all().forEach(s -> parts.put(s.oid(), table(s)));
        this.policies = new OnePolicy[bundle.policies().size()];
        int host = -1;
        for (int p = 0; p < policies.length; p++) {
            Policy policy = bundle.policies().get(p);
            List<CompiledRule> own = new ArrayList<>();
            for (Rule rule : policy.rules()) {
                CompiledRule compiled = compile(p, policy, rule);
                rules.add(compiled);
                own.add(compiled);
            }
            policies[p] = new OnePolicy(own);
            for (PolicyOwner owner : policy.owners()) {
                OwnerId id = owner.owner();
                if (id == null) {
                    host = p;
                } else {
                    policyOfOwner.put(id, p);
                    if (id.tenant().isEmpty()) {
                        policyOfNation.put(id.nation(), p);
                    }
                }
            }
        }
        if (host < 0) {
            throw new IllegalStateException("bundle without a policy of the host");
        }
        this.hostPolicy = host;
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
        return rules.stream().map(r -> r.rule).toList();
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
     * Decides an item for all audiences. Allocates nothing, unless an item has more objects than any before in this
     * decision. Never throws: what fails is withheld from everyone, with {@link Reason#ERROR}.
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
     * Which audiences may have contributions with this label used for products of this kind: those to whom an item of
     * that kind with the contribution's own label, owners and objects would be released, whatever its delay. Declared
     * downgrades do not count: they free a derivative, not the data.
     */
    public AudienceSet usable(Item contribution, Instant now) {
        Decision decision = decide(contribution, now);
        return AudienceSet.of(decision.direct);
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
        objects(item, out);
        floor(item, out);
        if (!choosePolicies(item, out)) {
            out.withholdFromAll(Reason.NO_POLICY);
            return;
        }
        int kind = item.kind().bit();
        for (int p = 0; p < policies.length; p++) {
            if (out.applies[p]) {
                evaluate(policies[p], kind, item, nowMs, out);
            }
        }
        combine(item, kind, out);
    }

    /** Groups of each object for grants, and of any object for restrictions. */
    private void objects(Item item, Decision out) {
        List<ItemObject> objects = item.objects();
        out.roomFor(objects.size(), groupWords);
        Arrays.fill(out.anyGroups, 0L);
        for (int o = 0; o < objects.size(); o++) {
            ItemObject object = objects.get(o);
            long[] bits = out.objectGroups[o];
            boolean known;
            switch (object.state()) {
                case IDENTIFIED -> known = bundle.groups().groupsOf(object.id(), bits);
                case STATED -> known = stated(object, bits);
                default -> {
                    known = false;
                    Arrays.fill(bits, 0L);
                }
            }
            if (!known) {
                // a sensitive satellite that just manoeuvred is in no group: for restrictions it may be in any
                Arrays.fill(out.anyGroups, -1L);
                if (object.state() == ItemObject.State.UNCORRELATED) {
                    set(bits, bundle.groups().names().size() - 1);
                }
            }
            for (int w = 0; w < groupWords; w++) {
                out.anyGroups[w] |= bits[w];
            }
        }
    }

    private boolean stated(ItemObject object, long[] bits) {
        Arrays.fill(bits, 0L);
        List<String> names = bundle.groups().names();
        for (int i = 0; i < object.groups().size(); i++) {
            int group = names.indexOf(object.groups().get(i));
            if (group < 0) {
                throw new IllegalArgumentException(
                        "unknown group `" + object.groups().get(i) + "`");
            }
            if (object.groups().get(i).equals(ObjectGroups.UNCORRELATED)) {
                Arrays.fill(bits, 0L);
                set(bits, group);
                return false;
            }
            set(bits, group);
        }
        return true;
    }

    private void floor(Item item, Decision out) {
        long[] mode = modes[item.label().mode().bit()];
        for (int w = 0; w < words; w++) {
            out.modeBarred[w] = everyone[w] & ~mode[w];
        }
        List<LabelPart> labelParts = item.label().parts();
        for (int i = 0; i < labelParts.size(); i++) {
            LabelPart part = labelParts.get(i);
            PartTable table = parts.get(part.spif().oid());
            if (table == null || table.spif().version() != part.spif().version()) {
                or(out.levelBarred, everyone);
                continue;
            }
            barUnless(out.levelBarred, table.levels().get(part.level().lacv()));
            List<CategoryRef> restrictive = part.restrictive();
            for (int c = 0; c < restrictive.size(); c++) {
                barUnless(out.restrictiveBarred, table.categories().get(restrictive.get(c)));
            }
            List<Clause> release = part.release();
            for (int c = 0; c < release.size(); c++) {
                barUnlessAny(out.releaseBarred, release.get(c), out.scratch);
            }
        }
    }

    private void barUnless(long[] barred, long @Nullable [] admitted) {
        for (int w = 0; w < words; w++) {
            barred[w] |= admitted == null ? everyone[w] : everyone[w] & ~admitted[w];
        }
    }

    private void barUnlessAny(long[] barred, Clause clause, long[] scratch) {
        Arrays.fill(scratch, 0L);
        List<String> names = clause.members();
        for (int m = 0; m < names.size(); m++) {
            long[] bits = members.get(names.get(m));
            if (bits != null) {
                or(scratch, bits);
            }
        }
        barUnless(barred, scratch);
    }

    /** Audiences that pass level, categories and clauses of a label, for relabelling. */
    private void pass(SecurityLabel label, long[] passed, long[] scratch) {
        System.arraycopy(everyone, 0, passed, 0, words);
        List<LabelPart> labelParts = label.parts();
        for (int i = 0; i < labelParts.size(); i++) {
            LabelPart part = labelParts.get(i);
            PartTable table = parts.get(part.spif().oid());
            if (table == null || table.spif().version() != part.spif().version()) {
                Arrays.fill(passed, 0L);
                return;
            }
            and(passed, table.levels().get(part.level().lacv()));
            List<CategoryRef> restrictive = part.restrictive();
            for (int c = 0; c < restrictive.size(); c++) {
                and(passed, table.categories().get(restrictive.get(c)));
            }
            List<Clause> release = part.release();
            for (int c = 0; c < release.size(); c++) {
                Arrays.fill(scratch, 0L);
                List<String> names = release.get(c).members();
                for (int m = 0; m < names.size(); m++) {
                    long[] bits = members.get(names.get(m));
                    if (bits != null) {
                        or(scratch, bits);
                    }
                }
                and(passed, scratch);
            }
        }
    }

    /** The host's policy and that of every owner; false where an owner has none. */
    private boolean choosePolicies(Item item, Decision out) {
        Arrays.fill(out.applies, false);
        out.applies[hostPolicy] = true;
        List<OwnerId> owners = item.label().owners();
        for (int i = 0; i < owners.size(); i++) {
            int policy = policyOf(owners.get(i));
            if (policy < 0) {
                return false;
            }
            out.applies[policy] = true;
        }
        return true;
    }

    /** The owner's own policy, else its nation's, else -1. */
    int policyOf(OwnerId owner) {
        Integer own = policyOfOwner.get(owner);
        if (own == null) {
            own = policyOfNation.get(owner.nation());
        }
        return own == null ? -1 : own;
    }

    private void evaluate(OnePolicy policy, int kind, Item item, long nowMs, Decision out) {
        int objects = item.objects().size();
        long[] releasedHere = out.scratch;
        Arrays.fill(releasedHere, 0L);
        for (CompiledRule rule : policy.release[kind]) {
            if (rule.grants(item, out.objectGroups, objects)) {
                set(out.matched, rule.index);
                or(releasedHere, rule.to);
            }
        }
        barUnless(out.notReleased, releasedHere);
        for (CompiledRule rule : policy.deny[kind]) {
            if (rule.narrows(item, out.anyGroups) && holds(rule, item, out)) {
                set(out.matched, rule.index);
                or(out.denied, rule.to);
            }
        }
        for (CompiledRule rule : policy.consent[kind]) {
            if (rule.narrows(item, out.anyGroups)) {
                set(out.matched, rule.index);
                boolean live = rule.liveFromMs <= nowMs && nowMs < rule.liveUntilMs;
                for (int w = 0; w < words; w++) {
                    out.consentMissing[w] |= rule.to[w] & ~rule.covered[w];
                    if (!live) {
                        out.consentExpired[w] |= rule.to[w] & rule.covered[w];
                    }
                }
            }
        }
        for (CompiledRule rule : policy.modifiers[kind]) {
            if (rule.narrows(item, out.anyGroups) && holds(rule, item, out)) {
                set(out.matched, rule.index);
                if (rule.delayMs > 0 && nowMs - item.receivedMs() < rule.delayMs) {
                    or(out.held, rule.to);
                }
            }
        }
    }

    /** Whether the rule's expression holds; one that cannot be answered withholds the item from the rule's audiences. */
    private boolean holds(CompiledRule rule, Item item, Decision out) {
        if (rule.when == null) {
            return true;
        }
        try {
            Message payload = item.payload();
            return rule.when.test(payload);
        } catch (RuntimeException e) {
            or(out.failed, rule.to);
            set(out.matched, rule.index);
            out.note(e);
            return true;
        }
    }

    private void combine(Item item, int kind, Decision out) {
        for (int w = 0; w < words; w++) {
            long allowed = everyone[w]
                    & ~out.failed[w]
                    & ~out.modeBarred[w]
                    & ~out.notReleased[w]
                    & ~out.denied[w]
                    & ~out.consentMissing[w]
                    & ~out.consentExpired[w];
            out.direct[w] = allowed & ~out.levelBarred[w] & ~out.restrictiveBarred[w] & ~out.releaseBarred[w];
            out.released[w] = out.direct[w];
            out.scratch[w] = allowed & ~out.direct[w];
        }
        if (isEmpty(out.scratch)) {
            return;
        }
        relabel(item, kind, out);
    }

    /**
     * The declared downgrade. Since the floor of a join is the meet of the floors, each owner's part can be looked at
     * alone: an audience gets through if every part either admits it as it is, or is replaced by one that does.
     */
    private void relabel(Item item, int kind, Decision out) {
        boolean any = false;
        for (int p = 0; p < policies.length; p++) {
            any |= out.applies[p] && policies[p].relabel[kind].length > 0;
        }
        if (!any) {
            return;
        }
        long[] through = out.relabelled;
        System.arraycopy(out.scratch, 0, through, 0, words);
        List<SecurityLabel> ownerLabels = item.ownerLabels();
        for (int i = 0; i < ownerLabels.size(); i++) {
            SecurityLabel label = ownerLabels.get(i);
            pass(label, out.passed, out.scratch);
            List<OwnerId> owners = label.owners();
            // a part with several owners needs a rule of each
            for (int w = 0; w < words; w++) {
                out.replaced[w] = everyone[w];
            }
            for (int o = 0; o < owners.size(); o++) {
                Arrays.fill(out.scratch, 0L);
                int policy = policyOf(owners.get(o));
                for (CompiledRule rule : policies[policy].relabel[kind]) {
                    if (rule.grants(item, out.objectGroups, item.objects().size())) {
                        set(out.matched, rule.index);
                        for (int w = 0; w < words; w++) {
                            out.scratch[w] |= rule.to[w] & rule.relabelled[w];
                        }
                    }
                }
                and(out.replaced, out.scratch);
            }
            for (int w = 0; w < words; w++) {
                through[w] &= out.passed[w] | out.replaced[w];
            }
        }
        or(out.released, through);
    }

    private CompiledRule compile(int policyIndex, Policy policy, Rule rule) {
        Rule.Head head = rule.head();
        long[] to = audiences(head.to());
        long[] covered = new long[words];
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
        long[] relabelled = new long[words];
        if (rule instanceof Rule.Relabel relabel) {
            pass(relabel.as(), relabelled, new long[words]);
        }
        int kinds = 0;
        for (Kind kind : head.what().kinds().isEmpty()
                ? Set.of(Kind.values())
                : head.what().kinds()) {
            kinds |= 1 << kind.bit();
        }
        int modeBits = 0;
        for (Mode mode : head.what().modes().isEmpty()
                ? Set.of(Mode.values())
                : head.what().modes()) {
            modeBits |= 1 << mode.bit();
        }
        long[] groups = null;
        if (!head.what().groups().isEmpty()) {
            groups = new long[groupWords];
            for (String name : head.what().groups()) {
                set(groups, bundle.groups().names().indexOf(name));
            }
        }
        return new CompiledRule(
                rules.size(),
                policyIndex,
                policy,
                rule,
                kinds,
                modeBits,
                groups,
                head.what().probabilityAtLeast().orElse(Double.NaN),
                condition(head.what()),
                to,
                covered,
                from,
                until,
                relabelled);
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
        long[] named = new long[words];
        for (To.Name name : to.names()) {
            for (Audience audience : bundle.audiences()) {
                if (audience.names().contains(name.text())) {
                    set(named, audience.index());
                }
            }
        }
        if (to.everyoneExcept()) {
            for (int w = 0; w < words; w++) {
                named[w] = everyone[w] & ~named[w];
            }
        }
        return named;
    }

    private PartTable table(Spif spif) {
        Map<Integer, long[]> levels = new HashMap<>();
        Map<CategoryRef, long[]> categories = new HashMap<>();
        for (Audience audience : bundle.audiences()) {
            Clearance clearance = audience.clearances().get(spif.name());
            if (clearance == null) {
                continue;
            }
            clearance.lacvs().forEach(l -> set(levels.computeIfAbsent(l, k -> new long[words]), audience.index()));
            clearance.held().forEach(c -> set(categories.computeIfAbsent(c, k -> new long[words]), audience.index()));
        }
        return new PartTable(spif, levels, categories);
    }

    int words() {
        return words;
    }

    int groupWords() {
        return groupWords;
    }

    int policyCount() {
        return policies.length;
    }

    long[] everyone() {
        return everyone;
    }

    List<CompiledRule> compiledRules() {
        return rules;
    }

    /** Audiences that pass level, categories and clauses of a label. */
    boolean passes(SecurityLabel label, int audience) {
        long[] passed = new long[words];
        pass(label, passed, new long[words]);
        return (passed[audience >> 6] >>> audience & 1) != 0;
    }

    static void set(long[] bits, int bit) {
        bits[bit >> 6] |= 1L << bit;
    }

    static boolean isEmpty(long[] bits) {
        for (long word : bits) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    private static void or(long[] into, long[] bits) {
        for (int w = 0; w < into.length; w++) {
            into[w] |= bits[w];
        }
    }

    private static void and(long[] into, long @Nullable [] bits) {
        for (int w = 0; w < into.length; w++) {
            into[w] &= bits == null ? 0L : bits[w];
        }
    }
}
