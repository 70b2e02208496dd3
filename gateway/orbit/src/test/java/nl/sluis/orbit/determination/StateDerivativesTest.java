package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.orekit.estimation.measurements.EstimatedMeasurement;
import org.orekit.estimation.measurements.ObservedMeasurement;
import org.orekit.propagation.SpacecraftState;

/** Values are the library's, derivatives its own but for a thousandth: errors of a part of them do not move a fit. */
class StateDerivativesTest {
    private static final OptionalDouble SIGMA = OptionalDouble.of(1e-3);
    private static final Instant T = Radars.EPOCH;

    @BeforeAll
    static void tables() {
        OrekitData.load();
    }

    static List<Observation> kinds() {
        return List.of(
                new Observation.Range("1", "s", T, 1e6, SIGMA, Observation.Path.ONE_WAY),
                new Observation.Range("2", "s", T, 1e6, SIGMA, Observation.Path.TWO_WAY),
                new Observation.RangeRate("3", "s", T, 1e3, SIGMA, Observation.Path.ONE_WAY),
                new Observation.RangeRate("4", "s", T, 1e3, SIGMA, Observation.Path.TWO_WAY),
                new Observation.AzimuthElevation("5", "s", T, 1, 1, SIGMA, SIGMA),
                new Observation.RightAscensionDeclination("6", "s", T, Frame.EME2000, 1, 1, SIGMA, SIGMA),
                new Observation.RightAscensionDeclination("7", "s", T, Frame.TOD, 1, 1, SIGMA, SIGMA),
                new Observation.TimeDifference("8", "s", "other", T, 1e-3, SIGMA),
                new Observation.FrequencyDifference("9", "s", "other", T, 1e9, 10, SIGMA));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void a_measurement_has_the_librarys_value_and_derivatives(Observation observation) {
        OrbitState orbit = Radars.TRUTH;
        Sensor plain = Radars.radar("s", 60, 20, false);
        Sensor sensor =
                new Sensor("s", plain.position(), plain.sigmas(), plain.biases(), Set.of(Correction.RANGE_TROPOSPHERE));
        SpacecraftState state = Trajectory.of(orbit, ForceModel.forOrbit(orbit))
                .builder()
                .buildPropagator()
                .getInitialState();
        ObservedMeasurement<?> measurement = new MeasurementModel(List.of(sensor, Radars.radar("other", 52, 5, false)))
                .model(observation)
                .orElseThrow()
                .measurement();

        EstimatedMeasurement<?> expected = measurement.estimate(0, 0, new SpacecraftState[] {state});
        StateDerivatives found = StateDerivatives.of(measurement, state);

        assertThat(found.computed())
                .containsExactly(
                        expected.getEstimatedValue(), within(1e-6)); // its two ways of evaluation differ by 1e-7 m/s
        for (int value = 0; value < found.byState().length; value++) {
            double[] ours = found.byState()[value];
            double[] theirs = expected.getStateDerivatives(0)[value];
            for (int from = 0; from < 6; from += 3) {
                double size = 0;
                double off = 0;
                for (int i = from; i < from + 3; i++) {
                    size = Math.hypot(size, theirs[i]);
                    off = Math.hypot(off, ours[i] - theirs[i]);
                }
                assertThat(off)
                        .as("%s, value %d, from %d", observation, value, from)
                        .isLessThan(1e-3 * size);
            }
        }
    }
}
