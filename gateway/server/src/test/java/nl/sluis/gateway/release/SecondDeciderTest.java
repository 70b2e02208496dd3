package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.decide.Reason;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.reference.ReferencePolicy;
import nl.sluis.policy.rule.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody gets what two deciders disagree about, or what one of them fails at, and the operator is told. */
class SecondDeciderTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final String DENIES = "  - {deny: rockets, what: {kind: launch}, to: [fra-mod]}\n";

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Journal journal;
    private PolicyBundle strict;
    private PolicyBundle lenient;

    @BeforeEach
    void open() throws Exception {
        journal = EmbeddedJournal.open(folder, CLOCK, StoreLimits.DEFAULT);
        strict = bundle(DENIES);
        lenient = bundle("");
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void what_both_release_is_released() throws Exception {
        SecondDecider second = second(SecondDecider.Scope.ALL);

        Decision decision = inForce(deciders(strict, strict), second).decide(item("7"));

        assertThat(decision.released().size()).isEqualTo(1);
        assertThat(second.alarms()).isZero();
        assertThat(checked()).isEqualTo(1);
    }

    @Test
    void a_compiled_policy_that_forgot_a_deny_is_denied_and_alarmed() throws Exception {
        SecondDecider second = second(SecondDecider.Scope.ALL);
        PolicyInForce broken = inForce(deciders(lenient, strict), second);

        assertThat(broken.decide(item("7")).releasedEventually().isEmpty()).isTrue();
        assertThat(broken.decide(item("7"), "fra-mod").reason(0)).isEqualTo(Reason.ERROR);
        assertThat(second.alarms()).isEqualTo(2);
        assertThat(meters.get("sluis.policy.alarms")
                        .tag("cause", "disagreement")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void at_send_only_the_audience_that_is_sent_to_is_decided_twice() throws Exception {
        SecondDecider second = second(SecondDecider.Scope.ALL);

        Decision decision = inForce(deciders(lenient, strict), second).decide(item("7"), "nld-mod");

        assertThat(decision.released().isEmpty()).isFalse();
        assertThat(second.alarms()).isZero();
    }

    @Test
    void a_compiled_policy_that_throws_denies_and_alarms_without_a_second_one() throws Exception {
        SecondDecider second = second(SecondDecider.Scope.OFF);
        Item unknownGroup = Item.of(Kind.LAUNCH, label())
                .object(ItemObject.in(List.of("no-such-group")))
                .received(NOW)
                .build();

        Decision decision = inForce(deciders(strict, strict), second).decide(unknownGroup);

        assertThat(decision.releasedEventually().isEmpty()).isTrue();
        assertThat(decision.reason(0)).isEqualTo(Reason.ERROR);
        assertThat(meters.get("sluis.policy.alarms")
                        .tag("cause", "failure")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void a_reference_that_throws_denies_and_alarms() throws Exception {
        SecondDecider second = second(SecondDecider.Scope.ALL);
        PolicyBundle without = strict.withPolicies(List.of());
        PolicyInForce broken = inForce(
                new PolicyInForce.Deciders(CompiledPolicy.compile(strict), ReferencePolicy.of(without)), second);

        assertThat(broken.decide(item("7")).releasedEventually().isEmpty()).isTrue();
        assertThat(second.alarms()).isEqualTo(1);
    }

    @Test
    void a_sample_is_one_in_sixty_four_and_off_is_none() throws Exception {
        PolicyInForce sampled = inForce(deciders(strict, strict), second(SecondDecider.Scope.SAMPLE));
        for (int i = 0; i < 2 * SecondDecider.SAMPLE_EVERY; i++) {
            sampled.decide(item("7"));
        }
        assertThat(checked()).isEqualTo(2);

        inForce(deciders(lenient, strict), second(SecondDecider.Scope.OFF)).decide(item("7"));
        assertThat(checked()).isEqualTo(2);
    }

    @Test
    void while_policies_are_swapped_each_decision_is_of_one_of_them_and_never_of_both() throws Exception {
        SecondDecider second = second(SecondDecider.Scope.ALL);
        PolicyInForce policy = inForce(deciders(strict, strict), second);
        Thread officer = new Thread(() -> {
            for (int i = 0; i < 400; i++) {
                policy.put(i % 2 == 0 ? lenient : strict);
            }
        });
        officer.start();
        do {
            Decision decision = policy.decide(item("7"));
            boolean isStrict = decision.policy().bundle().digestHex().equals(strict.digestHex());
            assertThat(decision.released().size()).isEqualTo(isStrict ? 1 : 2);
        } while (officer.isAlive());
        officer.join();

        assertThat(second.alarms()).isZero();
        assertThat(policy.decide(item("7")).released().size()).isEqualTo(1);
        policy.put(lenient);
        assertThat(policy.decide(item("7")).released().size()).isEqualTo(2);
    }

    private SecondDecider second(SecondDecider.Scope scope) {
        return new SecondDecider(scope, meters);
    }

    private double checked() {
        return meters.get("sluis.policy.second.decisions").counter().count();
    }

    private PolicyInForce inForce(PolicyInForce.Deciders deciders, SecondDecider second) {
        return new PolicyInForce(deciders, CLOCK, new DecisionLog(journal, CLOCK), second);
    }

    private static PolicyInForce.Deciders deciders(PolicyBundle compiled, PolicyBundle reference) {
        return new PolicyInForce.Deciders(CompiledPolicy.compile(compiled), ReferencePolicy.of(reference));
    }

    private Item item(String object) throws Exception {
        return Item.of(Kind.LAUNCH, label()).object(object).received(NOW).build();
    }

    private SecurityLabel label() throws Exception {
        return LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", strict.spifs());
    }

    private static PolicyBundle bundle(String more) throws Exception {
        return PolicyBundle.load(Map.of(
                "tenants.yaml", bytes("""
                        tenants:
                          nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                          fra-mod: {nations: [FRA], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                        """),
                "host.yaml", bytes("""
                        policy: host
                        owner: [host, NLD]
                        rules:
                          - {release: all, what: anything, to: everyone}
                        """ + more)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
