package nl.sluis.policy.decide;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.FieldPath;
import nl.sluis.policy.rule.Rule;
import nl.sluis.proto.v1.Sensitivity;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about one item for all audiences. Filled again by each call of {@link CompiledPolicy#decide(Item,
 * long, Decision)}, so it belongs to one thread; what it hands out stays.
 */
public final class Decision {
    private final CompiledPolicy policy;
    private @Nullable Item item;
    private long nowMs;
    private @Nullable RuntimeException failure;

    /** Whom each reason bars. */
    final Barred barred;

    /** Whom a modifier still holds back. */
    final long[] held;

    /** Who gets the item as it is, and who gets it at all, now or later. */
    final long[] direct;

    final long[] released;

    /** Which rules matched. */
    final long[] matched;

    /** Which policies apply. */
    final boolean[] applies;

    /** Workspaces: sets of audiences, then sets of rules. */
    final long[] scratch;

    final long[] through;
    final long[] replaced;
    final Barred partBarred;

    /** What each owner and object of the item means to rules. */
    RuleTable.OwnerRow[] owners = {};

    long[][] objectGrants = {};
    long[][] objectNarrows = {};
    long[][] stated = {};

    Decision(CompiledPolicy policy) {
        int audiences = policy.everyone().length;
        int rules = Bits.words(policy.table().size());
        this.policy = policy;
        this.barred = new Barred(audiences);
        this.held = new long[audiences];
        this.direct = new long[audiences];
        this.released = new long[audiences];
        this.matched = new long[rules];
        this.applies = new boolean[policy.bundle().policies().size()];
        this.scratch = new long[audiences];
        this.through = new long[audiences];
        this.replaced = new long[audiences];
        this.partBarred = new Barred(audiences);
        roomFor(2, 2);
    }

    /** Grows, for an item with more owners or objects than any before. */
    void roomFor(int ownerCount, int objectCount) {
        if (owners.length < ownerCount) {
            owners = new RuleTable.OwnerRow[ownerCount];
        }
        if (stated.length < objectCount) {
            objectGrants = new long[objectCount][];
            objectNarrows = new long[objectCount][];
            stated = new long[objectCount][matched.length];
        }
    }

    void start(Item newItem, long newNowMs) {
        item = newItem;
        nowMs = newNowMs;
        failure = null;
        barred.clear();
        Arrays.fill(held, 0L);
        Arrays.fill(direct, 0L);
        Arrays.fill(released, 0L);
        Arrays.fill(matched, 0L);
        Arrays.fill(applies, false);
    }

    void withholdFromAll(Reason reason) {
        barred.bar(reason, policy.everyone());
        Arrays.fill(direct, 0L);
        Arrays.fill(released, 0L);
    }

    void fail(RuntimeException e) {
        failure = e;
        withholdFromAll(Reason.ERROR);
    }

    void note(RuntimeException e) {
        failure = e;
    }

