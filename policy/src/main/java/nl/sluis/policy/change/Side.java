package nl.sluis.policy.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.ConsentRecord;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.Clause;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.FieldPath;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import org.jspecify.annotations.Nullable;

/** What one tenant gets under one bundle, as a formula over a {@link World}. */
final class Side {
    private final World world;
    private final Formula formula;
    private final PolicyBundle bundle;
    private final int index;
    private final Map<Rule, Integer> matched;
    private final @Nullable Audience audience;

    /** Whether the tenant passes the floor of what each owner contributed. */
    final Map<OwnerId, Integer> pass = new LinkedHashMap<>();

    int direct;
    int released;

    /** Degrees of obligation, each by a name that both sides share: true where it is ordered. */
    final Map<String, Integer> obligations = new TreeMap<>();

    /** Fields that stay, by path and precision: true where at least that is shown. */
    final Map<String, Integer> kept = new TreeMap<>();

    Side(World world, PolicyBundle bundle, int index, Map<Rule, Integer> matched, String tenant) {
        this.world = world;
        this.formula = world.formula;
        this.bundle = bundle;
        this.index = index;
        this.matched = matched;
        this.audience = bundle.audienceOf(tenant);
    }

    @Nullable
    Audience audience() {
        return audience;
    }

    /** Builds the formula; {@link #pass} must be filled. */
    void build() {
        Audience who = audience;
        if (who == null) {
            direct = formula.constant(false);
            released = formula.constant(false);
            return;
        }
        List<Integer> allowed = new ArrayList<>();
        allowed.add(world.during(bundle.header().validFrom(), bundle.header().validUntil()));
        allowed.add(formula.or(who.modes().stream().map(world.modes::get).toList()));
        Map<Policy, Integer> applies = applies(allowed);
        Map<String, List<Integer>> ordered = new TreeMap<>();
        applies.forEach((policy, applied) -> {
            List<Integer> releases = new ArrayList<>();
            for (Rule rule : policy.rules()) {
                if (!isIn(rule.head().to(), who)) {
                    continue;
                }
                int match = match(rule);
                int hit = formula.and(applied, match);
                if (rule instanceof Rule.Release) {
                    releases.add(match);
                } else if (rule instanceof Rule.Deny) {
                    allowed.add(-hit);
                } else if (rule instanceof Rule.Consent consent) {
                    allowed.add(formula.or(-hit, live(consent, who)));
                } else {
                    order(rule, hit, ordered);
                }
                var when = rule.head().what().when();
                if (when != null) {
                    int fails = world.expression(when, rule.head().what().kinds(), true);
                    allowed.add(-formula.and(hit, fails));
                }
            }
            allowed.add(formula.or(-applied, formula.or(releases)));
        });
        ordered.forEach((name, hits) -> obligations.put(name, formula.or(hits)));
        int free = formula.and(allowed);
        List<Integer> passes = new ArrayList<>();
        List<Integer> through = new ArrayList<>();
        world.owners.forEach((owner, variable) -> {
            int passed = pass.getOrDefault(owner, formula.constant(false));
            passes.add(formula.or(-variable, passed));
            List<Integer> ways = new ArrayList<>();
            ways.add(-variable);
            ways.add(passed);
            relabels(owner, who).forEach(r -> ways.add(match(r)));
            through.add(formula.or(ways));
        });
        direct = formula.and(free, formula.and(passes));
        released = formula.and(free, formula.and(through));
        keeps(who);
    }

    private int match(Rule rule) {
        Integer known = matched.get(rule);
        if (known == null) {
            known = world.matches(rule, index);
            matched.put(rule, known);
        }
        return known;
    }

    private Map<Policy, Integer> applies(List<Integer> allowed) {
        Map<Policy, Integer> applies = new LinkedHashMap<>();
        Map<Policy, List<Integer>> byOwner = new HashMap<>();
        world.owners.forEach((owner, variable) -> {
            Policy policy = World.policyOf(bundle, owner);
            if (policy == null) {
                allowed.add(-variable);
            } else {
                byOwner.computeIfAbsent(policy, k -> new ArrayList<>()).add(variable);
            }
        });
        for (Policy policy : bundle.policies()) {
            boolean host = policy.owners().stream().anyMatch(o -> o.isHost());
            applies.put(policy, host ? formula.constant(true) : formula.or(byOwner.getOrDefault(policy, List.of())));
        }
        return applies;
    }

