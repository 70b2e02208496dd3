package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.partner.Backoff;
import nl.sluis.partner.ContributorOptions;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.Subscription;
import nl.sluis.partner.SubscriptionOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway, and the Redis under it, are killed again and again under load. Whatever was acknowledged is there, a
 * subscriber that resumes gets each product, and what is sent twice is recognised.
 */
class S05NothingLostTest {
    private static final long SEED = Long.getLong("sluis.kill.seed", 5);
    private static final int CYCLES_SHORT = 1;
    private static final int CYCLES_LONG = Integer.getInteger("sluis.kill.cycles", 500);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Contributions acknowledged before the next kill, drawn evenly up to this. */
    private static final int ACKNOWLEDGED_MAX = 400;

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    @BeforeAll
    static void makeCertificates() throws Exception {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
    }

    @Test
    void a_gateway_that_is_killed_loses_nothing_that_it_acknowledged() throws Exception {
        embedded(CYCLES_SHORT);
    }

    @Test
    void a_gateway_and_its_redis_that_are_killed_lose_nothing_that_was_acknowledged() throws Exception {
        redis(CYCLES_SHORT);
    }

    @Test
    @Tag("long")
    void a_gateway_that_is_killed_many_times_loses_nothing_that_it_acknowledged() throws Exception {
        embedded(CYCLES_LONG);
    }

    @Test
    @Tag("long")
    void a_gateway_and_its_redis_that_are_killed_many_times_lose_nothing_that_was_acknowledged() throws Exception {
        redis(CYCLES_LONG);
    }

    private static void embedded(int cycles) throws Exception {
        run("embedded-" + cycles, "", cycles, random -> {});
    }

    private static void redis(int cycles) throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder.resolve("redis-" + cycles), RedisProcess.DURABLE)) {
            run("redis-gateway-" + cycles, store(redis), cycles, random -> {
                if (cycles == CYCLES_SHORT || random.nextBoolean()) {
                    redis.kill();
                    redis.start();
                }
            });
        }
    }

    /** Names a Redis, behind the partner port of a configuration. */
    static String store(RedisProcess redis) {
        return "\n  store:\n    engine: redis\n    redis: {addresses: ['127.0.0.1:" + redis.port() + "']}";
    }

    private interface AlsoKilled {
        void kill(Random random) throws Exception;
    }

    private static void run(String name, String store, int cycles, AlsoKilled other) throws Exception {
        Random random = new Random(SEED);
        int port = GatewayProcess.freePort();
        Map<String, String> changes = new HashMap<>(ReportLoad.POLICY_CHANGES);
        changes.put(
                "partner-port: {host: 127.0.0.1, port: 0}",
                "partner-port: {host: 127.0.0.1, port: " + port + "}" + store);
        Path home = folder.resolve(name);
        Path config = GatewayUnderTest.prepare(home, pki, GatewayUnderTest.DEMO, changes);
        Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofMillis(500), Integer.MAX_VALUE);
        try (GatewayProcess gateway = GatewayProcess.start(config);
                PartnerClient subscriber = client(port, "nor/north-watch", home);
                PartnerClient contributing = client(port, Demo.PRETORIA.tenant(), home)) {
            Received received = new Received();
            Subscription subscription = subscriber.subscribe(
                    GatewayUnderTest.FROM_SNAPSHOT, received, SubscriptionOptions.DEFAULT.withBackoff(backoff));
            ReportLoad load = new ReportLoad(
                    () -> contributing.contributor(ContributorOptions.DEFAULT.withBackoff(backoff)),
                    new Demo(GatewayUnderTest.spifs(home), Instant.now()).label(Demo.PRETORIA.label()));
            Thread loading = new Thread(load, "load");
            loading.start();
            for (int cycle = 0; cycle < cycles; cycle++) {
                load.awaitAcknowledged(1 + random.nextInt(ACKNOWLEDGED_MAX));
                gateway.kill();
                other.kill(random);
                gateway.start();
            }
            load.awaitAcknowledged(1);
            load.stop();
            loading.join(LIMIT.toMillis());

            load.assertDelivered(received);
            assertThat(subscription.end().toCompletableFuture()).isNotDone();
            Map<Long, String> acknowledged = load.acknowledged();
            load.assertKnown(random, acknowledged);
            System.out.printf(
                    "%s, seed %d: %d kills, %d contributions acknowledged and delivered, %d answers after a repeat%n",
                    name, SEED, cycles, acknowledged.size(), load.repeats());
        }
    }

    private static PartnerClient client(int port, String tenant, Path home) throws Exception {
        return PartnerClient.open(
                GatewayUnderTest.context(port, pki.folder().resolve("tenants/" + tenant), home.resolve("data")));
    }
}
