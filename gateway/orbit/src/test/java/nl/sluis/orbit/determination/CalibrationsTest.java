package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import org.junit.jupiter.api.Test;

/** A sensor's bias and noise are found beside the orbit, also where the fit takes the sensor at its word. */
class CalibrationsTest {

    /** On the ranges of one radar, whose sigma is 20 m: too little to be a disagreement. */
    private static final double BIAS_SIGMAS = 3;

    @Test
    void a_bias_that_nobody_estimates_is_found_whole() {
        Map<String, List<Observation>> biased =
                AgreementTest.with(AgreementTest.observed(1), "bravo", List.of(Component.RANGE), BIAS_SIGMAS);
        FitResult fit = AgreementTest.fit(biased, 4);

        assertThat(fit.disagreements()).isEmpty();
        SensorCalibration before = of(AgreementTest.honest(1, 4), "bravo", Component.RANGE);
        SensorCalibration after = of(fit, "bravo", Component.RANGE);
        // a bias that is estimated takes all of it, and the orbit stays where it was
        assertThat(after.bias() - before.bias()).isCloseTo(60, within(1.0));
        assertThat(after.biasSigma()).isCloseTo(before.biasSigma(), within(0.1));
        // 20 m of its own and 20 m in common within the hour
        assertThat(after.noise()).isBetween(15.0, 40.0);
    }

    @Test
    void sensors_without_bias_have_none_beyond_what_their_sigma_allows() {
        for (int seed = 1; seed <= 2; seed++) {
            List<SensorCalibration> all = AgreementTest.honest(seed, 4).calibrations();
            assertThat(all).hasSize(12);
            assertThat(all).allSatisfy(one -> assertThat(Math.abs(one.bias())).isLessThan(4 * one.biasSigma()));
        }
    }

    @Test
    void of_a_lone_sensor_less_is_known_than_one_of_its_numbers_says() {
        assertThat(AgreementTest.fit(AgreementTest.observed(1), 1).calibrations())
                .allSatisfy(one -> assertThat(one.biasSigma()).isGreaterThan(one.noise()));
    }

    private static SensorCalibration of(FitResult fit, String sensor, Component component) {
        return fit.calibrations().stream()
                .filter(one -> one.sensorId().equals(sensor) && one.component() == component)
                .findFirst()
                .orElseThrow();
    }
}
