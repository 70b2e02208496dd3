package nl.sluis.policy.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.policy.bundle.ObjectGroups;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.What;

/**
 * All items that two bundles can tell apart, as variables. An item's objects are the set of classes of objects that are
 * present, so any number of objects is covered; owners and times are represented one a class too.
 */
final class World {
    final Formula formula = new Formula();
    final Map<Kind, Integer> kinds = new LinkedHashMap<>();
    final Map<Mode, Integer> modes = new LinkedHashMap<>();
    final Map<OwnerId, Integer> owners = new LinkedHashMap<>();
    final List<ObjectClass> objects = new ArrayList<>();
    final List<Integer> present = new ArrayList<>();
    final List<Double> probabilities = new ArrayList<>();
    final List<Integer> probability = new ArrayList<>();
    final List<Instant> times = new ArrayList<>();
    final List<Integer> time = new ArrayList<>();

    /** An owner without a policy. */
    static final int NO_POLICY = -1;

    /** Place of the policy of each owner, in each bundle. */
    private final Map<OwnerId, List<Integer>> policies = new LinkedHashMap<>();

    /** What conditions mean, by bundle; the same object always means the same. */
    private final List<Map<What, Integer>> matches = new ArrayList<>();

    /** A CEL expression and whether it cannot be answered, as two unknowns; equal texts are equal unknowns. */
    private final Map<String, int[]> expressions = new TreeMap<>();

    /**
     * Objects that neither bundle tells apart.
     *
     * @param example one of them
     * @param known whether each bundle knows it
     * @param groups its groups in each bundle
     */
    record ObjectClass(ItemObject example, List<Boolean> known, List<Set<String>> groups) {}

    World(List<PolicyBundle> bundles) {
        bundles.forEach(b -> matches.add(new IdentityHashMap<>()));
        for (Kind kind : Kind.values()) {
            kinds.put(kind, formula.fresh());
        }
        formula.exactlyOne(List.copyOf(kinds.values()));
        for (Mode mode : Mode.values()) {
            modes.put(mode, formula.fresh());
        }
        formula.exactlyOne(List.copyOf(modes.values()));
        owners(bundles);
        formula.clause(owners.values().stream().mapToInt(Integer::intValue).toArray());
        objects(bundles);
        formula.clause(present.stream().mapToInt(Integer::intValue).toArray());
        probabilities(bundles);
        times(bundles);
    }

    int expression(What.Expression when, Set<Kind> on, boolean failing) {
        int[] pair = expressions.computeIfAbsent(on + when.source(), k -> new int[] {formula.fresh(), formula.fresh()});
        return pair[failing ? 1 : 0];
    }

    Collection<int[]> expressions() {
        return expressions.values();
    }

    int probabilityAtLeast(double threshold, boolean grants) {
        List<Integer> terms = new ArrayList<>();
        for (int i = 0; i < probabilities.size(); i++) {
            double value = probabilities.get(i);
            if (grants ? value >= threshold : !(value < threshold)) {
                terms.add(probability.get(i));
            }
        }
        return formula.or(terms);
    }

    private void owners(List<PolicyBundle> bundles) {
        Set<OwnerId> all = new TreeSet<>();
        Set<OwnerId> conditions = new TreeSet<>();
        for (PolicyBundle bundle : bundles) {
            bundle.tenants().values().forEach(t -> all.addAll(t.asOwners()));
            for (Policy policy : bundle.policies()) {
                policy.owners().stream()
                        .map(PolicyOwner::owner)
                        .filter(o -> o != null)
                        .forEach(all::add);
                policy.rules().forEach(r -> conditions.addAll(r.head().what().owners()));
                policy.invariants().forEach(i -> conditions.addAll(i.what().owners()));
            }
        }
        all.addAll(conditions);
        for (OwnerId owner : List.copyOf(all)) {
            all.add(owner.wholeNation());
            // a tenant of the nation that nobody names
            all.add(new OwnerId(owner.nation(), "zz-unnamed"));
        }
        Map<List<Object>, OwnerId> bySignature = new LinkedHashMap<>();
        for (OwnerId owner : all) {
            List<Integer> places = bundles.stream().map(b -> policyOf(b, owner)).toList();
            List<Object> signature = new ArrayList<>(places);
            conditions.forEach(c -> signature.addAll(List.of(c.covers(owner), owner.covers(c))));
            if (bySignature.putIfAbsent(signature, owner) == null) {
                policies.put(owner, places);
                owners.put(owner, formula.fresh());
            }
        }
    }

    int policyOf(OwnerId owner, int bundle) {
        return policies.getOrDefault(owner, List.of()).get(bundle);
    }

    private static int policyOf(PolicyBundle bundle, OwnerId owner) {
        int ofNation = NO_POLICY;
        for (int p = 0; p < bundle.policies().size(); p++) {
            for (PolicyOwner whose : bundle.policies().get(p).owners()) {
                if (owner.equals(whose.owner())) {
                    return p;
                }
                if (owner.wholeNation().equals(whose.owner())) {
                    ofNation = p;
                }
            }
        }
        return ofNation;
    }

