package nl.sluis.policy.change;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.ConsentRecord;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.Clause;
import nl.sluis.policy.label.LabelPart;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import org.jspecify.annotations.Nullable;

/** What one tenant gets under one bundle, as a formula over a {@link World}. */
final class Side {
    /** No place. */
    private static final int NOTHING = -1;

    private final World world;
    private final Formula formula;
    private final PolicyBundle bundle;
    private final int index;
    private final @Nullable Audience audience;
    private final int withoutPolicy;
    private final int withoutRule;
    private final Map<OwnerId, List<Rule.Relabel>> relabels = new LinkedHashMap<>();

    /** Whether the tenant passes the floor of what each owner contributed. */
    final Map<OwnerId, Integer> pass = new LinkedHashMap<>();

    int direct;
    int released;

    /** The rules that order each field or sensitivity removed, each sigma in m, each delay in s. */
    private final NavigableMap<String, List<Integer>> redact = new TreeMap<>();

    private final NavigableMap<Double, List<Integer>> sigmaM = new TreeMap<>();
    private final NavigableMap<Long, List<Integer>> delayS = new TreeMap<>();

    /** Quotas by policy and name, and where they count. */
    private final Map<String, Integer> counted = new TreeMap<>();

    private final Map<String, Rule.Quota> quotas = new TreeMap<>();

    /**
     * A field that a downgrade keeps.
     *
     * @param path its path
     * @param precision what it is rounded to, in SI units; 0 where it is not
     */
    record Kept(String path, double precision) implements Comparable<Kept> {
        @Override
        public int compareTo(Kept other) {
            int byPath = path.compareTo(other.path);
            return byPath != 0 ? byPath : Double.compare(precision, other.precision);
        }
    }

    Side(World world, PolicyBundle bundle, int index, String tenant) {
        this(world, bundle, index, tenant, NOTHING, NOTHING);
    }

    /** As if the rule at this place of the policy at this place were not there. */
    Side(World world, PolicyBundle bundle, int index, String tenant, int withoutPolicy, int withoutRule) {
        this.withoutPolicy = withoutPolicy;
        this.withoutRule = withoutRule;
        this.world = world;
        this.formula = world.formula;
        this.bundle = bundle;
        this.index = index;
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
        for (int p = 0; p < bundle.policies().size(); p++) {
            policy(p, who, allowed);
        }
        world.owners.forEach((owner, variable) -> {
            if (world.policyOf(owner, index) == World.NO_POLICY) {
                allowed.add(-variable);
            }
        });
        int free = formula.and(allowed);
        List<Integer> passes = new ArrayList<>();
        List<Integer> through = new ArrayList<>();
        world.owners.forEach((owner, variable) -> {
            int passed = passes(owner);
            passes.add(formula.or(-variable, passed));
            List<Integer> ways = new ArrayList<>(List.of(-variable, passed));
            relabels(owner).forEach(r -> ways.add(world.matches(r, index)));
            through.add(formula.or(ways));
        });
        direct = formula.and(free, formula.and(passes));
        released = formula.and(free, formula.and(through));
    }

    /** One policy must release on its own rules, if it applies; its modifiers add up with all others. */
    private void policy(int place, Audience who, List<Integer> allowed) {
        Policy policy = bundle.policies().get(place);
        int applied = applied(policy, place);
        List<Integer> releases = new ArrayList<>();
        List<Rule.Relabel> downgrades = new ArrayList<>();
        for (int r = 0; r < policy.rules().size(); r++) {
            Rule rule = policy.rules().get(r);
            if ((place == withoutPolicy && r == withoutRule)
                    || !isIn(rule.head().to(), who)) {
                continue;
            }
            int match = world.matches(rule, index);
            int hit = formula.and(applied, match);
            if (rule instanceof Rule.Release) {
                releases.add(match);
            } else if (rule instanceof Rule.Deny) {
                allowed.add(-hit);
            } else if (rule instanceof Rule.Consent consent) {
                allowed.add(formula.or(-hit, live(consent, who)));
            } else if (rule instanceof Rule.Relabel relabel) {
                if (passes(relabel.as(), who)) {
                    downgrades.add(relabel);
                }
            } else {
                order(policy, rule, hit);
            }
            var when = rule.head().what().when();
            if (when != null) {
                int fails = world.expression(when, rule.head().what().kinds(), true);
                allowed.add(-formula.and(hit, fails));
            }
        }
        allowed.add(formula.or(-applied, formula.or(releases)));
        if (!downgrades.isEmpty()) {
            world.owners.keySet().stream()
                    .filter(o -> world.policyOf(o, index) == place)
                    .forEach(o -> relabels.put(o, downgrades));
        }
    }

