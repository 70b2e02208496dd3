package nl.sluis.orbit.encounter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.Ephemeris;
import org.jspecify.annotations.Nullable;
import org.orekit.utils.PVCoordinates;

/**
 * A catalogue that is held ready over a window, to screen single objects against it: a new orbit, or a trajectory that
 * nobody flies yet. Its exact states at nodes stay in memory, 24 bytes for each object and {@value Nodes#NODE_S} s.
 *
 * <p>Belongs to one thread at a time.
 */
public final class ScreenedCatalogue {

    /** Most states that are held: 50,000 objects over 7 days, 1.5 GB. */
    private static final long MOST_STATES = 64_000_000;

    /** Numbers of a state. */
    private static final int WIDTH = 6;

    /** Nodes of a polynomial. */
    private static final int AROUND = 4;

    /** A polynomial through given states that is off by more in the middle between nodes leaves out what happens there, m. */
    private static final double SMOOTH_M = 250;

    private final List<Held> held;
    private final Instant start;
    private final Duration window;
    private final double seconds;
    private final Motions motions;
    private final int count;

    /**
     * Takes up a catalogue.
     *
     * @param objects in any order
     * @param start start of the window, UTC
     * @param window length of the window
     * @throws IllegalArgumentException if the window is not positive, or too long for so many objects
     */
    public ScreenedCatalogue(List<ScreenedObject> objects, Instant start, Duration window) {
        this(
                start,
                window,
                checked(
                        objects.size(),
                        window,
                        () -> objects.stream()
                                .map(object -> new Held(object, start, window))
                                .toList()));
    }

    private ScreenedCatalogue(Instant start, Duration window, List<Held> held) {
        this.held = held;
        this.start = start;
        this.window = window;
        seconds = seconds(window);
        count = nodes(window);
        motions = Motions.ofSources(held.stream().map(Held::source).toList(), start, seconds);
    }

    /**
     * Makes a catalogue of objects that are held ready.
     *
     * @param held at least one, all over one window
     * @throws IllegalArgumentException if there is none, they are of several windows, or it is too long for so many
     */
    public static ScreenedCatalogue of(List<Held> held) {
        if (held.stream().map(one -> one.start + " " + one.window).distinct().count() != 1) {
            throw new IllegalArgumentException("catalogue: objects of several windows, or none (expected: of one)");
        }
        Held first = held.get(0);
        return new ScreenedCatalogue(
                first.start, first.window, checked(held.size(), first.window, () -> List.copyOf(held)));
    }

    private static List<Held> checked(int n, Duration window, Supplier<List<Held>> held) {
        Screening.check(window, 1);
        if ((long) n * nodes(window) > MOST_STATES) {
            throw new IllegalArgumentException("catalogue: `" + n + " objects over " + window + "` (expected: at most "
                    + MOST_STATES + " states of " + Nodes.NODE_S + " s)");
        }
        OrekitData.load();
        return held.get();
    }

    /** Returns a catalogue of other objects over the same window; of one that is the same in both nothing is computed anew. */
    public ScreenedCatalogue with(List<ScreenedObject> others) {
        // an object is all its elements or states: to compare those of thousands costs more than to screen one
        IdentityHashMap<ScreenedObject, Held> known = new IdentityHashMap<>();
        held.forEach(one -> known.put(one.source.object(), one));
        return new ScreenedCatalogue(
                start,
                window,
                checked(
                        others.size(),
                        window,
                        () -> others.stream()
                                .map(object -> {
                                    Held same = known.get(object);
                                    return same == null ? new Held(object, start, window) : same;
                                })
                                .toList()));
    }

    private static int nodes(Duration window) {
        return (int) Math.ceil(seconds(window) / Nodes.NODE_S) + 1;
    }

    private static double seconds(Duration window) {
        return window.getSeconds() + window.getNano() * 1e-9;
    }

    /** One object, held ready over a window. Belongs to one thread at a time, like the catalogues that it is part of. */
    public static final class Held {
        private final Motions.Source source;
        private final Instant start;
        private final Duration window;

        /** By node and coordinate (x, y, z, vx, vy, vz). */
        private final float[] nodes;

        /** Least and largest distance from the Earth's centre, with room for what lies between nodes, m. */
        private final float lowM;

        private final float highM;

