package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.GetEphemerisRequest;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RangeMode;
import nl.sluis.proto.v1.TimeScale;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.TrackStatus;
import nl.sluis.scenarios.Histories.Marking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A geostationary satellite is moved to another place. Two radars see it before and after; whoever may use both is told first
 * that something is wrong, then what happened, and from then on where the satellite is.
 */
class S10ManoeuvreTest {
    private static final String CATALOGUE = Histories.CATALOGUE;
    private static final String WEST = Histories.ORIGINATORS.get(0);
    private static final String NORTH = Histories.ORIGINATORS.get(1);
    private static final String SUBSCRIBER = "nor/centre-fjord";
    private static final int SATELLITE = 60_001;
    private static final Duration BETWEEN_PASSES = Duration.ofHours(2);
    private static final int PASSES_BEFORE = 6;
    private static final int PASSES_AFTER = 4;
    private static final double IMPULSE_MPS = 1;

    @TempDir
    private Path folder;

    /** A day that ends now: who is told of an orbit of long ago is told that it is stale. */
    private final Instant start = Instant.now().minus(Duration.ofHours(24)).truncatedTo(ChronoUnit.SECONDS);

    private final Instant burn =
            start.plus(BETWEEN_PASSES.multipliedBy(PASSES_BEFORE)).minus(Duration.ofHours(1));

    @Test
    void aManoeuvreIsSuspectedAndThenTheOrbitIsThatOfTheObservationsSince() throws Exception {
        OrbitState before = Histories.geostationary(start);
        OrbitState after = moved(before);
        List<String> tenants = List.of(
                "nld/centre-host:officer,operator",
                CATALOGUE + ":contributor",
                WEST + ":contributor",
                NORTH + ":contributor",
                SUBSCRIBER + ":subscriber");
        DevelopmentPki pki =
                GatewayUnderTest.pki(folder.resolve("pki"), "nld", tenants, "nld/centre-host:first-officer");
        try (GatewayUnderTest gateway = GatewayUnderTest.start(folder, pki, Clock.systemUTC(), "/non-interference/")) {
            Demo demo = gateway.demo();
            Received received = gateway.subscribe(SUBSCRIBER);
            for (String radar : List.of(WEST, NORTH)) {
                gateway.register(radar, Histories.sensor(radar, demo.label(Marking.ANYONE.notation(radar))));
            }
            gateway.accepted(CATALOGUE, List.of(stated(demo, before)));
            for (int pass = 0; pass < PASSES_BEFORE; pass++) {
                seen(gateway, before, pass);
            }
            gateway.quiet(List.of(received));
            assertThat(statuses(received)).isNotEmpty().containsOnly(TrackStatus.TRACK_STATUS_CURRENT);

            for (int pass = PASSES_BEFORE; pass < PASSES_BEFORE + PASSES_AFTER; pass++) {
                seen(gateway, after, pass);
            }
            gateway.quiet(List.of(received));

            assertThat(statuses(received)).contains(TrackStatus.TRACK_STATUS_MANOEUVRE_SUSPECTED);
            Track last = received.tracks()
                    .get(received.tracks().size() - 1)
                    .product()
                    .getTrack();
            assertThat(last.getStatus()).isEqualTo(TrackStatus.TRACK_STATUS_AFTER_MANOEUVRE);
            assertThat(last.getChange().getWindowStart().getSeconds()).isLessThanOrEqualTo(burn.getEpochSecond());
            assertThat(last.getChange().getWindowEnd().getSeconds()).isGreaterThan(burn.getEpochSecond());
            double sigma = last.getChange().getSigmaMS();
            assertThat(OrbitMessages.vector(last.getChange().getDeltaVRtnMS()).norm())
                    .isBetween(IMPULSE_MPS - 3 * sigma, IMPULSE_MPS + 3 * sigma);
            OrbitState told = OrbitMessages.state(last.getState());
            assertThat(told.positionM()
                            .minus(at(after, told.epoch()).positionM())
                            .norm())
                    .isLessThan(3 * last.getQuality().getPositionSigmaM());
            theOrbitAges(gateway, last);
        }
    }

