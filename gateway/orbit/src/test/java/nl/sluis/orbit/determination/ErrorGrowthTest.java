package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is small beside an orbit may be followed with the Earth's flattening alone: it comes out as with all forces. */
class ErrorGrowthTest {
    private static final Instant EPOCH = Instant.parse("2025-08-09T00:00:00Z");
    private static final double MOST_M = 2_000;
    private static final double MU = 3.986004418e14;
    private static final double EARTH_RADIUS_M = 6_378_137;

    @BeforeAll
    static void tables() {
        OrekitData.load();
    }

    private static OrbitState orbit(double perigeeKm, double apogeeKm) {
        double perigee = EARTH_RADIUS_M + 1e3 * perigeeKm;
        double axis = EARTH_RADIUS_M + 500 * (perigeeKm + apogeeKm);
        double speed = Math.sqrt(MU * (2 / perigee - 1 / axis));
        return new OrbitState(
                EPOCH,
                Frame.GCRF,
                new Vector3(perigee, 0, 0),
                new Vector3(0, speed * Math.cos(1.2), speed * Math.sin(1.2)));
    }

    /** As after a fit over some revolutions: the energy is known far better than position and velocity alone would say. */
    private static SymmetricMatrix covariance(OrbitState state) {
        double rate = state.velocityMps().norm() / state.positionM().norm();
        double[][] rtn = new double[6][6];
        double[] sigmas = {10, 30, 10, 20 * rate, 1e-2 * rate, 10 * rate};
        for (int i = 0; i < sigmas.length; i++) {
            rtn[i][i] = sigmas[i] * sigmas[i];
        }
        // too high goes with too slow
        rtn[0][4] = -rate * rtn[0][0];
        rtn[4][0] = rtn[0][4];
        rtn[4][4] += rate * rate * rtn[0][0];
        return LocalAxes.fromRtn(state, SymmetricMatrix.of(rtn));
    }

    @ParameterizedTest(name = "{0} km x {1} km: {2}")
    @CsvSource({"450, 470, 0.02", "300, 1500, 0.02", "500, 20000, 0.02", "500, 39000, 0.02", "35786, 35790, 0.01"})
    void sigmas_along_radial_transverse_and_normal_are_those_of_all_forces(
            double perigeeKm, double apogeeKm, double share) {
        OrbitState state = orbit(perigeeKm, apogeeKm);
        SymmetricMatrix covariance = covariance(state);
        List<Instant> epochs =
                Ephemeris.epochs(EPOCH.minusSeconds(7200), EPOCH.plus(Duration.ofDays(1)), Duration.ofSeconds(150));
        Ephemeris whole =
                Propagation.ephemeris(OrbitSolution.of(state, covariance, ForceModel.forOrbit(state)), epochs);
        ErrorGrowth growth = ErrorGrowth.of(state, whole, epochs);

        for (Ephemeris.Point point : whole.points()) {
            SymmetricMatrix expected =
                    LocalAxes.toRtn(point.state(), point.covariance().orElseThrow());
            SymmetricMatrix actual =
                    growth.covarianceRtn(covariance, point.state().epoch());
            double position = Math.sqrt(expected.get(0, 0) + expected.get(1, 1) + expected.get(2, 2));
            for (int axis = 0; axis < 3; axis++) {
                assertThat(Math.abs(Math.sqrt(actual.get(axis, axis)) - Math.sqrt(expected.get(axis, axis))))
                        .as("axis %s at %s", axis, point.state().epoch())
                        .isLessThan(share * position);
            }
        }
    }

    @ParameterizedTest(name = "{0} km x {1} km, {2} times: {3}")
    @CsvSource({
        "450, 470, 1, 0.02",
        "450, 470, 20, 0.02",
        "800, 820, 1, 0.01",
        "800, 820, 20, 0.02",
        "300, 1500, 1, 0.02",
        "500, 20000, 1, 0.02",
        "500, 39000, 1, 0.03",
        "35786, 35790, 1, 0.01",
        "35786, 35790, 20, 0.01"
    })
    void a_path_beside_a_known_one_is_that_of_all_forces(
            double perigeeKm, double apogeeKm, double times, double share) {
        OrbitState known = orbit(perigeeKm, apogeeKm);
        double rate = known.velocityMps().norm() / known.positionM().norm();
        OrbitState state = new OrbitState(
                EPOCH,
                known.frame(),
                known.positionM().plus(new Vector3(0, 20, -30).times(times)),
                known.velocityMps().plus(new Vector3(-20 * rate, 0.3 * rate, 0.3 * rate).times(times)));
        List<Instant> epochs = Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofDays(1)), Duration.ofSeconds(150));
        Ephemeris path = Propagation.path(known, ForceModel.forOrbit(known), epochs);
        Ephemeris expected = Propagation.path(state, ForceModel.forOrbit(state), epochs);

        Ephemeris displaced =
                Propagation.displaced(path, state, epochs, times * MOST_M).orElseThrow();

        double most = 0;
        double off = 0;
        for (int k = 0; k < epochs.size(); k++) {
            Vector3 there = expected.points().get(k).state().positionM();
            most = Math.max(
                    most, there.minus(path.points().get(k).state().positionM()).norm());
            off = Math.max(
                    off,
                    there.minus(displaced.points().get(k).state().positionM()).norm());
        }
        assertThat(off).isLessThan(share * most);
    }

    @ParameterizedTest
    @CsvSource({"100, 0", "0, 7200"})
    void a_path_that_leads_elsewhere_or_further_is_not_taken_for_a_known_one(double fasterMps, long longerS) {
        OrbitState known = orbit(800, 820);
        List<Instant> epochs = Ephemeris.epochs(EPOCH, EPOCH.plusSeconds(7200), Duration.ofSeconds(150));
        Ephemeris path = Propagation.path(known, ForceModel.forOrbit(known), epochs);
        OrbitState other = new OrbitState(
                EPOCH, known.frame(), known.positionM(), known.velocityMps().plus(new Vector3(0, fasterMps, 0)));

        assertThat(Propagation.displaced(path, other, List.of(EPOCH, EPOCH.plusSeconds(7200 + longerS)), MOST_M))
                .isEmpty();
    }
}
