package nl.sluis.orbit.encounter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.internal.Convert;
import org.jspecify.annotations.Nullable;
import org.orekit.errors.OrekitException;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.PVCoordinates;

/**
 * Finds all close approaches among all objects of a catalogue over a window.
 *
 * <p>How: SGP4 at nodes of {@value #NODE_S} s; cubic Hermite to steps of {@value #STEP_S} s; at each step the objects are
 * sorted into cells so wide that a pair whose closest approach is within half a step is in neighbouring cells; a linear
 * encounter test; Newton's iteration with SGP4 itself. The cells are a grid on a torus: far objects share cells with near
 * ones, which costs tests but never loses a pair.
 *
 * <p>Assumptions: relative speed below {@value #HIGHEST_SPEED_MPS} m/s; elements valid in the window.
 */
public final class Screening {

    /** Time between evaluations of SGP4, s; the cubic between them is off by less than 300 m even at a low perigee. */
    static final double NODE_S = 240;

    /** Steps in a node interval. */
    private static final int STEPS = 10;

    /** Time between encounter tests, s. */
    static final double STEP_S = NODE_S / STEPS;

    /** Nodes that a thread holds at a time: an hour. */
    private static final int INTERVALS = 15;

    /** No two objects in bound orbits about the Earth meet faster, m/s. */
    static final double HIGHEST_SPEED_MPS = 18_500;

    /** Room for the cubic, the curvature within half a step and single precision, m. */
    private static final double PAD_M = 1_000;

    /** Pairs slower than this are reported as intervals, m/s. */
    static final double SLOW_MPS = 100;

    /** Near the limit a pair is followed both ways, because its speed changes within a step. */
    private static final double SLOW_MARGIN_MPS = 10;

    /** Cells along each side of the torus; a power of two. */
    private static final int CELLS = 64;

    /** Newton steps; each divides the error by hundreds for fast pairs. */
    private static final int NEWTON_STEPS = 12;

    private static final double NEWTON_S = 1e-7;

    /** Two detections of a pair closer in time than this are one encounter, s. */
    private static final double SAME_S = 1;

    /** Most threads that are used. */
    private static final int MOST_THREADS = 64;

    /** Is told how far a screening is; may be called from several threads. */
    public interface Progress {
        /** Takes the share that is done, 0 to 1. */
        void at(double share);
    }

    private Screening() {}

    /**
     * Screens all pairs with as many threads as the machine has processors.
     *
     * @param elements the catalogue; of equal catalogue numbers every set is propagated, but they are never compared
     * @param start start of the window, UTC
     * @param window length of the window
     * @param thresholdM closest approaches below this distance are reported, m
     * @param progress is told how far it is
     * @throws IllegalArgumentException if the window or the threshold is not positive
     */
    public static ScreeningResult screen(
            List<MeanElements> elements, Instant start, Duration window, double thresholdM, Progress progress) {
        return screen(elements, start, window, thresholdM, Runtime.getRuntime().availableProcessors(), progress);
    }

