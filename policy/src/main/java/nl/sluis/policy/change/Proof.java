package nl.sluis.policy.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.Clearance;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.label.CategoryRef;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spif;
import nl.sluis.policy.label.Spifs;
import nl.sluis.policy.rule.Invariant;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.PolicyOwner;
import nl.sluis.policy.rule.Quantity;
import nl.sluis.policy.rule.Rule;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.text.PolicyException;
import org.jspecify.annotations.Nullable;
import org.sat4j.specs.TimeoutException;

/**
 * Proves statements over all items, labels, owners, objects, times and tenants by a SAT solver: the vocabulary is finite,
 * so there is either a proof or a counter-example.
 *
 * <p>Assumptions:
 * <ul>
 *   <li>expressions are unknowns that may hold, fail or be unanswerable, and equal texts behave alike;
 *   <li>quotas change no decision, but one that is gone, renamed, counts less or allows more counts as widening;
 *   <li>a SPIF that changed is not modelled, and counts as widening; so does a query that the solver gives up.
 * </ul>
 */
public final class Proof {
    private final List<PolicyBundle> bundles;
    private final World world;

    /** By owner and the ways in which labels can pass the sides: variables that say which way it is. */
    private final Map<List<Object>, List<Integer>> passes = new HashMap<>();

    private final Map<List<Object>, Map<List<Boolean>, Witness>> witnesses = new HashMap<>();

    /** Compiled when a counter-example asks for it. */
    private final List<@Nullable CompiledPolicy> compiled = new ArrayList<>();

    /** A label without its owner, and the policies that give it meaning. */
    private record Witness(String text, Spifs spifs) {}

    private Proof(List<PolicyBundle> bundles) {
        this.bundles = bundles;
        this.world = new World(bundles);
        bundles.forEach(b -> compiled.add(null));
    }

    /** Compares bundle with bundle: policies, groups, audiences, tenants, consents, SPIFs and validity. */
    public static Comparison compare(PolicyBundle before, PolicyBundle after) {
        List<String> unmodelled = new ArrayList<>();
        for (Spif spif : after.spifs().all()) {
            Spif old = before.spifs().withOid(spif.oid());
            if (old != null && !old.equals(spif)) {
                unmodelled.add("security policy `" + spif.name() + "` changed");
            }
        }
        Set<String> relays = relays(after);
        relays.removeAll(relays(before));
        relays.forEach(relay -> unmodelled.add("new relay: " + relay));
        List<CounterExample> gains = new ArrayList<>();
        List<CounterExample> losses = new ArrayList<>();
        try {
            Proof proof = new Proof(List.of(before, after));
            for (String tenant : proof.pairs()) {
                List<Side> sides = proof.sides(tenant);
                proof.difference(tenant, sides, sides.get(1).moreThan(sides.get(0)), gains);
                proof.difference(tenant, sides, sides.get(0).moreThan(sides.get(1)), losses);
            }
        } catch (TimeoutException e) {
            unmodelled.add("the proof took too long");
        }
        Direction direction = !gains.isEmpty() || !unmodelled.isEmpty()
                ? Direction.WIDENS
                : losses.isEmpty() ? Direction.EQUIVALENT : Direction.NARROWS;
        return new Comparison(
                direction,
                List.copyOf(gains),
                List.copyOf(losses),
                List.copyOf(unmodelled),
                officers(before, after, direction));
    }

    /** What relays may do, a sentence each: it lets more in under an owner's name, which the solver does not see. */
    private static Set<String> relays(PolicyBundle bundle) {
        Set<String> sentences = new TreeSet<>();
        for (Policy policy : bundle.policies()) {
            policy.relays()
                    .forEach(relay -> relay.labels()
                            .forEach(label -> sentences.add("`" + relay.tenant() + "` for " + policy.ownerText()
                                    + " under " + label.marking() + " (" + label.mode() + ")")));
        }
        return sentences;
    }