        /** Nodes between which a polynomial says where it is. */
        private final int firstSmooth;

        private final int lastSmooth;

        /**
         * Takes up an object.
         *
         * @param start start of the window, UTC
         * @param window length of the window, positive
         */
        public Held(ScreenedObject object, Instant start, Duration window) {
            this(Motions.Source.of(object), start, window);
        }

        private Held(Motions.Source source, Instant start, Duration window) {
            this.source = source;
            this.start = start;
            this.window = window;
            Motions motion = Motions.ofSources(List.of(source), start, seconds(window));
            nodes = states(motion, ScreenedCatalogue.nodes(window));
            double low = Double.POSITIVE_INFINITY;
            double high = 0;
            double change = 0;
            double before = Double.NaN;
            for (int at = 0; at < nodes.length; at += WIDTH) {
                double r = Math.sqrt(square(nodes[at]) + square(nodes[at + 1]) + square(nodes[at + 2]));
                if (!Double.isNaN(r)) {
                    low = Math.min(low, r);
                    high = Math.max(high, r);
                    change = Double.isNaN(before) ? change : Math.max(change, Math.abs(r - before));
                }
                before = r;
            }
            // between two nodes the radius leaves their range by less than it changes from node to node
            lowM = (float) (low - change - Grid.PAD_M);
            highM = (float) (high + change + Grid.PAD_M);
            Ephemeris given = source.ephemeris();
            if (given == null) {
                firstSmooth = 0;
                lastSmooth = nodes.length / WIDTH - 1;
            } else {
                firstSmooth = (int) Math.max(0, Math.ceil(Motions.seconds(start, given.start()) / Nodes.NODE_S));
                int last = Math.min(
                        nodes.length / WIDTH - 1, (int) Math.floor(Motions.seconds(start, given.end()) / Nodes.NODE_S));
                lastSmooth = isSmooth(motion, last) ? last : -1;
            }
        }

        Motions.Source source() {
            return source;
        }

        private static float[] states(Motions motion, int count) {
            float[] states = new float[count * WIDTH];
            Arrays.fill(states, Float.NaN);
            for (int k = 0; k < count; k++) {
                PVCoordinates pv = motion.near(0, k * Nodes.NODE_S, Nodes.NODE_S);
                if (pv != null) {
                    int at = k * WIDTH;
                    states[at] = (float) pv.getPosition().getX();
                    states[at + 1] = (float) pv.getPosition().getY();
                    states[at + 2] = (float) pv.getPosition().getZ();
                    states[at + 3] = (float) pv.getVelocity().getX();
                    states[at + 4] = (float) pv.getVelocity().getY();
                    states[at + 5] = (float) pv.getVelocity().getZ();
                }
            }
            return states;
        }

        /** Whether given states run between the nodes as a polynomial does: not where the object has manoeuvred. */
        private boolean isSmooth(Motions motion, int last) {
            float[] middle = new float[3];
            for (int k = firstSmooth; k < last; k++) {
                PVCoordinates pv = motion.at(0, (k + 0.5) * Nodes.NODE_S);
                if (!polynomial(firstSmooth, last, k, Nodes.STEPS / 2, middle)
                        || pv == null
                        || !(square(middle[0] - pv.getPosition().getX())
                                        + square(middle[1] - pv.getPosition().getY())
                                        + square(middle[2] - pv.getPosition().getZ())
                                < SMOOTH_M * SMOOTH_M)) {
                    return false;
                }
            }
            return true;
        }

        /** Writes the position at a search step by the four nodes around; false where there are none. */
        private boolean polynomial(int k, int step, float[] to) {
            return polynomial(firstSmooth, lastSmooth, k, step, to);
        }

        private boolean polynomial(int least, int last, int k, int step, float[] to) {
            if (k < least || k + 1 > last || last - least + 1 < AROUND) {
                return false;
            }
            int first = Math.max(least, Math.min(k - 1, last - AROUND + 1));
            float[][] w = Nodes.WEIGHTS[k - first][step];
            Arrays.fill(to, 0);
            for (int axis = 0; axis < 3; axis++) {
                for (int i = 0; i < AROUND; i++) {
                    int at = (first + i) * WIDTH + axis;
                    to[axis] += w[0][i] * nodes[at] + w[1][i] * nodes[at + 3];
                }
            }
            return !Float.isNaN(to[0]);
        }

