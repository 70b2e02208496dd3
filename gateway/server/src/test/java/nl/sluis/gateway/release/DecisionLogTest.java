package nl.sluis.gateway.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.StoredDecisions;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.rule.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was decided is kept for officers, also where the journal was gone meanwhile. */
class DecisionLogTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @TempDir
    private Path folder;

    @Test
    void a_decision_made_while_the_journal_is_gone_is_kept_when_it_is_back() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder, RedisProcess.DURABLE);
                Journal journal = RedisJournal.open(
                        RedisSettings.loopback(redis.port(), "decisions"), CLOCK, StoreLimits.DEFAULT)) {
            DecisionLog log = new DecisionLog(journal, CLOCK);
            log.record("before", Kind.LAUNCH, List.of("7"), decision(), audience -> true);
            Entry before = await(journal, 1);
            redis.kill();

            log.record("meanwhile", Kind.LAUNCH, List.of("7"), decision(), audience -> true);

            redis.start();
            assertThat(items(before)).containsExactly("before");
            assertThat(items(await(journal, 2))).containsExactly("meanwhile");
        }
    }

    private static Entry await(Journal journal, long position) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                if (journal.watermark(LogName.DECISIONS) >= position) {
                    return journal.read(LogName.DECISIONS, position, 1).get(0);
                }
            } catch (StoreException gone) {
                // a connection may be left that the kill has broken
                assertThat(gone.code().passing()).as(gone.getMessage()).isTrue();
            }
            assertThat(System.nanoTime()).as("decision is kept").isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static List<String> items(Entry entry) throws Exception {
        return StoredDecisions.parseFrom(entry.payload()).getDecisionsList().stream()
                .map(nl.sluis.proto.v1.Decision::getItemId)
                .toList();
    }

    private static Decision decision() throws Exception {
        PolicyBundle bundle = PolicyBundle.load(Map.of("tenants.yaml", bytes("""
                        tenants:
                          nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                        """), "host.yaml", bytes("""
                        policy: host
                        owner: [host, NLD]
                        rules:
                          - {release: all, what: anything, to: everyone}
                        """)));
        Item item = Item.of(
                        Kind.LAUNCH, LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", bundle.spifs()))
                .object("7")
                .received(NOW)
                .build();
        return CompiledPolicy.compile(bundle).decide(item, NOW);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
