package nl.sluis.orbit.determination;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.hipparchus.util.FastMath;

/**
 * Logarithms of the air's density on a grid of height, latitude and local solar time, at one moment; what is asked for is
 * computed once. Between grid points it is interpolated by cubic polynomials. Safe for threads: a value depends on its place
 * alone, so that it is the same whoever asked first.
 */
final class DensityTable {

    /** Lowest height, m: below it the air changes too fast from one grid point to the next. */
    static final double LOWEST_M = 150_000;

    /** Heights follow each other by this ratio, as the density's scale heights do. */
    private static final double RATIO = 0.08;

    /** One below the lowest height, for the polynomial, and up to 2,100 km. */
    private static final int HEIGHTS = 37;

    /** From pole to pole by 15 degrees. */
    private static final int LATITUDES = 13;

    /** Two hours. The model has no shorter waves than of eight. */
    private static final int HOURS = 12;

    /** Of a cubic polynomial. */
    private static final int POINTS = 4;

    private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(double[].class);

    private final double[] values = new double[HEIGHTS * LATITUDES * HOURS];

    /** Asks the model. */
    interface Model {
        /** Returns the density, kg/m³, at a geodetic height, m, a latitude, rad, and a local solar time, rad from midnight. */
        double density(double heightM, double latitude, double solarTime);
    }

    /** Tables by moment, the latest asked for last. */
    static final class Kept {
        /** Two months, 45 kB each: fits and predictions go over days. */
        private static final int MOST = 512;

        private final Map<Long, DensityTable> byMoment = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, DensityTable> eldest) {
                return size() > MOST;
            }
        };

        synchronized DensityTable of(long moment) {
            return byMoment.computeIfAbsent(moment, none -> new DensityTable());
        }
    }

    /** A logarithm of a density, kg/m³, and its derivative by height, 1/m. */
    record Logarithm(double value, double byHeight) {}

    DensityTable() {
        Arrays.fill(values, Double.NaN);
    }

    /** Where something is on the grid: which points count for it, and how much. */
    static final class Place {
        private final double heightM;
        private final int height;
        private final double[] byHeight = new double[POINTS];
        private final double[] byHeightRate = new double[POINTS];
        private final int[] points = new int[POINTS * POINTS];
        private final double[] weights = new double[POINTS * POINTS];

        /**
         * @param heightM geodetic height, m, {@link #LOWEST_M} to 2,100 km
         * @param latitude geodetic, rad
         * @param solarTime local solar time, rad from midnight
         */
        Place(double heightM, double latitude, double solarTime) {
            this.heightM = heightM;
            double h = 1 + FastMath.log(heightM / LOWEST_M) / RATIO;
            this.height = Math.min((int) h, HEIGHTS - 3) - 1;
            weights(h - 1 - height, byHeight);
            rates(h - 1 - height, byHeightRate);
            double l = (latitude + Math.PI / 2) * (LATITUDES - 1) / Math.PI;
            int lat = Math.min((int) l, LATITUDES - 2);
            double t = solarTime * HOURS / (2 * Math.PI);
            int hour = (int) Math.floor(t);
            double[] byLatitude = new double[POINTS];
            double[] byHour = new double[POINTS];
            weights(l - lat, byLatitude);
            weights(t - hour, byHour);
            for (int j = 0; j < POINTS; j++) {
                for (int k = 0; k < POINTS; k++) {
                    points[j * POINTS + k] = point(lat - 1 + j, hour - 1 + k);
                    weights[j * POINTS + k] = byLatitude[j] * byHour[k];
                }
            }
        }

        /** Beyond a pole the latitude comes down again on the other side. */
        private static int point(int latitude, int hour) {
            boolean isBeyond = latitude < 0 || latitude >= LATITUDES;
            int lat = latitude < 0 ? -latitude : isBeyond ? 2 * (LATITUDES - 1) - latitude : latitude;
            return lat * HOURS + Math.floorMod(isBeyond ? hour + HOURS / 2 : hour, HOURS);
        }
    }

    /** Returns the interpolated logarithm. */
    Logarithm at(Place place, Model model) {
        double value = 0;
        double rate = 0;
        for (int i = 0; i < POINTS; i++) {
            int layer = (place.height + i) * LATITUDES * HOURS;
            double sum = 0;
            for (int j = 0; j < place.points.length; j++) {
                sum += place.weights[j] * value(layer + place.points[j], model);
            }
            value += place.byHeight[i] * sum;
            rate += place.byHeightRate[i] * sum;
        }
        return new Logarithm(value, rate / (RATIO * place.heightM));
    }

    private double value(int index, Model model) {
        double value = (double) VALUE.getOpaque(values, index);
        return Double.isNaN(value) ? computed(index, model) : value;
    }

    private double computed(int index, Model model) {
        int height = index / (LATITUDES * HOURS);
        int lat = index / HOURS % LATITUDES;
        int time = index % HOURS;
        double value = FastMath.log(model.density(
                LOWEST_M * FastMath.exp(RATIO * (height - 1)),
                Math.PI * lat / (LATITUDES - 1) - Math.PI / 2,
                2 * Math.PI * time / HOURS));
        VALUE.setOpaque(values, index, value);
        return value;
    }

    /** Lagrange's weights of the points at -1, 0, 1 and 2. */
    private static void weights(double x, double[] weights) {
        weights[0] = -x * (x - 1) * (x - 2) / 6;
        weights[1] = (x + 1) * (x - 1) * (x - 2) / 2;
        weights[2] = -(x + 1) * x * (x - 2) / 2;
        weights[3] = (x + 1) * x * (x - 1) / 6;
    }

    private static void rates(double x, double[] rates) {
        rates[0] = -(3 * x * x - 6 * x + 2) / 6;
        rates[1] = (3 * x * x - 4 * x - 1) / 2;
        rates[2] = -(3 * x * x - 2 * x - 2) / 2;
        rates[3] = (3 * x * x - 1) / 6;
    }
}
