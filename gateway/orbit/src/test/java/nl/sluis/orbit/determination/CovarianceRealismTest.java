package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.distribution.continuous.ChiSquaredDistribution;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Over simulated truth the published covariance is as large as the errors: the normalised squared error of all six numbers
 * stays in its 99 % band. Truth has what the covariance says that there is: independent errors, errors in common within the
 * hour, and coefficients of light and air that nobody knows.
 */
class CovarianceRealismTest {

    private static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");

    private static final OrbitState MEDIUM = new OrbitState(
            EPOCH, Frame.GCRF, new Vector3(9_000_000, 21_000_000, 11_000_000), new Vector3(-3_300, 600, 1_750));

    private static final OrbitState LOW = new OrbitState(
            EPOCH,
            Frame.GCRF,
            new Vector3(-2_410_432.0, 1_120_345.0, 6_633_210.0),
            new Vector3(-3_950.0, -6_290.0, -372.0));

    private static final List<Sensor> SENSORS = List.of(
            Radars.radar("alpha", 52.0, 5.0, false),
            Radars.radar("bravo", -33.9, 18.5, false),
            Radars.radar("charlie", 69.6, 18.9, false),
            Radars.radar("delta", 13.0, 77.0, false));

    @Test
    void errors_of_a_medium_orbit_are_as_large_as_their_covariance() {
        assertRealistic(MEDIUM, Duration.ofHours(8), Duration.ofMinutes(10), 20);
    }

    @Test
    @Tag("long")
    void errors_of_a_low_orbit_are_as_large_as_their_covariance() {
        assertRealistic(LOW, Duration.ofHours(12), Duration.ofSeconds(30), 60);
    }

    private static void assertRealistic(OrbitState orbit, Duration span, Duration step, int trials) {
        double sum = 0;
        for (int seed = 1; seed <= trials; seed++) {
            sum += normalisedSquaredError(orbit, span, step, seed);
        }
        ChiSquaredDistribution chi = new ChiSquaredDistribution(6.0 * trials);
        assertThat(sum)
                .as("normalised squared error of %d trials (expected about %d)", trials, 6 * trials)
                .isBetween(chi.inverseCumulativeProbability(0.005), chi.inverseCumulativeProbability(0.995));
    }

    private static double normalisedSquaredError(OrbitState orbit, Duration span, Duration step, int seed) {
        Random random = new Random(seed);
        ForceModel believed = ForceModel.forOrbit(orbit);
        ForceModel real =
                believed.withSolarPressure(drawn(believed.solarPressure().orElseThrow(), random));
        if (believed.drag().isPresent()) {
            real = real.withDrag(drawn(believed.drag().get(), random));
        }
        Simulation simulation = new Simulation(orbit, real, CommonError.REALISTIC, random);
        List<Observation> observations = new ArrayList<>();
        for (Sensor sensor : SENSORS) {
            observations.addAll(simulation.observe(sensor, Ephemeris.epochs(EPOCH, EPOCH.plus(span), step)));
        }
        FitResult fit =
                OrbitDetermination.fit(new FitRequest(orbit, SENSORS, observations, believed, FitSettings.DEFAULT));
        assertThat(fit.verdict()).as("seed %d: %s", seed, fit.reason()).isEqualTo(Verdict.CONVERGED);
        OrbitSolution solution = fit.solution().orElseThrow();
        Vector3 p = solution.state().positionM().minus(orbit.positionM());
        Vector3 v = solution.state().velocityMps().minus(orbit.velocityMps());
        RealVector error = new ArrayRealVector(new double[] {p.x(), p.y(), p.z(), v.x(), v.y(), v.z()});
        return error.dotProduct(new CholeskyDecomposition(
                        MatrixUtils.createRealMatrix(solution.covariance().rows()), 1e-9, 1e-30)
                .getSolver()
                .solve(error));
    }

    private static Surface drawn(Surface surface, Random random) {
        return Surface.known(surface.areaM2(), surface.coefficient() + surface.sigma() * random.nextGaussian());
    }
}
