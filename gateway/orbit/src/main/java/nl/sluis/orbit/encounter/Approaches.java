package nl.sluis.orbit.encounter;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.internal.Convert;
import org.jspecify.annotations.Nullable;
import org.orekit.utils.PVCoordinates;

/**
 * Makes exact approaches of the pairs that a search found, with the objects' own motion: fast pairs by Newton's iteration
 * on the range rate, slow pairs as intervals.
 */
final class Approaches {

    /** Pairs slower than this at their closest are intervals, m/s. */
    static final double SLOW_MPS = 100;

    /** Near the limit a pair is followed both ways, because its speed changes within a step. */
    private static final double SLOW_MARGIN_MPS = 10;

    /** Newton steps; each divides the error by hundreds for fast pairs. */
    private static final int NEWTON_STEPS = 12;

    private static final double NEWTON_S = 1e-7;

    /** Halvings of a step: to a tenth of a millisecond. */
    private static final int HALVINGS = 20;

    private final Motions motions;
    private final double seconds;
    private final double[] thresholdsM;
    private final double leastM;

    final List<Encounter> found = new ArrayList<>();

    /** Steps in which a slow pair is near, by pair. */
    final Map<Long, List<Run>> slow = new HashMap<>();

    /** Pairs followed so far. */
    long candidates;

    /**
     * Begins without any.
     *
     * @param thresholdsM by object; of a pair the larger counts
     * @param leastM pairs with a smaller threshold are passed over: another search finds them
     */
    Approaches(Motions motions, double seconds, double[] thresholdsM, double leastM) {
        this.motions = motions;
        this.seconds = seconds;
        this.thresholdsM = thresholdsM;
        this.leastM = leastM;
    }

    /** The threshold of a pair, m. */
    double thresholdM(int i, int j) {
        return Math.max(thresholdsM[i], thresholdsM[j]);
    }

    /** Consecutive steps in which a slow pair is near, and where it is closest. */
    static final class Run {
        private double from;
        private double to;
        private double closest;
        private double missM;

        private Run(double t, double missM) {
            from = t;
            to = t;
            closest = t;
            this.missM = missM;
        }

        /** Takes another run in if it follows closely. */
        boolean join(Run next) {
            if (next.from - to > 2 * Grid.STEP_S) {
                return false;
            }
            to = Math.max(to, next.to);
            if (next.missM < missM) {
                missM = next.missM;
                closest = next.closest;
            }
            return true;
        }

        double from() {
            return from;
        }
    }

    /** Takes a pair that may come close. */
    void take(int i, int j, double t, double missM, double speedMps) {
        if (thresholdM(i, j) < leastM
                || motions.object(i).identity().equals(motions.object(j).identity())) {
            return;
        }
        candidates++;
        if (speedMps < SLOW_MPS + SLOW_MARGIN_MPS) {
            List<Run> runs = slow.computeIfAbsent((long) i << 32 | j, pair -> new ArrayList<>(1));
            Run run = new Run(t, missM);
            if (runs.isEmpty() || !runs.get(runs.size() - 1).join(run)) {
                runs.add(run);
            }
        }
        if (speedMps > SLOW_MPS - SLOW_MARGIN_MPS) {
            refine(i, j, t);
        }
    }

    private void refine(int i, int j, double t) {
        double at = t;
        for (int k = 0; k < NEWTON_STEPS; k++) {
            PVCoordinates a = motions.at(i, at);
            PVCoordinates b = motions.at(j, at);
            if (a == null || b == null) {
                a = motions.near(i, at, Grid.STEP_S);
                b = motions.near(j, at, Grid.STEP_S);
            }
            if (a == null || b == null) {
                return;
            }
            PVCoordinates d = new PVCoordinates(a, b);
            double step = -d.getPosition().dotProduct(d.getVelocity())
                    / d.getVelocity().getNormSq();
            if (Math.abs(step) < NEWTON_S || k == NEWTON_STEPS - 1) {
                report(i, j, at);
                return;
            }
            at += Math.max(-Grid.STEP_S, Math.min(Grid.STEP_S, step));
            if (Math.abs(at - t) > 2 * Grid.STEP_S) {
                // the closest approach belongs to another step, which finds it
                return;
            }
        }
    }