    private int applied(Policy policy, int place) {
        if (policy.owners().stream().anyMatch(o -> o.isHost())) {
            return formula.constant(true);
        }
        List<Integer> owners = new ArrayList<>();
        world.owners.forEach((owner, variable) -> {
            if (world.policyOf(owner, index) == place) {
                owners.add(variable);
            }
        });
        return formula.or(owners);
    }

    private int passes(OwnerId owner) {
        return pass.getOrDefault(owner, formula.constant(false));
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

    private void order(Policy policy, Rule rule, int hit) {
        if (rule instanceof Rule.Redact r) {
            r.fields().forEach(f -> add(redact, f.text(), hit));
            r.sensitivities().forEach(s -> add(redact, s.name(), hit));
        } else if (rule instanceof Rule.Coarsen coarsen) {
            add(sigmaM, coarsen.positionSigmaAtLeastM(), hit);
        } else if (rule instanceof Rule.Delay delay) {
            add(delayS, delay.delayS(), hit);
        } else if (rule instanceof Rule.Quota quota) {
            String name = policy.name() + "/" + rule.head().name();
            counted.put(name, hit);
            quotas.put(name, quota);
        }
    }

    private static <K> void add(Map<K, List<Integer>> ordered, K what, int hit) {
        ordered.computeIfAbsent(what, k -> new ArrayList<>()).add(hit);
    }

    private int any(Map<?, List<Integer>> ordered) {
        List<Integer> all = new ArrayList<>();
        ordered.values().forEach(all::addAll);
        return formula.or(all);
    }

    /** What the tenant gets of an item under this bundle and not, or not so freely, under the other. */
    int moreThan(Side other) {
        List<Integer> freer = new ArrayList<>();
        freer.add(formula.and(direct, -other.direct));
        other.redact.forEach((field, ordered) ->
                freer.add(formula.and(formula.or(ordered), -formula.or(redact.getOrDefault(field, List.of())))));
        other.sigmaM.forEach(
                (sigma, ordered) -> freer.add(formula.and(formula.or(ordered), -any(sigmaM.tailMap(sigma)))));
        other.delayS.forEach(
                (delay, ordered) -> freer.add(formula.and(formula.or(ordered), -any(delayS.tailMap(delay)))));
        other.counted.forEach((quota, ordered) -> freer.add(formula.and(ordered, -counts(quota, other))));
        Set<Kept> fields = new TreeSet<>(kept());
        fields.addAll(other.kept());
        fields.forEach(f -> freer.add(formula.and(shows(f), -other.shows(f))));
        return formula.or(
                formula.and(released, -other.released), formula.and(released, other.released, formula.or(freer)));
    }

    /** Whether the quota of the other side still counts here, and as strictly. */
    private int counts(String name, Side other) {
        Rule.Quota own = quotas.get(name);
        Rule.Quota old = other.quotas.get(name);
        boolean strict = own != null
                && old != null
                && own.objects() == old.objects()
                && own.atMost() <= old.atMost()
                && own.perS() >= old.perS();
        return strict ? counted.getOrDefault(name, formula.constant(false)) : formula.constant(false);
    }

    private List<Rule.Relabel> relabels(OwnerId owner) {
        return relabels.getOrDefault(owner, List.of());
    }

    private Set<Kept> kept() {
        Set<Kept> fields = new TreeSet<>();
        relabels.values()
                .forEach(rules -> rules.forEach(r ->
                        r.keep().forEach((path, precision) -> fields.add(new Kept(path.text(), precision.orElse(0))))));
        return fields;
    }

    /** A field stays if no downgrade is needed, or if every downgrade that is used keeps it as precisely. */
    private int shows(Kept field) {
        List<Integer> kept = new ArrayList<>();
        world.owners.forEach((owner, variable) -> relabels(owner).forEach(rule -> {
            boolean keeps = rule.keep().entrySet().stream()
                    .anyMatch(e -> e.getKey().text().equals(field.path())
                            && e.getValue().orElse(0) <= field.precision());
            if (!keeps) {
                kept.add(-formula.and(variable, -passes(owner), world.matches(rule, index)));
            }
        }));
        return formula.and(released, formula.or(direct, formula.and(kept)));
    }

    static boolean isIn(To to, Audience who) {
        boolean named = false;
        for (To.Name name : to.names()) {
            named |= who.names().contains(name.text());
        }
        return to.everyoneExcept() != named;
    }

    /** Level, categories and clauses of a label; the mode is looked at elsewhere. */
    private static boolean passes(SecurityLabel label, Audience who) {
        for (LabelPart part : label.parts()) {
            Clearance clearance = who.clearances().get(part.spif().name());
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
