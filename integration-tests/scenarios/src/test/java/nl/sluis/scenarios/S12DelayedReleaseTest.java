package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.proto.v1.ProductKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits for a delay comes when that is over, once, although the gateway or its journal was gone meanwhile. */
class S12DelayedReleaseTest {
    private static final String DELAYED = "sluis_release_decisions_total{outcome=\"delayed\"}";

    @TempDir
    private Path folder;

    private DevelopmentPki pki;

    @BeforeEach
    void makeCertificates() throws IOException {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
    }

    @Test
    void delay_goes_on_while_the_gateway_is_stopped() throws Exception {
        MovedClock clock = new MovedClock(Instant.now());
        try (GatewayUnderTest gateway = start(clock, "6 h", "")) {
            report(gateway);
            Received watching = gateway.subscribe(Demo.NORTH_WATCH);
            watching.await("it waits", GatewayUnderTest.LIMIT, () -> metric(gateway, DELAYED) >= 1);
        }
        clock.move(Duration.ofHours(3));
        try (GatewayUnderTest gateway = start(clock, "6 h", "")) {
            Received early = gateway.subscribe(Demo.NORTH_WATCH);
            early.await("all there is", GatewayUnderTest.LIMIT, () -> early.snapshotCount() >= 0);
            assertThat(reports(early)).isZero();
        }
        clock.move(Duration.ofHours(4));
        try (GatewayUnderTest gateway = start(clock, "6 h", "")) {
            Received late = gateway.subscribe(Demo.NORTH_WATCH);
            late.await("the report", GatewayUnderTest.LIMIT, () -> reports(late) > 0);
        }
        try (GatewayUnderTest gateway = start(clock, "6 h", "")) {
            Received again = gateway.subscribe(Demo.NORTH_WATCH);
            again.await("all there is", GatewayUnderTest.LIMIT, () -> again.snapshotCount() >= 0);
            assertThat(reports(again)).isOne();
        }
    }

    @Test
    void delay_that_ends_while_the_journal_is_gone_is_not_forgotten() throws Exception {
        try (RedisProcess redis = RedisProcess.start(folder.resolve("redis"), RedisProcess.DURABLE);
                GatewayUnderTest gateway = start(Clock.systemUTC(), "2 s", S05NothingLostTest.store(redis))) {
            report(gateway);
            Instant limit = Instant.now().plus(GatewayUnderTest.LIMIT);
            while (metric(gateway, DELAYED) < 1) {
                assertThat(Instant.now()).as("it waits").isBefore(limit);
            }
            redis.kill();
            while (metric(gateway, "sluis_release_retries_total") < 1) {
                assertThat(Instant.now()).as("it is tried again").isBefore(limit);
            }
            redis.start();
            Received received = gateway.subscribe(Demo.NORTH_WATCH);
            received.await("the report", GatewayUnderTest.LIMIT, () -> reports(received) > 0);
        }
    }

    private GatewayUnderTest start(Clock clock, String delay, String store) throws Exception {
        Map<String, String> changes = new HashMap<>(ReportLoad.POLICY_CHANGES);
        changes.put(
                "owner: ZAF\nimports: [tenants.yaml, audiences.yaml]\nrules:",
                "owner: ZAF\nimports: [tenants.yaml, audiences.yaml]\nrules:\n"
                        + "  - {delay: late, what: {kind: interference}, to: [partners], by: " + delay + "}");
        changes.put("partner-port: {host: 127.0.0.1, port: 0}", "partner-port: {host: 127.0.0.1, port: 0}" + store);
        return GatewayUnderTest.start(folder, pki, clock, GatewayUnderTest.DEMO, changes);
    }

    private static void report(GatewayUnderTest gateway) throws Exception {
        gateway.accepted(
                Demo.PRETORIA.tenant(),
                List.of(ReportLoad.report(1, gateway.demo().label(Demo.PRETORIA.label()))));
    }

    private static long reports(Received received) {
        return received.products(ProductKind.PRODUCT_KIND_INTERFERENCE).size();
    }

    private static double metric(GatewayUnderTest gateway, String name) {
        try {
            return GatewayProcess.metric(gateway.gateway().adminPort(), name);
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
