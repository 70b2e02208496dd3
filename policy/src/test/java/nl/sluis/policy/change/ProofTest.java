package nl.sluis.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.decide.RandomBundles;
import nl.sluis.policy.rule.Rule;
import org.junit.jupiter.api.Test;

class ProofTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String BASE = """
            --- tenants.yaml
            tenants:
              nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret, NLD: secret}, roles: [contributor]}
              fra-mod: {nations: [FRA], communities: [NATO], clearances: {NATO: secret}, roles: [contributor]}
              acme: {nations: [USA], communities: [COMMERCIAL], clearances: {NLD: unclassified, NATO: unclassified}, roles: [subscriber]}
            --- audiences.yaml
            communities: [COMMERCIAL]
            audiences: {nato: {community: NATO}, commercial: {community: COMMERCIAL}}
            --- groups.yaml
            groups: {debris: {ranges: [1-99]}, hva: ["200"], secret: ["201"]}
            --- consents.yaml
            consents: {c: {by: NLD, to: [acme], from: "2026-01-01T00:00:00Z", until: "2027-01-01T00:00:00Z"}}
            --- host.yaml
            policy: host
            owner: [host, NLD]
            rules:
              - {release: tracks, what: {kind: [track, conjunction]}, to: everyone}
              - {deny: secret, what: {group: secret}, to: {everyone_except: [nld-mod]}}
              - {delay: hva, what: {group: hva}, to: [commercial], by: 6 h}
              - {redact: comments, what: {kind: track}, to: [commercial], fields: [comments]}
              - {coarsen: coarse, what: {group: hva}, to: [commercial], position_sigma_at_least: 1 km}
              - {consent: ask, what: {kind: conjunction}, to: [commercial], record: c, of: NLD}
              - {relabel: down, what: {kind: conjunction, probability_at_least: 1e-5}, keep: [tca, {miss_distance: 100 m}], as: {NLD: unclassified, rel: [COMMERCIAL]}}
            invariants:
              - never: {group: secret, to: {everyone_except: [nld-mod]}}
            --- fra.yaml
            policy: fra
            owner: FRA
            rules:
              - {release: debris, what: {kind: track, group: debris}, to: [nato]}
            """;

    @Test
    void aBundleIsEquivalentToItself() throws Exception {
        Comparison comparison = Proof.compare(bundle(), bundle());

        assertThat(comparison.direction()).isEqualTo(Direction.EQUIVALENT);
        assertThat(comparison.officers()).isEmpty();
    }

    @Test
    void anotherOrderOfRulesIsEquivalent() throws Exception {
        assertThat(direction("      - {delay: hva", "      - {delay: hva-late").direction())
                .isEqualTo(Direction.EQUIVALENT);
        // an object in no group is not known, and every restriction holds for it already
        assertThat(direction("secret: [\"201\"]", "secret: [\"202\"]").direction())
                .isEqualTo(Direction.EQUIVALENT);
    }

    @Test
    void everyWayToLetMoreOutIsSeen() throws Exception {
        widens("to: [nato]}\n", "to: everyone}\n");
        widens("{deny: secret, what: {group: secret}", "{deny: secret, what: {group: secret, kind: track}");
        widens("{everyone_except: [nld-mod]}}\n  - {delay", "{everyone_except: [nld-mod, fra-mod]}}\n  - {delay");
        widens("by: 6 h", "by: 5 h");
        widens("1 km", "999 m");
        widens("fields: [comments]", "fields: [contributors]");
        widens("record: c, of: NLD", "record: d, of: NLD");
        widens("probability_at_least: 1e-5", "probability_at_least: 1e-6");
        widens("{miss_distance: 100 m}", "{miss_distance: 10 m}");
        widens("{miss_distance: 100 m}", "miss_distance");
        widens("keep: [tca", "keep: [tca, probability");
        widens("as: {NLD: unclassified, rel: [COMMERCIAL]}", "as: {NATO: unclassified, rel: [COMMERCIAL, FRA]}");
        // groups, audiences, tenants, consents and validity are part of the bundle
        widens("hva: [\"200\"], secret: [\"201\"]", "hva: [\"200\", \"201\"], secret: [\"202\"]");
        widens("debris: {ranges: [1-99]}", "debris: {ranges: [1-100]}");
        widens("commercial: {community: COMMERCIAL}", "commercial: {nation: NLD}");
        widens(
                "fra-mod: {nations: [FRA], communities: [NATO], clearances: {NATO: secret}",
                "fra-mod: {nations: [FRA], communities: [NATO], clearances: {NATO: top-secret}");
        widens("clearances: {NATO: secret}, roles", "clearances: {NATO: {level: secret, with: [atomal]}}, roles");
        widens("acme: {nations: [USA]", "acme: {nations: [USA, NLD]");
        widens("until: \"2027", "until: \"2028");
        widens("roles: [subscriber]}", "roles: [subscriber], data_modes: [real, test]}");
    }

    @Test
    void everyWayToLetLessOutNarrows() throws Exception {
        narrows("to: everyone}", "to: [nato]}");
        narrows("by: 6 h", "by: 7 h");
        narrows("1 km", "2 km");
        narrows("fields: [comments]", "fields: [comments, contributors]");
        narrows(
                "{relabel: down, what: {kind: conjunction, probability_at_least: 1e-5}",
                "{relabel: down, what: {kind: conjunction, probability_at_least: 1e-4}");
        narrows("debris: {ranges: [1-99]}", "debris: {ranges: [1-98]}");
        narrows("roles: [subscriber]}", "roles: [subscriber], status: removed}");
    }

    @Test
    void theNumberOfOfficersFollowsFromTheProof() throws Exception {
        assertThat(direction("by: 6 h", "by: 7 h").officers()).isEqualTo(Map.of("host", 1, "NLD", 1));
        assertThat(direction("by: 6 h", "by: 5 h").officers()).isEqualTo(Map.of("host", 2, "NLD", 2));
        assertThat(direction("hva: [\"200\"], secret: [\"201\"]", "hva: [\"200\", \"201\"], secret: [\"202\"]")
                        .officers())
                .isEqualTo(Map.of("host", 2));
    }

    @Test
    void aCounterExampleIsSmallAndReadable() throws Exception {
        CounterExample example = direction("by: 6 h", "by: 5 h").gains().get(0);

        assertThat(example.sentence())
                .isEqualTo(
                        "`acme`: track of object 200 under NATO UNCLASSIFIED REL TO COMMERCIAL // OWNER NLD: was `release"
                                + " delay=6h redact=comments sigma=1km`, would be `release delay=5h redact=comments sigma=1km`");
    }

    @Test
    void objectsInsideARangeAreLookedAtAlsoWhereItsEndsAreListedElsewhere() throws Exception {
        String text = BASE.replace(
                        "debris: {ranges: [1-99]}, hva: [\"200\"]",
                        "debris: {ranges: [10-12]}, hva: [\"10\", \"12\", \"13\"]")
                .replace(
                        "  - {delay: hva",
                        "  - {delay: debris, what: {group: debris}, to: [commercial], by: 2 h}\n  - {delay: hva");
        PolicyBundle before = TestBundles.bundle(text);
        PolicyBundle after = TestBundles.bundle(text.replace("by: 2 h", "by: 1 h"));

        Comparison comparison = Proof.compare(before, after);

        assertThat(comparison.direction()).isEqualTo(Direction.WIDENS);
        assertThat(comparison.gains().get(0).sentence()).contains("object 11 ");
        assertThat(Proof.compare(after, before).direction()).isEqualTo(Direction.NARROWS);
    }

    @Test
    void aQuotaThatIsGoneOrAllowsMoreWidens() throws Exception {
        String text = BASE.replace(
                "  - {delay: hva",
                "  - {quota: few, what: {kind: track, group: debris}, to: [commercial], at_most: 10, per: 1 h}\n  - {delay: hva");
        PolicyBundle before = TestBundles.bundle(text);

        for (String looser :
                List.of("at_most: 11, per: 1 h", "at_most: 10, per: 30 min", "at_most: 10, per: 1 h, count: objects")) {
            Comparison comparison =
                    Proof.compare(before, TestBundles.bundle(text.replace("at_most: 10, per: 1 h", looser)));
            assertThat(comparison.direction()).as(looser).isEqualTo(Direction.WIDENS);
            assertThat(comparison.gains().get(0).before()).contains("quota=10 items/1h");
        }
        assertThat(Proof.compare(
                                before,
                                TestBundles.bundle(text.replace(
                                        "{kind: track, group: debris}, to: [commercial], at",
                                        "{kind: track, group: hva}, to: [commercial], at")))
                        .direction())
                .isEqualTo(Direction.WIDENS);
        assertThat(Proof.compare(before, bundle()).direction()).isEqualTo(Direction.WIDENS);
        assertThat(Proof.compare(bundle(), before).direction()).isEqualTo(Direction.NARROWS);
        assertThat(Proof.compare(before, TestBundles.bundle(text.replace("at_most: 10", "at_most: 9")))
                        .direction())
                .isEqualTo(Direction.NARROWS);
    }

    @Test
    void aChangedSpifCountsAsWidening() throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>(bundle().files());
        String nato = new String(files.get("spif/nato.yaml"), StandardCharsets.UTF_8);
        files.put("spif/nato.yaml", nato.replace("STAFF", "CREW").getBytes(StandardCharsets.UTF_8));

        Comparison comparison = Proof.compare(bundle(), PolicyBundle.load(files));

        assertThat(comparison.direction()).isEqualTo(Direction.WIDENS);
        assertThat(comparison.unmodelled()).containsExactly("security policy `NATO` changed");
    }

    @Test
    void anInvariantIsProvedOrAnExampleShown() throws Exception {
        PolicyBundle right = bundle();
        assertThat(Proof.check(right, right.policies().get(1).invariants().get(0)))
                .isEmpty();

        PolicyBundle wrong = TestBundles.bundle(BASE.replace(
                "{group: secret}, to: {everyone_except: [nld-mod]}}\n  - {delay",
                "{group: secret}, to: [commercial]}\n  - {delay"));
        List<CounterExample> broken =
                Proof.check(wrong, wrong.policies().get(1).invariants().get(0));
        assertThat(broken).extracting(CounterExample::tenant).containsExactly("fra-mod");
    }

    @Test
    void rulesThatChangeNothingAreFound() throws Exception {
        PolicyBundle bundle = TestBundles.bundle(BASE.replace(
                "  - {delay: hva",
                "  - {delay: shadowed, what: {group: hva}, to: [commercial], by: 1 h}\n"
                        + "  - {deny: dead, what: {kind: launch, owner: FRA}, to: everyone}\n  - {delay: hva"));

        assertThat(Proof.idleRules(bundle)).extracting(r -> r.head().name()).containsExactly("shadowed", "dead");
    }

    @Test
    void proofsAgreeWithDecisionsOverRandomBundlesBySeed() throws Exception {
        long seed = Long.getLong("sluis.seed", 77);
        SplittableRandom random = new SplittableRandom(seed);
        int widening = 0;
        for (int round = 0; round < 8; round++) {
            PolicyBundle before = TestBundles.bundle(RandomBundles.text(random));
            List<Rule> rules =
                    before.policies().get(round % before.policies().size()).rules();
            Rule dropped = rules.get(random.nextInt(rules.size()));
            PolicyBundle full = before.withPolicies(before.policies());
            PolicyBundle after = before.withPolicies(before.policies().stream()
                    .map(p -> new nl.sluis.policy.rule.Policy(
                            p.name(),
                            p.owners(),
                            p.imports(),
                            p.rules().stream().filter(r -> r != dropped).toList(),
                            p.invariants(),
                            p.tests(),
                            p.relays(),
                            p.at()))
                    .toList());
            Comparison comparison = Proof.compare(full, after);
            widening += comparison.direction() == Direction.WIDENS ? 1 : 0;
            for (CounterExample gain : comparison.gains()) {
                assertThat(gain.before())
                        .as("seed %d round %d: %s", seed, round, gain)
                        .isNotEqualTo(gain.after());
            }
            for (Item item : RandomBundles.items(before, random, 150)) {
                compareOne(full, after, item, comparison);
            }
        }
        assertThat(widening).isPositive();
    }

    private static void compareOne(PolicyBundle before, PolicyBundle after, Item item, Comparison comparison) {
        Decision old = CompiledPolicy.compile(before).decide(item, NOW);
        Decision now = CompiledPolicy.compile(after).decide(item, NOW);
        for (Tenant tenant : before.tenants().values()) {
            Audience a = Objects.requireNonNull(before.audienceOf(tenant.id()));
            Audience b = Objects.requireNonNull(after.audienceOf(tenant.id()));
            Obligations was = old.obligations(a.index());
            Obligations is = now.obligations(b.index());
            boolean more = is != null
                    && (was == null
                            || !is.redact().containsAll(was.redact())
                            || is.positionSigmaAtLeastM() < was.positionSigmaAtLeastM()
                            || is.delayS() < was.delayS());
            if (more) {
                assertThat(comparison.direction())
                        .as("%s gains %s: %s", tenant.id(), item, is)
                        .isEqualTo(Direction.WIDENS);
            }
        }
    }

    private static void widens(String from, String to) throws Exception {
        Comparison comparison = direction(from, to);
        assertThat(comparison.direction()).as("%s -> %s", from, to).isEqualTo(Direction.WIDENS);
        assertThat(comparison.unmodelled()).isEmpty();
        comparison.gains().forEach(g -> assertThat(g.before()).as(g.sentence()).isNotEqualTo(g.after()));
    }

    private static void narrows(String from, String to) throws Exception {
        Comparison comparison = direction(from, to);
        assertThat(comparison.gains()).as("%s -> %s", from, to).isEmpty();
        assertThat(comparison.direction()).as("%s -> %s", from, to).isEqualTo(Direction.NARROWS);
        comparison.losses().forEach(l -> assertThat(l.before()).as(l.sentence()).isNotEqualTo(l.after()));
    }

    private static Comparison direction(String from, String to) throws Exception {
        String text = BASE.replace(
                "consents: {c:",
                "consents: {d: {by: NLD, to: [commercial], from: \"2020-01-01T00:00:00Z\", until: \"2030-01-01T00:00:00Z\"}, c:");
        assertThat(text.replace("- {delay: hva-late", "")).doesNotContain("hva-late");
        String other = text.replace(from, to);
        return Proof.compare(TestBundles.bundle(text), TestBundles.bundle(other));
    }

    private static PolicyBundle bundle() throws Exception {
        return TestBundles.bundle(BASE);
    }
}
