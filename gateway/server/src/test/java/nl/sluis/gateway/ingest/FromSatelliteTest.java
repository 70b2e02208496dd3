package nl.sluis.gateway.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RightAscensionDeclination;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.StateVector;
import nl.sluis.proto.v1.TimeDifference;
import nl.sluis.proto.v1.Vector3;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A sensor on a satellite says with its observations where that was; what it leaves out is not guessed. */
class FromSatelliteTest {
    private static final Instant START = Instant.parse("2020-03-01T00:00:00Z");
    private static final double RADIUS_M = 7_000_000;
    private static final double TURN_RAD_S = Math.sqrt(3.986004418e14 / Math.pow(RADIUS_M, 3));

    private static final Sensor ABOARD = Sensor.newBuilder()
            .setSensorId("nld/eye")
            .setHostCatalogueNumber(99_001)
            .setSigmas(MeasurementSigmas.newBuilder()
                    .setRangeM(10)
                    .setAzimuthRad(1e-5)
                    .setElevationRad(1e-5)
                    .setRightAscensionDeclinationRad(1e-5)
                    .setTimeDifferenceS(1e-8))
            .build();

    /** A circle in the plane of the equator. */
    private static StateVector state(double s) {
        double angle = TURN_RAD_S * s;
        double speed = TURN_RAD_S * RADIUS_M;
        return StateVector.newBuilder()
                .setEpoch(Times.timestamp(START.plusNanos((long) (s * 1e9))))
                .setFrame(Frame.FRAME_GCRF)
                .setPositionM(
                        Vector3.newBuilder().setX(RADIUS_M * Math.cos(angle)).setY(RADIUS_M * Math.sin(angle)))
                .setVelocityMS(
                        Vector3.newBuilder().setX(-speed * Math.sin(angle)).setY(speed * Math.cos(angle)))
                .build();
    }

    private static Ephemeris table(int stepS, int states) {
        return Ephemeris.newBuilder()
                .addAllStates(IntStream.range(0, states)
                        .mapToObj(i -> state(i * stepS))
                        .toList())
                .build();
    }

    private static Observation direction(double s) {
        return at(s).setRightAscensionDeclination(
                        RightAscensionDeclination.newBuilder().setDeclinationRad(0.1))
                .build();
    }

    private static Observation.Builder at(double s) {
        return Observation.newBuilder().setEpoch(Times.timestamp(START.plusNanos((long) (s * 1e9))));
    }

    private static ObservationSeries series(Ephemeris platform, Observation observation) {
        return ObservationSeries.newBuilder()
                .setSensorId("nld/eye")
                .setPlatform(platform)
                .addObservations(observation)
                .build();
    }

    private static List<Refusal.Fault> faults(ObservationSeries series) {
        return new ObservationChecks(OrekitData.coverage(), START.plusSeconds(86_400), ABOARD, id -> true)
                .check("series", series);
    }

    private static List<OrbitMessages.Tracked> tracked(ObservationSeries series) {
        return OrbitMessages.observations(series, Map.of("nld/eye", ABOARD));
    }

    @Test
    void between_states_five_minutes_apart_a_low_satellite_is_known_to_a_centimetre() {
        Ephemeris table = table(300, 6);
        for (double s = 0; s <= 1_500; s += 37.5) {
            ObservationSeries series = series(table, direction(s));
            assertThat(faults(series)).isEmpty();
            var made = (nl.sluis.orbit.measurement.Observation.FromSatellite)
                    tracked(series).get(0).observation();
            var truth = OrbitMessages.state(state(s));
            assertThat(made.platform().positionM().minus(truth.positionM()).norm())
                    .isCloseTo(0, within(0.03));
        }
    }

    @Test
    void one_state_at_the_epoch_of_the_observation_is_enough() {
        ObservationSeries series = series(
                Ephemeris.newBuilder().addStates(state(77)).build(),
                at(77).setRange(Range.newBuilder().setRangeM(1e6)).build());

        assertThat(faults(series)).isEmpty();
        assertThat(tracked(series)).hasSize(1);
    }

