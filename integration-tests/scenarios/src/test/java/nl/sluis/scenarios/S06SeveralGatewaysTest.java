package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.store.RedisProcess;
import nl.sluis.partner.Backoff;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Contributor;
import nl.sluis.partner.ContributorOptions;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.SubscriptionOptions;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Interference;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two gateways on one Redis: any takes contributions, any serves any subscriber, and when one dies or sleeps the other
 * goes on with what it did.
 */
@Tag("long")
class S06SeveralGatewaysTest {
    private static final Duration LIMIT = GatewayUnderTest.LIMIT;
    private static final String SUBSCRIBER = "nor/north-watch";
    private static final Backoff BACKOFF =
            new Backoff(Duration.ofMillis(50), Duration.ofMillis(500), Backoff.UNLIMITED);

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;
    private static RedisProcess redis;
    private static Node first;
    private static Node second;

    /** A gateway in a process of its own. */
    private record Node(Path home, int port, GatewayProcess process) {
        PartnerClient client(String tenant) throws Exception {
            return PartnerClient.open(
                    GatewayUnderTest.context(port, pki.folder().resolve("tenants/" + tenant), home.resolve("data")));
        }

        Received subscribe(PartnerClient client, SubscribeRequest request) throws Exception {
            Received received = new Received();
            var unused = client.subscribe(request, received, SubscriptionOptions.DEFAULT.withBackoff(BACKOFF));
            return received;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        pki = GatewayUnderTest.pki(folder.resolve("pki"));
        redis = RedisProcess.start(folder.resolve("redis"), RedisProcess.DURABLE);
        first = node("first");
        copyKeys(first.home(), folder.resolve("second"));
        second = node("second");
    }

    private static Node node(String name) throws Exception {
        int port = GatewayProcess.freePort();
        Map<String, String> changes = new HashMap<>(S05NothingLostTest.CHANGES);
        changes.put(
                "partner-port: {host: 127.0.0.1, port: 0}",
                "partner-port: {host: 127.0.0.1, port: " + port + "}" + S05NothingLostTest.store(redis));
        Path home = folder.resolve(name);
        return new Node(
                home, port, GatewayProcess.start(GatewayUnderTest.prepare(home, pki, GatewayUnderTest.DEMO, changes)));
    }

    private static void copyKeys(Path from, Path to) throws Exception {
        Files.createDirectories(to.resolve("data"));
        for (String key : List.of("signing.pk8", "signing.pub.pem", "cursor.key", "coarsening.key")) {
            Files.copy(from.resolve("data").resolve(key), to.resolve("data").resolve(key));
        }
    }

    @AfterAll
    static void stop() {
        first.process().close();
        second.process().close();
        redis.close();
    }

    @Test
    void what_one_takes_both_deliver_alike_and_a_cursor_of_one_holds_at_the_other() throws Exception {
        try (PartnerClient atFirst = first.client(SUBSCRIBER);
                PartnerClient atSecond = second.client(SUBSCRIBER)) {
            Received here = first.subscribe(atFirst, GatewayUnderTest.FROM_SNAPSHOT);
            Received there = second.subscribe(atSecond, GatewayUnderTest.FROM_SNAPSHOT);
            contribute(first, 1);
            contribute(second, 2);
            awaitNumber(here, 2);
            awaitNumber(there, 2);

            assertThat(payloads(here)).containsExactlyElementsOf(payloads(there));

            contribute(second, 3);
            Received resumed = first.subscribe(
                    atFirst,
                    SubscribeRequest.newBuilder()
                            .setCursor(there.lastCheckpoint().getCursor())
                            .build());
            awaitNumber(resumed, 3);
            assertThat(resumed.products()).hasSize(1);
        }
    }

    @Test
    void a_node_that_is_killed_is_replaced_and_one_that_slept_sends_nothing_more() throws Exception {
        try (PartnerClient watching = second.client(SUBSCRIBER);
                PartnerClient asleep = first.client(SUBSCRIBER)) {
            Received received = second.subscribe(watching, GatewayUnderTest.FROM_SNAPSHOT);
            Received atSleeper = first.subscribe(asleep, GatewayUnderTest.FROM_SNAPSHOT);
            atSleeper.await("subscribed", LIMIT, () -> atSleeper.snapshotCount() >= 0);

            // longer than any lease: the other takes its stages over meanwhile
            first.process().pause();
            contribute(second, 11);
            awaitNumber(received, 11);
            first.process().resume();
            awaitNumber(atSleeper, 11);

            first.process().kill();
            contribute(second, 12);
            awaitNumber(received, 12);
            first.process().start();
            contribute(first, 13);
            awaitNumber(received, 13);
            awaitNumber(atSleeper, 13);
        }
    }

    @Test
    void while_redis_is_gone_nodes_send_nothing_and_resume_by_themselves() throws Exception {
        try (PartnerClient client = second.client(SUBSCRIBER)) {
            Received received = second.subscribe(client, GatewayUnderTest.FROM_SNAPSHOT);
            contribute(first, 21);
            awaitNumber(received, 21);
            redis.kill();
            received.await("nothing can be confirmed", LIMIT, () -> closedUnconfirmed(received));
            redis.start();
            contribute(first, 22);
            awaitNumber(received, 22);
        }
    }

    private static void contribute(Node node, long number) throws Exception {
        try (PartnerClient client = node.client(Demo.PRETORIA.tenant());
                Contributor contributor = client.contributor(ContributorOptions.DEFAULT.withBackoff(BACKOFF))) {
            Contribution report = Contribution.newBuilder()
                    .setClientId("report-" + number)
                    .setLabel(new Demo(GatewayUnderTest.spifs(node.home()), Instant.now()).label(Demo.PRETORIA.label()))
                    .setInterference(Interference.newBuilder().setFrequencyHz((double) number))
                    .build();
            assertThat(contributor.submit(report).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ContributionOutcome.Accepted.class);
        }
    }

    private static void awaitNumber(Received received, long number) throws InterruptedException {
        received.await(
                "product " + number,
                LIMIT,
                () -> received.products(ProductKind.PRODUCT_KIND_INTERFERENCE).stream()
                        .anyMatch(product -> product.product().getInterference().getFrequencyHz() == number));
    }

    private static List<Object> payloads(Received received) {
        return new ArrayList<>(received.products().stream()
                .map(product -> (Object) product.payload())
                .toList());
    }

    private static boolean closedUnconfirmed(Received received) {
        return received.messages().stream()
                .filter(SubscribeResponse::hasClosing)
                .anyMatch(
                        message -> message.getClosing().getReason() == ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED);
    }
}
