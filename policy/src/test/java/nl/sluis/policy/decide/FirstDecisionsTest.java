package nl.sluis.policy.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import org.junit.jupiter.api.Test;

class FirstDecisionsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static final String BUNDLE = """
            --- tenants.yaml
            tenants:
              nld-mod:
                nations: [NLD]
                communities: [NATO, EU]
                clearances: {NATO: secret, EU: secret, NLD: secret, FRA: diffusion-restreinte}
                roles: [contributor, subscriber, officer]
              fra-cosmos:
                nations: [FRA]
                communities: [NATO, EU]
                clearances: {NATO: secret, EU: secret, FRA: secret, NLD: restricted}
                roles: [contributor, subscriber]
              acme-space:
                nations: [USA]
                communities: [COMMERCIAL]
                clearances: {NLD: unclassified}
                roles: [subscriber]
              other-space:
                nations: [USA]
                communities: [COMMERCIAL]
                clearances: {NLD: unclassified}
                roles: [subscriber]
            --- audiences.yaml
            communities: [COMMERCIAL]
            audiences:
              nato: {community: NATO}
              commercial: {community: COMMERCIAL}
            --- object-groups.yaml
            groups:
              debris: {ranges: [10000-19999]}
              hva: [25544]
              nld-sensitive: [99001]
            --- nld.yaml
            policy: nld-ssa-release
            owner: [host, NLD]
            imports: [tenants.yaml, audiences.yaml, object-groups.yaml]
            rules:
              - release: tracks
                what: {kind: [track, conjunction]}
                to: [nato, commercial]
                why: SSA arrangement, annex B
              - deny: national-assets
                what: {group: nld-sensitive}
                to: {everyone_except: [nld-mod]}
              - redact: quality
                what: {kind: track}
                to: {everyone_except: [nld-mod]}
                fields: [quality.residuals, contributors]
              - delay: high-value-assets
                what: {group: hva}
                to: [commercial]
                by: 6 h
              - relabel: safety-of-flight
                what: {kind: conjunction, probability_at_least: 1e-5}
                keep: [tca, miss_distance: 100 m, probability, objects]
                as: {NLD: unclassified, rel: [COMMERCIAL, NATO]}
            --- fra.yaml
            policy: fra-release
            owner: FRA
            rules:
              - release: to-allies
                what: {kind: track, group: debris}
                to: [nato]
            """;

    private final PolicyBundle bundle = TestBundlesLoaded.of(BUNDLE);
    private final CompiledPolicy policy = CompiledPolicy.compile(bundle);

    @Test
    void equalTenantsAreOneAudience() {
        assertThat(policy.audiences().stream().map(Object::toString))
                .containsExactlyInAnyOrder("nld-mod", "fra-cosmos", "acme-space+other-space");
    }

    @Test
    void aCommercialPartnerGetsDebrisWithoutTheSensor() {
        Decision decision =
                decide(item(Kind.TRACK, "{NLD: unclassified, rel: [COMMERCIAL, NATO], owner: NLD}", "12345"));

        assertThat(says(decision, "acme-space")).isEqualTo("release redact=contributors,quality.residuals");
        assertThat(says(decision, "nld-mod")).isEqualTo("release");
    }

    @Test
    void highValueAssetsComeLate() {
        Item item = Item.of(Kind.TRACK, label("{NLD: unclassified, rel: [COMMERCIAL, NATO], owner: NLD}"))
                .object("25544")
                .received(NOW.minusSeconds(3600))
                .build();
        Decision decision = policy.decide(item, NOW);

        assertThat(decision.outcome(audience("acme-space"))).isEqualTo(Outcome.DELAYED);
        assertThat(decision.due(audience("acme-space"))).isEqualTo(NOW.plusSeconds(5 * 3600));
        assertThat(decision.outcome(audience("nld-mod"))).isEqualTo(Outcome.RELEASED);
        assertThat(policy.decide(item, NOW.plusSeconds(5 * 3600)).outcome(audience("acme-space")))
                .isEqualTo(Outcome.RELEASED);
    }

    @Test
    void aSensitiveObjectInAPairIsNotFreedByTheDebrisBesideIt() {
        Item pair = Item.of(Kind.TRACK, label("{NLD: unclassified, rel: [COMMERCIAL, NATO], owner: NLD}"))
                .object("12345")
                .object("99001")
                .build();

        assertThat(says(decide(pair), "acme-space")).isEqualTo("deny deny rule: national-assets");
        assertThat(says(decide(pair), "nld-mod")).isEqualTo("release");
    }

    @Test
    void anUnknownObjectCountsAsAMemberOfEveryGroupForDenials() {
        for (ItemObject object :
                List.of(ItemObject.UNKNOWN, ItemObject.UNCORRELATED, ItemObject.AMBIGUOUS, ItemObject.of("31337"))) {
            Item item = Item.of(Kind.TRACK, label("{NLD: unclassified, rel: [COMMERCIAL, NATO], owner: NLD}"))
                    .object(object)
                    .build();
            assertThat(says(decide(item), "acme-space")).isEqualTo("deny deny rule: national-assets");
        }
    }

    @Test
    void aFrenchTrackIsNotFreedByADutchRule() {
        Decision decision =
                decide(item(Kind.TRACK, "{FRA: diffusion-restreinte, rel: [NLD, FRA], owner: FRA}", "25544"));

        assertThat(says(decision, "nld-mod")).isEqualTo("deny no release rule of FRA");
    }

    @Test
    void theFloorHoldsWhateverRulesSay() {
        Decision decision = decide(item(Kind.TRACK, "{NLD: restricted, rel: [NLD], owner: NLD}", "12345"));

        assertThat(decision.reasons(audience("acme-space")))
                .containsExactly(Reason.CLASSIFICATION, Reason.RELEASABILITY);
        assertThat(says(decision, "fra-cosmos")).isEqualTo("deny floor: REL TO NLD");
        assertThat(says(decision, "nld-mod")).isEqualTo("release");
    }

    @Test
    void aDeclaredDowngradeReplacesItsSignersPartAlone() throws Exception {
        SecurityLabel nld = label("{NLD: secret, rel: [NLD], owner: NLD}");
        Item warning = Item.derived(Kind.CONJUNCTION, List.of(nld))
                .object("12345")
                .probability(1e-4)
                .build();
        Decision decision = decide(warning);

        assertThat(decision.isRelabelled(audience("acme-space"))).isTrue();
        assertThat(says(decision, "acme-space")).isEqualTo("release keep=miss_distance~100.0,objects,probability,tca");
        assertThat(Objects.requireNonNull(decision.obligations(audience("acme-space")))
                        .label()
                        .marking())
                .isEqualTo("NLD ONGERUBRICEERD REL TO COMMERCIAL, NATO");
        assertThat(says(decision, "nld-mod")).isEqualTo("release");

        Item joint = Item.derived(Kind.CONJUNCTION, List.of(nld, label("{FRA: secret, rel: [FRA], owner: FRA}")))
                .object("12345")
                .probability(1e-4)
                .build();
        assertThat(decide(joint).releasedEventually().isEmpty()).isTrue();
    }

    @Test
    void withoutAPolicyAnOwnersDataStays() {
        Decision decision = decide(item(Kind.TRACK, "{NATO: unclassified, rel: [NATO], owner: DEU}", "12345"));

        assertThat(says(decision, "nld-mod")).isEqualTo("deny no policy of DEU");
    }

    @Test
    void whatIsDecidedInTheMillisecondOfItsReceiptIsNotAfterNow() {
        Instant instant = NOW.plusNanos(123_456);
        Item item = Item.of(Kind.TRACK, label("{NLD: unclassified, rel: [COMMERCIAL, NATO], owner: NLD}"))
                .object("12345")
                .received(instant)
                .build();

        assertThat(policy.decide(item, instant).outcome(audience("nld-mod"))).isEqualTo(Outcome.RELEASED);
    }

    @Test
    void aClockThatWentBackReleasesNothing() {
        Item item = Item.of(Kind.TRACK, label("{NLD: unclassified, rel: [NATO], owner: NLD}"))
                .object("12345")
                .received(NOW.plusSeconds(1))
                .build();

        assertThat(policy.decide(item, NOW).reason(audience("nld-mod"))).isEqualTo(Reason.CLOCK);
    }

    private Item item(Kind kind, String label, String object) {
        return Item.of(kind, label(label)).object(object).build();
    }

    private Decision decide(Item item) {
        return policy.decide(item, NOW);
    }

    private String says(Decision decision, String tenant) {
        return decision.explain(audience(tenant)).summary();
    }

    private int audience(String tenant) {
        return Objects.requireNonNull(bundle.audienceOf(tenant)).index();
    }

    private SecurityLabel label(String text) {
        try {
            return LabelNotation.parse(text, bundle.spifs());
        } catch (nl.sluis.policy.text.PolicyException e) {
            throw new AssertionError(e);
        }
    }

    /** A bundle that must be right. */
    private static final class TestBundlesLoaded {
        static PolicyBundle of(String text) {
            try {
                return TestBundles.bundle(text);
            } catch (nl.sluis.policy.text.PolicyException e) {
                throw new AssertionError(e);
            }
        }
    }
}
