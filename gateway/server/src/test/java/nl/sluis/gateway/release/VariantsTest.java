package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.reference.ReferencePolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an audience is sent is decided for it alone, by the policy and the moment at hand, however often others asked. */
class VariantsTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant VALID_UNTIL = START.plusSeconds(60);

    @TempDir
    private Path folder;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private Instant now = START;
    private final InstantSource clock = () -> now;
    private Journal journal;
    private PolicyInForce policy;
    private Variants variants;
    private long position;

    @BeforeEach
    void open() throws Exception {
        journal = EmbeddedJournal.open(folder, clock, StoreLimits.DEFAULT);
        PolicyBundle bundle = bundle("nld");
        policy = new PolicyInForce(
                new PolicyInForce.Deciders(CompiledPolicy.compile(bundle), ReferencePolicy.of(bundle)),
                clock,
                new DecisionLog(journal, clock),
                new SecondDecider(SecondDecider.Scope.ALL, meters));
        KeyPair signing = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        variants = new Variants(
                policy,
                new Signer(signing.getPrivate(), signing.getPublic()),
                new Coarsening(new byte[32], 60),
                new Thresholds(1e-6, 1e-4),
                new WithdrawnContributions(journal, Runnable::run),
                journal,
                Runnable::run,
                new SecureRandom(),
                meters);
        position = journal.append(
                        LogName.PRODUCTS,
                        NewEntry.of(Approach.stored(bundle, START).toByteArray()))
                .get(60, TimeUnit.SECONDS)
                .position();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void in_one_millisecond_each_audience_gets_its_own_answer() {
        for (int i = 0; i < 3; i++) {
            assertThat(isReady("nld-mod")).isTrue();
            assertThat(isReady("deu-mod")).isFalse();
        }
    }

    @Test
    void another_policy_holds_from_the_moment_in_which_it_is_put() throws Exception {
        assertThat(isReady("nld-mod")).isTrue();
        assertThat(isReady("nld-mod")).isTrue();
        policy.put(bundle("deu"));
        assertThat(isReady("nld-mod")).isFalse();
        assertThat(isReady("deu-mod")).isTrue();
    }

    @Test
    void what_a_policy_allowed_ends_with_it_and_holds_again_where_the_clock_is_set_back() {
        now = VALID_UNTIL.minusMillis(1);
        assertThat(isReady("nld-mod")).isTrue();
        assertThat(isReady("nld-mod")).isTrue();
        now = VALID_UNTIL;
        assertThat(isReady("nld-mod")).isFalse();
        now = START.minus(Duration.ofDays(1));
        assertThat(isReady("nld-mod")).isFalse();
        now = VALID_UNTIL.minusMillis(1);
        assertThat(isReady("nld-mod")).isTrue();
    }

    private boolean isReady(String tenant) {
        Audience audience = Objects.requireNonNull(policy.bundle().audienceOf(tenant));
        return variants.get(audience, position) instanceof Variants.Found.Ready;
    }

    private static PolicyBundle bundle(String reader) throws Exception {
        return PolicyBundle.load(Map.of(
                "bundle.yaml",
                bytes("""
                        bundle: test
                        version: 1
                        valid_from: "%s"
                        valid_until: "%s"
                        """.formatted(START, VALID_UNTIL)),
                "tenants.yaml",
                bytes("""
                        tenants:
                          nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                          deu-mod: {nations: [DEU], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                        """),
                "host.yaml",
                bytes("""
                        policy: host
                        owner: [host, NLD]
                        rules:
                          - {release: one, what: anything, to: [%s-mod]}
                        """.formatted(reader))));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