    private int live(Rule.Consent rule, Audience who) {
        ConsentRecord record = bundle.consents().get(rule.record());
        if (record == null
                || !record.by().covers(rule.of())
                || record.to().stream().noneMatch(n -> who.names().contains(n.text()))) {
            return formula.constant(false);
        }
        return world.during(record.from(), record.until());
    }

    private static void order(Rule rule, int hit, Map<String, List<Integer>> ordered) {
        if (rule instanceof Rule.Redact redact) {
            redact.fields().forEach(f -> add(ordered, "redact " + f.text(), hit));
            redact.sensitivities().forEach(s -> add(ordered, "redact " + s.name(), hit));
        } else if (rule instanceof Rule.Coarsen coarsen) {
            add(ordered, "sigma " + coarsen.positionSigmaAtLeastM(), hit);
        } else if (rule instanceof Rule.Delay delay) {
            add(ordered, "delay " + delay.delayS(), hit);
        }
    }

    private static void add(Map<String, List<Integer>> ordered, String name, int hit) {
        ordered.computeIfAbsent(name, k -> new ArrayList<>()).add(hit);
    }

    /** Whether sigma or delay is at least so much. */
    int atLeast(String what, double amount) {
        List<Integer> terms = new ArrayList<>();
        obligations.forEach((name, hit) -> {
            if (name.startsWith(what + " ") && Double.parseDouble(name.substring(what.length() + 1)) >= amount) {
                terms.add(hit);
            }
        });
        return formula.or(terms);
    }

    private List<Rule.Relabel> relabels(OwnerId owner, Audience who) {
        Policy policy = World.policyOf(bundle, owner);
        return policy == null
                ? List.of()
                : policy.rules().stream()
                        .filter(r -> r instanceof Rule.Relabel relabel
                                && isIn(r.head().to(), who)
                                && passes(relabel.as(), who))
                        .map(r -> (Rule.Relabel) r)
                        .toList();
    }

    /** A field stays if no downgrade is needed, or if every downgrade that is used keeps it. */
    private void keeps(Audience who) {
        Set<String> fields = new TreeSet<>();
        for (OwnerId owner : world.owners.keySet()) {
            relabels(owner, who)
                    .forEach(r ->
                            r.keep().forEach((path, precision) -> fields.add(path.text() + " " + precision.orElse(0))));
        }
        for (String field : fields) {
            kept.put(field, shows(field, who));
        }
    }

    int shows(String field) {
        Audience who = audience;
        return who == null ? formula.constant(false) : shows(field, who);
    }

    private int shows(String field, Audience who) {
        String path = field.substring(0, field.indexOf(' '));
        double precision = Double.parseDouble(field.substring(field.indexOf(' ') + 1));
        List<Integer> kept = new ArrayList<>();
        world.owners.forEach((owner, variable) -> relabels(owner, who).forEach(rule -> {
            boolean keeps = rule.keep().entrySet().stream()
                    .anyMatch(e -> covers(e.getKey(), path) && e.getValue().orElse(0) <= precision);
            if (!keeps) {
                kept.add(-formula.and(variable, -pass.getOrDefault(owner, formula.constant(false)), match(rule)));
            }
        }));
        return formula.and(released, formula.or(direct, formula.and(kept)));
    }

    private static boolean covers(FieldPath path, String field) {
        return path.text().equals(field);
    }

    static boolean isIn(To to, Audience who) {
        boolean named = to.names().stream().anyMatch(n -> who.names().contains(n.text()));
        return to.everyoneExcept() != named;
    }

    /** Level, categories and clauses of a label; the mode is looked at elsewhere. */
    static boolean passes(SecurityLabel label, Audience who) {
        for (LabelPart part : label.parts()) {
            var clearance = who.clearances().get(part.spif().name());
            if (clearance == null
                    || !clearance.lacvs().contains(part.level().lacv())
                    || !clearance.held().containsAll(part.restrictive())) {
                return false;
            }
            for (Clause clause : part.release()) {
                if (clause.members().stream().noneMatch(who.releaseTokens()::contains)) {
                    return false;
                }
            }
        }
        return true;
    }
}
