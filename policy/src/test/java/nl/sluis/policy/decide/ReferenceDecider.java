package nl.sluis.policy.decide;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.bundle.AudienceDefinition;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.ConsentRecord;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.Clause;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.FieldPath;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.rule.What;

/** The slow, obvious decider: one tenant, one item, read off SPECIFICATION.md paragraph by paragraph. */
final class ReferenceDecider {
    /**
     * What one tenant gets.
     *
     * @param outcome released, delayed or withheld
     * @param reasons why withheld, all that apply
     * @param form obligations, written out; empty where withheld
     */
    record Answer(Outcome outcome, Set<Reason> reasons, String form) {}

    private final PolicyBundle bundle;

    ReferenceDecider(PolicyBundle bundle) {
        this.bundle = bundle;
    }

    Answer decide(Item item, Tenant tenant, Instant now) {
        // 3.1
        if (now.isBefore(bundle.header().validFrom())
                || !now.isBefore(bundle.header().validUntil())) {
            return withheld(EnumSet.of(Reason.BUNDLE_NOT_VALID));
        }
        Instant received = Instant.ofEpochMilli(item.receivedMs());
        if (now.plusMillis(1).isBefore(received)) {
            return withheld(EnumSet.of(Reason.CLOCK));
        }
        Set<Reason> floor = floor(item.label(), tenant);
        // 3.6
        List<Policy> policies = new ArrayList<>();
        policies.add(bundle.policies().stream()
                .filter(p -> p.owners().stream().anyMatch(o -> o.isHost()))
                .findFirst()
                .orElseThrow());
        for (OwnerId owner : item.label().owners()) {
            Policy policy = policyOf(owner);
            if (policy == null) {
                floor.add(Reason.NO_POLICY);
                return withheld(floor);
            }
            if (!policies.contains(policy)) {
                policies.add(policy);
            }
        }
        Set<Reason> rules = EnumSet.noneOf(Reason.class);
        List<Rule> hits = new ArrayList<>();
        for (Policy policy : policies) {
            boolean released = false;
            for (Rule rule : policy.rules()) {
                if (!isIn(rule.head().to(), tenant)) {
                    continue;
                }
                What what = rule.head().what();
                if (rule.verb().grants() ? !grants(what, item) : !narrows(what, item)) {
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
        String keep = "";
        if (!floor.isEmpty() || !rules.isEmpty()) {
            if (!rules.isEmpty() || floor.contains(Reason.DATA_MODE)) {
                floor.addAll(rules);
                return withheld(floor);
            }
            keep = downgrade(item, tenant);
            if (keep.isEmpty()) {
                return withheld(floor);
            }
        }
        // 3.9
        Set<String> redact = new TreeSet<>();
        double sigma = 0;
        long delay = 0;
        for (Rule rule : hits) {
            if (rule instanceof Rule.Redact r) {
                r.fields().forEach(f -> redact.add(f.text()));
            } else if (rule instanceof Rule.Coarsen c) {
                sigma = Math.max(sigma, c.positionSigmaAtLeastM());
            } else if (rule instanceof Rule.Delay d) {
                delay = Math.max(delay, d.delayS());
            }
        }
        Outcome outcome = now.isBefore(received.plusSeconds(delay)) ? Outcome.DELAYED : Outcome.RELEASED;
        return new Answer(outcome, Set.of(), form(redact, sigma, delay, keep));
    }

    static String form(Set<String> redact, double sigma, long delay, String keep) {
        return "redact=" + new TreeSet<>(redact) + " sigma=" + sigma + " delay=" + delay + " " + keep;
    }

    private static Answer withheld(Set<Reason> reasons) {
        return new Answer(Outcome.WITHHELD, reasons, "");
    }

    /** 3.3 */
    private Set<Reason> floor(SecurityLabel label, Tenant tenant) {
        Set<Reason> reasons = EnumSet.noneOf(Reason.class);
        if (!tenant.modes().contains(label.mode())) {
            reasons.add(Reason.DATA_MODE);
        }
        for (LabelPart part : label.parts()) {
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
        if (member.contains("/")) {
            String head = member.substring(0, member.indexOf('/'));
            return member.substring(member.indexOf('/') + 1).equals(tenant.id())
                    && (tenant.nations().contains(head) || tenant.communities().contains(head));
        }
        return tenant.nations().contains(member) || tenant.communities().contains(member);
    }

    /** 2.4 */
    private Policy policyOf(OwnerId owner) {
        Policy nation = null;
        for (Policy policy : bundle.policies()) {
            for (var whose : policy.owners()) {
                if (owner.equals(whose.owner())) {
                    return policy;
                }
                if (new OwnerId(owner.nation(), "").equals(whose.owner())) {
                    nation = policy;
                }
            }
        }
        return nation;
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
            matches &= what.owners().isEmpty() || what.owners().stream().anyMatch(o -> o.covers(owner));
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
                        .anyMatch(o -> what.owners().stream().anyMatch(w -> w.covers(o) || o.covers(w)));
        boolean probability = what.probabilityAtLeast().isEmpty()
                || Double.isNaN(item.probability())
                || item.probability() >= what.probabilityAtLeast().getAsDouble();
        return group && owner && probability;
    }

    private static boolean isOfKindAndMode(What what, Item item) {
        return (what.kinds().isEmpty() || what.kinds().contains(item.kind()))
                && (what.modes().isEmpty() || what.modes().contains(item.label().mode()));
    }

    /** 3.2 */
    private boolean isKnown(ItemObject object) {
        return switch (object.state()) {
            case IDENTIFIED -> !bundle.groups().groupsOf(object.id()).isEmpty();
            case STATED -> !object.groups().contains("uncorrelated");
            case UNCORRELATED, AMBIGUOUS, UNKNOWN -> false;
        };
    }

    private boolean isKnownIn(ItemObject object, String group) {
        return switch (object.state()) {
            case IDENTIFIED -> bundle.groups().groupsOf(object.id()).contains(group);
            case STATED -> isKnown(object) ? object.groups().contains(group) : group.equals("uncorrelated");
            case UNCORRELATED -> group.equals("uncorrelated");
            case AMBIGUOUS, UNKNOWN -> false;
        };
    }

    /** 2.5 */
    private boolean isIn(To to, Tenant tenant) {
        boolean named = to.names().stream().anyMatch(n -> isNamed(n.text(), tenant));
        return to.everyoneExcept() != named;
    }

    private boolean isNamed(String name, Tenant tenant) {
        AudienceDefinition definition = bundle.definitions().get(name);
        return tenant.id().equals(name) || (definition != null && definition.includes(tenant));
    }

    private void consent(Rule.Consent rule, Tenant tenant, Instant now, Set<Reason> reasons) {
        ConsentRecord record = bundle.consents().get(rule.record());
        if (record == null
                || !record.by().covers(rule.of())
                || record.to().stream().noneMatch(n -> isNamed(n.text(), tenant))) {
            reasons.add(Reason.CONSENT_MISSING);
        } else if (now.isBefore(record.from()) || !now.isBefore(record.until())) {
            reasons.add(Reason.CONSENT_EXPIRED);
        }
    }

    /** 3.8; empty where there is no way through. */
    private String downgrade(Item item, Tenant tenant) {
        TreeMap<String, Double> keep = null;
        List<SecurityLabel> labels = new ArrayList<>();
        for (SecurityLabel label : item.ownerLabels()) {
            if (floor(label, tenant).isEmpty()) {
                labels.add(label);
                continue;
            }
            for (OwnerId owner : label.owners()) {
                boolean found = false;
                for (Rule rule : policyOf(owner).rules()) {
                    if (rule instanceof Rule.Relabel relabel
                            && grants(rule.head().what(), item)
                            && isIn(rule.head().to(), tenant)
                            && floor(relabel.as().inPlaceOf(label), tenant).isEmpty()) {
                        found = true;
                        labels.add(relabel.as().inPlaceOf(label));
                        TreeMap<String, Double> own = new TreeMap<>();
                        for (FieldPath path : relabel.keep().keySet()) {
                            own.put(path.text(), relabel.keep().get(path).orElse(0));
                        }
                        if (keep == null) {
                            keep = own;
                        } else {
                            keep.keySet().retainAll(own.keySet());
                            keep.replaceAll((k, v) -> Math.max(v, own.get(k)));
                        }
                    }
                }
                if (!found) {
                    return "";
                }
            }
        }
        try {
            return "keep=" + keep + " as=" + SecurityLabel.join(labels).marking();
        } catch (nl.sluis.policy.label.LabelException e) {
            throw new IllegalStateException(e);
        }
    }
}