    /**
     * Whether an invariant of a bundle holds.
     *
     * @return a counter-example for each tenant that gets what it never must; empty where the invariant is proved
     */
    public static List<CounterExample> check(PolicyBundle bundle, Invariant invariant) {
        List<CounterExample> broken = new ArrayList<>();
        try {
            Proof proof = new Proof(List.of(bundle));
            int matches = proof.world.matches(invariant.what(), false, 0);
            for (Audience audience : bundle.audiences()) {
                if (Side.isIn(invariant.to(), audience)) {
                    String tenant = audience.tenants().get(0);
                    Side side = proof.sides(tenant).get(0);
                    CounterExample example = proof.example(
                            tenant, List.of(side), proof.world.formula.and(matches, side.released), "never", "");
                    if (example != null) {
                        broken.add(example);
                    }
                }
            }
        } catch (TimeoutException e) {
            broken.add(new CounterExample("", null, Instant.EPOCH, "", "", "the proof took too long"));
        }
        return broken;
    }

    /**
     * Rules without which nobody would get more or less, of any item: dead or shadowed by others. Each can go, alone;
     * quotas are left out, since they count. Where the solver gives up, a rule counts as needed.
     */
    public static List<Rule> idleRules(PolicyBundle bundle) {
        Proof proof = new Proof(List.of(bundle));
        Map<String, Side> full = new HashMap<>();
        List<Rule> idle = new ArrayList<>();
        for (int p = 0; p < bundle.policies().size(); p++) {
            List<Rule> rules = bundle.policies().get(p).rules();
            for (int r = 0; r < rules.size(); r++) {
                if (!(rules.get(r) instanceof Rule.Quota) && proof.isIdle(bundle, p, r, full)) {
                    idle.add(rules.get(r));
                }
            }
        }
        return idle;
    }

    private boolean isIdle(PolicyBundle bundle, int policy, int rule, Map<String, Side> full) {
        To to = bundle.policies().get(policy).rules().get(rule).head().to();
        for (Audience audience : bundle.audiences()) {
            if (!Side.isIn(to, audience)) {
                continue;
            }
            String tenant = audience.tenants().get(0);
            Side with = full.computeIfAbsent(tenant, t -> sides(t).get(0));
            Side without = new Side(world, bundle, 0, tenant, policy, rule);
            without.pass.putAll(with.pass);
            without.build();
            int differs = world.formula.or(with.moreThan(without), without.moreThan(with));
            try {
                if (!world.formula.isNever(differs) && world.formula.isSatisfiable(List.of(differs))) {
                    return false;
                }
            } catch (TimeoutException e) {
                return false;
            }
        }
        return true;
    }

    /** One tenant for each pair of audiences, old and new. */
    private Collection<String> pairs() {
        Map<String, String> pairs = new LinkedHashMap<>();
        Set<String> tenants = new LinkedHashSet<>();
        bundles.forEach(b -> tenants.addAll(b.tenants().keySet()));
        for (String tenant : tenants) {
            StringBuilder pair = new StringBuilder();
            for (PolicyBundle bundle : bundles) {
                Audience audience = bundle.audienceOf(tenant);
                pair.append(audience == null ? "-" : Integer.toString(audience.index()))
                        .append('/');
            }
            pairs.putIfAbsent(pair.toString(), tenant);
        }
        return pairs.values();
    }

    private void difference(String tenant, List<Side> sides, int differs, List<CounterExample> found)
            throws TimeoutException {
        CounterExample example = example(tenant, sides, differs, null, null);
        if (example != null) {
            found.add(example);
        }
    }

    /** The formulas of all bundles for a tenant, with what it can pass of each owner's labels. */
    private List<Side> sides(String tenant) {
        List<Side> sides = new ArrayList<>();
        for (int b = 0; b < bundles.size(); b++) {
            sides.add(new Side(world, bundles.get(b), b, tenant));
        }
        Set<List<Boolean>> ways = witnesses(sides).keySet();
        for (OwnerId owner : world.owners.keySet()) {
            List<Integer> literals = passes.computeIfAbsent(List.of(owner, ways), k -> literals(ways, sides.size()));
            for (int s = 0; s < sides.size(); s++) {
                sides.get(s).pass.put(owner, literals.get(s));
            }
        }
        sides.forEach(Side::build);
        return sides;
    }

