package nl.sluis.orbit.determination;

import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.frames.Frame;
import org.orekit.models.earth.atmosphere.Atmosphere;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;
import org.orekit.utils.Constants;

/**
 * An atmosphere with a top. Above it the density is far below what any orbit feels, and asking for it takes two thirds of
 * the time of a fit of a transfer orbit.
 */
record BoundedAtmosphere(Atmosphere inner) implements Atmosphere {

    /** Top: at this height the drag on a common satellite is below 1e-13 m/s². */
    private static final double TOP_RADIUS_M = Constants.WGS84_EARTH_EQUATORIAL_RADIUS + 2_000_000;

    @Override
    public Frame getFrame() {
        return inner.getFrame();
    }

    @Override
    public double getDensity(AbsoluteDate date, Vector3D position, Frame frame) {
        return position.getNorm() > TOP_RADIUS_M ? 0 : inner.getDensity(date, position, frame);
    }

    @Override
    public <T extends CalculusFieldElement<T>> T getDensity(
            FieldAbsoluteDate<T> date, FieldVector3D<T> position, Frame frame) {
        return position.getNorm().getReal() > TOP_RADIUS_M
                ? date.getField().getZero()
                : inner.getDensity(date, position, frame);
    }
}
