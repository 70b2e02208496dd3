package nl.sluis.orbit.determination;

import java.util.HashMap;
import java.util.Map;
import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.frames.Frame;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;
import org.orekit.utils.ExtendedPositionProvider;

/**
 * Where the Sun or the Moon is at the last date that was asked for: attraction, light and air, each with its derivatives, ask
 * for the same one after the other. Values are those of the ephemeris. Belongs to one thread.
 */
final class LastPosition implements ExtendedPositionProvider {
    private final ExtendedPositionProvider body;
    private final Map<Frame, Vector3D> byFrame = new HashMap<>();
    private AbsoluteDate lastDate = AbsoluteDate.PAST_INFINITY;

    LastPosition(ExtendedPositionProvider body) {
        this.body = body;
    }

    @Override
    public Vector3D getPosition(AbsoluteDate date, Frame frame) {
        if (!date.equals(lastDate)) {
            byFrame.clear();
            lastDate = date;
        }
        return byFrame.computeIfAbsent(frame, one -> body.getPosition(date, one));
    }

    @Override
    public <T extends CalculusFieldElement<T>> FieldVector3D<T> getPosition(FieldAbsoluteDate<T> date, Frame frame) {
        return date.hasZeroField()
                ? new FieldVector3D<>(date.getField(), getPosition(date.toAbsoluteDate(), frame))
                : body.getPosition(date, frame);
    }
}