    /** Screens all pairs with the given number of threads; the result does not depend on it. */
    public static ScreeningResult screen(
            List<MeanElements> elements,
            Instant start,
            Duration window,
            double thresholdM,
            int threads,
            Progress progress) {
        if (window.isNegative() || window.isZero() || !(thresholdM > 0) || thresholdM > 100_000 || threads < 1) {
            throw new IllegalArgumentException("screening: `" + window + " " + thresholdM + " " + threads
                    + "` (expected: a positive window, a threshold up to 100000 m and at least one thread)");
        }
        OrekitData.load();
        double seconds = window.getSeconds() + window.getNano() * 1e-9;
        int blocks = (int) Math.ceil(seconds / (INTERVALS * NODE_S));
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        int workers = Math.min(Math.min(threads, MOST_THREADS), blocks);
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        List<Worker> results = new ArrayList<>();
        try {
            List<Future<Worker>> futures = new ArrayList<>();
            for (int w = 0; w < workers; w++) {
                futures.add(pool.submit(() -> {
                    Worker worker = new Worker(elements, Convert.date(start), seconds, thresholdM);
                    for (int block = next.getAndIncrement(); block < blocks; block = next.getAndIncrement()) {
                        worker.block(block);
                        progress.at(done.incrementAndGet() / (double) blocks);
                    }
                    return worker;
                }));
            }
            for (Future<Worker> future : futures) {
                results.add(future.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("screening: interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("screening: " + e.getCause(), e);
        } finally {
            pool.shutdownNow();
        }
        return merged(elements, start, seconds, results);
    }

    private static ScreeningResult merged(
            List<MeanElements> elements, Instant start, double seconds, List<Worker> workers) {
        List<Encounter> found = new ArrayList<>();
        Map<Long, List<double[]>> slow = new HashMap<>();
        TreeSet<Integer> failed = new TreeSet<>();
        long tests = 0;
        long candidates = 0;
        long evaluations = 0;
        for (Worker worker : workers) {
            found.addAll(worker.found);
            worker.slow.forEach((pair, hits) ->
                    slow.computeIfAbsent(pair, p -> new ArrayList<>()).addAll(hits));
            failed.addAll(worker.failed);
            tests += worker.tests;
            candidates += worker.candidates;
            evaluations += worker.evaluations;
        }
        found.sort(Comparator.comparingInt(Encounter::number1)
                .thenComparingInt(Encounter::number2)
                .thenComparing(Encounter::tca));
        List<Encounter> encounters = new ArrayList<>();
        for (Encounter e : found) {
            Encounter last = encounters.isEmpty() ? null : encounters.get(encounters.size() - 1);
            if (last == null
                    || last.number1() != e.number1()
                    || last.number2() != e.number2()
                    || Duration.between(last.tca(), e.tca()).toNanos() > SAME_S * 1e9) {
                encounters.add(e);
            }
        }
        encounters.sort(Comparator.comparing(Encounter::tca)
                .thenComparingInt(Encounter::number1)
                .thenComparingInt(Encounter::number2));
        List<Proximity> proximities = proximities(elements, start, seconds, slow);
        int n = elements.size();
        return new ScreeningResult(
                encounters,
                proximities,
                new ArrayList<>(failed),
                new ScreeningResult.Statistics(n, (long) n * (n - 1) / 2, tests, candidates, evaluations));
    }

    /** Joins the steps at which a slow pair was close to intervals. */
    private static List<Proximity> proximities(
            List<MeanElements> elements, Instant start, double seconds, Map<Long, List<double[]>> slow) {
        List<Proximity> proximities = new ArrayList<>();
        slow.forEach((pair, hits) -> {
            hits.sort(Comparator.comparingDouble(h -> h[0]));
            int a = elements.get((int) (pair >>> 32)).catalogueNumber();
            int b = elements.get((int) (pair & 0xffffffffL)).catalogueNumber();
            int first = 0;
            for (int i = 1; i <= hits.size(); i++) {
                if (i == hits.size() || hits.get(i)[0] - hits.get(i - 1)[0] > 1.5 * STEP_S) {
                    double[] closest = hits.subList(first, i).stream()
                            .min(Comparator.comparingDouble(h -> h[1]))
                            .orElseThrow();
                    proximities.add(new Proximity(
                            Math.min(a, b),
                            Math.max(a, b),
                            plus(start, Math.max(0, hits.get(first)[0] - STEP_S / 2)),
                            plus(start, Math.min(seconds, hits.get(i - 1)[0] + STEP_S / 2)),
                            closest[1],
                            plus(start, closest[0])));
                    first = i;
                }
            }
        });
        proximities.sort(Comparator.comparing(Proximity::from)
                .thenComparingInt(Proximity::number1)
                .thenComparingInt(Proximity::number2)
                .thenComparing(Proximity::to));
        return proximities;
    }

    private static Instant plus(Instant start, double seconds) {
        return start.plusNanos(Math.round(seconds * 1e9));
    }

    /** What one thread owns: its propagators, because SGP4's hold state, and its arrays. */
    private static final class Worker {

        private final List<MeanElements> elements;
        private final int n;
        private final AbsoluteDate start;
        private final double seconds;
        private final double thresholdM;
        private final double cellM;
        private final @Nullable TLEPropagator[] propagators;

        // nodes of one block, per node and object: structure of arrays
        private final float[][] nodes = new float[6 * (INTERVALS + 1)][];

        // one step: positions and velocities, then the same in the order of cells
        private final float[][] now = new float[6][];
        private final float[][] sorted = new float[6][];
        private final int[] cell;
        private final int[] order;
        private final int[] cellOfSorted;
        private final int[] starts = new int[CELLS * CELLS * CELLS + 1];

        final List<Encounter> found = new ArrayList<>();
        final Map<Long, List<double[]>> slow = new HashMap<>();
        final TreeSet<Integer> failed = new TreeSet<>();
        long tests;
        long candidates;
        long evaluations;

        Worker(List<MeanElements> elements, AbsoluteDate start, double seconds, double thresholdM) {
            this.elements = elements;
            this.n = elements.size();
            this.start = start;
            this.seconds = seconds;
            this.thresholdM = thresholdM;
            this.cellM = thresholdM + PAD_M + HIGHEST_SPEED_MPS * STEP_S / 2;
            this.propagators = new TLEPropagator[n];
            for (int i = 0; i < n; i++) {
                try {
                    propagators[i] = Sgp4.propagator(elements.get(i));
                } catch (OrekitException e) {
                    failed.add(elements.get(i).catalogueNumber());
                }
            }
            for (int k = 0; k < nodes.length; k++) {
                nodes[k] = new float[n];
            }
            for (int k = 0; k < 6; k++) {
                now[k] = new float[n];
                sorted[k] = new float[n];
            }
            cell = new int[n];
            order = new int[n];
            cellOfSorted = new int[n];
        }

        void block(int block) {
            double from = block * INTERVALS * NODE_S;
            int intervals = (int) Math.min(INTERVALS, Math.ceil((seconds - from) / NODE_S));
            AbsoluteDate[] dates = new AbsoluteDate[intervals + 1];
            for (int k = 0; k <= intervals; k++) {
                dates[k] = start.shiftedBy(from + k * NODE_S);
            }
            for (int i = 0; i < n; i++) {
                for (int k = 0; k <= intervals; k++) {
                    PVCoordinates pv = at(i, dates[k]);
                    float[][] to = nodes;
                    int base = 6 * k;
                    to[base][i] =
                            pv == null ? Float.NaN : (float) pv.getPosition().getX();
                    to[base + 1][i] =
                            pv == null ? Float.NaN : (float) pv.getPosition().getY();
                    to[base + 2][i] =
                            pv == null ? Float.NaN : (float) pv.getPosition().getZ();
                    to[base + 3][i] =
                            pv == null ? Float.NaN : (float) pv.getVelocity().getX();
                    to[base + 4][i] =
                            pv == null ? Float.NaN : (float) pv.getVelocity().getY();
                    to[base + 5][i] =
                            pv == null ? Float.NaN : (float) pv.getVelocity().getZ();
                }
            }
            boolean lastBlock = from + intervals * NODE_S >= seconds;
            for (int k = 0; k < intervals; k++) {
                int steps = lastBlock && k == intervals - 1 ? STEPS + 1 : STEPS;
                for (int s = 0; s < steps; s++) {
                    double t = from + k * NODE_S + s * STEP_S;
                    if (t - STEP_S / 2 <= seconds) {
                        interpolate(k, s / (float) STEPS);
                        sort();
                        test(t);
                    }
                }
            }
        }

        private @Nullable PVCoordinates at(int i, AbsoluteDate date) {
            TLEPropagator propagator = propagators[i];
            if (propagator == null) {
                return null;
            }
            evaluations++;
            try {
                PVCoordinates pv = propagator.getPVCoordinates(date);
                return Double.isFinite(pv.getPosition().getX()) ? pv : null;
            } catch (OrekitException e) {
                // a decayed object; it is screened as far as its elements go
                failed.add(elements.get(i).catalogueNumber());
                return null;
            }
        }

        /** Cubic Hermite between two nodes and its derivative. */
        private void interpolate(int interval, float u) {
            float dt = (float) NODE_S;
            float u2 = u * u;
            float u3 = u2 * u;
            float h00 = 2 * u3 - 3 * u2 + 1;
            float h10 = (u3 - 2 * u2 + u) * dt;
            float h01 = 3 * u2 - 2 * u3;
            float h11 = (u3 - u2) * dt;
            float g00 = (6 * u2 - 6 * u) / dt;
            float g10 = 3 * u2 - 4 * u + 1;
            float g11 = 3 * u2 - 2 * u;
            for (int axis = 0; axis < 3; axis++) {
                float[] p0 = nodes[6 * interval + axis];
                float[] v0 = nodes[6 * interval + 3 + axis];
                float[] p1 = nodes[6 * interval + 6 + axis];
                float[] v1 = nodes[6 * interval + 9 + axis];
                float[] p = now[axis];
                float[] v = now[3 + axis];
                for (int i = 0; i < n; i++) {
                    p[i] = h00 * p0[i] + h10 * v0[i] + h01 * p1[i] + h11 * v1[i];
                    v[i] = g00 * (p0[i] - p1[i]) + g10 * v0[i] + g11 * v1[i];
                }
            }
        }

        /** Counting sort by cell; cells of one row along x are neighbours in memory. */
        private void sort() {
            Arrays.fill(starts, 0);
            float scale = (float) (1 / cellM);
            float[] x = now[0];
            float[] y = now[1];
            float[] z = now[2];
            for (int i = 0; i < n; i++) {
                if (Float.isNaN(x[i])) {
                    cell[i] = -1;
                    continue;
                }
                int c = index(x[i] * scale) | index(y[i] * scale) * CELLS | index(z[i] * scale) * CELLS * CELLS;
                cell[i] = c;
                starts[c + 1]++;
            }
            for (int c = 0; c < starts.length - 1; c++) {
                starts[c + 1] += starts[c];
            }
            // starts[c] is moved on while filling and put back by the shift below
            for (int i = 0; i < n; i++) {
                if (cell[i] >= 0) {
                    int at = starts[cell[i]]++;
                    order[at] = i;
                    cellOfSorted[at] = cell[i];
                    for (int k = 0; k < 6; k++) {
                        sorted[k][at] = now[k][i];
                    }
                }
            }
            System.arraycopy(starts, 0, starts, 1, starts.length - 1);
            starts[0] = 0;
        }

        private static int index(float coordinate) {
            return (int) Math.floor(coordinate) & (CELLS - 1);
        }

        /** Tests each object with those after it in its cell and with half of the cells around: each pair once. */
        private void test(double t) {
            int count = starts[starts.length - 1];
            for (int i = 0; i < count; i++) {
                int c = cellOfSorted[i];
                int ix = c & (CELLS - 1);
                int iy = c / CELLS & (CELLS - 1);
                int iz = c / (CELLS * CELLS);
                int row = c - ix;
                if (ix < CELLS - 1) {
                    range(i, i + 1, starts[c + 2], t);
                } else {
                    range(i, i + 1, starts[c + 1], t);
                    range(i, starts[row], starts[row + 1], t);
                }
                int up = (iy + 1 & (CELLS - 1)) * CELLS;
                row(i, ix, up + iz * CELLS * CELLS, t);
                int above = (iz + 1 & (CELLS - 1)) * CELLS * CELLS;
                row(i, ix, up + above, t);
                row(i, ix, iy * CELLS + above, t);
                row(i, ix, (iy - 1 & (CELLS - 1)) * CELLS + above, t);
            }
        }

        private void row(int i, int ix, int row, double t) {
            if (ix > 0 && ix < CELLS - 1) {
                range(i, starts[row + ix - 1], starts[row + ix + 2], t);
            } else if (ix == 0) {
                range(i, starts[row], starts[row + 2], t);
                range(i, starts[row + CELLS - 1], starts[row + CELLS], t);
            } else {
                range(i, starts[row + ix - 1], starts[row + ix + 1], t);
                range(i, starts[row], starts[row + 1], t);
            }
        }

        /** The linear encounter test without a division: is the least distance within half a step below the limit? */
        private void range(int i, int from, int to, double t) {
            float[] sx = sorted[0];
            float[] sy = sorted[1];
            float[] sz = sorted[2];
            float[] svx = sorted[3];
            float[] svy = sorted[4];
            float[] svz = sorted[5];
            float x = sx[i];
            float y = sy[i];
            float z = sz[i];
            float vx = svx[i];
            float vy = svy[i];
            float vz = svz[i];
            float limit = (float) ((thresholdM + PAD_M) * (thresholdM + PAD_M));
            float far = (float) (cellM * cellM);
            float half = (float) (STEP_S / 2 * 1.01);
            tests += Math.max(0, to - from);
            for (int j = from; j < to; j++) {
                float dx = sx[j] - x;
                float dy = sy[j] - y;
                float dz = sz[j] - z;
                float r2 = dx * dx + dy * dy + dz * dz;
                if (r2 > far) {
                    continue;
                }
                float dvx = svx[j] - vx;
                float dvy = svy[j] - vy;
                float dvz = svz[j] - vz;
                float a = dvx * dvx + dvy * dvy + dvz * dvz;
                float b = Math.abs(dx * dvx + dy * dvy + dz * dvz);
                float c = r2 - limit;
                boolean near = b <= a * half ? c * a <= b * b : c + (a * half - 2 * b) * half <= 0;
                if (near) {
                    candidate(order[i], order[j], t, r2, a);
                }
            }
        }

        private void candidate(int i, int j, double t, float r2, float speed2) {
            int a = Math.min(i, j);
            int b = Math.max(i, j);
            if (elements.get(a).catalogueNumber() == elements.get(b).catalogueNumber()) {
                return;
            }
            candidates++;
            double speed = Math.sqrt(speed2);
            if (speed < SLOW_MPS + SLOW_MARGIN_MPS && r2 <= thresholdM * thresholdM && t <= seconds) {
                slow.computeIfAbsent((long) a << 32 | b, p -> new ArrayList<>()).add(new double[] {t, Math.sqrt(r2)});
            }
            if (speed > SLOW_MPS - SLOW_MARGIN_MPS) {
                refine(a, b, t);
            }
        }

        private void refine(int a, int b, double t) {
            double at = t;
            AbsoluteDate date = start.shiftedBy(at);
            for (int k = 0; k < NEWTON_STEPS; k++) {
                PVCoordinates pa = at(a, date);
                PVCoordinates pb = at(b, date);
                if (pa == null || pb == null) {
                    return;
                }
                PVCoordinates d = new PVCoordinates(pa, pb);
                double step = -d.getPosition().dotProduct(d.getVelocity())
                        / d.getVelocity().getNormSq();
                if (Math.abs(step) < NEWTON_S || k == NEWTON_STEPS - 1) {
                    report(a, b, at, pa, pb);
                    return;
                }
                at += Math.max(-STEP_S, Math.min(STEP_S, step));
                if (Math.abs(at - t) > 2 * STEP_S) {
                    // the closest approach belongs to another step, which finds it
                    return;
                }
                date = start.shiftedBy(at);
            }
        }

        private void report(int a, int b, double at, PVCoordinates pa, PVCoordinates pb) {
            PVCoordinates d = new PVCoordinates(pa, pb);
            double miss = d.getPosition().getNorm();
            double speed = d.getVelocity().getNorm();
            if (miss > thresholdM || speed < SLOW_MPS || at < 0 || at > seconds) {
                return;
            }
            boolean ordered =
                    elements.get(a).catalogueNumber() < elements.get(b).catalogueNumber();
            Instant tca = Convert.instant(start.shiftedBy(at));
            OrbitState first = state(tca, ordered ? pa : pb);
            OrbitState second = state(tca, ordered ? pb : pa);
            Vector3 dr = second.positionM().minus(first.positionM());
            Vector3 dv = second.velocityMps().minus(first.velocityMps());
            found.add(new Encounter(
                    elements.get(ordered ? a : b).catalogueNumber(),
                    elements.get(ordered ? b : a).catalogueNumber(),
                    tca,
                    miss,
                    speed,
                    LocalAxes.toRtn(first, dr),
                    LocalAxes.toRtn(first, dv),
                    first,
                    second));
        }

        private static OrbitState state(Instant epoch, PVCoordinates pv) {
            return new OrbitState(
                    epoch, Frame.TEME, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
        }
    }
}