    private void report(int i, int j, double at) {
        if (at < 0 || at > seconds) {
            return;
        }
        PVCoordinates a = motions.at(i, at);
        PVCoordinates b = motions.at(j, at);
        if (a == null || b == null) {
            return;
        }
        PVCoordinates d = new PVCoordinates(a, b);
        double missM = d.getPosition().getNorm();
        double speedMps = d.getVelocity().getNorm();
        if (missM > thresholdM(i, j) || speedMps < SLOW_MPS) {
            return;
        }
        boolean ordered = ScreenedObject.ORDER.compare(motions.object(i), motions.object(j)) <= 0;
        int first = ordered ? i : j;
        int second = ordered ? j : i;
        Instant tca = motions.instant(at);
        OrbitState state1 = state(tca, ordered ? a : b);
        OrbitState state2 = state(tca, ordered ? b : a);
        Vector3 dr = state2.positionM().minus(state1.positionM());
        Vector3 dv = state2.velocityMps().minus(state1.velocityMps());
        found.add(new Encounter(
                motions.object(first),
                motions.object(second),
                tca,
                missM,
                speedMps,
                LocalAxes.toRtn(state1, dr),
                LocalAxes.toRtn(state1, dv),
                state1,
                state2,
                motions.covarianceRtn(first, tca),
                motions.covarianceRtn(second, tca)));
    }

    private static OrbitState state(Instant epoch, PVCoordinates pv) {
        return new OrbitState(epoch, Frame.TEME, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }

    /** Returns the exact interval of a run; empty if the pair stays above the threshold or is fast at its closest. */
    Optional<Proximity> proximity(int i, int j, Run run) {
        double low = Math.max(0, run.from - Grid.STEP_S);
        double high = Math.min(seconds, run.to + Grid.STEP_S);
        double closest = closest(i, j, run.closest, low, high);
        PVCoordinates d = relative(i, j, closest);
        if (d == null
                || d.getPosition().getNorm() > thresholdM(i, j)
                || d.getVelocity().getNorm() >= SLOW_MPS) {
            return Optional.empty();
        }
        boolean ordered = ScreenedObject.ORDER.compare(motions.object(i), motions.object(j)) <= 0;
        return Optional.of(new Proximity(
                motions.object(ordered ? i : j),
                motions.object(ordered ? j : i),
                motions.instant(edge(i, j, closest, low)),
                motions.instant(edge(i, j, closest, high)),
                d.getPosition().getNorm(),
                motions.instant(closest),
                d.getVelocity().getNorm()));
    }

    /** Where the distance stops falling: downhill from a time, whose neighbours single precision may have mistaken for it. */
    private double closest(int i, int j, double t, double least, double most) {
        boolean later = isFalling(i, j, t);
        double from = t;
        double to = t;
        for (double step = Grid.STEP_S; to == t || (to > least && to < most); step *= 2) {
            from = to;
            to = Math.max(least, Math.min(most, later ? to + step : to - step));
            if (isFalling(i, j, to) != later || to == from) {
                break;
            }
        }
        double low = Math.min(from, to);
        double high = Math.max(from, to);
        for (int k = 0; k < HALVINGS; k++) {
            double middle = 0.5 * (low + high);
            if (isFalling(i, j, middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return 0.5 * (low + high);
    }

    private boolean isFalling(int i, int j, double t) {
        PVCoordinates d = relative(i, j, t);
        return d != null && d.getPosition().dotProduct(d.getVelocity()) <= 0;
    }

    /** Where the distance passes the threshold between a time inside and a time that may be outside. */
    private double edge(int i, int j, double inside, double end) {
        if (isInside(i, j, end)) {
            return end;
        }
        double in = inside;
        double out = end;
        // first the border step, counted from the outside, so that an excursion in between does not cut the interval
        double step = Math.copySign(Grid.STEP_S / 2, inside - end);
        while (Math.abs(out - inside) > Grid.STEP_S / 2 && !isInside(i, j, out + step)) {
            out += step;
        }
        if (Math.abs(out - inside) > Grid.STEP_S / 2) {
            in = out + step;
        }
        for (int k = 0; k < HALVINGS; k++) {
            double middle = 0.5 * (in + out);
            if (isInside(i, j, middle)) {
                in = middle;
            } else {
                out = middle;
            }
        }
        return in;
    }

    private boolean isInside(int i, int j, double t) {
        PVCoordinates d = relative(i, j, t);
        return d != null && d.getPosition().getNorm() <= thresholdM(i, j);
    }

    private @Nullable PVCoordinates relative(int i, int j, double t) {
        PVCoordinates a = motions.at(i, t);
        PVCoordinates b = motions.at(j, t);
        return a == null || b == null ? null : new PVCoordinates(a, b);
    }
}
