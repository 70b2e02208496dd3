package nl.sluis.orbit.encounter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.errors.OrekitException;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.PVCoordinates;

/**
 * The obvious search: every pair at every {@value #STEP_S} s with SGP4 itself; of each pair that can come below the
 * threshold within half a step, the sign of the range rate at both ends and bisection.
 */
final class SlowSearch {

    static final double STEP_S = 10;

    /** An approach. */
    record Approach(int number1, int number2, Instant tca, double missM, double speedMps) {}

    private final List<TLEPropagator> propagators = new ArrayList<>();
    private final List<MeanElements> elements;
    private final AbsoluteDate start;
    private final double thresholdM;
    private final double seconds;

    private SlowSearch(List<MeanElements> elements, Instant start, Duration window, double thresholdM) {
        this.elements = elements;
        this.start = Convert.date(start);
        this.thresholdM = thresholdM;
        this.seconds = window.toMillis() * 1e-3;
        elements.forEach(e -> propagators.add(Sgp4.propagator(e)));
    }

    /** Returns all approaches below the threshold, by object, object and time. */
    static List<Approach> search(List<MeanElements> elements, Instant start, Duration window, double thresholdM) {
        return search(elements, elements.size(), start, window, thresholdM);
    }

    /** Returns those of the first objects with each other and with all others. */
    static List<Approach> search(
            List<MeanElements> elements, int first, Instant start, Duration window, double thresholdM) {
        return new SlowSearch(elements, start, window, thresholdM).run(first);
    }

    private List<Approach> run(int first) {
        int n = elements.size();
        float[] x = new float[n];
        float[] y = new float[n];
        float[] z = new float[n];
        float[] d2 = new float[n];
        List<Approach> found = new ArrayList<>();
        // 1 km for single precision
        double reach = thresholdM + 1000 + Grid.HIGHEST_SPEED_MPS * STEP_S / 2;
        float reach2 = (float) (reach * reach);
        for (double t = STEP_S / 2; t - STEP_S / 2 < seconds; t += STEP_S) {
            AbsoluteDate date = start.shiftedBy(t);
            for (int i = 0; i < n; i++) {
                Vector3D p = position(i, date);
                x[i] = (float) p.getX();
                y[i] = (float) p.getY();
                z[i] = (float) p.getZ();
            }
            for (int i = 0; i < first; i++) {
                distances(i, x, y, z, d2);
                for (int j = i + 1; j < n; j++) {
                    if (d2[j] < reach2) {
                        bisect(i, j, t - STEP_S / 2, found);
                    }
                }
            }
        }
        return found;
    }

    private static void distances(int i, float[] x, float[] y, float[] z, float[] d2) {
        float xi = x[i];
        float yi = y[i];
        float zi = z[i];
        for (int j = i + 1; j < d2.length; j++) {
            float dx = x[j] - xi;
            float dy = y[j] - yi;
            float dz = z[j] - zi;
            d2[j] = dx * dx + dy * dy + dz * dz;
        }
    }

    private Vector3D position(int i, AbsoluteDate date) {
        try {
            return propagators.get(i).getPVCoordinates(date).getPosition();
        } catch (OrekitException e) {
            // decayed
            return Vector3D.NaN;
        }
    }

    private PVCoordinates relative(int i, int j, double t) {
        AbsoluteDate date = start.shiftedBy(t);
        return new PVCoordinates(
                propagators.get(i).getPVCoordinates(date), propagators.get(j).getPVCoordinates(date));
    }

    private double rangeRate(int i, int j, double t) {
        PVCoordinates d = relative(i, j, t);
        return d.getPosition().dotProduct(d.getVelocity());
    }

    private void bisect(int i, int j, double from, List<Approach> found) {
        double low = from;
        double high = from + STEP_S;
        try {
            if (!(rangeRate(i, j, low) <= 0 && rangeRate(i, j, high) > 0)) {
                return;
            }
        } catch (OrekitException e) {
            // one of them decays within the step
            return;
        }
        for (int k = 0; k < 30; k++) {
            double middle = 0.5 * (low + high);
            if (rangeRate(i, j, middle) <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        PVCoordinates d = relative(i, j, low);
        if (d.getPosition().getNorm() < thresholdM && low <= seconds) {
            int a = elements.get(i).catalogueNumber();
            int b = elements.get(j).catalogueNumber();
            found.add(new Approach(
                    Math.min(a, b),
                    Math.max(a, b),
                    Convert.instant(start.shiftedBy(low)),
                    d.getPosition().getNorm(),
                    d.getVelocity().getNorm()));
        }
    }
}
