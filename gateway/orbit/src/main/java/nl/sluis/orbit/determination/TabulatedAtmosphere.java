package nl.sluis.orbit.determination;

import org.hipparchus.CalculusFieldElement;
import org.hipparchus.geometry.euclidean.threed.FieldVector3D;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.hipparchus.util.MathUtils;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.frames.Frame;
import org.orekit.models.earth.atmosphere.Atmosphere;
import org.orekit.models.earth.atmosphere.NRLMSISE00;
import org.orekit.models.earth.atmosphere.NRLMSISE00InputParameters;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.FieldAbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.ExtendedPositionProvider;

/**
 * The density of NRLMSISE-00, interpolated: the model alone took nearly half of a propagation's time. Table and model differ by 1
 * % (rms; {@code TabulatedAtmosphereTest}), at single places by some per cent, in the strongest storms by up to a tenth; and by the
 * change of an index within some hours of it: the indices of a day hold from midnight to midnight, and between the moments of
 * two tables the logarithm goes in a straight line. Below the lowest table
 * the model itself is asked, and above 2,000 km there is no air. The derivative by position is that along the vertical, in which
 * the density falls by half in tens of kilometres; along the surface that takes thousands. Belongs to one thread, but for the
 * tables.
 */
final class TabulatedAtmosphere implements Atmosphere {

    /** Top: at this height the drag on a common satellite is below 1e-13 m/s². */
    private static final double TOP_RADIUS_M = Constants.WGS84_EARTH_EQUATORIAL_RADIUS + 2_000_000;

    /** Between the moments of two tables: the tide of the air turns by an eighth. */
    private static final double APART_S = 10_800;

    /** Half past one at night, a minute earlier: midnight, when the indices change, is in the middle of two moments. */
    private static final AbsoluteDate FIRST = AbsoluteDate.J2000_EPOCH.shiftedBy(APART_S / 2);

    /** Below the lowest table the density falls exponentially over this distance. */
    private static final double STEP_M = 100;

    /** The model looks as far back as this for indices. */
    private static final double HISTORY_S = 3 * 86_400;

    private static final DensityTable.Kept TABLES = new DensityTable.Kept();

    private final NRLMSISE00InputParameters weather;
    private final ExtendedPositionProvider sun;
    private final OneAxisEllipsoid earth;
    private final NRLMSISE00 model;
    private long moment = Long.MIN_VALUE;
    private DensityTable before = new DensityTable();
    private DensityTable after = new DensityTable();
    private AbsoluteDate lastDate = AbsoluteDate.PAST_INFINITY;
    private Vector3D lastPosition = Vector3D.NaN;
    private double lastDensity;
    private double lastFall;

    /**
     * Makes one for one path.
     *
     * @param weather the indices, the same for all
     */
    TabulatedAtmosphere(NRLMSISE00InputParameters weather, ExtendedPositionProvider sun, OneAxisEllipsoid earth) {
        this.weather = weather;
        this.sun = sun;
        this.earth = earth;
        this.model = new NRLMSISE00(weather, sun, earth);
    }

    @Override
    public Frame getFrame() {
        return earth.getBodyFrame();
    }

    @Override
    public double getDensity(AbsoluteDate date, Vector3D position, Frame frame) {
        if (position.getNorm() > TOP_RADIUS_M) {
            return 0;
        }
        // all of one path is in one frame; a value is asked for, and then its derivatives
        if (!position.equals(lastPosition) || !date.equals(lastDate)) {
            look(date, position, frame);
            lastPosition = position;
            lastDate = date;
        }
        return lastDensity;
    }

    @Override
    public <T extends CalculusFieldElement<T>> T getDensity(
            FieldAbsoluteDate<T> date, FieldVector3D<T> position, Frame frame) {
        double density = getDensity(date.toAbsoluteDate(), position.toVector3D(), frame);
        if (density == 0) {
            return date.getField().getZero();
        }
        T radius = position.getNorm();
        return radius.subtract(radius.getReal()).multiply(lastFall).exp().multiply(density);
    }

    /** The air turns with the Earth; how its axis and rate change within a day is left out. */
    @Override
    public Vector3D getVelocity(AbsoluteDate date, Vector3D position, Frame frame) {
        return rotation(date, frame).crossProduct(position);
    }

    @Override
    public <T extends CalculusFieldElement<T>> FieldVector3D<T> getVelocity(
            FieldAbsoluteDate<T> date, FieldVector3D<T> position, Frame frame) {
        return FieldVector3D.crossProduct(rotation(date.toAbsoluteDate(), frame), position);
    }

    private Vector3D rotation(AbsoluteDate date, Frame frame) {
        Vector3D axis = frame.getStaticTransformTo(earth.getBodyFrame(), date)
                .getRotation()
                .applyInverseTo(Vector3D.PLUS_K);
        return axis.scalarMultiply(Constants.WGS84_EARTH_ANGULAR_VELOCITY);
    }

    private void look(AbsoluteDate date, Vector3D position, Frame frame) {
        Frame body = earth.getBodyFrame();
        Vector3D turned = frame.getStaticTransformTo(body, date).transformPosition(position);
        GeodeticPoint point = earth.transform(turned, body, date);
        if (point.getAltitude() < DensityTable.LOWEST_M) {
            lastDensity = model.getDensity(date, turned, body);
            double above = model.getDensity(date, turned.scalarMultiply(1 + STEP_M / turned.getNorm()), body);
            lastFall = FastMath.log(above / lastDensity) / STEP_M;
            return;
        }
        double since = date.durationFrom(FIRST) / APART_S;
        long from = (long) Math.floor(since);
        if (from != moment) {
            before = TABLES.of(from);
            after = TABLES.of(from + 1);
            moment = from;
        }
        double solarTime = MathUtils.normalizeAngle(point.getLongitude() - sunLongitude(date) + Math.PI, Math.PI);
        DensityTable.Place place = new DensityTable.Place(point.getAltitude(), point.getLatitude(), solarTime);
        DensityTable.Logarithm one = at(before, from, place);
        DensityTable.Logarithm other = at(after, from + 1, place);
        double part = since - from;
        lastDensity = FastMath.exp(one.value() + part * (other.value() - one.value()));
        lastFall = one.byHeight() + part * (other.byHeight() - one.byHeight());
    }

    private DensityTable.Logarithm at(DensityTable table, long moment, DensityTable.Place place) {
        return table.at(place, (height, latitude, time) -> {
            AbsoluteDate date = within(FIRST.shiftedBy(moment * APART_S));
            double longitude = sunLongitude(date) + time - Math.PI;
            return model.getDensity(
                    date, earth.transform(new GeodeticPoint(latitude, longitude, height)), earth.getBodyFrame());
        });
    }

    /** At the ends of the indices the nearest date holds at which there are all. */
    private AbsoluteDate within(AbsoluteDate date) {
        AbsoluteDate first = weather.getMinDate().shiftedBy(HISTORY_S);
        AbsoluteDate last = weather.getMaxDate();
        return date.isBefore(first) ? first : date.isAfter(last) ? last : date;
    }

    private double sunLongitude(AbsoluteDate date) {
        return sun.getPosition(date, earth.getBodyFrame()).getAlpha();
    }
}
