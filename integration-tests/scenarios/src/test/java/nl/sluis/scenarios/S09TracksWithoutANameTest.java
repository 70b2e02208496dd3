package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Track;
import nl.sluis.scenarios.Demo.Station;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real tracking whose contributor does not know what it saw: it is given to the object that it belongs to, or makes one. */
class S09TracksWithoutANameTest {
    @TempDir
    private Path folder;

    private static final List<Station> STATIONS = List.of(Demo.PRETORIA, Demo.URALLA, Demo.FUCINO, Demo.CASTLE_ROCK);

    @Test
    void trackingWithoutANameJoinsTheObjectThatItBelongsTo() throws Exception {
        try (GatewayUnderTest gateway =
                GatewayUnderTest.start(folder, GatewayUnderTest.pki(folder.resolve("pki")), Clock.systemUTC())) {
            Received north = gateway.subscribe(Demo.NORTH_WATCH);
            gateway.accepted(Demo.CATALOGUE, List.of(gateway.demo().referenceOrbit()));
            gateway.register(Demo.PRETORIA);
            gateway.register(Demo.URALLA);
            gateway.accepted(Demo.PRETORIA.tenant(), List.of(gateway.demo().tracking(Demo.PRETORIA)));
            gateway.accepted(Demo.URALLA.tenant(), List.of(nameless(gateway.demo(), Demo.URALLA)));
            gateway.quiet(List.of(north));

            Track last = lastTrack(north);
            assertThat(last.getObject().getObjectId()).isEmpty();
            assertThat(last.getContributorsList()).containsExactly("AUS", "ZAF");
        }
    }

    @Test
    void trackingWithoutANameThatWaitsIsClaimedByAnOrbitThatComesLater() throws Exception {
        try (GatewayUnderTest gateway =
                GatewayUnderTest.start(folder, GatewayUnderTest.pki(folder.resolve("pki")), Clock.systemUTC())) {
            Received north = gateway.subscribe(Demo.NORTH_WATCH);
            gateway.register(Demo.PRETORIA);
            gateway.register(Demo.URALLA);
            gateway.accepted(Demo.PRETORIA.tenant(), List.of(nameless(gateway.demo(), Demo.PRETORIA)));
            gateway.accepted(Demo.CATALOGUE, List.of(gateway.demo().referenceOrbit()));
            // one station alone, whose biases nobody knows, makes no orbit
            gateway.accepted(Demo.URALLA.tenant(), List.of(gateway.demo().tracking(Demo.URALLA)));
            gateway.quiet(List.of(north));

            assertThat(lastTrack(north).getContributorsList()).containsExactly("AUS", "ZAF");
        }
    }

    @Test
    void trackingOfAnObjectThatNobodyKnowsMakesOne() throws Exception {
        try (GatewayUnderTest gateway =
                GatewayUnderTest.start(folder, GatewayUnderTest.pki(folder.resolve("pki")), Clock.systemUTC())) {
            Received space = gateway.subscribe(Demo.SPACE_WATCH);
            gateway.register(STATIONS.get(0));
            gateway.accepted(STATIONS.get(0).tenant(), List.of(nameless(gateway.demo(), STATIONS.get(0))));
            gateway.quiet(List.of(space));
            assertThat(space.tracks()).isEmpty();

            for (Station station : STATIONS.subList(1, STATIONS.size())) {
                gateway.register(station);
                gateway.accepted(station.tenant(), List.of(nameless(gateway.demo(), station)));
            }
            gateway.quiet(List.of(space));

            Track made = lastTrack(space);
            assertThat(made.getObject().getObjectId()).startsWith("uct-");
            assertThat(made.getObject().hasCatalogueNumber()).isFalse();
            assertThat(made.getContributorsList()).hasSizeGreaterThan(1);
        }
    }

    private static Track lastTrack(Received received) {
        assertThat(received.tracks()).isNotEmpty();
        return received.tracks().get(received.tracks().size() - 1).product().getTrack();
    }

    /** The station's tracking message, in which the object is not named. */
    private static Contribution nameless(Demo demo, Station station) throws Exception {
        String text = Demo.trackingText(station);
        assertThat(text).contains("2010-056A");
        return demo.tracking(station, text.replace("2010-056A", "UNKNOWN"));
    }
}
