package nl.sluis.orbit.determination;

import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;
import org.orekit.utils.ExtendedPositionProvider;
import org.orekit.utils.PVCoordinates;

/**
 * Where the Sun or the Moon is, by a cubic polynomial through its positions and velocities at whole hours: off by
 * centimetres, and asking the ephemeris took a third of a propagation's time that the air left. Belongs to one thread.
 */
final class HourlyPosition implements ExtendedPositionProvider {
    private final ExtendedPositionProvider body;
    private long hour = Long.MIN_VALUE;
    private AbsoluteDate start = AbsoluteDate.PAST_INFINITY;
    private PVCoordinates from = PVCoordinates.ZERO;
    private PVCoordinates to = PVCoordinates.ZERO;
    private AbsoluteDate lastDate = AbsoluteDate.PAST_INFINITY;
    private Vector3D last = Vector3D.NaN;

    HourlyPosition(ExtendedPositionProvider body) {
        this.body = body;
    }

    @Override
    public Vector3D getPosition(AbsoluteDate date, Frame frame) {
        if (!date.equals(lastDate)) {
            last = inGcrf(date);
            lastDate = date;
        }
        return frame == FramesFactory.getGCRF()
                ? last
                : FramesFactory.getGCRF().getStaticTransformTo(frame, date).transformPosition(last);
    }

    @Override
    public <T extends CalculusFieldElement<T>> FieldVector3D<T> getPosition(FieldAbsoluteDate<T> date, Frame frame) {
        return date.hasZeroField()
                ? new FieldVector3D<>(date.getField(), getPosition(date.toAbsoluteDate(), frame))
                : body.getPosition(date, frame);
    }

    private Vector3D inGcrf(AbsoluteDate date) {
        long now = Hours.of(date);
        if (now != hour) {
            from = now == hour + 1 ? to : at(now);
            to = at(now + 1);
            start = Hours.start(now);
            hour = now;
        }
        double u = date.durationFrom(start) / Hours.LENGTH_S;
        double v = 1 - u;
        return new Vector3D(
                (1 + 2 * u) * v * v,
                from.getPosition(),
                u * v * v * Hours.LENGTH_S,
                from.getVelocity(),
                u * u * (3 - 2 * u),
                to.getPosition(),
                -u * u * v * Hours.LENGTH_S,
                to.getVelocity());
    }

    private PVCoordinates at(long hour) {
        return body.getPVCoordinates(Hours.start(hour), FramesFactory.getGCRF());
    }
}
