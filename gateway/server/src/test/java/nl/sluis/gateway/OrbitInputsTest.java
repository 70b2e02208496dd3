package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Corrections;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RangeMode;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which observations an orbit rests on: also those from a satellite, and none that are too old for it. */
class OrbitInputsTest {
    private static final Instant EPOCH = Instant.parse("2026-02-10T00:00:00Z");
    private static final ObjectReference OBJECT =
            ObjectReference.newBuilder().setCatalogueNumber(91_001).build();
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    private static final String RADAR = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: ZAF/pretoria}";
    private static final String ALLIED = "{NATO: restricted, rel: [NATO], owner: USA/castle-rock}";
    private static final SubscribeRequest ALL = SubscribeRequest.getDefaultInstance();

    private static final OrbitState TRUTH = new OrbitState(
            EPOCH,
            Frame.GCRF,
            new Vector3(-2_410_432.0, 1_120_345.0, 6_633_210.0),
            new Vector3(-3_950.0, -6_290.0, -372.0));

    private static final OrbitState PLATFORM =
            new OrbitState(EPOCH, Frame.GCRF, new Vector3(7_300_000.0, 0, 0), new Vector3(0, 5_200.0, 5_250.0));

    private static final nl.sluis.orbit.measurement.Sensor SITE = new nl.sluis.orbit.measurement.Sensor(
            "zaf/radar",
            GeodeticPosition.ofDegrees(69.6, 18.9, 30),
            Map.of(Component.RANGE, 20.0, Component.AZIMUTH, 3.5e-4, Component.ELEVATION, 3.5e-4),
            Map.of(),
            Set.of());

    @TempDir
    private Path folder;

    @Test
    void what_was_seen_from_a_satellite_sharpens_the_orbits_of_those_who_may_use_it_and_changes_no_byte_of_others()
            throws Exception {
        Received with = history(true);
        Received without = history(false);

        assertThat(with.company()).isNotEmpty().isEqualTo(without.company());
        Track sharp = last(with.allies());
        Track rough = last(without.allies());
        assertThat(sharp.getQuality().getObservationsUsed())
                .isGreaterThan(rough.getQuality().getObservationsUsed() + 50);
        assertThat(sharp.getQuality().getObservationsRejected()).isZero();
        assertThat(sharp.getQuality().getPositionSigmaM())
                .isLessThan(0.7 * rough.getQuality().getPositionSigmaM());
        OrbitState found = OrbitMessages.state(sharp.getState());
        OrbitState truth = Propagation.states(TRUTH, ForceModel.forOrbit(TRUTH), List.of(found.epoch()))
                .get(0);
        assertThat(found.positionM().minus(truth.positionM()).norm())
                .isLessThan(3 * sharp.getQuality().getPositionSigmaM());
    }

    /** What two audiences received: one that may use all, and one that may use the radar alone. */
    private record Received(List<SubscribeResponse> allies, List<SubscribeResponse> company) {}

    private Received history(boolean fromSatellite) throws Exception {
        try (FlowUnderTest flow = flow("satellite-" + fromSatellite)) {
            try (FlowUnderTest.Reader allies = flow.subscribe("nor/north-watch", ALL);
                    FlowUnderTest.Reader company = flow.subscribe("lux/acme-space", ALL)) {
                begin(flow, TRUTH);
                flow.contribute("zaf/pretoria", radar(flow, TRUTH, minutes(0, 120)));
                if (fromSatellite) {
                    flow.register("usa/castle-rock", aboard(flow));
                    flow.contribute("usa/castle-rock", seenFromSatellite(flow));
                } else {
                    // the clock goes on for both
                    flow.tick();
                }
                flow.contribute("zaf/pretoria", radar(flow, TRUTH, minutes(180, 240)));
                return new Received(allies.read().messages, company.read().messages);
            }
        }
    }

    /** The log that a restart reads holds all: what is taken of it is the same. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_orbit_rests_on_the_newest_observations_alone_where_they_are_enough(boolean restarted) throws Exception {
        List<String> passes = new ArrayList<>();
        MovedClock clock = new MovedClock();
        FlowUnderTest flow = few(clock);
        try {
            begin(flow, TRUTH);
            for (int from : new int[] {0, 180}) {
                passes.add(flow.contribute("zaf/pretoria", radar(flow, TRUTH, minutes(from, from + 120))));
            }
            flow.settle(Duration.ofMinutes(1));
            assertThat(basis(flow)).containsAll(passes);
            if (restarted) {
                flow.close();
                flow = few(clock);
            }
            passes.add(flow.contribute("zaf/pretoria", radar(flow, TRUTH, minutes(1_440, 1_560))));
            flow.settle(Duration.ofMinutes(1));
            assertThat(basis(flow)).contains(passes.get(1), passes.get(2)).doesNotContain(passes.get(0));
        } finally {
            flow.close();
        }
    }

    /** Where the last two passes are enough, of 16 and 22 observations, and one is not. */
    private FlowUnderTest few(MovedClock clock) throws Exception {
        return new FlowUnderTest(
                folder.resolve("few"), clock, elements -> new ElementScreening.Found(List.of(), List.of()), 30);
    }

    private static List<String> basis(FlowUnderTest flow) throws Exception {
        List<Solution> tracks = tracks(flow);
        return tracks.get(tracks.size() - 1).getBasis().getContributionIdsList();
    }

    /** Of a geostationary orbit, which is quickly followed over a month. */
    @Test
    @Tag("long")
    void an_orbit_rests_on_what_was_seen_within_its_arc_and_on_nothing_older() throws Exception {
        Instant epoch = Instant.parse("2026-01-20T00:00:00Z");
        double angle = Math.toRadians(138);
        OrbitState high = new OrbitState(
                epoch,
                Frame.GCRF,
                new Vector3(Math.cos(angle), Math.sin(angle), 0).times(42_164_000),
                new Vector3(-Math.sin(angle), Math.cos(angle), 0).times(3_074.66));
        try (FlowUnderTest flow = flow("arc")) {
            begin(flow, high);
            List<String> contributions = new ArrayList<>();
            for (int day : new int[] {0, 10, 38}) {
                contributions.add(flow.contribute(
                        "zaf/pretoria",
                        radar(
                                flow,
                                high,
                                nl.sluis.orbit.determination.Ephemeris.epochs(
                                        epoch.plus(Duration.ofDays(day)),
                                        epoch.plus(Duration.ofDays(day)).plus(Duration.ofHours(12)),
                                        Duration.ofMinutes(30)))));
            }
            flow.settle(Duration.ofMinutes(5));
            List<Solution> tracks = tracks(flow);
            Solution last = tracks.get(tracks.size() - 1);

            assertThat(tracks.get(1).getBasis().getContributionIdsList()).containsAll(contributions.subList(0, 2));
            // thirty days before the last pass, of the eighth day after the first
            assertThat(last.getBasis().getContributionIdsList())
                    .containsAll(contributions.subList(1, 3))
                    .doesNotContain(contributions.get(0));
            assertThat(Times.instant(last.getTrack().getQuality().getSpanStart()))
                    .isEqualTo(epoch.plus(Duration.ofDays(10)));
        }
    }

    private FlowUnderTest flow(String name) throws Exception {
        return new FlowUnderTest(
                folder.resolve(name), new MovedClock(), elements -> new ElementScreening.Found(List.of(), List.of()));
    }

    private static void begin(FlowUnderTest flow, OrbitState truth) {
        flow.register(
                "zaf/pretoria",
                Sensor.newBuilder()
                        .setSensorId("zaf/radar")
                        .setGround(GroundSite.newBuilder()
                                .setLatitudeRad(SITE.position().latitudeRad())
                                .setLongitudeRad(SITE.position().longitudeRad())
                                .setAltitudeM(SITE.position().altitudeM()))
                        .setSigmas(MeasurementSigmas.newBuilder()
                                .setRangeM(20)
                                .setAzimuthRad(3.5e-4)
                                .setElevationRad(3.5e-4))
                        .setLabel(flow.label(RADAR))
                        .build());
        OrbitState stated = new OrbitState(
                truth.epoch(), Frame.GCRF, truth.positionM().plus(new Vector3(300, -200, 100)), truth.velocityMps());
        flow.contribute(
                "nld/catalogue",
                Contribution.newBuilder()
                        .setClientId("stated")
                        .setLabel(flow.label(PUBLIC))
                        .setEphemeris(Ephemeris.newBuilder().setObject(OBJECT).addStates(OrbitMessages.state(stated)))
                        .build());
    }

    private static List<Instant> minutes(int from, int until) {
        return nl.sluis.orbit.determination.Ephemeris.epochs(
                EPOCH.plus(Duration.ofMinutes(from)), EPOCH.plus(Duration.ofMinutes(until)), Duration.ofMinutes(1));
    }

    /** Passes of the radar: two-way, as received, through vacuum. */
    private static Contribution radar(FlowUnderTest flow, OrbitState truth, List<Instant> epochs) {
        ObservationSeries.Builder series = ObservationSeries.newBuilder()
                .setSensorId("zaf/radar")
                .setObject(OBJECT)
                .setCorrections(Corrections.newBuilder().setTroposphere(true));
        Simulation simulation = new Simulation(
                truth,
                ForceModel.forOrbit(truth),
                CommonError.NONE,
                new Random(epochs.get(0).getEpochSecond()));
        simulation.observe(SITE, epochs).forEach(one -> {
            Observation.Builder observation = Observation.newBuilder().setEpoch(Times.timestamp(one.epoch()));
            if (one instanceof nl.sluis.orbit.measurement.Observation.Range range) {
                observation.setRange(
                        Range.newBuilder().setRangeM(range.rangeM()).setMode(RangeMode.RANGE_MODE_TWO_WAY));
            } else if (one instanceof nl.sluis.orbit.measurement.Observation.AzimuthElevation direction) {
                observation.setAzimuthElevation(AzimuthElevation.newBuilder()
                        .setAzimuthRad(direction.azimuthRad())
                        .setElevationRad(direction.elevationRad()));
            }
            series.addObservations(observation);
        });
        return Contribution.newBuilder()
                .setClientId("radar " + epochs.get(0))
                .setLabel(flow.label(RADAR))
                .setObservations(series)
                .build();
    }

    private static Sensor aboard(FlowUnderTest flow) {
        return Sensor.newBuilder()
                .setSensorId("usa/eye")
                .setHostCatalogueNumber(91_002)
                .setSigmas(MeasurementSigmas.newBuilder().setRangeM(10))
                .setLabel(flow.label(ALLIED))
                .build();
    }

    /** Distances from a satellite over an hour, the light time taken out, with noise of their sigma. */
    private static Contribution seenFromSatellite(FlowUnderTest flow) {
        List<Instant> epochs = minutes(120, 180);
        List<OrbitState> object = Propagation.states(TRUTH, ForceModel.forOrbit(TRUTH), epochs);
        List<OrbitState> platform = Propagation.states(PLATFORM, ForceModel.forOrbit(PLATFORM), epochs);
        Random noise = new Random(5);
        ObservationSeries.Builder series = ObservationSeries.newBuilder()
                .setSensorId("usa/eye")
                .setObject(OBJECT)
                .setCorrections(Corrections.newBuilder().setLightTime(true));
        for (int i = 0; i < epochs.size(); i++) {
            double range =
                    object.get(i).positionM().minus(platform.get(i).positionM()).norm();
            series.addObservations(Observation.newBuilder()
                    .setEpoch(Times.timestamp(epochs.get(i)))
                    .setRange(Range.newBuilder()
                            .setRangeM(range + 10 * noise.nextGaussian())
                            .setMode(RangeMode.RANGE_MODE_TWO_WAY)));
        }
        platform.forEach(state -> series.getPlatformBuilder().addStates(OrbitMessages.state(state)));
        return Contribution.newBuilder()
                .setClientId("from satellite")
                .setLabel(flow.label(ALLIED))
                .setObservations(series)
                .build();
    }

    private static Track last(List<SubscribeResponse> messages) throws InvalidProtocolBufferException {
        List<Track> tracks = new ArrayList<>();
        for (SubscribeResponse message : messages) {
            if (message.hasDelivery()) {
                Product product = Product.parseFrom(message.getDelivery().getPayload());
                if (product.hasTrack()) {
                    tracks.add(product.getTrack());
                }
            }
        }
        return tracks.get(tracks.size() - 1);
    }

    /** Those of one audience, in order. */
    private static List<Solution> tracks(FlowUnderTest flow) throws InvalidProtocolBufferException {
        String audience = flow.audience("lux/acme-space");
        List<Solution> tracks = new ArrayList<>();
        for (Entry entry : flow.journal().read(LogName.SOLUTIONS, 1, 100)) {
            Solution solution = Solution.parseFrom(entry.payload());
            if (solution.hasTrack() && solution.getBasis().getAudiencesList().contains(audience)) {
                tracks.add(solution);
            }
        }
        return tracks;
    }
}
