package nl.sluis.policy.reference;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.Reason;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.Test;

class ReferencePolicyTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String TEXT = """
            --- tenants.yaml
            tenants:
              nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [contributor]}
              fra-mod: {nations: [FRA], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
              usa-old: {nations: [USA], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber], status: removed}
            --- groups.yaml
            groups: {debris: {ranges: [1-99]}}
            --- host.yaml
            policy: host
            owner: [host, NLD]
            rules:
              - {release: all, what: anything, to: everyone}
              - {deny: debris, what: {group: debris, kind: conjunction}, to: [fra-mod]}
              - {deny: commented, what: {kind: track, when: "size(item.comments) > 1"}, to: [fra-mod]}
              - {redact: first, what: {kind: track, when: "item.comments[0] == 'x'"}, to: everyone, fields: [comments]}
            """;

    @Test
    void aCompiledPolicyThatForgotARuleIsFoundOut() throws Exception {
        PolicyBundle bundle = TestBundles.bundle(TEXT);
        PolicyBundle forgetful = TestBundles.bundle(TEXT.replace("{deny: debris", "{quota: debris")
                .replace(
                        "to: [fra-mod]}\n  - {deny: commented",
                        "to: [fra-mod], at_most: 9, per: 1 h}\n  - {deny: commented"));
        Decision decision = CompiledPolicy.compile(forgetful).decide(item(bundle, Kind.CONJUNCTION, null), NOW);
        ReferencePolicy reference = ReferencePolicy.of(bundle);

        Optional<Disagreement> found = reference.disagreement(decision);

        assertThat(found).isPresent();
        assertThat(found.get().tenant()).isEqualTo("fra-mod");
        assertThat(found.get().compiled()).contains("RELEASED");
        assertThat(found.get().reference()).contains("DENY_RULE");
        assertThat(reference.disagreement(decision, "nld-mod")).isEmpty();
        assertThat(reference.disagreement(decision, "usa-old")).isEmpty();
        assertThat(reference.disagreement(decision, "nobody")).isEmpty();
    }

    @Test
    void whatASecondDeciderWithholdsIsWithheldFromAll() throws Exception {
        PolicyBundle bundle = TestBundles.bundle(TEXT);
        Decision decision = CompiledPolicy.compile(bundle).decide(item(bundle, Kind.LAUNCH, null), NOW);
        assertThat(decision.released().size()).isEqualTo(2);

        decision.withhold(new IllegalStateException("second decider"));

        assertThat(decision.releasedEventually().isEmpty()).isTrue();
        assertThat(decision.direct().isEmpty()).isTrue();
        assertThat(decision.reason(0)).isEqualTo(Reason.ERROR);
        assertThat(decision.obligations(0)).isNull();
        assertThat(decision.explain(1).summary()).isEqualTo("deny error: second decider");
    }

    @Test
    void expressionsAreAnsweredAlikeOrFailAlike() throws Exception {
        PolicyBundle bundle = TestBundles.bundle(TEXT);
        CompiledPolicy compiled = CompiledPolicy.compile(bundle);
        ReferencePolicy reference = ReferencePolicy.of(bundle);
        for (List<String> comments : List.of(List.<String>of(), List.of("x"), List.of("y"), List.of("x", "z"))) {
            Item item = item(
                    bundle,
                    Kind.TRACK,
                    Track.newBuilder().addAllComments(comments).build());

            assertThat(reference.disagreement(compiled.decide(item, NOW)))
                    .as("comments %s", comments)
                    .isEmpty();
        }
        Decision without = compiled.decide(item(bundle, Kind.TRACK, null), NOW);
        assertThat(reference.disagreement(without)).isEmpty();
        assertThat(without.reason(0)).isEqualTo(Reason.ERROR);
    }

    private static Item item(PolicyBundle bundle, Kind kind, Track payload) throws Exception {
        Item.Builder item = Item.of(
                        kind, LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", bundle.spifs()))
                .object("7")
                .received(NOW);
        return (payload == null ? item : item.payload(payload)).build();
    }
}
