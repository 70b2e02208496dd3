package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.partner.Backoff;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Contributor;
import nl.sluis.partner.ContributorOptions;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.Subscription;
import nl.sluis.partner.SubscriptionOptions;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Interference;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ProductKind;
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
    private static final int CYCLES_LONG = Integer.getInteger("sluis.kill.cycles", 200);
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Contributions acknowledged before the next kill, drawn evenly up to this. */
    private static final int ACKNOWLEDGED_MAX = 400;

    static final Map<String, String> CHANGES = Map.of(
            // an interference report becomes one product, without a fit: the load is on the logs
            "[track, conjunction, proximity]", "[track, conjunction, proximity, interference]",
            "what: {kind: track}\n    to: [partners", "what: {kind: [track, interference]}\n    to: [partners");

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
        Map<String, String> changes = new HashMap<>(CHANGES);
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
            Load load = new Load(
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

            Map<Long, String> acknowledged = load.acknowledged();
            received.await("seed " + SEED + ": all " + acknowledged.size() + " products", LIMIT, () -> {
                assertThat(subscription.end().toCompletableFuture()).isNotDone();
                return numbers(received).containsAll(acknowledged.keySet());
            });
            assertThat(received.products(ProductKind.PRODUCT_KIND_INTERFERENCE))
                    .as("each contribution became one product, and repeats were recognised")
                    .hasSameSizeAs(acknowledged.keySet());
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

    private static Set<Long> numbers(Received received) {
        return received.products(ProductKind.PRODUCT_KIND_INTERFERENCE).stream()
                .map(product -> (long) product.product().getInterference().getFrequencyHz())
                .collect(Collectors.toSet());
    }

    /** Contributes reports with the numbers 1, 2, 3, … as fast as they are answered. */
    private static final class Load implements Runnable {
        private static final int SAMPLE = 50;

        private final Supplier<Contributor> contributors;
        private final Label label;
        private final Map<Long, String> acknowledged = new LinkedHashMap<>();
        private final List<String> refusals = new ArrayList<>();
        private int repeats;
        private boolean stopped;

        Load(Supplier<Contributor> contributors, Label label) {
            this.contributors = contributors;
            this.label = label;
        }

        @Override
        public void run() {
            try (Contributor contributor = contributors.get()) {
                for (long number = 1; !isStopped(); number++) {
                    long own = number;
                    contributor
                            .submit(report(number))
                            .whenComplete((outcome, failure) -> answered(own, outcome, failure));
                }
                contributor.complete().toCompletableFuture().join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private Contribution report(long number) {
            return Contribution.newBuilder()
                    .setClientId("report-" + number)
                    .setLabel(label)
                    .setInterference(Interference.newBuilder()
                            .setFrequencyHz((double) number)
                            .setNature("JAMMING"))
                    .build();
        }

        private synchronized void answered(long number, ContributionOutcome outcome, Throwable failure) {
            if (outcome instanceof ContributionOutcome.Accepted accepted) {
                acknowledged.put(number, accepted.contributionId());
                repeats += accepted.duplicate() ? 1 : 0;
            } else {
                refusals.add(number + ": " + (failure == null ? outcome : failure));
            }
            notifyAll();
        }

        synchronized void awaitAcknowledged(int more) throws InterruptedException {
            int wanted = acknowledged.size() + more;
            long end = System.nanoTime() + LIMIT.toNanos();
            while (acknowledged.size() < wanted) {
                assertThat(refusals).isEmpty();
                long leftMs = (end - System.nanoTime()) / 1_000_000;
                assertThat(leftMs)
                        .as("seed %s: %s more acknowledged", SEED, more)
                        .isPositive();
                wait(leftMs);
            }
        }

        synchronized void stop() {
            stopped = true;
        }

        private synchronized boolean isStopped() {
            return stopped;
        }

        synchronized Map<Long, String> acknowledged() {
            assertThat(refusals).isEmpty();
            return Map.copyOf(acknowledged);
        }

        synchronized int repeats() {
            return repeats;
        }

        /** What was acknowledged, sent once more, gets the same answer as a duplicate. */
        void assertKnown(Random random, Map<Long, String> known) throws Exception {
            Set<Long> sample = new HashSet<>();
            List<Long> all = new ArrayList<>(known.keySet());
            for (int i = 0; i < SAMPLE; i++) {
                sample.add(all.get(random.nextInt(all.size())));
            }
            try (Contributor again = contributors.get()) {
                for (long number : sample) {
                    CompletableFuture<ContributionOutcome> answer =
                            again.submit(report(number)).toCompletableFuture();
                    assertThat(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                            .isInstanceOfSatisfying(ContributionOutcome.Accepted.class, accepted -> {
                                assertThat(accepted.duplicate()).isTrue();
                                assertThat(accepted.contributionId()).isEqualTo(known.get(number));
                            });
                }
            }
        }
    }
}
