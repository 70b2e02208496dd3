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
import java.util.function.BooleanSupplier;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;

/** A policy that releases all to one subscriber, and a journal whose Redis is killed meanwhile. */
final class OneSubscriber implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final InstantSource CLOCK = InstantSource.fixed(NOW);
    static final Duration LIMIT = Duration.ofMinutes(1);

    final PolicyBundle bundle;
    final RedisProcess redis;
    final Journal journal;

    OneSubscriber(Path folder) throws Exception {
        bundle = PolicyBundle.load(Map.of("tenants.yaml", bytes("""
                        tenants:
                          nld-mod: {nations: [NLD], communities: [NATO], clearances: {NATO: secret}, roles: [subscriber]}
                        """), "host.yaml", bytes("""
                        policy: host
                        owner: [host, NLD]
                        rules:
                          - {release: all, what: anything, to: everyone}
                        """)));
        redis = RedisProcess.start(folder, RedisProcess.DURABLE);
        journal = RedisJournal.open(RedisSettings.loopback(redis.port(), "release"), CLOCK, StoreLimits.DEFAULT);
    }

    SecurityLabel label() throws Exception {
        return LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", bundle.spifs());
    }

    /** What stands in a log once there is so much; a connection may be left that the kill has broken. */
    List<Entry> await(LogName log, int entries) {
        await(log + " has " + entries, () -> {
            try {
                return journal.watermark(log) >= entries;
            } catch (StoreException gone) {
                assertThat(gone.code().passing()).as(gone.getMessage()).isTrue();
                return false;
            }
        });
        return journal.read(log, 1, entries + 1);
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        journal.close();
        redis.close();
    }
}
