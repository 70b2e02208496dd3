package nl.sluis.orbit.internal;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.frames.FramesFactory;
import org.orekit.models.earth.ReferenceEllipsoid;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.DateTimeComponents;
import org.orekit.time.TimeOffset;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.IERSConventions;
import org.orekit.utils.PVCoordinates;

/** Conversions between our values and the library's. */
public final class Convert {

    private static final long ATTOSECONDS_PER_NANOSECOND = 1_000_000_000L;

    private Convert() {}

    /** Returns the library's date of a UTC epoch. */
    public static AbsoluteDate date(Instant epoch) {
        return new AbsoluteDate(epoch, TimeScalesFactory.getUTC());
    }

    /** Returns the UTC epoch of a date, rounded to the nanosecond. */
    public static Instant instant(AbsoluteDate date) {
        DateTimeComponents c = date.getComponents(TimeScalesFactory.getUTC());
        TimeOffset second = c.getTime().getSplitSecond();
        long nanos =
                Math.floorDiv(second.getAttoSeconds() + ATTOSECONDS_PER_NANOSECOND / 2, ATTOSECONDS_PER_NANOSECOND);
        return LocalDateTime.of(
                        c.getDate().getYear(),
                        c.getDate().getMonth(),
                        c.getDate().getDay(),
                        c.getTime().getHour(),
                        c.getTime().getMinute())
                .toInstant(ZoneOffset.UTC)
                .plusSeconds(second.getSeconds())
                .plusNanos(nanos);
    }

    /** Returns the library's frame; a local frame has none without an orbit. */
    public static org.orekit.frames.Frame frame(Frame frame) {
        return switch (frame) {
            case EME2000 -> FramesFactory.getEME2000();
            // the axes of the ICRF seen from the Earth's centre
            case GCRF, ICRF -> FramesFactory.getGCRF();
            case TEME -> EarthFrames.teme();
            case MOD -> FramesFactory.getMOD(IERSConventions.IERS_2010);
            case TOD -> EarthFrames.tod();
            case ITRF -> EarthFrames.itrf();
            case RTN, TNW ->
                throw new IllegalArgumentException(
                        "frame: `" + frame + "` (expected: an inertial or terrestrial frame)");
        };
    }

    /** Returns the Earth: WGS 84 ellipsoid in the terrestrial frame. */
    public static OneAxisEllipsoid earth() {
        return ReferenceEllipsoid.getWgs84(frame(Frame.ITRF));
    }

    /** Returns the library's vector. */
    public static Vector3D vector(Vector3 v) {
        return new Vector3D(v.x(), v.y(), v.z());
    }

    /** Returns our vector. */
    public static Vector3 vector(Vector3D v) {
        return new Vector3(v.getX(), v.getY(), v.getZ());
    }

    /** Returns position and velocity of a state in its own frame. */
    public static PVCoordinates pv(OrbitState state) {
        return new PVCoordinates(vector(state.positionM()), vector(state.velocityMps()));
    }

    /** Returns the state seen in another frame; frames that turn add their share to the velocity. */
    public static PVCoordinates pv(OrbitState state, org.orekit.frames.Frame target) {
        return frame(state.frame()).getTransformTo(target, date(state.epoch())).transformPVCoordinates(pv(state));
    }
}
