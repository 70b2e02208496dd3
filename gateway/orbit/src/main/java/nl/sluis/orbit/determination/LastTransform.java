package nl.sluis.orbit.determination;

import nl.sluis.orbit.internal.Convert;
import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.Rotation;
import org.hipparchus.geometry.euclidean.threed.RotationConvention;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
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
 * the same one after the other. Between whole hours it turns evenly about one axis: off by some 1e-9 rad, a
 * centimetre at the height of a low orbit. Asking the library took a fifth of what was left of a propagation's time. Belongs to one thread.
 */
final class LastTransform implements TransformProvider {
    private static final long serialVersionUID = 1L;

    private final transient Frame itrf;
    private transient long hour = Long.MIN_VALUE;
    private transient AbsoluteDate start = AbsoluteDate.PAST_INFINITY;
    private transient Rotation from = Rotation.IDENTITY;
    private transient Rotation to = Rotation.IDENTITY;
    private transient Vector3D axis = Vector3D.PLUS_K;
    private transient double angle;
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
            last = StaticTransform.of(date, rotation(date));
            lastDate = date;
        }
        return last;
    }

    private Rotation rotation(AbsoluteDate date) {
        long now = Hours.of(date);
        if (now != hour) {
            from = now == hour + 1 ? to : exact(Hours.start(now));
            to = exact(Hours.start(now + 1));
            Rotation turn = to.compose(from.revert(), RotationConvention.VECTOR_OPERATOR);
            start = Hours.start(now);
            axis = turn.getAxis(RotationConvention.VECTOR_OPERATOR);
            angle = turn.getAngle();
            hour = now;
        }
        return new Rotation(axis, angle * date.durationFrom(start) / Hours.LENGTH_S, RotationConvention.VECTOR_OPERATOR)
                .compose(from, RotationConvention.VECTOR_OPERATOR);
    }

    private Rotation exact(AbsoluteDate date) {
        return FramesFactory.getGCRF().getStaticTransformTo(itrf, date).getRotation();
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
