package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.PutSensorRequest;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.scenarios.Demo.Station;
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
    private static final int TAKEOVERS = Integer.getInteger("sluis.takeover.cycles", 6);
    private static final Duration REDIS_GONE = Duration.parse(System.getProperty("sluis.redis.gone", "PT1M"));
    private static final int ACKNOWLEDGED_MIN = 100;
    private static final int OBJECTS = 12;

    /** Contributions in flight: more would let the logs of six take-overs outgrow heaps of 256 MiB. */
    private static final int IN_FLIGHT = 8;

    private static final Pattern TAKEN = Pattern.compile("duty taken, node=\\w+ duty=fusion token=(\\d+)");
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
        Map<String, String> changes = new HashMap<>(ReportLoad.POLICY_CHANGES);
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
    void when_the_node_that_fuses_is_killed_under_load_another_goes_on_with_nothing_lost_or_made_twice()
            throws Exception {
        for (int cycle = 0; cycle < TAKEOVERS; cycle++) {
            Node owner = fusing();
            Node other = owner.equals(first) ? second : first;
            try (PartnerClient contributing = other.client(Demo.PRETORIA.tenant());
                    PartnerClient watching = other.client(SUBSCRIBER)) {
                Received received = other.subscribe(watching, GatewayUnderTest.FROM_SNAPSHOT);
                ReportLoad load = load(other, contributing, 1_000_000L * (cycle + 1));
                Thread loading = new Thread(load, "load");
                loading.start();
                load.awaitAcknowledged(ACKNOWLEDGED_MIN);
                owner.process().kill();
                load.awaitAcknowledged(ACKNOWLEDGED_MIN);
                received.await("the other node fuses", LIMIT, () -> fusing().equals(other));
                owner.process().start();
                load.awaitAcknowledged(ACKNOWLEDGED_MIN);
                load.stop();
                loading.join(LIMIT.toMillis());
                load.assertDelivered(received);
                System.out.printf(
                        "take-over %d: %d contributions acknowledged, each delivered once%n",
                        cycle + 1, load.acknowledged().size());
            }
        }
    }

    @Test
    void fits_are_spread_over_the_nodes_and_those_of_a_node_that_is_killed_are_made_by_the_other() throws Exception {
        Demo demo = new Demo(GatewayUnderTest.spifs(second.home()), Instant.now());
        try (PartnerClient watching = second.client(Demo.NORTH_WATCH)) {
            Received received = second.subscribe(watching, GatewayUnderTest.FROM_SNAPSHOT);
            for (Station station : List.of(Demo.PRETORIA, Demo.URALLA)) {
                try (PartnerClient client = second.client(station.tenant())) {
                    var unused = SensorServiceGrpc.newBlockingStub(client.channel())
                            .putSensor(PutSensorRequest.newBuilder()
                                    .setSensor(demo.sensor(station))
                                    .build());
                }
            }
            List<String> objects = IntStream.range(0, OBJECTS)
                    .mapToObj(i -> "2010-" + (900 + i) + "A")
                    .toList();
            contribute(Demo.CATALOGUE, objects, demo.referenceOrbit());
            contribute(Demo.PRETORIA.tenant(), objects, demo.tracking(Demo.PRETORIA));
            received.await("both nodes fit", LIMIT, () -> fits(first) > 0 && fits(second) > 0);
            contribute(Demo.URALLA.tenant(), objects, demo.tracking(Demo.URALLA));
            first.process().kill();
            received.await(
                    "each object has its orbit of both stations",
                    LIMIT.multipliedBy(2),
                    () -> objects.stream()
                            .allMatch(object -> received.tracks().stream()
                                    .map(product -> product.product().getTrack())
                                    .anyMatch(track -> track.getObject()
                                                    .getInternationalDesignator()
                                                    .equals(object)
                                            && track.getContributorsList().equals(List.of("AUS", "ZAF")))));
            first.process().start();
            Map<String, List<Integer>> versions = new HashMap<>();
            received.tracks()
                    .forEach(
                            track -> versions.computeIfAbsent(track.product().getProductId(), none -> new ArrayList<>())
                                    .add(track.product().getVersion()));
            assertThat(versions).hasSize(OBJECTS);
            assertThat(versions.values())
                    .as("each contribution made one version")
                    .allSatisfy(all -> assertThat(all).isIn(List.of(1), List.of(1, 2)));
        }
    }

    /** The same message about each of some objects, from the node that stays. */
    private static void contribute(String tenant, List<String> objects, Contribution message) throws Exception {
        try (PartnerClient client = second.client(tenant);
                Contributor contributor = client.contributor(ContributorOptions.DEFAULT.withBackoff(BACKOFF))) {
            List<CompletionStage<ContributionOutcome>> answers = new ArrayList<>();
            for (String object : objects) {
                String text = message.getDocument().getContent().toStringUtf8().replace("2010-056A", object);
                Contribution.Builder renamed = message.toBuilder().setClientId(message.getClientId() + " " + object);
                renamed.getDocumentBuilder().setContent(ByteString.copyFromUtf8(text));
                answers.add(contributor.submit(renamed.build()));
            }
            for (CompletionStage<ContributionOutcome> answer : answers) {
                assertThat(answer.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isInstanceOf(ContributionOutcome.Accepted.class);
            }
        }
    }

    private static double fits(Node node) {
        try {
            return node.process().metric("sluis_fusion_fits_total");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    @Test
    void while_redis_is_gone_nodes_send_nothing_and_resume_by_themselves() throws Exception {
        try (PartnerClient contributing = first.client(Demo.PRETORIA.tenant());
                PartnerClient client = second.client(SUBSCRIBER)) {
            Received received = second.subscribe(client, GatewayUnderTest.FROM_SNAPSHOT);
            received.await("subscribed", LIMIT, () -> received.snapshotCount() >= 0);
            ReportLoad load = load(first, contributing, 100_000);
            Thread loading = new Thread(load, "load");
            loading.start();
            load.awaitAcknowledged(ACKNOWLEDGED_MIN);
            redis.kill();
            long gone = System.nanoTime();
            received.await("nothing can be confirmed", LIMIT, () -> closedUnconfirmed(received));
            int sent = received.count();
            // each attempt to come back is refused, and looked at
            received.await(
                    "Redis is gone for " + REDIS_GONE,
                    REDIS_GONE.plus(LIMIT),
                    () -> System.nanoTime() - gone > REDIS_GONE.toNanos());
            assertThat(received.count())
                    .as("nothing is sent that nobody confirmed")
                    .isEqualTo(sent);
            redis.start();
            load.awaitAcknowledged(ACKNOWLEDGED_MIN);
            load.stop();
            loading.join(LIMIT.toMillis());
            load.assertDelivered(received);
        }
    }

    private static ReportLoad load(Node node, PartnerClient client, long first) throws Exception {
        return new ReportLoad(
                () -> client.contributor(
                        ContributorOptions.DEFAULT.withWindowItems(IN_FLIGHT).withBackoff(BACKOFF)),
                new Demo(GatewayUnderTest.spifs(node.home()), Instant.now()).label(Demo.PRETORIA.label()),
                first);
    }

    /** The node that took fusion last: its token is the highest. */
    private static Node fusing() {
        return lastToken(first) > lastToken(second) ? first : second;
    }

    private static long lastToken(Node node) {
        try (Stream<String> lines = Files.lines(node.home().resolve("gateway.log"))) {
            return lines.map(TAKEN::matcher)
                    .filter(Matcher::find)
                    .mapToLong(found -> Long.parseLong(found.group(1)))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void contribute(Node node, long number) throws Exception {
        try (PartnerClient client = node.client(Demo.PRETORIA.tenant());
                Contributor contributor = client.contributor(ContributorOptions.DEFAULT.withBackoff(BACKOFF))) {
            Contribution report = ReportLoad.report(
                    number, new Demo(GatewayUnderTest.spifs(node.home()), Instant.now()).label(Demo.PRETORIA.label()));
            assertThat(contributor.submit(report).toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isInstanceOf(ContributionOutcome.Accepted.class);
        }
    }

    private static void awaitNumber(Received received, long number) throws InterruptedException {
        received.awaitProduct(
                "product " + number,
                LIMIT,
                product -> product.product().getKind() == ProductKind.PRODUCT_KIND_INTERFERENCE
                        && product.product().getInterference().getFrequencyHz() == number);
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
