package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.util.FastMath;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * How the uncertainty of an orbit grows after its last observation, beyond what the covariance of the fit carries along: by a
 * force along the orbit that nobody modelled. It is constant and unknown; of its size only the 1-sigma is assumed. A constant
 * transverse acceleration a changes the semi-major axis by 2a/n a second, so after a time t the object is off by
 * 2at/n radially and by -3at²/2 along the orbit (Gauss' equations for a nearly circular orbit).
 *
 * <p>Assumptions: low orbits wander with the density of the air, which models miss by a fifth; above, light pressure on
 * surfaces of which only the mean is known. A manoeuvre is not foreseen: it is detected afterwards.
 */
public final class Ageing {

    /** At 400 km a fifth of the drag on a common satellite, m/s²; it falls with the scale height below. */
    private static final double AIR_M_S2 = 3e-7;

    private static final double AIR_HEIGHT_M = 400e3;
    private static final double AIR_SCALE_HEIGHT_M = 75e3;
    private static final double LEAST_M_S2 = 2e-9;
    private static final double MOST_M_S2 = 1e-5;

    /** Where what has grown exceeds this along the orbit, 1-sigma, the object is no longer where one would look for it. */
    private static final double STALE_M = 10_000;

    private Ageing() {}

    /**
     * Returns whether an orbit has become stale: in the lowest orbits after hours, at 400 km after a day and three quarters,
     * above 800 km after three weeks.
     *
     * @param state the orbit
     * @param lastObservation when it was last observed, UTC
     * @param time when it is looked at, UTC
     */
    public static boolean isStale(OrbitState state, Instant lastObservation, Instant time) {
        double t = Duration.between(lastObservation, time).toMillis() * 1e-3;
        return t > 0 && 1.5 * accelerationMps2(state) * t * t > STALE_M;
    }

    /** Returns the 1-sigma of the unmodelled acceleration for an orbit, m/s². */
    static double accelerationMps2(OrbitState state) {
        return accelerationMps2(ForceModel.perigeeRadiusM(state) - Constants.WGS84_EARTH_EQUATORIAL_RADIUS);
    }

    /**
     * Returns the 1-sigma of the unmodelled acceleration, m/s².
     *
     * @param perigeeHeightM height of the perigee, m
     */
    public static double accelerationMps2(double perigeeHeightM) {
        double air = AIR_M_S2 * FastMath.exp((AIR_HEIGHT_M - perigeeHeightM) / AIR_SCALE_HEIGHT_M);
        return Math.min(MOST_M_S2, Math.max(LEAST_M_S2, air));
    }

    /**
     * Returns a covariance with what has grown since the last observation.
     *
     * @param state the state at its epoch, inertial
     * @param covariance its covariance as the fit carries it along, 6×6 in the frame of the state
     * @param lastObservation when the orbit was last observed, UTC; nothing grows before
     */
    public static SymmetricMatrix aged(OrbitState state, SymmetricMatrix covariance, Instant lastObservation) {
        return aged(state, covariance, Duration.between(lastObservation, state.epoch()));
    }

    private static SymmetricMatrix aged(OrbitState state, SymmetricMatrix covariance, Duration age) {
        if (age.isNegative() || age.isZero()) {
            return covariance;
        }
        double[] effect = effect(state, accelerationMps2(state), age.getSeconds() + age.getNano() * 1e-9);
        double[][] grown = covariance.rows();
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                grown[i][j] += effect[i] * effect[j];
            }
        }
        return SymmetricMatrix.of(grown);
    }

    /** Returns what the acceleration has done to position and velocity after a time, in the frame of the state. */
    private static double[] effect(OrbitState state, double a, double t) {
        double r = state.positionM().norm();
        double v = state.velocityMps().norm();
        double axis = 1 / (2 / r - v * v / Constants.EIGEN5C_EARTH_MU);
        double n = axis > 0 ? FastMath.sqrt(Constants.EIGEN5C_EARTH_MU / (axis * axis * axis)) : v / r;
        Vector3[] rtn = LocalAxes.rtn(state);
        Vector3 position = rtn[0].times(2 * a * t / n).plus(rtn[1].times(-1.5 * a * t * t));
        // the axes turn with the object, which turns the offset along the orbit into a radial velocity
        Vector3 velocity = rtn[0].times(2 * a / n + 1.5 * n * a * t * t).plus(rtn[1].times(-a * t));
        return new double[] {position.x(), position.y(), position.z(), velocity.x(), velocity.y(), velocity.z()};
    }

    /**
     * Returns a solution at a later or earlier epoch, aged.
     *
     * @param lastObservation when it was last observed, UTC
     * @throws PropagationException if the orbit can't be propagated so far
     */
    public static OrbitSolution at(OrbitSolution solution, Instant lastObservation, Instant epoch) {
        Ephemeris.Point point = Propagation.at(solution, epoch);
        return OrbitSolution.of(
                point.state(),
                aged(point.state(), point.covariance().orElseThrow(), lastObservation),
                solution.forces().known(solution.parameters()));
    }

    /**
     * Returns a solution at its own epoch with what will have grown soon after, while the object goes a part of a revolution
     * at most: as far as that is off along the orbit then, it is now.
     *
     * @param lastObservation when it was last observed, UTC
     * @param time until when it grows, UTC
     */
    public static OrbitSolution soonAfter(OrbitSolution solution, Instant lastObservation, Instant time) {
        OrbitState state = solution.state();
        return OrbitSolution.of(
                state,
                aged(state, solution.covariance(), Duration.between(lastObservation, time)),
                solution.forces().known(solution.parameters()));
    }

    /** Returns a state in the frame in which it is propagated. */
    static OrbitState inertial(OrbitState state) {
        if (state.frame() == Frame.GCRF || state.frame() == Frame.EME2000) {
            return state;
        }
        PVCoordinates pv = Convert.pv(state, Convert.frame(Frame.GCRF));
        return new OrbitState(
                state.epoch(), Frame.GCRF, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }
}
