package nl.sluis.orbit.displacement;

import java.time.Instant;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.frames.FramesFactory;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.utils.PVCoordinates;

/**
 * The closest approach of two displaced orbits near the true one: time, miss vector and relative state all follow from
 * the displaced states, so that none of them gives the true ones away.
 *
 * @param tca time of closest approach, UTC, to the microsecond
 * @param object1 state of object 1 then, GCRF
 * @param object2 state of object 2 then, GCRF
 * @param relativePositionRtnM position of object 2 in the axes of object 1, m
 * @param relativeVelocityRtnMps velocity of object 2 in the axes of object 1, m/s
 */
public record DisplacedEncounter(
        Instant tca,
        OrbitState object1,
        OrbitState object2,
        Vector3 relativePositionRtnM,
        Vector3 relativeVelocityRtnMps) {
    /** Newton's steps; the relative path is nearly straight, three are enough. */
    private static final int STEPS_MAX = 12;
    /** The search goes no further than this from where it starts, s: a sixth of the fastest revolution. */
    private static final double SEARCH_S = 900;

    private static final double TIME_TOLERANCE_S = 1e-7;

    /**
     * Returns the closest approach by two-body motion from two displaced states.
     *
     * <p>Where there is none within a quarter of an hour, as for objects that keep together, the encounter is where the
     * search began.
     *
     * @param object1 displaced state of object 1, at the true closest approach
     * @param object2 displaced state of object 2, at the same epoch
     * @throws IllegalArgumentException if the epochs differ
     */
    public static DisplacedEncounter of(OrbitState object1, OrbitState object2) {
        if (!object1.epoch().equals(object2.epoch())) {
            throw new IllegalArgumentException(
                    "epochs: `" + object1.epoch() + "` and `" + object2.epoch() + "` (expected: the same)");
        }
        KeplerianOrbit one = DisplacedOrbit.osculating(object1, FramesFactory.getGCRF());
        KeplerianOrbit two = DisplacedOrbit.osculating(object2, FramesFactory.getGCRF());
        double at = 0;
        boolean found = false;
        for (int step = 0; step < STEPS_MAX && !found && Math.abs(at) < SEARCH_S; step++) {
            PVCoordinates relative = relative(one, two, at);
            double closing = Vector3D.dotProduct(relative.getPosition(), relative.getVelocity());
            double correction = -closing / relative.getVelocity().getNormSq();
            at += correction;
            found = Math.abs(correction) < TIME_TOLERANCE_S;
        }
        if (!found || Math.abs(at) >= SEARCH_S) {
            at = 0;
        }
        Instant tca = object1.epoch().plusNanos(1_000 * Math.round(at * 1e6));
        OrbitState state1 = state(one, at, tca);
        OrbitState state2 = state(two, at, tca);
        return new DisplacedEncounter(
                tca,
                state1,
                state2,
                LocalAxes.toRtn(state1, state2.positionM().minus(state1.positionM())),
                LocalAxes.toRtn(state1, state2.velocityMps().minus(state1.velocityMps())));
    }

    /** Distance at closest approach, m. */
    public double missDistanceM() {
        return relativePositionRtnM.norm();
    }

    private static PVCoordinates relative(KeplerianOrbit one, KeplerianOrbit two, double at) {
        return new PVCoordinates(
                one.shiftedBy(at).getPVCoordinates(), two.shiftedBy(at).getPVCoordinates());
    }

    private static OrbitState state(KeplerianOrbit orbit, double at, Instant epoch) {
        PVCoordinates pv = orbit.shiftedBy(at).getPVCoordinates();
        return new OrbitState(
                epoch, nl.sluis.orbit.Frame.GCRF, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }
}