    /** The first rule from a place on that matched and is in a set; -1 where there is none. */
    int nextMatched(long[] among, int from) {
        int word = from >> 6;
        if (word >= matched.length) {
            return -1;
        }
        long left = matched[word] & among[word] & -1L << from;
        while (left == 0) {
            if (++word == matched.length) {
                return -1;
            }
            left = matched[word] & among[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(left);
    }

    /** What went wrong while deciding, or null. Whoever sees it raises the alarm; the item was withheld. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    /**
     * Withholds the item from everyone after all, with {@link Reason#ERROR}: a second decider said something else, or
     * failed. There is no way back.
     */
    public void withhold(RuntimeException cause) {
        fail(cause);
    }

    /** The policy that decided. */
    public CompiledPolicy policy() {
        return policy;
    }

    /** The item. */
    public Item item() {
        if (item == null) {
            throw new IllegalStateException("nothing was decided yet");
        }
        return item;
    }

    /** The time that it was decided for, in whole milliseconds. */
    public Instant decidedAt() {
        return Instant.ofEpochMilli(nowMs);
    }

    /** What the audience gets. */
    public Outcome outcome(int audience) {
        return !Bits.has(released, audience)
                ? Outcome.WITHHELD
                : Bits.has(held, audience) ? Outcome.DELAYED : Outcome.RELEASED;
    }

    /** Whether the item may be sent to the audience now. */
    public boolean isReleased(int audience) {
        return Bits.has(released, audience) && !Bits.has(held, audience);
    }

    /** Whether it leaves only under a declared downgrade: that use goes to the audit log. */
    public boolean isRelabelled(int audience) {
        return Bits.has(released, audience) && !Bits.has(direct, audience);
    }

    /** The audiences that may have it now. */
    public AudienceSet released() {
        long[] now = released.clone();
        for (int w = 0; w < now.length; w++) {
            now[w] &= ~held[w];
        }
        return AudienceSet.of(now);
    }

    /** The audiences that may have it now or later without any declared downgrade: for contributions, who may use them. */
    public AudienceSet direct() {
        return AudienceSet.of(direct);
    }

    /** The audiences that may have it now or later. */
    public AudienceSet releasedEventually() {
        return AudienceSet.of(released);
    }

    /** Whether any audience gets it only under a declared downgrade. */
    public boolean isRelabelledForAny() {
        return !Arrays.equals(released, direct);
    }

    /** What was decided, apart from the item and from declared downgrades. */
    public Shape shape() {
        return new Shape(released, matched);
    }

    /** Whether the rule with this index hit the audience: the explain matrix. */
    public boolean isHit(int rule, int audience) {
        return Bits.has(matched, rule) && Bits.has(policy.table().rule(rule).to(), audience);
    }

    /** When the item may go to the audience: receipt and the longest delay; null where it is withheld. */
    public @Nullable Instant due(int audience) {
        return Bits.has(released, audience)
                ? Instant.ofEpochMilli(item().receivedMs() + 1000 * delayS(audience))
                : null;
    }

    /** The first reason why the audience does not get it, or null where it does. */
    public @Nullable Reason reason(int audience) {
        List<Reason> all = reasons(audience);
        return all.isEmpty() ? null : all.get(0);
    }

    /** All reasons why the audience does not get it, in their order. */
    public List<Reason> reasons(int audience) {
        if (Bits.has(released, audience)) {
            return List.of();
        }
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        for (Reason reason : Reason.values()) {
            if (barred.isBarred(reason, audience)) {
                reasons.add(reason);
            }
        }
        return List.copyOf(reasons);
    }

    /** What must be done before it goes to the audience; null where it is withheld. */
    public @Nullable Obligations obligations(int audience) {
        if (!Bits.has(released, audience)) {
            return null;
        }
        Set<String> redact = new TreeSet<>();
        Set<Sensitivity> sensitivities = EnumSet.noneOf(Sensitivity.class);
        double sigma = 0;
        for (CompiledRule rule : hits(audience)) {
            if (rule.rule() instanceof Rule.Redact r) {
                r.fields().forEach(f -> redact.add(f.text()));
                sensitivities.addAll(r.sensitivities());
            } else if (rule.rule() instanceof Rule.Coarsen c) {
                sigma = Math.max(sigma, c.positionSigmaAtLeastM());
            }
        }
        Map<String, OptionalDouble> keep = null;
        SecurityLabel label = item().label();
        if (isRelabelled(audience)) {
            keep = new TreeMap<>();
            label = relabel(audience, keep);
        }
        return new Obligations(
                Set.copyOf(redact), Set.copyOf(sensitivities), sigma, delayS(audience), keep, label.released());
    }

    /** Quotas that count this item for the audience, at send. */
    public List<Rule.Quota> quotas(int audience) {
        return hits(audience).stream()
                .filter(r -> r.rule() instanceof Rule.Quota)
                .map(r -> (Rule.Quota) r.rule())
                .toList();
    }

    /** The forms in which the item goes out now, each with its audiences, in the order of their first audience. */
    public List<Variant> variants() {
        Map<Obligations, long[]> byForm = new LinkedHashMap<>();
        for (int audience = 0; audience < policy.audiences().size(); audience++) {
            Obligations obligations = isReleased(audience) ? obligations(audience) : null;
            if (obligations != null) {
                Bits.set(byForm.computeIfAbsent(obligations, k -> new long[released.length]), audience);
            }
        }
        List<Variant> variants = new ArrayList<>();
        byForm.forEach((form, audiences) -> variants.add(new Variant(form, AudienceSet.of(audiences))));
        return variants;
    }

    /** The whole story for one audience. */
    public Explanation explain(int audience) {
        Outcome outcome = outcome(audience);
        List<Reason> reasons = reasons(audience);
        return new Explanation(
                audience,
                policy.audiences().get(audience).tenants(),
                outcome,
                reasons,
                reasons.stream().map(r -> detail(r, audience)).toList(),
                hits(audience).stream().map(Decision::hit).toList(),
                obligations(audience),
                outcome == Outcome.DELAYED ? due(audience) : null);
    }

    private String detail(Reason reason, int audience) {
        return switch (reason) {
            case ERROR -> "error: " + (failure == null ? "unknown" : failure.getMessage());
            case BUNDLE_NOT_VALID ->
                "expired: bundle valid from "
                        + policy.bundle().header().validFrom() + " until "
                        + policy.bundle().header().validUntil();
            case CLOCK ->
                "clock: received " + Instant.ofEpochMilli(item().receivedMs()) + ", after now "
                        + Instant.ofEpochMilli(nowMs);
            case DATA_MODE -> "floor: data mode " + item().label().mode();
            case CLASSIFICATION ->
                "floor: " + parts(p -> !admitted(p, audience), p -> p.level().marking());
            case RESTRICTIVE ->
                "floor: category of "
                        + parts(p -> !holdsAll(p, audience), p -> p.spif().name());
            case RELEASABILITY ->
                "floor: "
                        + item().label().parts().stream()
                                .map(LabelPart::marking)
                                .map(m -> m.substring(m.indexOf("REL TO")))
                                .distinct()
                                .collect(Collectors.joining(" // "));
            case NO_POLICY ->
                "no policy of "
                        + item().label().owners().stream()
                                .filter(o -> policy.table().policyOf(o) < 0)
                                .map(OwnerId::toString)
                                .collect(Collectors.joining(", "));
            case CONSENT_MISSING, CONSENT_EXPIRED, DENY_RULE ->
                reason.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + ": "
                        + hits(audience).stream()
                                .filter(r -> (r.rule().verb() == Rule.Verb.DENY) == (reason == Reason.DENY_RULE)
                                        && (r.rule().verb() == Rule.Verb.DENY
                                                || r.rule().verb() == Rule.Verb.CONSENT))
                                .map(r -> r.rule().head().name())
                                .collect(Collectors.joining(", "));
            case NO_RELEASE_RULE -> "no release rule of " + silent(audience);
        };
    }

    private boolean admitted(LabelPart part, int audience) {
        Clearance clearance =
                policy.audiences().get(audience).clearances().get(part.spif().name());
        return clearance != null && clearance.lacvs().contains(part.level().lacv());
    }

    private boolean holdsAll(LabelPart part, int audience) {
        Clearance clearance =
                policy.audiences().get(audience).clearances().get(part.spif().name());
        return part.restrictive().isEmpty()
                || (clearance != null && clearance.held().containsAll(part.restrictive()));
    }

    private String parts(Predicate<LabelPart> which, Function<LabelPart, String> name) {
        return item().label().parts().stream().filter(which).map(name).collect(Collectors.joining(", "));
    }

    private String silent(int audience) {
        Set<String> silent = new TreeSet<>();
        for (int p = 0; p < applies.length; p++) {
            int index = p;
            boolean releases = hits(audience).stream()
                    .anyMatch(r -> r.rule().verb() == Rule.Verb.RELEASE && r.policyIndex() == index);
            if (applies[p] && !releases) {
                silent.add(policy.bundle().policies().get(p).ownerText());
            }
        }
        return String.join("; ", silent);
    }

    /** The new label and what may stay: every owner's part that bars the audience is replaced by its own rules' labels. */
    private SecurityLabel relabel(int audience, Map<String, OptionalDouble> keep) {
        List<SecurityLabel> results = new ArrayList<>();
        boolean first = true;
        for (SecurityLabel label : item().ownerLabels()) {
            if (policy.admits(label, audience)) {
                results.add(label);
                continue;
            }
            for (CompiledRule rule : hits(audience)) {
                if (rule.rule() instanceof Rule.Relabel relabel
                        && Bits.has(rule.relabelled(), audience)
                        && label.owners().stream().anyMatch(o -> policy.table().policyOf(o) == rule.policyIndex())) {
                    results.add(relabel.as().inPlaceOf(label));
                    narrow(keep, relabel, first);
                    first = false;
                }
            }
        }
        try {
            return SecurityLabel.join(results);
        } catch (LabelException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What two downgrades keep is what both keep, at the coarser precision. */
    private static void narrow(Map<String, OptionalDouble> keep, Rule.Relabel rule, boolean first) {
        Map<String, OptionalDouble> own = new TreeMap<>();
        for (Map.Entry<FieldPath, OptionalDouble> entry : rule.keep().entrySet()) {
            own.put(entry.getKey().text(), entry.getValue());
        }
        if (first) {
            keep.putAll(own);
            return;
        }
        keep.keySet().retainAll(own.keySet());
        keep.replaceAll((path, precision) -> {
            OptionalDouble other = own.getOrDefault(path, OptionalDouble.empty());
            return precision.orElse(0) >= other.orElse(0) ? precision : other;
        });
    }

    /**
     * Counts what goes to an audience against the quotas that hit it.
     *
     * @param ledger what was counted so far
     * @param nowMs gateway time, milliseconds since 1970-01-01T00:00:00Z
     * @return the first quota without room, for which the item is to be held; empty where there is none
     */
    public Optional<Rule.Quota> overQuota(int audience, QuotaLedger ledger, long nowMs) {
        String key = policy.audiences().get(audience).key();
        for (CompiledRule rule : hits(audience)) {
            if (rule.rule() instanceof Rule.Quota quota) {
                List<String> counted = quota.objects()
                        ? item().objects().stream().map(ItemObject::toString).toList()
                        : List.of("");
                for (String object : counted) {
                    if (!ledger.tryCount(key, rule.policy().name(), quota, object, nowMs)) {
                        return Optional.of(quota);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private long delayS(int audience) {
        long delay = 0;
        for (CompiledRule rule : hits(audience)) {
            if (rule.rule() instanceof Rule.Delay d) {
                delay = Math.max(delay, d.delayS());
            }
        }
        return delay;
    }

    private List<CompiledRule> hits(int audience) {
        List<CompiledRule> hits = new ArrayList<>();
        for (int r = 0; r < policy.table().size(); r++) {
            if (isHit(r, audience)) {
                hits.add(policy.table().rule(r));
            }
        }
        return hits;
    }

    private static Explanation.RuleHit hit(CompiledRule rule) {
        Rule.Head head = rule.rule().head();
        return new Explanation.RuleHit(
                rule.policy().name(),
                rule.policy().ownerText(),
                rule.rule().verb().word(),
                head.name(),
                head.at().file(),
                head.at().line(),
                head.why());
    }
}
