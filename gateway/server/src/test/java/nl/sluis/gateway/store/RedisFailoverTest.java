package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import nl.sluis.gateway.store.RedisSettings.Address;
import nl.sluis.gateway.store.RedisSettings.Topology;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A primary dies, or is cut off and comes back in the belief that it still is one; a replica takes its place each time.
 * Whatever was acknowledged, with one replica that has it, is in the journal at its place.
 */
@Tag("long")
class RedisFailoverTest {
    private static final int CYCLES = Integer.getInteger("sluis.failover.cycles", 30);
    private static final int WRITERS = 4;
    private static final int ACKNOWLEDGED_BETWEEN = 100;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(2);
    private static final long LOOK_AGAIN_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final LogName LOG = LogName.CONTRIBUTIONS;

    @TempDir
    private Path folder;

    private volatile String lastRefusal = "none";

    private interface Strike {
        void on(RedisProcess primary, BooleanSupplier replaced) throws Exception;
    }

    @Test
    void failovers_lose_nothing_that_was_acknowledged() throws Exception {
        run((primary, replaced) -> {
            primary.kill();
            await("a replica takes over", replaced);
            primary.start();
        });
    }

    @Test
    void partitions_lose_nothing_that_was_acknowledged() throws Exception {
        run((primary, replaced) -> {
            primary.pause();
            await("a replica takes over", replaced);
            primary.resume();
        });
    }

    private void run(Strike strike) throws Exception {
        List<String> settings = new ArrayList<>(RedisProcess.DURABLE);
        settings.add("repl-diskless-sync-delay 0");
        settings.add("min-replicas-to-write 1");
        settings.add("min-replicas-max-lag 2");
        List<String> ofReplica = new ArrayList<>(settings);
        try (RedisProcess first = RedisProcess.start(folder.resolve("first"), settings)) {
            ofReplica.add("replicaof 127.0.0.1 " + first.port());
            try (RedisProcess second = RedisProcess.start(folder.resolve("second"), ofReplica);
                    RedisProcess sentinel =
                            RedisProcess.startSentinel(folder.resolve("sentinel"), "sluis", first.port());
                    Jedis watch = sentinel.connect()) {
                await(
                        "the replica is known",
                        () -> !watch.sentinelReplicas("sluis").isEmpty());
                try (Journal journal =
                        RedisJournal.open(settings(sentinel.port()), InstantSource.system(), StoreLimits.DEFAULT)) {
                    Map<String, Long> acknowledged = new ConcurrentHashMap<>();
                    AtomicBoolean done = new AtomicBoolean();
                    List<Thread> writers = new ArrayList<>();
                    for (int w = 0; w < WRITERS; w++) {
                        String writer = "w" + w + "-";
                        Thread thread = new Thread(() -> write(journal, writer, acknowledged, done));
                        writers.add(thread);
                        thread.start();
                    }
                    for (int cycle = 0; cycle < CYCLES; cycle++) {
                        int wanted = acknowledged.size() + ACKNOWLEDGED_BETWEEN;
                        await("appends are acknowledged", () -> acknowledged.size() >= wanted);
                        int before = primary(watch);
                        RedisProcess primary = before == first.port() ? first : second;
                        strike.on(primary, () -> primary(watch) != before);
                    }
                    int last = acknowledged.size();
                    await("appends are acknowledged again", () -> acknowledged.size() > last);
                    done.set(true);
                    for (Thread writer : writers) {
                        writer.join();
                    }
                    acknowledged.forEach((id, position) -> {
                        Optional<Entry> found = journal.find(LOG, id);
                        assertThat(found).as(id).isPresent();
                        assertThat(found.get().position()).as(id).isEqualTo(position);
                        assertThat(new String(found.get().payload(), UTF_8)).isEqualTo(id);
                    });
                    System.out.printf(
                            "%d times another primary, %d appends acknowledged, none lost%n",
                            CYCLES, acknowledged.size());
                }
            }
        }
    }

    private static RedisSettings settings(int port) {
        return new RedisSettings(
                Topology.SENTINEL,
                List.of(new Address("127.0.0.1", port)),
                "sluis",
                "",
                "",
                null,
                "sluis",
                1,
                32,
                Duration.ofSeconds(1));
    }

    private static int primary(Jedis sentinel) {
        return Integer.parseInt(sentinel.sentinelGetMasterAddrByName("sluis").get(1));
    }

    /** Appends and repeats what was not acknowledged, as a client does. */
    private void write(Journal journal, String writer, Map<String, Long> acknowledged, AtomicBoolean done) {
        for (int i = 0; !done.get(); i++) {
            String id = writer + i;
            while (!done.get() && !acknowledged.containsKey(id)) {
                try {
                    acknowledged.put(
                            id,
                            journal.append(LOG, NewEntry.of(id.getBytes(UTF_8)).withClientId(id))
                                    .join()
                                    .position());
                } catch (CompletionException e) {
                    lastRefusal = e.getCause().getMessage();
                    assertThat(e.getCause())
                            .isInstanceOfSatisfying(
                                    StoreException.class,
                                    failure -> assertThat(failure.code().fatal())
                                            .as(failure.getMessage())
                                            .isFalse());
                }
            }
        }
    }

    /** Looks again until it is so. */
    private void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT_NS;
        while (true) {
            try {
                if (condition.getAsBoolean()) {
                    return;
                }
            } catch (JedisException e) {
                assertThat(System.nanoTime()).as(what + ": " + e.getMessage()).isLessThan(end);
            }
            assertThat(System.nanoTime())
                    .as(what + "; last refusal: " + lastRefusal)
                    .isLessThan(end);
            LockSupport.parkNanos(LOOK_AGAIN_NS);
        }
    }
}
