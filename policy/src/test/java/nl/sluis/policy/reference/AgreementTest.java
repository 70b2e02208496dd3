package nl.sluis.policy.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.decide.RandomBundles;
import nl.sluis.policy.decide.Reason;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The compiled policy and the reference say the same, over complete small worlds and a large one by seed. */
class AgreementTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final Map<String, Integer> seen = new TreeMap<>();

    private static final String WORLD = """
            --- tenants.yaml
            tenants:
              nld-a: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [contributor]}
              fra-b: {nations: [FRA], communities: [NATO], clearances: {NATO: restricted}, roles: [contributor]}
              usa-c: {nations: [USA], communities: [COMMERCIAL], clearances: {NATO: unclassified}, roles: [subscriber]}
              usa-d: {nations: [USA], communities: [COMMERCIAL], clearances: {NATO: unclassified}, roles: [subscriber]}
              none-e: {nations: [SWE], roles: [subscriber]}
            --- audiences.yaml
            communities: [COMMERCIAL]
            audiences: {nato: {community: NATO}, commercial: {community: COMMERCIAL}}
            --- groups.yaml
            groups: {debris: {ranges: [1-99]}, secret: ["7", "100"]}
            """;

    /** Rules of the small world, one of each way to let go and to hold back: every subset of them is a policy. */
    private static final String SEVEN_RULES = WORLD + """
            --- host.yaml
            policy: host
            owner: host
            rules:
              - {release: h-all, what: anything, to: everyone}
              - {deny: h-secret, what: {group: secret}, to: [commercial]}
              - {delay: h-late, what: {group: secret}, to: {everyone_except: [nld-a]}, by: 1 h}
            --- nld.yaml
            policy: nld
            owner: NLD
            rules:
              - {release: n-debris, what: {group: debris}, to: everyone}
              - {relabel: n-down, what: {kind: conjunction, probability_at_least: 0.1}, keep: [tca, {miss_distance: 10 m}], as: {NATO: unclassified, rel: [COMMERCIAL]}}
            --- fra.yaml
            policy: fra
            owner: FRA
            rules:
              - {release: f-all, what: anything, to: everyone}
              - {relabel: f-down, what: {kind: conjunction}, keep: [tca, probability, {miss_distance: 100 m}], as: {NATO: restricted, rel: [NATO, COMMERCIAL]}}
            """;

    private static final String ELEVEN_RULES = WORLD + """
            --- host.yaml
            policy: host
            owner: host
            rules:
              - {release: h-debris, what: {group: debris}, to: everyone}
              - {release: h-all, what: anything, to: [nato]}
              - {deny: h-secret, what: {group: secret}, to: [commercial]}
              - {delay: h-late, what: {group: secret}, to: {everyone_except: [nld-a]}, by: 1 h}
            --- nld.yaml
            policy: nld
            owner: NLD
            rules:
              - {release: n-all, what: anything, to: everyone}
              - {release: n-own, what: {owner: NLD}, to: [nato]}
              - {deny: n-secret, what: {group: secret}, to: {everyone_except: [nld-a]}}
              - {relabel: n-down, what: {kind: conjunction, probability_at_least: 0.1}, keep: [tca, {miss_distance: 10 m}], as: {NATO: unclassified, rel: [COMMERCIAL]}}
            --- fra.yaml
            policy: fra
            owner: FRA
            rules:
              - {release: f-all, what: anything, to: everyone}
              - {coarsen: f-coarse, what: {group: debris}, to: [commercial], position_sigma_at_least: 1 km}
              - {relabel: f-down, what: {kind: conjunction}, keep: [tca, probability, {miss_distance: 100 m}], as: {NATO: restricted, rel: [NATO, COMMERCIAL]}}
            """;

    @Test
    void aSmallWorldIsDecidedAlikeCompletely() throws Exception {
        PolicyBundle all = TestBundles.bundle(SEVEN_RULES);
        List<SecurityLabel> labels = labels(
                all, List.of("unclassified", "restricted"), List.of("NATO", "FRA, COMMERCIAL"), List.of("NLD", "FRA"));

        assertThat(compareEveryPolicy(all, everyItem(labels))).isEqualTo(128 * 1_728 * 5);
        assertThat(seen.get("relabelled")).isGreaterThan(1_000);
    }

    @Test
    @Tag("long")
    void aLargerSmallWorldIsDecidedAlikeCompletely() throws Exception {
        PolicyBundle all = TestBundles.bundle(ELEVEN_RULES);
        List<SecurityLabel> labels = labels(
                all,
                List.of("unclassified", "restricted", "secret"),
                List.of("NATO", "FRA, COMMERCIAL", ""),
                List.of("NLD", "FRA/fra-b"));

        assertThat(compareEveryPolicy(all, everyItem(labels))).isGreaterThan(10_000_000);
    }

    @Test
    void aMillionRandomTuplesAreDecidedAlike() throws Exception {
        compareAtRandom(1_000_000);
    }

    @Test
    @Tag("long")
    void tenMillionRandomTuplesAreDecidedAlike() throws Exception {
        compareAtRandom(10_000_000);
    }

    /** A receipt is rounded up and now down: of what is decided at once, one is a millisecond after the other. */
    @Test
    void whatIsReceivedNowIsDecidedAlikeToTheNanosecond() throws Exception {
        PolicyBundle bundle = TestBundles.bundle(SEVEN_RULES);
        List<Item> items = new ArrayList<>();
        for (long ns : new long[] {-1_000_001, -1_000_000, -1, 0, 1, 999_999, 1_000_000, 1_000_001, 2_000_001}) {
            for (String object : List.of("1", "7")) {
                items.add(Item.derived(
                                Kind.TRACK, labels(bundle, List.of("unclassified"), List.of("NATO"), List.of("FRA")))
                        .objects(List.of(ItemObject.of(object)))
                        .received(NOW.plusNanos(ns))
                        .build());
            }
        }

        compare(bundle, items, "now");

        assertThat(seen).containsKeys("RELEASED", "DELAYED", "CLOCK");
    }

    @Test
    void theExplainMatrixHasEveryRuleThatHitsATenantAndNoOther() throws Exception {
        SplittableRandom random = new SplittableRandom(20260302);
        long hits = 0;
        for (int round = 0; round < 5; round++) {
            PolicyBundle bundle = TestBundles.bundle(RandomBundles.text(random));
            CompiledPolicy compiled = CompiledPolicy.compile(bundle);
            ReferencePolicy reference = ReferencePolicy.of(bundle);
            for (Item item : RandomBundles.items(bundle, random, 100)) {
                Decision decision = compiled.decide(item, NOW);
                if (decision.reasons(0).contains(Reason.CLOCK)) {
                    continue;
                }
                List<String> applying =
                        reference.policies(item).stream().map(Policy::name).toList();
                for (Tenant tenant : bundle.tenants().values()) {
                    int audience = Objects.requireNonNull(bundle.audienceOf(tenant.id()))
                            .index();
                    int place = 0;
                    for (Policy policy : bundle.policies()) {
                        for (Rule rule : policy.rules()) {
                            boolean expected = applying.contains(policy.name())
                                    && reference.hits(rule, item, tenant, EnumSet.noneOf(Reason.class));
                            assertThat(decision.isHit(place++, audience))
                                    .as("%s of %s, %s, %s", rule, policy.name(), tenant.id(), item)
                                    .isEqualTo(expected);
                            hits += expected ? 1 : 0;
                        }
                    }
                }
            }
        }
        assertThat(hits).isGreaterThan(10_000);
    }

    /** Every policy that is a subset of the rules. */
    private long compareEveryPolicy(PolicyBundle all, List<Item> items) {
        List<Rule> rules =
                all.policies().stream().flatMap(p -> p.rules().stream()).toList();
        long compared = 0;
        for (int subset = 0; subset < 1 << rules.size(); subset++) {
            int chosen = subset;
            List<Policy> policies = new ArrayList<>();
            for (Policy policy : all.policies()) {
                List<Rule> some = policy.rules().stream()
                        .filter(r -> (chosen >> rules.indexOf(r) & 1) != 0)
                        .toList();
                policies.add(
                        new Policy(policy.name(), policy.owners(), List.of(), some, List.of(), List.of(), policy.at()));
            }
            compared += compare(all.withPolicies(policies), items, "subset " + subset);
        }
        return compared;
    }

    private void compareAtRandom(long tuples) throws Exception {
        long seed = Long.getLong("sluis.seed", 20260301);
        SplittableRandom random = new SplittableRandom(seed);
        long compared = 0;
        while (compared < tuples) {
            PolicyBundle bundle = TestBundles.bundle(RandomBundles.text(random));
            compared += compare(bundle, RandomBundles.items(bundle, random, 1_500), "seed " + seed);
        }
        // agreement about nothing but refusals would prove little
        assertThat(seen.get("RELEASED")).isGreaterThan(20_000);
        assertThat(seen.get("DELAYED")).isGreaterThan(1_000);
        assertThat(seen.get("relabelled")).isGreaterThan(200);
        for (Reason reason : Reason.values()) {
            if (reason != Reason.ERROR && reason != Reason.BUNDLE_NOT_VALID) {
                assertThat(seen.getOrDefault(reason.name(), 0))
                        .as(reason.name())
                        .isGreaterThan(200);
            }
        }
    }

    private static List<SecurityLabel> labels(
            PolicyBundle bundle, List<String> levels, List<String> releases, List<String> owners) throws Exception {
        List<SecurityLabel> labels = new ArrayList<>();
        for (String level : levels) {
            for (String release : releases) {
                for (String owner : owners) {
                    String rel = release.isEmpty() ? "" : "rel: [" + release + "], ";
                    labels.add(LabelNotation.parse(
                            "{NATO: " + level + ", " + rel + "owner: " + owner + "}", bundle.spifs()));
                }
            }
        }
        return labels;
    }

    /** Items of every one or two labels, some objects, two kinds, with and without a probability, young and old. */
    private static List<Item> everyItem(List<SecurityLabel> labels) throws Exception {
        List<List<ItemObject>> objects = List.of(
                List.of(ItemObject.of("1")),
                List.of(ItemObject.of("7")),
                List.of(ItemObject.of("1"), ItemObject.of("100")),
                List.of(ItemObject.of("31337")),
                List.of(ItemObject.UNCORRELATED),
                List.of());
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            for (int j = i; j < labels.size(); j++) {
                List<SecurityLabel> used = i == j ? List.of(labels.get(i)) : List.of(labels.get(i), labels.get(j));
                for (List<ItemObject> in : objects) {
                    for (Kind kind : List.of(Kind.CONJUNCTION, Kind.TRACK)) {
                        for (double probability : new double[] {0.5, Double.NaN}) {
                            for (long ageS : new long[] {60, 7200}) {
                                items.add(Item.derived(kind, used)
                                        .objects(in)
                                        .probability(probability)
                                        .received(NOW.minusSeconds(ageS))
                                        .build());
                            }
                        }
                    }
                }
            }
        }
        return items;
    }

    private long compare(PolicyBundle bundle, List<Item> items, String world) {
        CompiledPolicy compiled = CompiledPolicy.compile(bundle);
        ReferencePolicy reference = ReferencePolicy.of(bundle);
        Decision decision = compiled.newDecision();
        long compared = 0;
        for (Item item : items) {
            compiled.decide(item, NOW.toEpochMilli(), decision);
            for (Tenant tenant : bundle.tenants().values()) {
                Audience audience = Objects.requireNonNull(bundle.audienceOf(tenant.id()));
                Answer expected = reference.decide(item, tenant, NOW);
                Answer found = Answer.of(decision, audience.index());
                if (!expected.equals(found)) {
                    assertThat(found)
                            .as("%s, %s, %s, rules %s", world, tenant.id(), item, compiled.rules())
                            .isEqualTo(expected);
                }
                compared++;
                seen.merge(expected.outcome().name(), 1, Integer::sum);
                seen.merge(expected.keep().isEmpty() ? "as it is" : "relabelled", 1, Integer::sum);
                expected.reasons().forEach(r -> seen.merge(r.name(), 1, Integer::sum));
            }
        }
        return compared;
    }
}