    private void objects(List<PolicyBundle> bundles) {
        List<ObjectGroups> groups = bundles.stream().map(PolicyBundle::groups).toList();
        Map<List<Integer>, ObjectClass> classes = new LinkedHashMap<>();
        for (String id : ObjectGroups.representatives(groups)) {
            List<Integer> in = groups.stream().map(g -> g.classOf(id)).toList();
            if (in.stream().anyMatch(c -> c != ObjectGroups.NO_CLASS)) {
                classes.computeIfAbsent(
                        in,
                        k -> new ObjectClass(
                                ItemObject.of(id),
                                in.stream().map(c -> c != ObjectGroups.NO_CLASS).toList(),
                                groups.stream()
                                        .<Set<String>>map(g -> new TreeSet<>(g.groupsOf(id)))
                                        .toList()));
            }
        }
        objects.addAll(classes.values());
        List<Boolean> nobody = bundles.stream().map(b -> false).toList();
        objects.add(new ObjectClass(
                ItemObject.UNCORRELATED,
                nobody,
                bundles.stream().map(b -> Set.of("uncorrelated")).toList()));
        objects.add(new ObjectClass(
                ItemObject.UNKNOWN,
                nobody,
                bundles.stream().map(b -> Set.<String>of()).toList()));
        objects.forEach(o -> present.add(formula.fresh()));
    }

    private void probabilities(List<PolicyBundle> bundles) {
        Set<Double> thresholds = new TreeSet<>();
        for (PolicyBundle bundle : bundles) {
            for (Policy policy : bundle.policies()) {
                policy.rules().forEach(r -> r.head().what().probabilityAtLeast().ifPresent(thresholds::add));
                policy.invariants().forEach(i -> i.what().probabilityAtLeast().ifPresent(thresholds::add));
            }
        }
        probabilities.add(Double.NaN);
        probabilities.add(0.0);
        probabilities.addAll(thresholds.stream().filter(t -> t > 0).toList());
        probabilities.forEach(p -> probability.add(formula.fresh()));
        formula.exactlyOne(probability);
    }

    private void times(List<PolicyBundle> bundles) {
        Set<Instant> edges = new TreeSet<>();
        for (PolicyBundle bundle : bundles) {
            edges.add(bundle.header().validFrom());
            edges.add(bundle.header().validUntil());
            bundle.consents().values().forEach(c -> edges.addAll(Arrays.asList(c.from(), c.until())));
        }
        times.addAll(edges);
        times.forEach(t -> time.add(formula.fresh()));
        formula.exactlyOne(time);
    }

    int during(Instant from, Instant until) {
        List<Integer> terms = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            if (!times.get(i).isBefore(from) && times.get(i).isBefore(until)) {
                terms.add(time.get(i));
            }
        }
        return formula.or(terms);
    }

    /** A rule's conditions on the item, in the bundle with this index. */
    int matches(What what, boolean grants, int bundle) {
        List<Integer> terms = new ArrayList<>();
        if (!what.kinds().isEmpty()) {
            terms.add(formula.or(what.kinds().stream().map(kinds::get).toList()));
        }
        if (!what.modes().isEmpty()) {
            terms.add(formula.or(what.modes().stream().map(modes::get).toList()));
        }
        if (!what.groups().isEmpty()) {
            List<Integer> inside = new ArrayList<>();
            for (int c = 0; c < objects.size(); c++) {
                ObjectClass object = objects.get(c);
                boolean member = object.groups().get(bundle).stream().anyMatch(what.groups()::contains);
                if (grants && !member) {
                    terms.add(-present.get(c));
                } else if (!grants && (member || !object.known().get(bundle))) {
                    inside.add(present.get(c));
                }
            }
            if (!grants) {
                terms.add(formula.or(inside));
            }
        }
        if (!what.owners().isEmpty()) {
            List<Integer> inside = new ArrayList<>();
            owners.forEach((owner, variable) -> {
                boolean covered = what.owners().stream().anyMatch(o -> o.covers(owner));
                boolean may = covered || what.owners().stream().anyMatch(owner::covers);
                if (grants && !covered) {
                    terms.add(-variable);
                } else if (!grants && may) {
                    inside.add(variable);
                }
            });
            if (!grants) {
                terms.add(formula.or(inside));
            }
        }
        if (what.probabilityAtLeast().isPresent()) {
            terms.add(probabilityAtLeast(what.probabilityAtLeast().getAsDouble(), grants));
        }
        What.Expression when = what.when();
        if (when != null) {
            terms.add(formula.or(expression(when, what.kinds(), false), expression(when, what.kinds(), true)));
        }
        return formula.and(terms);
    }

    int matches(Rule rule, int bundle) {
        What what = rule.head().what();
        Integer known = matches.get(bundle).get(what);
        if (known == null) {
            known = matches(what, rule.verb().grants(), bundle);
            matches.get(bundle).put(what, known);
        }
        return known;
    }
}
