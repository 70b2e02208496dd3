package nl.sluis.orbit.determination;

import nl.sluis.orbit.internal.Convert;
import org.hipparchus.CalculusFieldElement;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.frames.FieldTransform;
import org.orekit.frames.Frame;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.StaticTransform;
import org.orekit.frames.Transform;
import org.orekit.frames.TransformProvider;
import org.orekit.models.earth.ReferenceEllipsoid;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;

/**
 * How the Earth is turned at the last date that was asked for: its field, air and shadow, each with their derivatives, ask for
 * the same one after the other. Belongs to one thread.
 */
final class LastTransform implements TransformProvider {
    private static final long serialVersionUID = 1L;

    private final transient Frame itrf;
    private transient AbsoluteDate lastDate = AbsoluteDate.PAST_INFINITY;
    private transient StaticTransform last = StaticTransform.getIdentity();
    private transient AbsoluteDate lastMovingDate = AbsoluteDate.PAST_INFINITY;
    private transient Transform lastMoving = Transform.IDENTITY;

    private LastTransform(Frame itrf) {
        this.itrf = itrf;
    }

    /** Returns the terrestrial frame for one path, and no other. */
    static Frame terrestrial() {
        Frame itrf = Convert.frame(nl.sluis.orbit.Frame.ITRF);
        return new Frame(FramesFactory.getGCRF(), new LastTransform(itrf), itrf.getName(), false);
    }

    /** Returns the Earth in such a frame. */
    static OneAxisEllipsoid earth(Frame terrestrial) {
        return ReferenceEllipsoid.getWgs84(terrestrial);
    }

    @Override
    public StaticTransform getStaticTransform(AbsoluteDate date) {
        if (!date.equals(lastDate)) {
            last = FramesFactory.getGCRF().getStaticTransformTo(itrf, date);
            lastDate = date;
        }
        return last;
    }

    @Override
    public Transform getTransform(AbsoluteDate date) {
        if (!date.equals(lastMovingDate)) {
            lastMoving = FramesFactory.getGCRF().getTransformTo(itrf, date);
            lastMovingDate = date;
        }
        return lastMoving;
    }

    @Override
    public <T extends CalculusFieldElement<T>> FieldTransform<T> getTransform(FieldAbsoluteDate<T> date) {
        return date.hasZeroField()
                ? new FieldTransform<>(date.getField(), getTransform(date.toAbsoluteDate()))
                : FramesFactory.getGCRF().getTransformTo(itrf, date);
    }
}
