package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.Test;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.utils.Constants;

/** An emitter in a geostationary orbit, heard by pairs of receivers. What they hear is worked out from the path of the light. */
class ReceiverDifferencesTest {
    private static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");
    private static final double FREQUENCY_HZ = 12e9;

    private static final OrbitState TRUTH =
            new OrbitState(EPOCH, Frame.GCRF, new Vector3(42_164_000, 0, 100_000), new Vector3(0, 3_074.6, 20));

    private static final Sensor FIRST = receiver("first", 52, 5);
    private static final List<Sensor> OTHERS =
            List.of(receiver("south", -26, 28), receiver("north", 69, 19), receiver("east", 25, 55));

    private static Sensor receiver(String id, double latitudeDeg, double longitudeDeg) {
        return new Sensor(
                id,
                GeodeticPosition.ofDegrees(latitudeDeg, longitudeDeg, 100),
                Map.of(Component.TIME_DIFFERENCE, 1e-8, Component.FREQUENCY_DIFFERENCE, 0.1),
                Map.of(),
                Set.of());
    }

    @Test
    void an_emitter_is_found_from_differences_of_time_and_frequency() {
        OrekitData.load();
        ForceModel forces = ForceModel.forOrbit(TRUTH);
        List<Instant> epochs = Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofHours(24)), Duration.ofMinutes(40));
        List<OrbitState> path = Propagation.states(TRUTH, forces, epochs);
        List<Observation> heard = new ArrayList<>();
        path.forEach(state -> OTHERS.forEach(other -> {
            heard.add(timeDifference(state, other));
            heard.add(frequencyDifference(state, other));
        }));
        OrbitState start = new OrbitState(
                EPOCH, Frame.GCRF, TRUTH.positionM().plus(new Vector3(3_000, -4_000, 2_000)), TRUTH.velocityMps());

        FitResult fit = OrbitDetermination.fit(new FitRequest(
                start,
                Stream.concat(Stream.of(FIRST), OTHERS.stream()).toList(),
                heard,
                forces,
                FitSettings.INDEPENDENT));

        assertThat(fit.verdict()).as(fit.reason()).isEqualTo(Verdict.CONVERGED);
        assertThat(fit.rejected()).isZero();
        // no noise was added, so what is left is what the model of the light path leaves out
        assertThat(fit.weightedRms()).isLessThan(0.02);
        OrbitSolution solution = fit.solution().orElseThrow();
        assertThat(solution.state().positionM().minus(TRUTH.positionM()).norm())
                .isCloseTo(0, within(0.2 * solution.positionSigmaM()));
    }

    private static Observation timeDifference(OrbitState state, Sensor other) {
        double first = flightS(state, 0, FIRST);
        double emitted = -first;
        double second = arrivalS(state, emitted, other) - emitted;
        return new Observation.TimeDifference(
                "t" + other.id() + state.epoch(),
                FIRST.id(),
                other.id(),
                state.epoch(),
                first - second,
                OptionalDouble.empty());
    }

    /** A wave that is emitted within dt arrives within the time by which the arrivals of its ends differ. */
    private static Observation frequencyDifference(OrbitState state, Sensor other) {
        double emitted = -flightS(state, 0, FIRST);
        double h = 0.5;
        DoubleUnaryOperator atFirst = t -> arrivalS(state, t, FIRST);
        DoubleUnaryOperator atOther = t -> arrivalS(state, t, other);
        double first = (atFirst.applyAsDouble(emitted + h) - atFirst.applyAsDouble(emitted - h)) / (2 * h);
        double second = (atOther.applyAsDouble(emitted + h) - atOther.applyAsDouble(emitted - h)) / (2 * h);
        return new Observation.FrequencyDifference(
                "f" + other.id() + state.epoch(),
                FIRST.id(),
                other.id(),
                state.epoch(),
                FREQUENCY_HZ,
                FREQUENCY_HZ / first - FREQUENCY_HZ / second,
                OptionalDouble.empty());
    }

    /** How long light took that arrives so many seconds after the epoch of a state. */
    private static double flightS(OrbitState state, double arrivedS, Sensor receiver) {
        double flight = 0;
        for (int i = 0; i < 6; i++) {
            flight = position(state, arrivedS - flight).distance(site(state.epoch(), arrivedS, receiver))
                    / Constants.SPEED_OF_LIGHT;
        }
        return flight;
    }

    /** When light arrives that is emitted so many seconds after the epoch of a state. */
    private static double arrivalS(OrbitState state, double emittedS, Sensor receiver) {
        Vector3D from = position(state, emittedS);
        double arrived = emittedS;
        for (int i = 0; i < 6; i++) {
            arrived = emittedS + from.distance(site(state.epoch(), arrived, receiver)) / Constants.SPEED_OF_LIGHT;
        }
        return arrived;
    }

    /** Three terms are good to a micrometre over a second. */
    private static Vector3D position(OrbitState state, double dt) {
        Vector3D p = Convert.vector(state.positionM());
        Vector3D acceleration = p.scalarMultiply(-Constants.EIGEN5C_EARTH_MU / Math.pow(p.getNorm(), 3));
        return new Vector3D(1, p, dt, Convert.vector(state.velocityMps()), 0.5 * dt * dt, acceleration);
    }

    private static Vector3D site(Instant epoch, double dt, Sensor receiver) {
        GeodeticPosition at = receiver.position();
        return Convert.frame(Frame.ITRF)
                .getStaticTransformTo(
                        Convert.frame(Frame.GCRF), Convert.date(epoch).shiftedBy(dt))
                .transformPosition(Convert.earth()
                        .transform(new GeodeticPoint(at.latitudeRad(), at.longitudeRad(), at.altitudeM())));
    }
}
