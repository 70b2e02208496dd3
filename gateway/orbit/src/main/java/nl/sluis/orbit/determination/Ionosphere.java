package nl.sluis.orbit.determination;

import java.util.List;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.estimation.measurements.EstimatedMeasurement;
import org.orekit.estimation.measurements.EstimatedMeasurementBase;
import org.orekit.estimation.measurements.EstimationModifier;
import org.orekit.estimation.measurements.ObservedMeasurement;
import org.orekit.estimation.measurements.Range;
import org.orekit.estimation.measurements.RangeRate;
import org.orekit.models.earth.ionosphere.nequick.FourierTimeSeries;
import org.orekit.models.earth.ionosphere.nequick.NeQuickItu;
import org.orekit.models.earth.ionosphere.nequick.NeQuickModel;
import org.orekit.propagation.SpacecraftState;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.ParameterDriver;

/**
 * What the free electrons between a station and an object do to a signal: it is held up by 40.3 m³/s² times their number along
 * the path over the frequency squared, and its carrier is ahead by as much, so that a rate that is read off the carrier
 * has the opposite sign.
 *
 * <p>Their density is NeQuick's (Recommendation ITU-R P.531), by the mean solar flux of the space weather table. Climate, not
 * weather: what it leaves is a fifth to a third of the delay. The path is straight; it is cut at five heights and summed by
 * Gauss's rule of three points a piece, within 2 % of the library's adaptive rule at a tenth of its cost. Its derivatives by
 * the object's position, some 1e-5, are left out.
 */
final class Ionosphere {

    /** Delay of a wave of 1 Hz by one electron in a column of a square metre, m³/s². */
    private static final double DELAY = 40.3;

    /** Sphere on which NeQuick's coordinates are, m. */
    private static final double RADIUS_M = NeQuickModel.RE;

    /** There are no electrons to speak of below the first or above the last, m. */
    private static final double[] HEIGHTS_M = {80e3, 250e3, 450e3, 1_000e3, 3_000e3, 20_000e3};

    /** Gauss's rule of three points on -1 to 1. */
    private static final double[] POINTS = {-FastMath.sqrt(0.6), 0, FastMath.sqrt(0.6)};

    private static final double[] WEIGHTS = {5.0 / 9, 8.0 / 9, 5.0 / 9};

    /** Beyond this flux there are no more electrons (ITU-R P.1239); solar flux units. */
    private static final double FLUX_MAX = 193;

    /** Over which the delay's change is looked at, s. */
    private static final double STEP_S = 2;

    /** The library's, loaded when first needed. */
    private static final class Electrons {
        static final NeQuickItu MODEL = new NeQuickItu(FLUX_MAX, TimeScalesFactory.getUTC());

        /** It reads the tables of a month at its first use, and must not be asked by two threads then. */
        static synchronized FourierTimeSeries series(AbsoluteDate date) {
            double flux = Math.min(FLUX_MAX, Dynamics.meanSolarFlux(date));
            return MODEL.computeFourierTimeSeries(date.getComponents(TimeScalesFactory.getUTC()), flux);
        }
    }

    private final GeodeticPosition site;
    private final double frequencyHz;
    private final OneAxisEllipsoid earth = Convert.earth();

    Ionosphere(GeodeticPosition site, double frequencyHz) {
        this.site = site;
        this.frequencyHz = frequencyHz;
    }

    /** Returns what it does to ranges. */
    EstimationModifier<Range> range() {
        return new Modifier<>() {
            @Override
            double changed(double range, SpacecraftState object) {
                return range + delayM(object);
            }
        };
    }

    /** Returns what it does to range rates. */
    EstimationModifier<RangeRate> rangeRate() {
        return new Modifier<>() {
            @Override
            double changed(double rate, SpacecraftState object) {
                return rate - (delayM(object.shiftedBy(STEP_S)) - delayM(object)) / STEP_S;
            }
        };
    }

    /**
     * Returns by how much a signal is held up one way, as a distance, m.
     *
     * @param object where and when the object sends it or returns it
     */
    double delayM(SpacecraftState object) {
        AbsoluteDate date = object.getDate();
        GeodeticPoint there = earth.transform(object.getPosition(), object.getFrame(), date);
        Vector3D from = onSphere(site.latitudeRad(), site.longitudeRad(), site.altitudeM());
        Vector3D path = onSphere(there.getLatitude(), there.getLongitude(), there.getAltitude())
                .subtract(from);
        double length = path.getNorm();
        Vector3D along = path.scalarMultiply(1 / length);
        FourierTimeSeries series = Electrons.series(date);
        double electrons = 0;
        for (int i = 1; i < HEIGHTS_M.length; i++) {
            double start = distance(from, along, HEIGHTS_M[i - 1]);
            double end = Math.min(length, distance(from, along, HEIGHTS_M[i]));
            if (start < end) {
                double half = (end - start) / 2;
                for (int k = 0; k < POINTS.length; k++) {
                    Vector3D at = new Vector3D(1, from, start + half * (1 + POINTS[k]), along);
                    electrons += WEIGHTS[k] * half * density(series, at);
                }
            }
        }
        return DELAY * electrons / (frequencyHz * frequencyHz);
    }

    private static double density(FourierTimeSeries series, Vector3D at) {
        return Electrons.MODEL.electronDensity(series, at.getDelta(), at.getAlpha(), at.getNorm() - RADIUS_M);
    }

    private static Vector3D onSphere(double latitude, double longitude, double height) {
        return new Vector3D(RADIUS_M + height, new Vector3D(longitude, latitude));
    }

    /** How far along the path a height is reached, going up. */
    private static double distance(Vector3D from, Vector3D along, double heightM) {
        double radius = RADIUS_M + heightM;
        double up = from.dotProduct(along);
        return FastMath.sqrt(up * up - from.getNormSq() + radius * radius) - up;
    }

    private abstract static class Modifier<T extends ObservedMeasurement<T>> implements EstimationModifier<T> {

        abstract double changed(double value, SpacecraftState object);

        @Override
        public String getEffectName() {
            return "ionosphere";
        }

        @Override
        public List<ParameterDriver> getParametersDrivers() {
            return List.of();
        }

        @Override
        public void modifyWithoutDerivatives(EstimatedMeasurementBase<T> estimated) {
            estimated.modifyEstimatedValue(
                    this, changed(estimated.getEstimatedValue()[0], estimated.getStates()[0]));
        }

        @Override
        public void modify(EstimatedMeasurement<T> estimated) {
            modifyWithoutDerivatives(estimated);
        }
    }
}
