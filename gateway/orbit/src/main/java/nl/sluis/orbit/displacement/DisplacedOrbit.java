package nl.sluis.orbit.displacement;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Rotation;
import org.hipparchus.geometry.euclidean.threed.RotationConvention;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.errors.OrekitException;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * The orbit that a coarse audience sees in place of the true one.
 *
 * <p>A state is shifted in time along its orbit, its plane is turned about the Earth's pole, and it is scaled to the
 * displaced mean motion. Motion about an Earth that is the same all round and at all times does not change under a shift of
 * time or a turn about the pole, whatever the oblateness, so states of different epochs lie on one displaced orbit for as
 * long as one likes. A change of the inclination would show in the rates of node and perigee and could be fitted away; the
 * inclination therefore stays, as eccentricity and argument of perigee do.
 *
 * <p>Assumptions:
 * <ul>
 *   <li>the orbit is an ellipse about the Earth;
 *   <li>below 5° of inclination, where a turn about the pole moves no plane, the plane is tilted about an axis in it: the
 *       rates there depend on the inclination by its square;
 *   <li>what Moon, Sun and the Earth's uneven sides do differently to the displaced orbit is of the order of the
 *       displacement times their gradient: left out for a single state, carried out by {@link #ephemeris}.
 * </ul>
 */
public final class DisplacedOrbit {
    /** Below this inclination the plane has no node to speak of, rad. */
    private static final double NODE_INCLINATION_MIN = Math.toRadians(5);

    private static final double MU = Constants.EIGEN5C_EARTH_MU;

    private DisplacedOrbit() {}

    /**
     * Returns the displaced state at the same epoch, in the same frame.
     *
     * @throws IllegalArgumentException if the orbit is no ellipse
     * @throws PropagationException if the orbit can't be propagated by the time that the shift takes
     */
    public static OrbitState state(OrbitState truth, Displacement by) {
        OrekitData.load();
        Frame equator = Convert.frame(nl.sluis.orbit.Frame.MOD);
        KeplerianOrbit orbit;
        try {
            orbit = osculating(truth, equator);
        } catch (OrekitException e) {
            throw new IllegalArgumentException("orbit: `" + truth + "` (expected: an ellipse)", e);
        }
        double a = orbit.getA();
        if (!(a > 0) || !(orbit.getE() < 1)) {
            throw new IllegalArgumentException("orbit: `" + truth + "` (expected: an ellipse)");
        }
        Vector3D normal = orbit.getPVCoordinates().getMomentum().normalize();
        double inclination = Vector3D.angle(Vector3D.PLUS_K, normal);
        boolean hasNode = inclination > NODE_INCLINATION_MIN && inclination < Math.PI - NODE_INCLINATION_MIN;
        double turn = by.crossTrackM() / a / (hasNode ? Math.sin(inclination) : 1);
        Rotation rotation = new Rotation(
                hasNode ? Vector3D.PLUS_K : axisInPlane(normal, by.planeAngleRad() - Math.PI / 2),
                turn,
                RotationConvention.VECTOR_OPERATOR);
        double n = orbit.getKeplerianMeanMotion();
        double alongM = by.alongTrackM() + by.driftMPerS() * secondsBetween(by.since(), truth.epoch());
        // a turn about the pole moves the object along its track too: that part is taken back
        double phase = alongM / a - (hasNode ? turn * Math.cos(inclination) : 0);
        PVCoordinates shifted = shifted(truth, phase / n, equator);
        // Kepler's third law: a' = a (n'/n)^(-2/3), and speeds go with 1/sqrt(a)
        double scale = Math.pow(1 + by.driftMPerS() / (a * n), -2.0 / 3);
        PVCoordinates displaced = new PVCoordinates(
                rotation.applyTo(shifted.getPosition()).scalarMultiply(scale),
                rotation.applyTo(shifted.getVelocity()).scalarMultiply(1 / Math.sqrt(scale)));
        PVCoordinates back = equator.getTransformTo(Convert.frame(truth.frame()), Convert.date(truth.epoch()))
                .transformPVCoordinates(displaced);
        return new OrbitState(
                truth.epoch(), truth.frame(), Convert.vector(back.getPosition()), Convert.vector(back.getVelocity()));
    }

    /**
     * Where the object is some time later, as if it were there now. By all forces: to leave out the oblateness over a tenth
     * of a second would change the speed by a millimetre a second, and the orbit by metres a revolution.
     */
    private static PVCoordinates shifted(OrbitState truth, double seconds, Frame frame) {
        Instant later = truth.epoch().plusNanos(Math.round(seconds * 1e9));
        OrbitState there =
                Propagation.states(truth, forces(truth), List.of(later)).get(0);
        PVCoordinates pv = Convert.pv(there);
        return Convert.frame(there.frame())
                .getTransformTo(frame, Convert.date(truth.epoch()))
                .transformPVCoordinates(pv);
    }

    /** Drag acts on the true and the displaced orbit alike, and its coefficient is not known. */
    private static ForceModel forces(OrbitState state) {
        return ForceModel.forOrbit(state).withoutDrag();
    }

    /** The two-body orbit; an acceleration that a turning frame adds is left out, or a shift in time would carry it on. */
    static KeplerianOrbit osculating(OrbitState state, Frame frame) {
        PVCoordinates pv = Convert.pv(state, frame);
        return new KeplerianOrbit(
                new PVCoordinates(pv.getPosition(), pv.getVelocity()), frame, Convert.date(state.epoch()), MU);
    }

    /** The direction in a nearly equatorial plane at an angle from the vernal equinox. */
    private static Vector3D axisInPlane(Vector3D normal, double angle) {
        Vector3D equinox = Vector3D.PLUS_I
                .subtract(normal.scalarMultiply(Vector3D.PLUS_I.dotProduct(normal)))
                .normalize();
        return new Vector3D(Math.cos(angle), equinox, Math.sin(angle), normal.crossProduct(equinox));
    }

    /**
     * Returns the displaced trajectory at the epochs of the true one. The first state is displaced; how the displacement
     * develops from there is the difference of two propagations with the forces that act, so that the result obeys them
     * as well as the true trajectory does.
     *
     * @param truth states in order of time, at least one, in inertial frames
     * @throws IllegalArgumentException if the orbit is no ellipse
     * @throws PropagationException if the orbit can't be propagated to an epoch
     */
    public static List<OrbitState> ephemeris(List<OrbitState> truth, Displacement by) {
        if (truth.isEmpty()) {
            throw new IllegalArgumentException("states: 0 (expected: at least 1)");
        }
        OrbitState first = truth.get(0);
        OrbitState start = state(first, by);
        List<Instant> epochs = truth.stream().map(OrbitState::epoch).toList();
        ForceModel forces = forces(first);
        List<OrbitState> unmoved = Propagation.states(first, forces, epochs);
        List<OrbitState> moved = Propagation.states(start, forces, epochs);
        List<OrbitState> displaced = new ArrayList<>(truth.size());
        for (int i = 0; i < truth.size(); i++) {
            OrbitState state = truth.get(i);
            PVCoordinates offset = new PVCoordinates(
                    Convert.pv(unmoved.get(i), FramesFactory.getGCRF()),
                    Convert.pv(moved.get(i), FramesFactory.getGCRF()));
            // an offset turns with the axes and has no origin
            var turn =
                    FramesFactory.getGCRF().getTransformTo(Convert.frame(state.frame()), Convert.date(state.epoch()));
            Vector3 position = Convert.vector(turn.transformVector(offset.getPosition()));
            Vector3 velocity = Convert.vector(turn.transformVector(offset.getVelocity()));
            displaced.add(new OrbitState(
                    state.epoch(),
                    state.frame(),
                    state.positionM().plus(position),
                    state.velocityMps().plus(velocity)));
        }
        return List.copyOf(displaced);
    }

    /**
     * Returns a covariance that covers a displacement: sigma is added to each axis of the position, and as much as the
     * orbit turns it into a velocity to each axis of the velocity. It is the same in every Cartesian frame.
     *
     * @param truth covariance of position and velocity, m, m/s
     * @param sigmaM standard deviation of the displacement, m
     * @param at the state that it belongs to
     */
    public static SymmetricMatrix covariance(SymmetricMatrix truth, double sigmaM, OrbitState at) {
        double rate = at.velocityMps().norm() / at.positionM().norm();
        double[][] rows = truth.rows();
        for (int i = 0; i < 3; i++) {
            rows[i][i] += sigmaM * sigmaM;
            rows[i + 3][i + 3] += sigmaM * sigmaM * rate * rate;
        }
        return SymmetricMatrix.of(rows);
    }

    private static double secondsBetween(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e9;
    }
}