        /** Whether given states say nothing from a node to the next: if they did, they would reach both. */
        private boolean isAway(int k) {
            return Float.isNaN(nodes[k * WIDTH]) || Float.isNaN(nodes[(k + 1) * WIDTH]);
        }
    }

    /**
     * Screens one object against all others; those of equal identity are left out.
     *
     * @param one a new orbit or trajectory of a catalogued object, or an object of its own
     * @param thresholds approaches below these distances are reported
     * @return what {@link Screening#screen} finds for this object
     */
    public ScreeningResult screen(ScreenedObject one, MissThresholds thresholds) {
        Search search = new Search(one, thresholds);
        search.run();
        ScreeningResult found = Screening.merged(
                search.pair,
                List.of(new Screening.Part(search.motions, search.approaches, search.tests)),
                Screening.proximities(search.approaches));
        ScreeningResult.Statistics s = found.statistics();
        // the object may be one of the catalogue itself
        return new ScreeningResult(
                found.encounters(),
                found.proximities(),
                found.gaps().stream().distinct().toList(),
                new ScreeningResult.Statistics(
                        held.size(), held.size(), s.pairTests(), s.candidates(), s.evaluations()));
    }

    /** One object's way through the catalogue. */
    private final class Search {
        private final List<ScreenedObject> pair;
        private final Motions motions;
        private final Approaches approaches;
        private final int self;
        private final double limitM;
        private final int[] candidates;
        private int near;
        private long tests;

        /** The object itself at the ends of the search steps, by interval between nodes. */
        private final @Nullable PVCoordinates[][] steps = new PVCoordinates[count][];

        Search(ScreenedObject one, MissThresholds thresholds) {
            pair = new ArrayList<>(held.size() + 1);
            held.forEach(other -> pair.add(other.source.object()));
            pair.add(one);
            self = held.size();
            motions = ScreenedCatalogue.this.motions.with(one);
            double[] ofM = thresholds.ofM(pair);
            approaches = new Approaches(motions, seconds, ofM, 0);
            limitM = Arrays.stream(ofM).max().orElseThrow() + Grid.PAD_M;
            candidates = new int[held.size()];
        }

        void run() {
            double reachM = limitM + Grid.HIGHEST_SPEED_MPS * Nodes.NODE_S / 2;
            double[][] mine = ends();
            band(mine);
            for (int c = 0; c < near; c++) {
                follow(candidates[c], mine, reachM * reachM);
            }
        }

        /** The object itself at all nodes. */
        private double[][] ends() {
            double[][] mine = new double[count][];
            for (int k = 0; k < count; k++) {
                PVCoordinates pv = motions.near(self, k * Nodes.NODE_S, Nodes.NODE_S);
                mine[k] = pv == null ? null : pv.getPosition().toArray();
            }
            return mine;
        }

        /** Keeps the objects whose distances from the Earth's centre meet this one's. */
        private void band(double[][] mine) {
            double low = Double.POSITIVE_INFINITY;
            double high = 0;
            double change = 0;
            double before = Double.NaN;
            for (double[] p : mine) {
                double r = p == null ? Double.NaN : Math.sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
                if (p != null) {
                    low = Math.min(low, r);
                    high = Math.max(high, r);
                    change = Double.isNaN(before) ? change : Math.max(change, Math.abs(r - before));
                }
                before = r;
            }
            for (int j = 0; j < self; j++) {
                Held other = held.get(j);
                if (other.lowM <= high + change + limitM && other.highM >= low - change - limitM) {
                    candidates[near++] = j;
                }
            }
        }

        private void follow(int j, double[][] mine, double reach2) {
            Held one = held.get(j);
            float[] states = one.nodes;
            boolean isTable = one.source.sampled() != null;
            tests += count - 1;
            for (int k = 0; k + 1 < count; k++) {
                if ((mine[k] == null && mine[k + 1] == null) || (isTable && one.isAway(k))) {
                    continue;
                }
                // a gap may begin or end within the interval: then the one end that is known speaks for both
                double[] own = mine[k] == null ? mine[k + 1] : mine[k];
                double[] other = mine[k + 1] == null ? mine[k] : mine[k + 1];
                int at = k * WIDTH;
                double d0 =
                        square(states[at] - own[0]) + square(states[at + 1] - own[1]) + square(states[at + 2] - own[2]);
                int to = at + WIDTH;
                double d1 = square(states[to] - other[0])
                        + square(states[to + 1] - other[1])
                        + square(states[to + 2] - other[2]);
                // NaN at one end: the object ends within the interval, and is looked at
                if (d0 > reach2 && d1 > reach2) {
                    continue;
                }
                if (steps[k] == null) {
                    steps[k] = steps(k);
                }
                follow(k, j, steps[k]);
            }
        }

