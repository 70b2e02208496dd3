package nl.sluis.orbit.displacement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.orekit.frames.FramesFactory;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.utils.Constants;

/** A displaced orbit is an orbit, stays displaced however often it is released, and its covariance admits it. */
class DisplacedOrbitTest {
    private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final long SEED = 20260301;

    private static final OrbitState LOW = new OrbitState(
            EPOCH, Frame.GCRF, new Vector3(-1_200_000, 5_900_000, 3_400_000), new Vector3(-5_300, -3_300, 4_100));
    private static final OrbitState GEOSTATIONARY =
            new OrbitState(EPOCH, Frame.GCRF, new Vector3(42_164_000, 10_000, 20_000), new Vector3(-1, 3_074.6, 2));
    private static final Displacement KILOMETRES =
            new Displacement(1_400, -900, 0.7, 1e-5, EPOCH.minus(Duration.ofDays(20)));

    @BeforeAll
    static void load() {
        OrekitData.load();
    }

    @Test
    void theAverageOverManyReleasesIsStillDisplaced() {
        List<OrbitState> truth = propagated(LOW, 40, Duration.ofMinutes(17));
        double along = 0;
        double across = 0;
        for (OrbitState state : truth) {
            Vector3 offset = offsetRtn(state, DisplacedOrbit.state(state, KILOMETRES));
            along += offset.y() / truth.size();
            across = Math.max(across, Math.abs(offset.z()));
        }
        double expected = KILOMETRES.alongTrackM() + KILOMETRES.driftMPerS() * (20 + 19.5 * 17 / 1_440) * 86_400;
        assertThat(along).isCloseTo(expected, within(0.02 * expected));
        // the distance differs from its mean by the eccentricity
        double e = orbit(LOW).getE();
        assertThat(across).isBetween(900 * (1 - e) * 0.99, 900 * (1 + e) * 1.01);
    }

    @Test
    void statesOfDifferentEpochsLieOnOneDisplacedOrbit() {
        for (OrbitState start : List.of(LOW, GEOSTATIONARY)) {
            List<OrbitState> truth = propagated(start, 25, Duration.ofHours(1));
            OrbitState first = DisplacedOrbit.state(truth.get(0), KILOMETRES);
            List<OrbitState> flown = Propagation.states(first, forces(start), epochs(truth));
            for (int i = 0; i < truth.size(); i++) {
                OrbitState released = DisplacedOrbit.state(truth.get(i), KILOMETRES);
                assertThat(released.positionM().minus(flown.get(i).positionM()).norm())
                        .as("%s at %s", start, truth.get(i).epoch())
                        .isLessThan(0.01 * 1_700);
            }
        }
    }

    @Test
    void anEphemerisObeysTheForcesThatTheTrueOneObeys() {
        List<OrbitState> truth = propagated(LOW, 13, Duration.ofMinutes(30));
        List<OrbitState> displaced = DisplacedOrbit.ephemeris(truth, KILOMETRES);
        List<OrbitState> flown = Propagation.states(displaced.get(0), forces(LOW), epochs(truth));
        for (int i = 0; i < truth.size(); i++) {
            assertThat(displaced
                            .get(i)
                            .positionM()
                            .minus(flown.get(i).positionM())
                            .norm())
                    .isLessThan(0.01);
            assertThat(displaced
                            .get(i)
                            .positionM()
                            .minus(truth.get(i).positionM())
                            .norm())
                    .isGreaterThan(900);
        }
    }

    @Test
    void theMeanMotionIsDisplacedByTheDrift() {
        Displacement drift = new Displacement(0, 0, 0, 0.01, EPOCH);
        List<OrbitState> truth = propagated(LOW, 2, Duration.ofDays(1));
        OrbitState flown = Propagation.states(DisplacedOrbit.state(LOW, drift), forces(LOW), epochs(truth))
                .get(1);
        double expected = 0.01 * 86_400;
        assertThat(offsetRtn(truth.get(1), flown).y()).isCloseTo(expected, within(0.05 * expected));
        assertThat(DisplacedOrbit.state(truth.get(1), drift)
                        .positionM()
                        .minus(flown.positionM())
                        .norm())
                .isLessThan(0.05 * expected);
    }