    static Stream<Arguments> refused() {
        Ephemeris table = table(60, 10);
        Covariance unit = Covariance.newBuilder()
                .setFrame(Frame.FRAME_RTN)
                .addAllLowerTriangle(java.util.Collections.nCopies(21, 1.0))
                .build();
        return Stream.of(
                Arguments.of(
                        "no platform at all",
                        series(table, direction(100)).toBuilder()
                                .clearPlatform()
                                .build(),
                        "series.platform"),
                Arguments.of("before the first state", series(table, direction(-1)), "series.observations[0].epoch"),
                Arguments.of("after the last state", series(table, direction(541)), "series.observations[0].epoch"),
                Arguments.of(
                        "between states six minutes apart",
                        series(table(360, 10), direction(100)),
                        "series.observations[0].epoch"),
                Arguments.of(
                        "between two states alone",
                        series(table(60, 2), direction(30)),
                        "series.observations[0].epoch"),
                Arguments.of(
                        "no state", series(Ephemeris.getDefaultInstance(), direction(0)), "series.platform.states"),
                Arguments.of(
                        "states out of order",
                        series(changed(table, e -> e.addStates(state(60))), direction(100)),
                        "series.platform.states"),
                Arguments.of(
                        "a state in a frame that is of the orbit itself",
                        series(
                                changed(
                                        table,
                                        e -> e.setStates(
                                                3, state(180).toBuilder().setFrame(Frame.FRAME_RTN))),
                                direction(100)),
                        "series.platform.states"),
                Arguments.of(
                        "kilometres for metres",
                        series(
                                changed(
                                        table,
                                        e -> e.setStates(
                                                3,
                                                state(180).toBuilder()
                                                        .setPositionM(Vector3.newBuilder()
                                                                .setX(7_000)))),
                                direction(100)),
                        "series.platform.states"),
                Arguments.of(
                        "of another satellite",
                        series(
                                changed(
                                        table,
                                        e -> e.setObject(
                                                ObjectReference.newBuilder().setCatalogueNumber(25_544))),
                                direction(100)),
                        "series.platform.object.catalogue_number"),
                Arguments.of(
                        "one covariance for ten states",
                        series(changed(table, e -> e.addCovariances(unit)), direction(100)),
                        "series.platform.covariances"),
                Arguments.of(
                        "azimuth and elevation",
                        series(
                                table,
                                at(100).setAzimuthElevation(AzimuthElevation.newBuilder())
                                        .build()),
                        "series.observations[0].azimuth_elevation"),
                Arguments.of(
                        "a difference between receivers",
                        series(
                                table,
                                at(100).setTimeDifference(TimeDifference.newBuilder()
                                                .setSecondSensorId("nld/ear")
                                                .setTimeDifferenceS(1e-3))
                                        .build()),
                        "series.observations[0].value"));
    }

    private static Ephemeris changed(Ephemeris table, UnaryOperator<Ephemeris.Builder> change) {
        return change.apply(table.toBuilder()).build();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void what_does_not_tell_where_the_satellite_was_is_refused_by_field(
            String what, ObservationSeries series, String field) {
        assertThat(faults(series)).extracting(Refusal.Fault::field).containsExactly(field);
        assertThat(faults(series).get(0).message()).contains("expected: ");
    }

    @Test
    void a_sensor_on_the_ground_has_no_platform() {
        Sensor ground = ABOARD.toBuilder()
                .setGround(nl.sluis.proto.v1.GroundSite.getDefaultInstance())
                .build();

        assertThat(new ObservationChecks(OrekitData.coverage(), START.plusSeconds(86_400), ground, id -> true)
                        .check("series", series(table(60, 10), direction(100))))
                .extracting(Refusal.Fault::field)
                .containsExactly("series.platform");
    }

    @Test
    void another_place_of_the_satellite_makes_it_another_observation() {
        List<OrbitMessages.Tracked> here = tracked(series(table(60, 10), direction(60)));
        List<OrbitMessages.Tracked> there = tracked(series(table(30, 20), direction(60)));

        // rows are shared by the name of their observation, so it must tell what they are made of
        assertThat(here.get(0).observation().inputId())
                .isNotEqualTo(there.get(0).observation().inputId());
    }
}
