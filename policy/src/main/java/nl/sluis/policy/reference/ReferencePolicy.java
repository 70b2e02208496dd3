package nl.sluis.policy.reference;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.AudienceDefinition;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.ConsentRecord;
import nl.sluis.policy.bundle.ObjectGroups;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.decide.Outcome;
import nl.sluis.policy.decide.Reason;
import nl.sluis.policy.label.Clause;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spif;
import nl.sluis.policy.rule.CelCondition;
import nl.sluis.policy.rule.FieldPath;
import nl.sluis.policy.rule.Payload;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.rule.What;
import org.jspecify.annotations.Nullable;

/**
 * The slow, obvious decider: one tenant, one item, read off SPECIFICATION.md paragraph by paragraph. Immutable; any
 * thread may ask. It takes some microseconds for a tenant and a rule, against nanoseconds for all tenants at once.
 */
public final class ReferencePolicy {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}");

    private final PolicyBundle bundle;
    private final Map<String, Set<String>> listed = new HashMap<>();
    private final IdentityHashMap<Rule, CelCondition> expressions = new IdentityHashMap<>();

    private ReferencePolicy(PolicyBundle bundle) {
        this.bundle = bundle;
        bundle.groups().groups().forEach((name, group) -> {
            Set<String> ids = new HashSet<>();
            group.ids().forEach(id -> ids.add(plain(id)));
            listed.put(name, ids);
        });
        for (Policy policy : bundle.policies()) {
            for (Rule rule : policy.rules()) {
                What.Expression when = rule.head().what().when();
                if (when != null) {
                    expressions.put(rule, expression(rule, when));
                }
            }
        }
    }

    /** A reference for a bundle. */
    public static ReferencePolicy of(PolicyBundle bundle) {
        return new ReferencePolicy(bundle);
    }

    /** The first tenant of whom a decision does not say what this reference says; empty where they agree. */
    public Optional<Disagreement> disagreement(Decision decision) {
        return bundle.tenants().keySet().stream()
                .flatMap(tenant -> disagreement(decision, tenant).stream())
                .findFirst();
    }

    /** The same for one tenant only. A tenant that does not take part must be in no audience. */
    public Optional<Disagreement> disagreement(Decision decision, String id) {
        Tenant tenant = bundle.tenants().get(id);
        Audience audience = decision.policy().bundle().audienceOf(id);
        Answer found = audience == null ? null : Answer.of(decision, audience.index());
        Answer expected = tenant != null && tenant.status() == Tenant.Status.ACTIVE
                ? decide(decision.item(), tenant, decision.decidedAt())
                : null;
        return Objects.equals(found, expected)
                ? Optional.empty()
                : Optional.of(new Disagreement(id, said(found), said(expected)));
    }

    private static String said(@Nullable Answer answer) {
        return answer == null ? "takes no part" : answer.toString();
    }

    Answer decide(Item item, Tenant tenant, Instant now) {
        // 3.1
        if (now.isBefore(bundle.header().validFrom())
                || !now.isBefore(bundle.header().validUntil())) {
            return Answer.withheld(EnumSet.of(Reason.BUNDLE_NOT_VALID));
        }
        Instant received = Instant.ofEpochMilli(item.receivedMs());
        if (now.plusMillis(1).isBefore(received)) {
            return Answer.withheld(EnumSet.of(Reason.CLOCK));
        }
        Set<Reason> floor = floor(item.label(), tenant);
        List<Policy> policies = policies(item);
        if (policies.isEmpty()) {
            floor.add(Reason.NO_POLICY);
            return Answer.withheld(floor);
        }
        Set<Reason> rules = EnumSet.noneOf(Reason.class);
        List<Rule> hits = new ArrayList<>();
        for (Policy policy : policies) {
            boolean released = false;
            for (Rule rule : policy.rules()) {
                if (!hits(rule, item, tenant, rules)) {
                    continue;
                }
                hits.add(rule);
                if (rule instanceof Rule.Release) {
                    released = true;
                } else if (rule instanceof Rule.Deny) {
                    rules.add(Reason.DENY_RULE);
                } else if (rule instanceof Rule.Consent consent) {
                    consent(consent, tenant, now, rules);
                }
            }
            if (!released) {
                rules.add(Reason.NO_RELEASE_RULE);
            }
        }
        // 3.7, 3.8
        Map<String, Double> keep = new TreeMap<>();
        SecurityLabel label = item.label();
        if (!floor.isEmpty() || !rules.isEmpty()) {
            if (!rules.isEmpty() || floor.contains(Reason.DATA_MODE)) {
                floor.addAll(rules);
                return Answer.withheld(floor);
            }
            SecurityLabel downgraded = downgrade(item, tenant, keep);
            if (downgraded == null) {
                return Answer.withheld(floor);
            }
            label = downgraded;
        }
        return obliged(hits, received, now, keep, label);
    }

    /** 3.6: the policies that apply, each once; none where an owner has no policy. */
    List<Policy> policies(Item item) {
        List<Policy> policies = new ArrayList<>();
        policies.add(bundle.policies().stream()
                .filter(p -> p.owners().stream().anyMatch(o -> o.owner() == null))
                .findFirst()
                .orElseThrow());
        for (OwnerId owner : item.label().owners()) {
            Policy policy = policyOf(owner);
            if (policy == null) {
                return List.of();
            }
            if (!policies.contains(policy)) {
                policies.add(policy);
            }
        }
        return policies;
    }

    /** Whether a rule of a policy that applies matches an item with the tenant in its {@code to}. */
    boolean hits(Rule rule, Item item, Tenant tenant, Set<Reason> failures) {
        return isIn(rule.head().to(), tenant) && matches(rule, item, failures);
    }

    /** 3.9 */
    private static Answer obliged(
            List<Rule> hits, Instant received, Instant now, Map<String, Double> keep, SecurityLabel label) {
        Set<String> redact = new TreeSet<>();
        double sigma = 0;
        long delay = 0;
        for (Rule rule : hits) {
            if (rule instanceof Rule.Redact r) {
                r.fields().forEach(f -> redact.add(f.text()));
                r.sensitivities().forEach(s -> redact.add(s.name()));
            } else if (rule instanceof Rule.Coarsen c) {
                sigma = Math.max(sigma, c.positionSigmaAtLeastM());
            } else if (rule instanceof Rule.Delay d) {
                delay = Math.max(delay, d.delayS());
            }
        }
        // without a delay nothing is held, also in the millisecond of its receipt
        boolean isHeld = delay > 0 && now.isBefore(received.plusSeconds(delay));
        Outcome outcome = isHeld ? Outcome.DELAYED : Outcome.RELEASED;
        return new Answer(
                outcome, Set.of(), redact, sigma, delay, keep, label.released().digestHex());
    }

    /** 3.3; a level of another version of a security policy is not known, and admitted to nobody */
    private Set<Reason> floor(SecurityLabel label, Tenant tenant) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        if (!tenant.modes().contains(label.mode())) {
            reasons.add(Reason.DATA_MODE);
        }
        for (LabelPart part : label.parts()) {
            Spif known = bundle.spifs().withOid(part.spif().oid());
            if (known == null || known.version() != part.spif().version()) {
                reasons.add(Reason.CLASSIFICATION);
                continue;
            }
            Clearance clearance = tenant.clearances().get(part.spif().name());
            if (clearance == null
                    || part.level().hierarchy() > clearance.level().hierarchy()) {
                reasons.add(Reason.CLASSIFICATION);
            }
            if (!part.restrictive().isEmpty()
                    && (clearance == null || !clearance.held().containsAll(part.restrictive()))) {
                reasons.add(Reason.RESTRICTIVE);
            }
            for (Clause clause : part.release()) {
                if (clause.members().stream().noneMatch(m -> isMember(m, tenant))) {
                    reasons.add(Reason.RELEASABILITY);
                }
            }
        }
        return reasons;
    }

    private static boolean isMember(String member, Tenant tenant) {
        int slash = member.indexOf('/');
        String body = slash < 0 ? member : member.substring(0, slash);
        boolean belongs =
                tenant.nations().contains(body) || tenant.communities().contains(body);
        return belongs && (slash < 0 || member.substring(slash + 1).equals(tenant.id()));
    }

    /** 2.4 */
    private @Nullable Policy policyOf(OwnerId owner) {
        Policy ofNation = null;
        for (Policy policy : bundle.policies()) {
            for (PolicyOwner whose : policy.owners()) {
                if (owner.equals(whose.owner())) {
                    return policy;
                }
                if (new OwnerId(owner.nation(), "").equals(whose.owner())) {
                    ofNation = policy;
                }
            }
        }
        return ofNation;
    }

    /** 3.4, 3.5 */
    private boolean matches(Rule rule, Item item, Set<Reason> failures) {
        boolean grants = rule instanceof Rule.Release || rule instanceof Rule.Relabel;
        if (grants ? !grants(rule.head().what(), item) : !narrows(rule.head().what(), item)) {
            return false;
        }
        CelCondition expression = expressions.get(rule);
        if (expression == null) {
            return true;
        }
        try {
            return expression.test(item.payload());
        } catch (RuntimeException e) {
            failures.add(Reason.ERROR);
            return true;
        }
    }

    private static CelCondition expression(Rule rule, What.Expression when) {
        try {
            return CelCondition.compile(
                    Payload.bodies(rule.head().what().kinds().iterator().next()).get(0), when.source());
        } catch (CelCondition.BadExpressionException e) {
            throw new IllegalStateException("expression was checked when the bundle was read", e);
        }
    }

    /** 3.4, rules that grant */
    private boolean grants(What what, Item item) {
        if (!isOfKindAndMode(what, item)) {
            return false;
        }
        boolean matches = true;
        for (ItemObject object : item.objects()) {
            matches &= what.groups().isEmpty() || what.groups().stream().anyMatch(g -> isKnownIn(object, g));
        }
        for (OwnerId owner : item.label().owners()) {
            matches &= what.owners().isEmpty() || what.owners().stream().anyMatch(o -> covers(o, owner));
        }
        return matches
                && (what.probabilityAtLeast().isEmpty()
                        || item.probability() >= what.probabilityAtLeast().getAsDouble());
    }

    /** 3.4, rules that narrow */
    private boolean narrows(What what, Item item) {
        if (!isOfKindAndMode(what, item)) {
            return false;
        }
        boolean group = what.groups().isEmpty()
                || item.objects().stream()
                        .anyMatch(o -> !isKnown(o) || what.groups().stream().anyMatch(g -> isKnownIn(o, g)));
        boolean owner = what.owners().isEmpty()
                || item.label().owners().stream()
                        .anyMatch(o -> what.owners().stream().anyMatch(w -> covers(w, o) || covers(o, w)));
        boolean probability = what.probabilityAtLeast().isEmpty()
                || Double.isNaN(item.probability())
                || item.probability() >= what.probabilityAtLeast().getAsDouble();
        return group && owner && probability;
    }

    private static boolean isOfKindAndMode(What what, Item item) {
        return (what.kinds().isEmpty() || what.kinds().contains(item.kind()))
                && (what.modes().isEmpty() || what.modes().contains(item.label().mode()));
    }

    private static boolean covers(OwnerId whole, OwnerId part) {
        return whole.nation().equals(part.nation())
                && (whole.tenant().isEmpty() || whole.tenant().equals(part.tenant()));
    }

    /** 3.2 */
    private boolean isKnown(ItemObject object) {
        return switch (object.state()) {
            case IDENTIFIED -> listed.keySet().stream().anyMatch(g -> lists(g, object.id()));
            case STATED -> !object.groups().contains(ObjectGroups.UNCORRELATED);
            case UNCORRELATED, AMBIGUOUS, UNKNOWN -> false;
        };
    }

    private boolean isKnownIn(ItemObject object, String group) {
        return switch (object.state()) {
            case IDENTIFIED -> lists(group, object.id());
            case STATED -> isKnown(object) ? object.groups().contains(group) : group.equals(ObjectGroups.UNCORRELATED);
            case UNCORRELATED -> group.equals(ObjectGroups.UNCORRELATED);
            case AMBIGUOUS, UNKNOWN -> false;
        };
    }

    private boolean lists(String group, String id) {
        ObjectGroups.Group content = bundle.groups().groups().get(group);
        if (content == null) {
            return false;
        }
        String plain = plain(id);
        boolean isNumber = NUMBER.matcher(plain).matches();
        return listed.getOrDefault(group, Set.of()).contains(plain)
                || (isNumber
                        && content.ranges().stream()
                                .anyMatch(r -> r[0] <= Long.parseLong(plain) && Long.parseLong(plain) <= r[1]));
    }

    /** A catalogue number without leading zeros, anything else as it is. */
    private static String plain(String id) {
        return NUMBER.matcher(id).matches() ? Long.toString(Long.parseLong(id)) : id;
    }

    /** 2.5 */
    private boolean isIn(To to, Tenant tenant) {
        boolean named = to.names().stream().anyMatch(n -> isNamed(n.text(), tenant));
        return to.everyoneExcept() != named;
    }

    private boolean isNamed(String name, Tenant tenant) {
        AudienceDefinition definition = bundle.definitions().get(name);
        return tenant.id().equals(name) || (definition != null && includes(definition, tenant));
    }

    private static boolean includes(AudienceDefinition definition, Tenant tenant) {
        return meets(definition.nations(), tenant.nations())
                && meets(definition.communities(), tenant.communities())
                && meets(definition.tenants(), Set.of(tenant.id()))
                && meets(definition.roles(), tenant.roles());
    }

    private static boolean meets(Set<?> stated, Set<?> had) {
        return stated.isEmpty() || !Collections.disjoint(stated, had);
    }

    /** 3.6, consents */
    private void consent(Rule.Consent rule, Tenant tenant, Instant now, Set<Reason> reasons) {
        ConsentRecord record = bundle.consents().get(rule.record());
        if (record == null
                || !covers(record.by(), rule.of())
                || record.to().stream().noneMatch(n -> isNamed(n.text(), tenant))) {
            reasons.add(Reason.CONSENT_MISSING);
        } else if (now.isBefore(record.from()) || !now.isBefore(record.until())) {
            reasons.add(Reason.CONSENT_EXPIRED);
        }
    }

    /** 3.8: the label under which the item leaves, and what it keeps; null where there is no way through. */
    private @Nullable SecurityLabel downgrade(Item item, Tenant tenant, Map<String, Double> keep) {
        List<SecurityLabel> labels = new ArrayList<>();
        boolean first = true;
        for (SecurityLabel label : item.ownerLabels()) {
            if (floor(label, tenant).isEmpty()) {
                labels.add(label);
                continue;
            }
            for (OwnerId owner : label.owners()) {
                boolean found = false;
                Policy policy = policyOf(owner);
                for (Rule rule : policy == null ? List.<Rule>of() : policy.rules()) {
                    if (rule instanceof Rule.Relabel relabel
                            && grants(rule.head().what(), item)
                            && isIn(rule.head().to(), tenant)
                            && floor(relabel.as().inPlaceOf(label), tenant).isEmpty()) {
                        found = true;
                        labels.add(relabel.as().inPlaceOf(label));
                        Map<String, Double> own = new TreeMap<>();
                        for (FieldPath path : relabel.keep().keySet()) {
                            own.put(path.text(), relabel.keep().get(path).orElse(0));
                        }
                        if (first) {
                            keep.putAll(own);
                            first = false;
                        } else {
                            keep.keySet().retainAll(own.keySet());
                            keep.replaceAll((path, precision) -> Math.max(precision, own.getOrDefault(path, 0.0)));
                        }
                    }
                }
                if (!found) {
                    return null;
                }
            }
        }
        try {
            return SecurityLabel.join(labels);
        } catch (LabelException e) {
            throw new IllegalStateException(e);
        }
    }
}