    @Test
    void aCovarianceCoversEveryDisplacementOfItsTier() {
        Random random = new Random(SEED);
        double sigma = 1_000;
        double spread = Math.sqrt(3) * sigma;
        SymmetricMatrix none = SymmetricMatrix.ofLowerTriangle(6, new double[21]);
        for (int i = 0; i < 200; i++) {
            OrbitState truth = i % 2 == 0 ? LOW : GEOSTATIONARY;
            Displacement by = new Displacement(
                    spread * (2 * random.nextDouble() - 1),
                    spread * (2 * random.nextDouble() - 1),
                    Math.PI * (2 * random.nextDouble() - 1),
                    0,
                    EPOCH);
            OrbitState displaced = DisplacedOrbit.state(truth, by);
            SymmetricMatrix covariance = DisplacedOrbit.covariance(none, sigma, displaced);
            Vector3 dr = truth.positionM().minus(displaced.positionM());
            Vector3 dv = truth.velocityMps().minus(displaced.velocityMps());
            ArrayRealVector d = new ArrayRealVector(new double[] {dr.x(), dr.y(), dr.z(), dv.x(), dv.y(), dv.z()});
            double distance =
                    Math.sqrt(d.dotProduct(new CholeskyDecomposition(MatrixUtils.createRealMatrix(covariance.rows()))
                            .getSolver()
                            .solve(d)));
            // √3 along and √3 across, in position and again in velocity
            assertThat(distance).as("seed %d, draw %d", SEED, i).isLessThan(Math.sqrt(12) * 1.05);
        }
    }

    @Test
    void theEncounterOfDisplacedOrbitsIsTheirOwnClosestApproach() {
        Random random = new Random(SEED);
        OrbitState one = DisplacedOrbit.state(LOW, KILOMETRES);
        for (int i = 0; i < 100; i++) {
            OrbitState other = new OrbitState(
                    EPOCH,
                    Frame.GCRF,
                    LOW.positionM().plus(draw(random, 500)),
                    new Vector3(5_100, -3_000, 4_600).plus(draw(random, 50)));
            DisplacedEncounter encounter = DisplacedEncounter.of(one, other);
            assertThat(encounter.relativePositionRtnM().dot(encounter.relativeVelocityRtnMps())
                            / encounter.relativeVelocityRtnMps().norm())
                    .as("no motion along the line of sight, draw %d", i)
                    .isCloseTo(0, within(0.05));
            assertThat(encounter.missDistanceM())
                    .isLessThanOrEqualTo(
                            one.positionM().minus(other.positionM()).norm());
            // where the search began must not show: started elsewhere on the same two orbits, it ends at the same place
            DisplacedEncounter again = DisplacedEncounter.of(shifted(one, 0.3), shifted(other, 0.3));
            assertThat(Duration.between(encounter.tca(), again.tca()).abs()).isLessThan(Duration.ofNanos(5_000));
        }
    }

    @Test
    void whatIsNoEllipseIsRefused() {
        OrbitState escaping = new OrbitState(
                EPOCH, Frame.GCRF, LOW.positionM(), LOW.velocityMps().times(2));
        assertThatThrownBy(() -> DisplacedOrbit.state(escaping, KILOMETRES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("(expected: an ellipse)");
    }

    private static Vector3 draw(Random random, double size) {
        return new Vector3(random.nextGaussian(), random.nextGaussian(), random.nextGaussian()).times(size);
    }

    private static OrbitState shifted(OrbitState state, double seconds) {
        var pv = orbit(state).shiftedBy(seconds).getPVCoordinates();
        return new OrbitState(
                state.epoch().plusNanos((long) (seconds * 1e9)),
                Frame.GCRF,
                Convert.vector(pv.getPosition()),
                Convert.vector(pv.getVelocity()));
    }

    private static KeplerianOrbit orbit(OrbitState state) {
        return new KeplerianOrbit(
                Convert.pv(state), FramesFactory.getGCRF(), Convert.date(state.epoch()), Constants.EIGEN5C_EARTH_MU);
    }

    private static Vector3 offsetRtn(OrbitState truth, OrbitState displaced) {
        return LocalAxes.toRtn(truth, displaced.positionM().minus(truth.positionM()));
    }

    private static ForceModel forces(OrbitState state) {
        return ForceModel.forOrbit(state).withoutDrag();
    }

    private static List<OrbitState> propagated(OrbitState start, int count, Duration step) {
        List<Instant> epochs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            epochs.add(start.epoch().plus(step.multipliedBy(i)));
        }
        return Propagation.states(start, forces(start), epochs);
    }

    private static List<Instant> epochs(List<OrbitState> states) {
        return states.stream().map(OrbitState::epoch).toList();
    }
}
