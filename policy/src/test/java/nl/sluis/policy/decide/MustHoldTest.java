package nl.sluis.policy.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What must hold whatever officers write, over a complete small world: every set of the rules below is a policy, and every
 * policy decides every item for every tenant. That the attacks of {@code change/attacks} fail follows from these.
 */
class MustHoldTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final String WORLD = """
            --- tenants.yaml
            tenants:
              nld-a: {nations: [NLD], communities: [NATO], clearances: {NATO: secret, NLD: secret}, roles: [contributor]}
              fra-b: {nations: [FRA], communities: [NATO], clearances: {NATO: restricted, FRA: secret}, roles: [contributor]}
              usa-c: {nations: [USA], communities: [COMMERCIAL], clearances: {NATO: unclassified}, roles: [subscriber]}
            --- audiences.yaml
            communities: [COMMERCIAL]
            audiences: {nato: {community: NATO}, commercial: {community: COMMERCIAL}}
            --- groups.yaml
            groups: {debris: {ranges: [1-99]}, secret: ["7"]}
            --- host.yaml
            policy: host
            owner: host
            rules:
              - {release: h-all, what: anything, to: everyone}
              - {release: h-debris, what: {group: debris}, to: everyone}
              - {deny: h-secret, what: {group: secret}, to: [commercial]}
            --- nld.yaml
            policy: nld
            owner: NLD
            rules:
              - {release: n-all, what: anything, to: everyone}
              - {release: n-french, what: {owner: FRA}, to: everyone}
              - {deny: n-secret, what: {group: secret}, to: {everyone_except: [nld-a]}}
              - {relabel: n-down, what: {kind: conjunction}, keep: [tca], as: {NATO: unclassified, rel: [COMMERCIAL, NATO]}}
            --- fra.yaml
            policy: fra
            owner: FRA
            rules:
              - {release: f-debris, what: {group: debris}, to: everyone}
              - {release: f-uncorrelated, what: {group: uncorrelated}, to: [nato]}
              - {deny: f-secret, what: {group: secret}, to: [commercial]}
              - {relabel: f-down, what: {kind: conjunction}, keep: [tca, probability], as: {NATO: restricted, rel: [NATO]}}
            """;

    private static final List<ItemObject> NOT_KNOWN =
            List.of(ItemObject.UNKNOWN, ItemObject.AMBIGUOUS, ItemObject.UNCORRELATED, ItemObject.of("31337"));

    private static PolicyBundle world;
    private static List<Rule> rules;
    private static List<SecurityLabel> labels;

    @BeforeAll
    static void read() throws Exception {
        world = TestBundles.bundle(WORLD);
        rules = world.policies().stream().flatMap(p -> p.rules().stream()).toList();
        labels = new ArrayList<>();
        for (String level : List.of("unclassified", "restricted", "secret")) {
            for (String rel : List.of("rel: [NATO, COMMERCIAL], ", "rel: [NATO], ", "")) {
                for (String owner : List.of("NLD", "FRA")) {
                    labels.add(LabelNotation.parse(
                            "{NATO: " + level + ", " + rel + "owner: " + owner + "}", world.spifs()));
                }
            }
        }
    }

    @Test
    void theHostAndEveryOwnerReachReleaseEachOnItsOwnRules() throws Exception {
        List<Item> items =
                items(List.of(List.of(ItemObject.of("1")), List.of(ItemObject.of("7")), NOT_KNOWN.subList(2, 3)));
        forEachPolicy(rule -> rule.verb() != Rule.Verb.RELABEL, policies -> {
            CompiledPolicy together = compiled(policies);
            List<CompiledPolicy> alone = new ArrayList<>();
            for (Policy one : policies) {
                alone.add(compiled(policies.stream()
                        .map(p -> p.equals(one) ? p : releasesAll(p))
                        .toList()));
            }
            for (Item item : items) {
                Set<String> expected = tenants();
                for (int p = 0; p < policies.size(); p++) {
                    if (applies(policies.get(p), item)) {
                        expected.retainAll(getting(alone.get(p), item));
                    }
                }
                assertThat(getting(together, item))
                        .as("%s under %s", item, names(policies))
                        .isEqualTo(expected);
            }
        });
    }

    @Test
    void noDutchRuleFreesAFrenchItem() throws Exception {
        List<Item> french = items(List.of(List.of(ItemObject.of("1")), List.of(ItemObject.of("7")), List.of())).stream()
                .filter(i ->
                        i.label().owners().stream().allMatch(o -> o.nation().equals("FRA")))
                .toList();
        assertThat(french).isNotEmpty();
        forEachPolicy(rule -> true, policies -> {
            CompiledPolicy with = compiled(policies);
            CompiledPolicy without = compiled(policies.stream()
                    .map(p -> p.name().equals("nld") ? withRules(p, List.of()) : p)
                    .toList());
            for (Item item : french) {
                assertThat(getting(with, item)).isEqualTo(getting(without, item));
            }
        });
    }

    @Test
    void anObjectThatIsNotKnownIsInEveryGroupForDeniesAndInNoneButItsOwnForReleases() throws Exception {
        List<List<Item>> known =
                List.of(items(List.of(List.of(ItemObject.of("1")))), items(List.of(List.of(ItemObject.of("7")))));
        List<List<Item>> unknown =
                NOT_KNOWN.stream().map(o -> itemsUnchecked(List.of(List.of(o)))).toList();
        forEachPolicy(rule -> rule.verb() != Rule.Verb.RELABEL, policies -> {
            // with releases that ask for no group, what is left are the denies
            CompiledPolicy denies = compiled(policies.stream()
                    .map(MustHoldTest::releasesAllAndDeniesTheSame)
                    .toList());
            for (List<Item> of : unknown) {
                for (int i = 0; i < of.size(); i++) {
                    Set<String> gets = getting(denies, of.get(i));
                    for (List<Item> member : known) {
                        assertThat(getting(denies, member.get(i))).containsAll(gets);
                    }
                }
            }
            CompiledPolicy groupsOnly = compiled(policies.stream()
                    .map(p -> withRules(
                            p,
                            p.rules().stream()
                                    .filter(r -> r.verb() != Rule.Verb.RELEASE
                                            || r.head().what().groups().contains("debris"))
                                    .toList()))
                    .toList());
            unknown.forEach(of ->
                    of.forEach(item -> assertThat(getting(groupsOnly, item)).isEmpty()));
        });
    }

    @Test
    void aDowngradeReplacesItsSignersPartAlone() throws Exception {
        List<Item> items = items(List.of(List.of(ItemObject.of("1"))));
        long[] downgraded = {0};
        forEachPolicy(rule -> true, policies -> {
            CompiledPolicy policy = compiled(policies);
            Set<String> signers = new TreeSet<>();
            policies.stream()
                    .filter(p -> p.rules().stream().anyMatch(r -> r.verb() == Rule.Verb.RELABEL))
                    .forEach(p -> p.owners().forEach(o -> signers.add(o.toString())));
            for (Item item : items) {
                Decision decision = policy.decide(item, NOW);
                decision.releasedEventually().stream().forEach(audience -> {
                    Obligations obligations = Objects.requireNonNull(decision.obligations(audience));
                    for (SecurityLabel label : item.ownerLabels()) {
                        boolean signed =
                                label.owners().stream().map(OwnerId::toString).allMatch(signers::contains);
                        assertThat(signed || policy.admits(label, audience))
                                .as("%s to %s", item, policy.audiences().get(audience))
                                .isTrue();
                    }
                    assertThat(policy.admits(obligations.label(), audience)).isTrue();
                    downgraded[0] += obligations.keep() == null ? 0 : 1;
                });
            }
        });
        assertThat(downgraded[0]).as("downgrades seen").isGreaterThan(1_000);
    }

    private interface World {
        void of(List<Policy> policies) throws Exception;
    }

    private static void forEachPolicy(Predicate<Rule> wanted, World check) throws Exception {
        List<Rule> optional = rules.stream().filter(wanted).toList();
        for (int subset = 0; subset < 1 << optional.size(); subset++) {
            int chosen = subset;
            check.of(world.policies().stream()
                    .map(p -> withRules(
                            p,
                            p.rules().stream()
                                    .filter(r -> optional.contains(r) && (chosen >> optional.indexOf(r) & 1) != 0)
                                    .toList()))
                    .toList());
        }
    }

    private static Policy withRules(Policy policy, List<Rule> rules) {
        return new Policy(policy.name(), policy.owners(), List.of(), rules, List.of(), List.of(), policy.at());
    }

    private static Policy releasesAll(Policy policy) {
        return withRules(policy, List.of(rules.get(index("h-all"))));
    }

    private static Policy releasesAllAndDeniesTheSame(Policy policy) {
        List<Rule> same = new ArrayList<>(
                policy.rules().stream().filter(r -> r.verb() == Rule.Verb.DENY).toList());
        same.add(rules.get(index("h-all")));
        return withRules(policy, same);
    }

    private static int index(String name) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).head().name().equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException(name);
    }

    private static CompiledPolicy compiled(List<Policy> policies) {
        return CompiledPolicy.compile(world.withPolicies(policies));
    }

    private static boolean applies(Policy policy, Item item) {
        return policy.owners().stream()
                .anyMatch(o -> o.isHost()
                        || item.label().owners().stream()
                                .anyMatch(i -> i.toString().equals(o.toString())));
    }

    private static Set<String> getting(CompiledPolicy policy, Item item) {
        Set<String> tenants = new TreeSet<>();
        policy.decide(item, NOW).releasedEventually().stream()
                .forEach(i -> tenants.addAll(policy.audiences().get(i).tenants()));
        return tenants;
    }

    private static Set<String> tenants() {
        return new TreeSet<>(world.tenants().keySet());
    }

    private static List<String> names(List<Policy> policies) {
        return policies.stream()
                .flatMap(p -> p.rules().stream())
                .map(r -> r.head().name())
                .toList();
    }

    private static List<Item> itemsUnchecked(List<List<ItemObject>> objects) {
        try {
            return items(objects);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every label alone, and every pair of a Dutch and a French one. */
    private static List<Item> items(List<List<ItemObject>> objects) throws Exception {
        List<Item> items = new ArrayList<>();
        for (List<ItemObject> in : objects) {
            for (int i = 0; i < labels.size(); i++) {
                items.add(item(List.of(labels.get(i)), in));
                for (int j = i + 1; j < labels.size(); j += 2) {
                    items.add(item(List.of(labels.get(i), labels.get(j)), in));
                }
            }
        }
        return items;
    }

    private static Item item(List<SecurityLabel> labels, List<ItemObject> objects) throws Exception {
        return Item.derived(Kind.CONJUNCTION, labels)
                .objects(objects)
                .received(NOW.minusSeconds(60))
                .build();
    }
}
