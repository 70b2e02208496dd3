package nl.sluis.orbit.encounter;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.Regime;

/**
 * Distances below which approaches are reported. Of a pair the larger of both counts, because either may be the one that is
 * looked after.
 *
 * @param anyM for objects of which nothing else is said, m
 * @param ownM for regimes ({@code leo}, {@code meo}, {@code geo}, {@code heo}) and single objects (their identity), which go
 *     before their regime, m
 */
public record MissThresholds(double anyM, Map<String, Double> ownM) {
    /** Largest threshold, m: beyond it the cells of the search would be no filter. */
    public static final double MOST_M = 100_000;

    private static final Set<String> REGIMES = Arrays.stream(Regime.values())
            .map(regime -> regime.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toCollection(LinkedHashSet::new));

    /**
     * Checks the distances.
     *
     * @throws IllegalArgumentException if one is not positive or too large, or of neither a regime nor an object
     */
    public MissThresholds {
        ownM = Map.copyOf(ownM);
        check("threshold", anyM);
        ownM.forEach((whose, thresholdM) -> {
            // a number or designator has digits: what has none and is no regime is misspelt
            if (!REGIMES.contains(whose) && whose.chars().noneMatch(Character::isDigit)) {
                throw new IllegalArgumentException(
                        "threshold of `" + whose + "` (expected: one of " + REGIMES + ", or an object)");
            }
            check("threshold of " + whose, thresholdM);
        });
    }

    private static void check(String what, double thresholdM) {
        if (!(thresholdM > 0) || thresholdM > MOST_M) {
            throw new IllegalArgumentException(
                    what + ": `" + thresholdM + "` (expected: above 0, at most " + Math.round(MOST_M) + " m)");
        }
    }

    /** Returns one distance for all. */
    public static MissThresholds of(double anyM) {
        return new MissThresholds(anyM, Map.of());
    }

    /** Returns the distance for an object, m. */
    public double ofM(ScreenedObject object) {
        if (ownM.isEmpty()) {
            return anyM;
        }
        Double own = ownM.get(object.identity());
        return own != null ? own : ownM.getOrDefault(regime(object).name().toLowerCase(Locale.ROOT), anyM);
    }

    /** Returns the distance for a pair, m. */
    public double ofM(ScreenedObject one, ScreenedObject other) {
        return Math.max(ofM(one), ofM(other));
    }

    double[] ofM(List<ScreenedObject> objects) {
        return objects.stream().mapToDouble(this::ofM).toArray();
    }

    private static Regime regime(ScreenedObject object) {
        if (object.motion() instanceof ScreenedObject.Elements motion) {
            return Regime.ofMeanMotion(
                    motion.elements().meanMotionRadPerS(), motion.elements().eccentricity());
        }
        return Regime.of(FrameChange.to(
                ((ScreenedObject.Sampled) object.motion())
                        .ephemeris()
                        .points()
                        .get(0)
                        .state(),
                Frame.TEME));
    }
}
