package nl.sluis.orbit.encounter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Regime;
import nl.sluis.orbit.determination.Ephemeris;
import org.orekit.utils.Constants;

/** The distances from the Earth's centre between which objects fly. */
final class Layers {
    /** What an ellipse leaves out: short periods, the Moon and the Sun over the window, and decay, m. */
    private static final double PAD_M = 200_000;

    private static final double MU = Constants.EIGEN5C_EARTH_MU;

    private Layers() {}

    /** Between two distances, m. */
    private record Layer(double lowM, double highM) {}

    /**
     * Returns, of the objects with at most this threshold, those that have it and those that can come so near to one that has
     * it.
     *
     * @param thresholdsM by object
     */
    static List<ScreenedObject> reached(List<ScreenedObject> objects, double[] thresholdsM, double thresholdM) {
        NavigableMap<Double, Double> own = new TreeMap<>();
        for (int i = 0; i < thresholdsM.length; i++) {
            if (thresholdsM[i] == thresholdM) {
                Layer layer = of(objects.get(i));
                join(own, layer.lowM() - thresholdM, layer.highM() + thresholdM);
            }
        }
        List<ScreenedObject> reached = new ArrayList<>();
        for (int i = 0; i < thresholdsM.length; i++) {
            if (thresholdsM[i] == thresholdM || (thresholdsM[i] < thresholdM && isIn(own, of(objects.get(i))))) {
                reached.add(objects.get(i));
            }
        }
        return reached;
    }

    /** Adds a layer to layers that do not overlap, from low to high. */
    private static void join(NavigableMap<Double, Double> layers, double lowM, double highM) {
        double low = lowM;
        double high = highM;
        for (Map.Entry<Double, Double> below = layers.floorEntry(high);
                below != null && below.getValue() >= low;
                below = layers.floorEntry(high)) {
            low = Math.min(low, below.getKey());
            high = Math.max(high, below.getValue());
            layers.remove(below.getKey());
        }
        layers.put(low, high);
    }

    private static boolean isIn(NavigableMap<Double, Double> layers, Layer layer) {
        Map.Entry<Double, Double> below = layers.floorEntry(layer.highM());
        return below != null && below.getValue() >= layer.lowM();
    }

    private static Layer of(ScreenedObject object) {
        if (object.motion() instanceof ScreenedObject.Elements motion) {
            double axisM = Regime.semiMajorAxisM(motion.elements().meanMotionRadPerS());
            double e = motion.elements().eccentricity();
            return new Layer(axisM * (1 - e) - PAD_M, axisM * (1 + e) + PAD_M);
        }
        double low = Double.POSITIVE_INFINITY;
        double high = 0;
        for (Ephemeris.Point point :
                ((ScreenedObject.Sampled) object.motion()).ephemeris().points()) {
            OrbitState state = FrameChange.to(point.state(), Frame.TEME);
            double r = state.positionM().norm();
            double energy = state.velocityMps().dot(state.velocityMps()) / 2 - MU / r;
            double momentum = state.positionM().cross(state.velocityMps()).norm();
            double parameter = momentum * momentum / MU;
            double e = Math.sqrt(Math.max(0, 1 + 2 * energy * parameter / MU));
            low = Math.min(low, parameter / (1 + e));
            high = Math.max(high, e < 1 ? parameter / (1 - e) : Double.POSITIVE_INFINITY);
        }
        return new Layer(low - PAD_M, high + PAD_M);
    }
}
