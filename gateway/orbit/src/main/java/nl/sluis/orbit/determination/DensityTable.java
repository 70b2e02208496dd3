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

    /**
     * Returns the interpolated logarithm.
     *
     * @param heightM geodetic height, m, {@link #LOWEST_M} to 2,100 km
     * @param latitude geodetic, rad
     * @param solarTime local solar time, rad from midnight
     */
    Logarithm at(double heightM, double latitude, double solarTime, Model model) {
        double h = 1 + FastMath.log(heightM / LOWEST_M) / RATIO;
        int height = Math.min((int) h, HEIGHTS - 3);
        double l = (latitude + Math.PI / 2) * (LATITUDES - 1) / Math.PI;
        int lat = Math.min((int) l, LATITUDES - 2);
        double t = solarTime * HOURS / (2 * Math.PI);
        int hour = (int) Math.floor(t);
        double[] byHeight = new double[4];
        double[] byHeightRate = new double[4];
        double[] byLatitude = new double[4];
        double[] byHour = new double[4];
        weights(h - height, byHeight);
        rates(h - height, byHeightRate);
        weights(l - lat, byLatitude);
        weights(t - hour, byHour);
        double value = 0;
        double rate = 0;
        for (int i = 0; i < 4; i++) {
            double layer = 0;
            for (int j = 0; j < 4; j++) {
                double row = 0;
                for (int k = 0; k < 4; k++) {
                    row += byHour[k] * value(height - 1 + i, lat - 1 + j, hour - 1 + k, model);
                }
                layer += byLatitude[j] * row;
            }
            value += byHeight[i] * layer;
            rate += byHeightRate[i] * layer;
        }
        return new Logarithm(value, rate / (RATIO * heightM));
    }

    /** The value at a grid point; beyond a pole the latitude comes down again on the other side. */
    private double value(int height, int latitude, int hour, Model model) {
        boolean isBeyond = latitude < 0 || latitude >= LATITUDES;
        int lat = latitude < 0 ? -latitude : isBeyond ? 2 * (LATITUDES - 1) - latitude : latitude;
        int time = Math.floorMod(isBeyond ? hour + HOURS / 2 : hour, HOURS);
        int index = (height * LATITUDES + lat) * HOURS + time;
        double value = (double) VALUE.getOpaque(values, index);
        if (Double.isNaN(value)) {
            value = FastMath.log(model.density(
                    LOWEST_M * FastMath.exp(RATIO * (height - 1)),
                    Math.PI * lat / (LATITUDES - 1) - Math.PI / 2,
                    2 * Math.PI * time / HOURS));
            VALUE.setOpaque(values, index, value);
        }
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