        /** The object itself at the ends of the search steps of an interval. */
        private PVCoordinates[] steps(int k) {
            int n = (int) Math.round(Nodes.NODE_S / Grid.STEP_S);
            PVCoordinates[] steps = new PVCoordinates[n + 1];
            for (int s = 0; s <= n; s++) {
                steps[s] = motions.near(self, k * Nodes.NODE_S + s * Grid.STEP_S, Grid.STEP_S);
            }
            return steps;
        }

        /** Jumps along the interval as far as the distance allows, and tests straight lines where it is short. */
        private void follow(int k, int j, @Nullable PVCoordinates[] steps) {
            int last = steps.length - 1;
            int s = 0;
            float[] before = new float[3];
            float[] after = new float[3];
            while (s < last && k * Nodes.NODE_S + s * Grid.STEP_S < seconds) {
                PVCoordinates a = steps[s];
                PVCoordinates b = steps[s + 1];
                if (a == null || b == null || !position(k, j, s, before)) {
                    s++;
                    continue;
                }
                double dx = before[0] - a.getPosition().getX();
                double dy = before[1] - a.getPosition().getY();
                double dz = before[2] - a.getPosition().getZ();
                double free = (Math.sqrt(dx * dx + dy * dy + dz * dz) - limitM) / Grid.HIGHEST_SPEED_MPS;
                if (free > Grid.STEP_S) {
                    s += (int) (free / Grid.STEP_S);
                    continue;
                }
                if (position(k, j, s + 1, after)) {
                    straight(k, j, s, a, b, before, after);
                }
                s++;
            }
        }

        private void straight(int k, int j, int s, PVCoordinates a, PVCoordinates b, float[] before, float[] after) {
            double[] p0 = a.getPosition().toArray();
            double[] p1 = b.getPosition().toArray();
            double r2 = 0;
            double h2 = 0;
            double rh = 0;
            for (int axis = 0; axis < 3; axis++) {
                double d0 = before[axis] - p0[axis];
                double d1 = after[axis] - p1[axis];
                double middle = 0.5 * (d0 + d1);
                double half = 0.5 * (d1 - d0);
                r2 += middle * middle;
                h2 += half * half;
                rh += middle * half;
            }
            double at = h2 > 0 ? Math.max(-1, Math.min(1, -rh / h2)) : 0;
            double miss2 = r2 + 2 * at * rh + at * at * h2;
            double limit = approaches.thresholdM(j, self) + Grid.PAD_M;
            if (miss2 <= limit * limit) {
                approaches.take(
                        Math.min(j, self),
                        Math.max(j, self),
                        k * Nodes.NODE_S + (s + 0.5) * Grid.STEP_S + at * Grid.STEP_S / 2,
                        Math.sqrt(Math.max(0, miss2)),
                        2 * Math.sqrt(h2) / Grid.STEP_S);
            }
        }
    }

    /** Writes the position of an object at a search step; false where it has none. */
    private boolean position(int k, int j, int step, float[] to) {
        return held.get(j).polynomial(k, step, to) || exact(k, j, step, to);
    }

    private boolean exact(int k, int j, int step, float[] to) {
        PVCoordinates pv = motions.near(j, k * Nodes.NODE_S + step * Grid.STEP_S, Grid.STEP_S);
        if (pv == null) {
            return false;
        }
        to[0] = (float) pv.getPosition().getX();
        to[1] = (float) pv.getPosition().getY();
        to[2] = (float) pv.getPosition().getZ();
        return true;
    }

    private static double square(double value) {
        return value * value;
    }

    /** Returns how many objects it holds. */
    public int size() {
        return held.size();
    }

    /** Returns the start of the window, UTC. */
    public Instant start() {
        return start;
    }
}
