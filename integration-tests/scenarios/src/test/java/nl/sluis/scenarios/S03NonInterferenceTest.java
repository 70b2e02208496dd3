package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.scenarios.Histories.Event;
import nl.sluis.scenarios.Histories.Marking;
import nl.sluis.scenarios.Histories.Pair;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What an audience receives is a function of what it may see. A day is played twice; the second time what one originator
 * contributes under one marking is changed, removed or multiplied. Whoever may not see it receives the same bytes: every
 * message in order, with identifiers, versions, counts, sequence numbers and cursors. The gateway's keys are the same and
 * its clock is moved by hand.
 */
class S03NonInterferenceTest {
    @TempDir
    static Path folder;

    private static DevelopmentPki pki;

    /** Certificates are of today, so the days that are played are too. */
    private static Instant dayStart;

    @BeforeAll
    static void certificates() throws Exception {
        dayStart = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        List<String> tenants =
                new ArrayList<>(List.of("nld/centre-host:officer,operator", "nld/catalogue:contributor"));
        Histories.ORIGINATORS.forEach(originator -> tenants.add(originator + ":contributor"));
        Histories.SUBSCRIBERS.forEach(subscriber -> tenants.add(subscriber + ":subscriber"));
        pki = GatewayUnderTest.pki(folder.resolve("pki"), "nld", tenants, "nld/centre-host:first-officer");
        Path keys = Files.createDirectories(folder.resolve("keys"));
        try (GatewayUnderTest once = start(keys, Clock.systemUTC())) {
            assertThat(once.data()).isDirectory();
        }
    }

    static List<Pair> pairs() {
        return LongStream.rangeClosed(1, 2).mapToObj(Pair::of).toList();
    }

    /** All of them take half an hour, so they can be run in pieces. */
    static List<Pair> manyPairs() {
        return LongStream.rangeClosed(
                        Long.getLong("sluis.histories.first", 3), Long.getLong("sluis.histories.last", 40))
                .mapToObj(Pair::of)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whoMayNotSeeWhatChangesReceivesTheSameBytes(Pair pair) throws Exception {
        Map<String, Played> first =
                play(pair + " first", pair.events().stream().map(List::of).toList());
        Map<String, Played> second = play(pair + " second", pair.changedEvents());

        for (String subscriber : Histories.SUBSCRIBERS) {
            if (!pair.readers().contains(subscriber)) {
                assertSame(
                        pair + ", " + subscriber + ", live",
                        first.get(subscriber).live(),
                        second.get(subscriber).live());
                assertSame(
                        pair + ", " + subscriber + ", replayed",
                        first.get(subscriber).replayed(),
                        second.get(subscriber).replayed());
            }
        }
        assertThat(pair.readers())
                .as("%s: some who may see it receive something else", pair)
                .anyMatch(reader -> !second.get(reader).equals(first.get(reader)));
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("manyPairs")
    void whoMayNotSeeWhatChangesReceivesTheSameBytesInManyHistories(Pair pair) throws Exception {
        whoMayNotSeeWhatChangesReceivesTheSameBytes(pair);
    }

    /**
     * What one subscriber received.
     *
     * @param live deliveries of a subscription that was open all day; where a batch ends depends on the moment
     * @param replayed every message of a subscription opened in the evening, and of its heartbeats the last
     */
    private record Played(List<ByteString> live, List<ByteString> replayed) {}

    private static Map<String, Played> play(String name, List<List<Event>> slots) throws Exception {
        Path home = Files.createDirectories(folder.resolve(name.replaceAll("\\W+", "-")));
        Path data = Files.createDirectories(home.resolve("data"));
        for (String key : List.of("signing.pk8", "signing.pub.pem", "cursor.key")) {
            Files.copy(folder.resolve("keys/data").resolve(key), data.resolve(key));
        }
        MovedClock clock = new MovedClock(dayStart);
        try (GatewayUnderTest gateway = start(home, clock)) {
            Demo demo = gateway.demo();
            Map<String, Received> live = new TreeMap<>();
            for (String subscriber : Histories.SUBSCRIBERS) {
                live.put(subscriber, gateway.subscribe(subscriber));
            }
            for (String originator : Histories.ORIGINATORS) {
                gateway.register(
                        originator, Histories.sensor(originator, demo.label(Marking.OWN.notation(originator))));
            }
            // one after the other: what is under way at the same time has no order
            for (Contribution item : Histories.publicInput(demo)) {
                gateway.accepted(Histories.CATALOGUE, List.of(item));
            }
            int slot = 0;
            for (List<Event> events : slots) {
                gateway.idle(live.get(Histories.SUBSCRIBERS.get(0)));
                clock.moveTo(Histories.time(dayStart, ++slot));
                for (Event event : events) {
                    Contribution item = Histories.contribution(demo, event);
                    assertThat(gateway.contribute(event.originator(), item))
                            .isInstanceOf(ContributionOutcome.Accepted.class);
                }
            }
            gateway.idle(live.get(Histories.SUBSCRIBERS.get(0)));
            clock.moveTo(Histories.time(dayStart, slot + 1));
            gateway.quiet(List.copyOf(live.values()));

            Map<String, Played> played = new TreeMap<>();
            for (String subscriber : Histories.SUBSCRIBERS) {
                Received replay = gateway.subscribe(subscriber, sinceStart());
                gateway.quiet(List.of(replay));
                played.put(subscriber, new Played(deliveries(live.get(subscriber)), messages(replay)));
            }
            return played;
        }
    }

    private static GatewayUnderTest start(Path home, Clock clock) throws Exception {
        return GatewayUnderTest.start(home, pki, clock, "/non-interference/");
    }

    private static SubscribeRequest sinceStart() {
        return SubscribeRequest.newBuilder()
                .setTime(com.google.protobuf.Timestamp.newBuilder().setSeconds(dayStart.getEpochSecond()))
                .build();
    }

    private static List<ByteString> deliveries(Received received) {
        return received.deliveries().stream()
                .map(SubscribeResponse::toByteString)
                .toList();
    }

    /** Heartbeats come as often as the machine's own clock says, so of them only the last one counts. */
    private static List<ByteString> messages(Received received) {
        List<ByteString> messages = new ArrayList<>();
        ByteString heartbeat = ByteString.EMPTY;
        for (SubscribeResponse message : received.messages()) {
            if (message.hasHeartbeat()) {
                heartbeat = message.toByteString();
            } else {
                messages.add(message.toByteString());
            }
        }
        messages.add(heartbeat);
        return messages;
    }

    /** Bytes are compared; the first message that differs is shown as text. */
    private static void assertSame(String what, List<ByteString> first, List<ByteString> second) throws Exception {
        for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
            if (!first.get(i).equals(second.get(i))) {
                assertThat(text(second.get(i))).as("%s, message %d", what, i).isEqualTo(text(first.get(i)));
            }
        }
        assertThat(second).as(what).isEqualTo(first);
    }

    private static String text(ByteString message) throws Exception {
        SubscribeResponse response = SubscribeResponse.parseFrom(message);
        return response.hasDelivery()
                ? response + "\n" + Product.parseFrom(response.getDelivery().getPayload())
                : response.toString();
    }
}