    private void theOrbitAges(GatewayUnderTest gateway, Track last) throws Exception {
        assertThat(status(gateway, last, Duration.ofHours(1))).isEqualTo(TrackStatus.TRACK_STATUS_AFTER_MANOEUVRE);
        assertThat(status(gateway, last, Duration.ofDays(30))).isEqualTo(TrackStatus.TRACK_STATUS_STALE);
    }

    private static TrackStatus status(GatewayUnderTest gateway, Track last, Duration later) throws Exception {
        long seconds = last.getQuality().getSpanEnd().getSeconds() + later.toSeconds();
        Timestamp time = Timestamp.newBuilder().setSeconds(seconds).build();
        return gateway.catalogue(SUBSCRIBER)
                .getEphemeris(GetEphemerisRequest.newBuilder()
                        .setObject(last.getObject())
                        .setStart(time)
                        .setEnd(time)
                        .setStep(com.google.protobuf.Duration.newBuilder().setSeconds(60))
                        .build())
                .getEphemeris()
                .getStatus();
    }

    private static List<TrackStatus> statuses(Received received) {
        return received.tracks().stream()
                .map(one -> one.product().getTrack().getStatus())
                .toList();
    }

    private static OrbitState at(OrbitState state, Instant epoch) {
        return Propagation.states(state, ForceModel.forOrbit(state), List.of(epoch))
                .get(0);
    }

    private OrbitState moved(OrbitState before) {
        OrbitState there = at(before, burn);
        return new OrbitState(
                burn,
                there.frame(),
                there.positionM(),
                there.velocityMps().plus(LocalAxes.rtn(there)[1].times(IMPULSE_MPS)));
    }

    private static Contribution stated(Demo demo, OrbitState truth) {
        OrbitState off = new OrbitState(
                truth.epoch(), Frame.GCRF, truth.positionM().plus(new Vector3(700, -500, 300)), truth.velocityMps());
        return Histories.contribution("orbit", demo.label(Marking.ANYONE.notation("nld/catalogue")))
                .setEphemeris(nl.sluis.proto.v1.Ephemeris.newBuilder()
                        .setObject(ObjectReference.newBuilder().setCatalogueNumber(SATELLITE))
                        .addStates(OrbitMessages.state(off)))
                .build();
    }

    /** Both radars look, one after the other. */
    private void seen(GatewayUnderTest gateway, OrbitState truth, int pass) throws Exception {
        Demo demo = gateway.demo();
        for (String radar : List.of(WEST, NORTH)) {
            Instant from = start.plus(BETWEEN_PASSES.multipliedBy(pass));
            Simulation simulation = new Simulation(
                    truth, ForceModel.forOrbit(truth), CommonError.NONE, new Random(pass * 31L + radar.hashCode()));
            List<Observation> observations = simulation.observe(
                    OrbitMessages.sensor(
                            Histories.sensor(radar, demo.label(Marking.ANYONE.notation(radar))), Histories.CORRECTED),
                    Ephemeris.epochs(from, from.plus(Duration.ofMinutes(20)), Duration.ofMinutes(4)));
            gateway.accepted(
                    radar,
                    List.of(Histories.contribution(
                                    "pass-" + pass + "-" + radar.replace('/', '-'),
                                    demo.label(Marking.ANYONE.notation(radar)))
                            .setObservations(series(radar, observations))
                            .build()));
        }
    }

    private static ObservationSeries series(String radar, List<Observation> observations) {
        ObservationSeries.Builder series = ObservationSeries.newBuilder()
                .setSensorId(radar)
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(SATELLITE))
                .setTimeScale(TimeScale.TIME_SCALE_UTC)
                .setCorrections(Histories.CORRECTED);
        for (Observation one : observations) {
            nl.sluis.proto.v1.Observation.Builder made = nl.sluis.proto.v1.Observation.newBuilder()
                    .setEpoch(Timestamp.newBuilder().setSeconds(one.epoch().getEpochSecond()));
            if (one instanceof Observation.Range range) {
                made.setRange(Range.newBuilder().setRangeM(range.rangeM()).setMode(RangeMode.RANGE_MODE_TWO_WAY));
            } else if (one instanceof Observation.AzimuthElevation direction) {
                made.setAzimuthElevation(AzimuthElevation.newBuilder()
                        .setAzimuthRad(direction.azimuthRad())
                        .setElevationRad(direction.elevationRad()));
            }
            series.addObservations(made);
        }
        return series.build();
    }
}
