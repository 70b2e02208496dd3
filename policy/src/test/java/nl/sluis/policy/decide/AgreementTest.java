package nl.sluis.policy.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Policy;
import nl.sluis.policy.rule.Rule;
import org.junit.jupiter.api.Test;

/** The compiled policy and the reference say the same, over a complete small world and a large one by seed. */
class AgreementTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final boolean LONG = Boolean.getBoolean("sluis.long");

    private final Map<String, Integer> seen = new TreeMap<>();

    /** All rules of the small world: every subset of the optional ones is a policy. */
    private static final String SMALL = """
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
    void theSmallWorldIsDecidedAlikeCompletely() throws Exception {
        PolicyBundle all = TestBundles.bundle(SMALL);
        List<Item> items = smallItems(all);
        List<String> optional = all.policies().stream()
                .flatMap(p -> p.rules().stream())
                .map(r -> r.head().name())
                .toList();
        assertThat(optional).hasSize(11);
        long compared = 0;
        // the short profile takes every subset in a Gray-like stride, the long one all of them
        for (int subset = 0; subset < 1 << optional.size(); subset += LONG ? 1 : 23) {
            int chosen = subset;
            List<Policy> policies = new ArrayList<>();
            for (Policy policy : all.policies()) {
                List<Rule> rules = policy.rules().stream()
                        .filter(r -> (chosen >> optional.indexOf(r.head().name()) & 1) != 0)
                        .toList();
                policies.add(new Policy(
                        policy.name(), policy.owners(), List.of(), rules, List.of(), List.of(), policy.at()));
            }
            compared += compare(all.withPolicies(policies), items, "subset " + subset);
        }
        assertThat(compared).isGreaterThan(LONG ? 10_000_000 : 200_000);
    }

    @Test
    void aLargeWorldIsDecidedAlikeBySeed() throws Exception {
        long seed = Long.getLong("sluis.seed", 20260301);
        SplittableRandom random = new SplittableRandom(seed);
        long compared = 0;
        while (compared < (LONG ? 10_000_000 : 1_000_000)) {
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

    private static List<Item> smallItems(PolicyBundle bundle) throws Exception {
        List<SecurityLabel> labels = new ArrayList<>();
        for (String level : List.of("unclassified", "restricted", "secret")) {
            for (String rel : List.of("rel: [NATO], ", "rel: [FRA, COMMERCIAL], ", "")) {
                for (String owner : List.of("NLD", "FRA", "NLD/nld-a")) {
                    labels.add(LabelNotation.parse(
                            "{NATO: " + level + ", " + rel + "owner: " + owner + "}", bundle.spifs()));
                }
            }
        }
        List<List<ItemObject>> objects = List.of(
                List.of(ItemObject.of("1")),
                List.of(ItemObject.of("7")),
                List.of(ItemObject.of("1"), ItemObject.of("100")),
                List.of(ItemObject.of("31337")),
                List.of(ItemObject.UNCORRELATED),
                List.of());
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            for (int j = i; j < labels.size(); j += LONG ? 1 : 5) {
                for (List<ItemObject> in : objects) {
                    List<SecurityLabel> both = i == j ? List.of(labels.get(i)) : List.of(labels.get(i), labels.get(j));
                    Kind kind = (i + j) % 2 == 0 ? Kind.CONJUNCTION : Kind.TRACK;
                    items.add(Item.derived(kind, both)
                            .objects(in)
                            .probability(j % 3 == 0 ? 0.5 : Double.NaN)
                            .received(NOW.minusSeconds(j % 2 == 0 ? 60 : 7200))
                            .build());
                }
            }
        }
        return items;
    }

    private long compare(PolicyBundle bundle, List<Item> items, String world) {
        CompiledPolicy compiled = CompiledPolicy.compile(bundle);
        ReferenceDecider reference = new ReferenceDecider(bundle);
        Decision decision = compiled.newDecision();
        long compared = 0;
        for (Item item : items) {
            compiled.decide(item, NOW.toEpochMilli(), decision);
            for (Tenant tenant : bundle.tenants().values()) {
                Audience audience = Objects.requireNonNull(bundle.audienceOf(tenant.id()));
                ReferenceDecider.Answer expected = reference.decide(item, tenant, NOW);
                ReferenceDecider.Answer found = answer(decision, audience.index());
                if (!expected.equals(found)) {
                    assertThat(found)
                            .as("%s, %s, %s, rules %s", world, tenant.id(), item, compiled.rules())
                            .isEqualTo(expected);
                }
                compared++;
                seen.merge(expected.outcome().name(), 1, Integer::sum);
                seen.merge(expected.form().contains("keep=") ? "relabelled" : "as it is", 1, Integer::sum);
                expected.reasons().forEach(r -> seen.merge(r.name(), 1, Integer::sum));
            }
        }
        return compared;
    }

    private static ReferenceDecider.Answer answer(Decision decision, int audience) {
        Outcome outcome = decision.outcome(audience);
        if (outcome == Outcome.WITHHELD) {
            Set<Reason> reasons = EnumSet.noneOf(Reason.class);
            reasons.addAll(decision.reasons(audience));
            return new ReferenceDecider.Answer(outcome, reasons, "");
        }
        Obligations obligations = Objects.requireNonNull(decision.obligations(audience));
        String keep = "";
        Map<String, OptionalDouble> kept = obligations.keep();
        if (kept != null) {
            TreeMap<String, Double> values = new TreeMap<>();
            kept.forEach((k, v) -> values.put(k, v.orElse(0)));
            keep = "keep=" + values + " as=" + obligations.label().marking();
        }
        return new ReferenceDecider.Answer(
                outcome,
                Set.of(),
                ReferenceDecider.form(
                        obligations.redact(), obligations.positionSigmaAtLeastM(), obligations.delayS(), keep));
    }
}