    /** A literal for each side, such that together they go one of the ways. */
    private List<Integer> literals(Set<List<Boolean>> ways, int sides) {
        Formula formula = world.formula;
        List<Integer> literals = new ArrayList<>();
        for (int s = 0; s < sides; s++) {
            int side = s;
            boolean always = ways.stream().allMatch(w -> w.get(side));
            boolean never = ways.stream().noneMatch(w -> w.get(side));
            boolean likeFirst = ways.stream().allMatch(w -> w.get(side).equals(w.get(0)));
            literals.add(
                    always || never
                            ? formula.constant(always)
                            : s > 0 && likeFirst ? literals.get(0) : formula.fresh());
        }
        for (int pattern = 0; pattern < 1 << sides; pattern++) {
            List<Boolean> way = bits(pattern, sides);
            if (!ways.contains(way)) {
                int[] not = new int[sides];
                for (int s = 0; s < sides; s++) {
                    not[s] = way.get(s) ? -literals.get(s) : literals.get(s);
                }
                int excluded = formula.or(not);
                if (!formula.isAlways(excluded)) {
                    formula.clause(not);
                }
            }
        }
        return literals;
    }

    private static List<Boolean> bits(int pattern, int size) {
        List<Boolean> bits = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            bits.add((pattern >> i & 1) != 0);
        }
        return bits;
    }

    /**
     * Labels, without their owner, that pass exactly the wanted sides. It is enough to try one level, one category and one
     * member: a label passes a side if each of its statements does.
     */
    private Map<List<Boolean>, Witness> witnesses(List<Side> sides) {
        List<Object> cleared = new ArrayList<>();
        for (Side side : sides) {
            Audience audience = side.audience();
            cleared.add(audience == null ? "" : List.of(audience.clearances(), audience.releaseTokens()));
        }
        return witnesses.computeIfAbsent(cleared, k -> findWitnesses(sides));
    }

    private Map<List<Boolean>, Witness> findWitnesses(List<Side> sides) {
        Set<String> tokens = new TreeSet<>();
        for (Side side : sides) {
            Audience audience = side.audience();
            if (audience != null) {
                tokens.addAll(audience.releaseTokens());
            }
        }
        // a member that the tenant is not
        for (String other : List.of("ATA", "AIA")) {
            if (!tokens.contains(other)) {
                tokens.add(other);
                break;
            }
        }
        Map<List<Boolean>, Witness> found = new LinkedHashMap<>();
        for (int b = bundles.size() - 1; b >= 0; b--) {
            Spifs spifs = bundles.get(b).spifs();
            for (Spif spif : spifs.all()) {
                for (Spif.Level level : spif.levels()) {
                    for (@Nullable CategoryRef category : categories(spif)) {
                        for (String token : tokens) {
                            List<Boolean> way = new ArrayList<>();
                            for (Side side : sides) {
                                way.add(passes(side.audience(), spif, level, category, token));
                            }
                            found.computeIfAbsent(way, k -> new Witness(text(spif, level, category, token), spifs));
                        }
                    }
                }
                if (found.size() == 1 << sides.size()) {
                    return found;
                }
            }
        }
        return found;
    }

    private static String text(Spif spif, Spif.Level level, @Nullable CategoryRef category, String token) {
        String with = category == null
                ? ""
                : ", with: [" + spif.value(category).orElseThrow().name() + "]";
        return spif.name() + ": {level: " + level.name() + with + "}, rel: [" + token + "]";
    }

    private static boolean passes(
            @Nullable Audience audience, Spif spif, Spif.Level level, @Nullable CategoryRef category, String token) {
        Clearance clearance = audience == null ? null : audience.clearances().get(spif.name());
        return audience != null
                && clearance != null
                && clearance.lacvs().contains(level.lacv())
                && (category == null || clearance.held().contains(category))
                && audience.releaseTokens().contains(token);
    }

    private static List<@Nullable CategoryRef> categories(Spif spif) {
        List<@Nullable CategoryRef> categories = new ArrayList<>();
        categories.add(null);
        for (Spif.TagSet set : spif.tagSets()) {
            if (set.type() == Spif.TagType.RESTRICTIVE) {
                set.values().forEach(v -> categories.add(new CategoryRef(set.oid(), v.lacv())));
            }
        }
        return categories;
    }

    /** Solves, makes the answer small, and turns it into an item that both compiled policies are asked about. */
    private @Nullable CounterExample example(
            String tenant, List<Side> sides, int goal, @Nullable String before, @Nullable String after)
            throws TimeoutException {
        Formula formula = world.formula;
        List<Integer> fixed = new ArrayList<>(List.of(goal));
        if (formula.isNever(goal) || !formula.isSatisfiable(fixed)) {
            return null;
        }
        boolean answered = true;
        for (List<Integer> wish : wishes(sides)) {
            for (int alternative : wish) {
                if (formula.isNever(alternative)) {
                    continue;
                }
                fixed.add(alternative);
                if (answered && formula.holds(alternative)) {
                    break;
                }
                answered = formula.isSatisfiable(fixed);
                if (answered) {
                    break;
                }
                fixed.remove(fixed.size() - 1);
            }
        }
        if (!answered) {
            formula.isSatisfiable(fixed);
        }
        Instant at = world.times.get(indexOf(world.time));
        Item item = item(sides, at);
        List<String> says = new ArrayList<>();
        for (int b = 0; b < bundles.size(); b++) {
            says.add(item == null ? "" : says(compiled(b), tenant, item, at));
        }
        String was = before == null ? says.get(0) : before;
        String is = after == null || after.isEmpty() ? says.get(says.size() - 1) : after;
        return new CounterExample(tenant, item, at, was, is, sentence(tenant, item, was, is));
    }

    private CompiledPolicy compiled(int bundle) {
        CompiledPolicy made = compiled.get(bundle);
        if (made == null) {
            made = CompiledPolicy.compile(bundles.get(bundle));
            compiled.set(bundle, made);
        }
        return made;
    }

    /**
     * What is left out of a counter-example if it can be: owners, objects, failures, probability, other modes. Each is a
     * list of alternatives, the first that can be is taken.
     */
    private List<List<Integer>> wishes(List<Side> sides) {
        List<List<Integer>> wishes = new ArrayList<>();
        world.expressions().forEach(e -> wishes.add(List.of(-e[1])));
        world.expressions().forEach(e -> wishes.add(List.of(-e[0])));
        wishes.add(List.of(mode(Mode.REAL)));
        for (int last = 1; last <= 2; last++) {
            wishes.add(List.of(-world.present.get(world.present.size() - last)));
        }
        world.present.forEach(p -> wishes.add(List.of(-p)));
        world.owners.values().forEach(o -> wishes.add(List.of(-o)));
        wishes.add(world.probability);
        for (Side side : sides) {
            side.pass.values().forEach(p -> wishes.add(List.of(p)));
        }
        wishes.add(List.of(kind(Kind.TRACK)));
        wishes.add(world.time);
        return wishes;
    }

    private int mode(Mode mode) {
        return world.modes.getOrDefault(mode, world.formula.constant(false));
    }

    private int kind(Kind kind) {
        return world.kinds.getOrDefault(kind, world.formula.constant(false));
    }

    private @Nullable Item item(List<Side> sides, Instant at) {
        Formula formula = world.formula;
        Kind kind = chosen(world.kinds);
        Mode mode = chosen(world.modes);
        List<SecurityLabel> labels = new ArrayList<>();
        Map<List<Boolean>, Witness> ways = witnesses(sides);
        for (Map.Entry<OwnerId, Integer> owner : world.owners.entrySet()) {
            if (!formula.holds(owner.getValue())) {
                continue;
            }
            List<Boolean> passes = sides.stream()
                    .map(s -> formula.holds(s.pass.getOrDefault(owner.getKey(), formula.constant(false))))
                    .toList();
            Witness witness = ways.get(passes);
            if (witness == null) {
                return null;
            }
            try {
                labels.add(LabelNotation.parse(
                        "{" + witness.text() + ", owner: " + owner.getKey() + ", mode: " + mode + "}",
                        witness.spifs()));
            } catch (PolicyException e) {
                return null;
            }
        }
        List<ItemObject> objects = new ArrayList<>();
        for (int c = 0; c < world.objects.size(); c++) {
            if (formula.holds(world.present.get(c))) {
                objects.add(world.objects.get(c).example());
            }
        }
        try {
            return Item.derived(kind, labels)
                    .objects(objects)
                    .probability(world.probabilities.get(indexOf(world.probability)))
                    .received(at)
                    .build();
        } catch (LabelException e) {
            return null;
        }
    }

    private <T> T chosen(Map<T, Integer> variables) {
        return variables.entrySet().stream()
                .filter(e -> world.formula.holds(e.getValue()))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private int indexOf(List<Integer> variables) {
        for (int i = 0; i < variables.size(); i++) {
            if (world.formula.holds(variables.get(i))) {
                return i;
            }
        }
        throw new IllegalStateException("none of " + variables + " holds");
    }

    private static String says(CompiledPolicy policy, String tenant, Item item, Instant at) {
        Audience audience = policy.bundle().audienceOf(tenant);
        if (audience == null) {
            return "deny: not a tenant";
        }
        Decision decision = policy.decide(item, at);
        String counted = decision.isReleased(audience.index())
                ? decision.quotas(audience.index()).stream()
                        .map(q -> " quota=" + q.atMost() + (q.objects() ? " objects/" : " items/")
                                + Quantity.time(q.perS()))
                        .sorted()
                        .collect(Collectors.joining())
                : "";
        return decision.explain(audience.index()).summary() + counted;
    }

    private static String sentence(String tenant, @Nullable Item item, String before, String after) {
        if (item == null) {
            return tenant + ": something that cannot be shown as an item";
        }
        List<String> objects = item.objects().stream()
                .map(o -> o.state() == ItemObject.State.IDENTIFIED
                        ? "object " + o.id()
                        : "an object that is " + o.state().name().toLowerCase(Locale.ROOT))
                .toList();
        return "`" + tenant + "`: " + item.kind().word() + " of " + String.join(" and ", objects)
                + (Double.isNaN(item.probability()) ? "" : " with probability " + item.probability())
                + " under " + item.label() + ": was `" + before + "`, would be `" + after + "`";
    }

    /** Two officers of each party whose file changed if more gets out, else one. Shared files are the host's. */
    private static Map<String, Integer> officers(PolicyBundle before, PolicyBundle after, Direction direction) {
        Map<String, Integer> officers = new TreeMap<>();
        Set<String> paths = new TreeSet<>(before.files().keySet());
        paths.addAll(after.files().keySet());
        for (String path : paths) {
            if (Arrays.equals(before.files().get(path), after.files().get(path))) {
                continue;
            }
            List<String> whose = new ArrayList<>();
            for (PolicyBundle bundle : List.of(before, after)) {
                bundle.policies().stream()
                        .filter(p -> p.at().file().equals(path))
                        .forEach(p ->
                                p.owners().stream().map(PolicyOwner::toString).forEach(whose::add));
            }
            (whose.isEmpty() ? List.of("host") : whose)
                    .forEach(w -> officers.put(w, direction == Direction.WIDENS ? 2 : 1));
        }
        return officers;
    }
}
