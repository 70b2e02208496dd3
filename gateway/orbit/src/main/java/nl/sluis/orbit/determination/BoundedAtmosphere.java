package nl.sluis.orbit.determination;

import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.frames.Frame;
import org.orekit.models.earth.atmosphere.Atmosphere;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;
import org.orekit.utils.Constants;

/**
 * An atmosphere with a top, and with derivatives that cost little. Above the top the density is far below what any orbit feels,
 * and asking for it takes two thirds of the time of a fit of a transfer orbit. The derivative by position is that along the
 * radius, in which the density falls by half in tens of kilometres; along the surface that takes thousands. One fit asks for the
 * value at a state, and then for its derivatives there, so the last value is kept. Belongs to one thread.
 */
final class BoundedAtmosphere implements Atmosphere {

    /** Top: at this height the drag on a common satellite is below 1e-13 m/s². */
    private static final double TOP_RADIUS_M = Constants.WGS84_EARTH_EQUATORIAL_RADIUS + 2_000_000;

    /** The density falls exponentially over this distance. */
    private static final double STEP_M = 1_000;

    private final Atmosphere inner;
    private AbsoluteDate lastDate = AbsoluteDate.PAST_INFINITY;
    private Vector3D lastPosition = Vector3D.NaN;
    private double lastDensity;

    BoundedAtmosphere(Atmosphere inner) {
        this.inner = inner;
    }

    @Override
    public Frame getFrame() {
        return inner.getFrame();
    }

    @Override
    public double getDensity(AbsoluteDate date, Vector3D position, Frame frame) {
        if (position.getNorm() > TOP_RADIUS_M) {
            return 0;
        }
        // all of one fit is in one frame
        if (!position.equals(lastPosition) || !date.equals(lastDate)) {
            lastDensity = inner.getDensity(date, position, frame);
            lastPosition = position;
            lastDate = date;
        }
        return lastDensity;
    }

    @Override
    public <T extends CalculusFieldElement<T>> T getDensity(
            FieldAbsoluteDate<T> date, FieldVector3D<T> position, Frame frame) {
        AbsoluteDate when = date.toAbsoluteDate();
        Vector3D where = position.toVector3D();
        double density = getDensity(when, where, frame);
        if (density == 0) {
            return date.getField().getZero();
        }
        double radius = where.getNorm();
        double above = inner.getDensity(when, where.scalarMultiply(1 + STEP_M / radius), frame);
        double fall = FastMath.log(above / density) / STEP_M;
        return position.getNorm().subtract(radius).multiply(fall).exp().multiply(density);
    }
}
