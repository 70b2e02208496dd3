package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import org.hipparchus.analysis.interpolation.HermiteInterpolator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Between points an ephemeris is Hermite's polynomial through the points around, as the library evaluates it. */
class EphemerisTest {
    private static final double[][] UNIT = new double[6][6];

    static {
        for (int i = 0; i < UNIT.length; i++) {
            UNIT[i][i] = 1;
        }
    }

    private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final double RADIUS_M = 7e6;
    private static final double RATE = 1e-3; // rad/s

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void states_are_those_of_the_librarys_polynomial(int count) {
        Random random = new Random(count);
        List<Double> times = new ArrayList<>();
        double t = 0;
        HermiteInterpolator library = new HermiteInterpolator();
        List<Ephemeris.Point> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            t += 60 + Math.round(60 * random.nextDouble());
            times.add(t);
            double[] p = {RADIUS_M * Math.cos(RATE * t), RADIUS_M * Math.sin(RATE * t), 100 * t};
            double[] v = {-RADIUS_M * RATE * Math.sin(RATE * t), RADIUS_M * RATE * Math.cos(RATE * t), 100};
            library.addSamplePoint(t, p, v);
            points.add(new Ephemeris.Point(
                    new OrbitState(
                            EPOCH.plusSeconds((long) t),
                            Frame.GCRF,
                            new Vector3(p[0], p[1], p[2]),
                            new Vector3(v[0], v[1], v[2])),
                    Optional.empty()));
        }
        Ephemeris ephemeris = new Ephemeris(points);

        for (int k = 0; k < 100; k++) {
            double at = times.get(0) + (times.get(count - 1) - times.get(0)) * random.nextDouble();
            OrbitState state =
                    ephemeris.stateAt(EPOCH.plusNanos(Math.round(at * 1e9))).orElseThrow();
            double[][] expected = library.derivatives(Math.round(at * 1e9) * 1e-9, 1);

            assertThat(state.positionM()
                            .minus(new Vector3(expected[0][0], expected[0][1], expected[0][2]))
                            .norm())
                    .isLessThan(1e-6);
            assertThat(state.velocityMps()
                            .minus(new Vector3(expected[1][0], expected[1][1], expected[1][2]))
                            .norm())
                    .isLessThan(1e-8);
        }
    }

    @Test
    void its_points_are_those_that_it_was_made_of() {
        List<Ephemeris.Point> points = List.of(
                point(EPOCH.minusNanos(7), Optional.empty()),
                point(EPOCH, Optional.of(SymmetricMatrix.of(UNIT))),
                point(EPOCH.plusSeconds(86_400 * 365L).plusNanos(1), Optional.empty()));

        Ephemeris ephemeris = new Ephemeris(points);

        assertThat(ephemeris.points()).isEqualTo(points);
        points.forEach(point -> assertThat(ephemeris.at(point.state().epoch())).contains(point));
        assertThat(ephemeris).isEqualTo(new Ephemeris(ephemeris.points()));
    }

    @Test
    void points_further_apart_than_its_numbers_reach_are_refused() {
        List<Ephemeris.Point> points = List.of(
                point(Instant.parse("0001-01-01T00:00:00Z"), Optional.empty()),
                point(Instant.parse("9999-12-31T00:00:00Z"), Optional.empty()));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Ephemeris(points))
                .withMessage("ephemeris epoch: `9999-12-31T00:00:00Z` (expected: at most 292 years after"
                        + " 0001-01-01T00:00:00Z)");
    }

    private static Ephemeris.Point point(Instant epoch, Optional<SymmetricMatrix> covariance) {
        return new Ephemeris.Point(
                new OrbitState(epoch, Frame.GCRF, new Vector3(7e6, 1, -2), new Vector3(3, 7_500, 0.1)), covariance);
    }
}
