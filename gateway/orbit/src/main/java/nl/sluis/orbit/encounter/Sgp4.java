package nl.sluis.orbit.encounter;

import java.time.Instant;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.util.MathUtils;
import org.orekit.errors.OrekitException;
import org.orekit.propagation.analytical.tle.TLE;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.PVCoordinates;

/** Propagates mean elements. */
public final class Sgp4 {

    private Sgp4() {}

    /**
     * Returns where an object is.
     *
     * @param elements mean elements
     * @param epoch UTC
     * @return in TEME
     * @throws IllegalArgumentException if the elements cannot be propagated to the epoch, for example after decay
     */
    public static OrbitState state(MeanElements elements, Instant epoch) {
        OrekitData.load();
        try {
            PVCoordinates pv = propagator(elements).getPVCoordinates(Convert.date(epoch));
            return new OrbitState(
                    epoch, Frame.TEME, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
        } catch (OrekitException e) {
            throw new IllegalArgumentException(
                    "elements of `" + elements.catalogueNumber() + "` at " + epoch + ": "
                            + String.valueOf(e.getMessage()).replace('\n', ' '),
                    e);
        }
    }

    /** Returns a propagator of the library for the chapters of this module; it holds state and belongs to one thread. */
    public static TLEPropagator propagator(MeanElements m) {
        // the number plays no part in the theory, and the library takes none of nine digits for its text form
        TLE tle = new TLE(
                0,
                'U',
                2000,
                1,
                "A",
                TLE.DEFAULT,
                0,
                Convert.date(m.epoch()),
                m.meanMotionRadPerS(),
                0,
                0,
                m.eccentricity(),
                m.inclinationRad(),
                MathUtils.normalizeAngle(m.argumentOfPerigeeRad(), Math.PI),
                MathUtils.normalizeAngle(m.raanRad(), Math.PI),
                MathUtils.normalizeAngle(m.meanAnomalyRad(), Math.PI),
                0,
                m.bStar(),
                TimeScalesFactory.getUTC());
        return TLEPropagator.selectExtrapolator(tle, Convert.frame(Frame.TEME));
    }
}
