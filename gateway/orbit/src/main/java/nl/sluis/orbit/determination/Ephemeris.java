package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;

/**
 * States of one object at increasing epochs in one inertial frame, with covariances where they are known.
 *
 * <p>Between points positions come from Hermite's polynomial through position and velocity of the four points around
 * (seventh degree); covariances are blended linearly between the two neighbours along their own R, T, N axes, which keeps
 * them positive definite.
 *
 * <p>Kept as numbers and not as points: thousands are kept for a long time, of a thousand points each.
 */
public final class Ephemeris {

    private static final int POINTS_IN_POLYNOMIAL = 4;
    private static final int NUMBERS = 6;
    private static final double NS_PER_S = 1e9;
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private final Frame frame;
    private final Instant start;
    private final Instant end;

    /** Since the start, ns. */
    private final long[] epochsNs;

    /** Of each point its position, m, and velocity, m/s. */
    private final double[] states;

    /** Of each point; none at all where no point has one. */
    private final List<Optional<SymmetricMatrix>> covariances;

    /**
     * One point.
     *
     * @param state position and velocity
     * @param covariance of the state in its frame; empty: not known
     */
    public record Point(OrbitState state, Optional<SymmetricMatrix> covariance) {}

    /**
     * Checks order and frame and takes the points over.
     *
     * @param points at least one, epochs strictly increasing, all in the same frame
     * @throws IllegalArgumentException if empty, not increasing, of several frames, or over more than 292 years
     */
    public Ephemeris(List<Point> points) {
        if (points.isEmpty()) {
            throw new IllegalArgumentException("ephemeris: 0 points (expected: at least 1)");
        }
        this.frame = points.get(0).state().frame();
        this.start = points.get(0).state().epoch();
        this.end = points.get(points.size() - 1).state().epoch();
        this.epochsNs = new long[points.size()];
        this.states = new double[NUMBERS * points.size()];
        this.covariances = points.stream().allMatch(point -> point.covariance().isEmpty())
                ? List.of()
                : points.stream().map(Point::covariance).toList();
        Instant before = start;
        for (int i = 0; i < epochsNs.length; i++) {
            OrbitState state = points.get(i).state();
            if (i > 0 && !state.epoch().isAfter(before)) {
                throw new IllegalArgumentException(
                        "ephemeris epoch: `" + state.epoch() + "` (expected: after " + before + ")");
            }
            if (state.frame() != frame) {
                throw new IllegalArgumentException(
                        "ephemeris frame: `" + state.frame() + "` (expected: " + frame + ")");
            }
            if (Duration.between(start, state.epoch()).compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException("ephemeris epoch: `" + state.epoch() + "` (expected: at most "
                        + LONGEST.toDays() / 365 + " years after " + start + ")");
            }
            before = state.epoch();
            epochsNs[i] = sinceStartNs(before);
            put(i, state.positionM(), state.velocityMps());
        }
    }

    private void put(int i, Vector3 positionM, Vector3 velocityMps) {
        int at = NUMBERS * i;
        states[at] = positionM.x();
        states[at + 1] = positionM.y();
        states[at + 2] = positionM.z();
        states[at + 3] = velocityMps.x();
        states[at + 4] = velocityMps.y();
        states[at + 5] = velocityMps.z();
    }

    private long sinceStartNs(Instant epoch) {
        return (epoch.getEpochSecond() - start.getEpochSecond()) * (long) NS_PER_S + epoch.getNano() - start.getNano();
    }

    /** Returns the points, epochs strictly increasing; each is made when it is asked for. */
    public List<Point> points() {
        return new Points();
    }

    private final class Points extends AbstractList<Point> implements RandomAccess {
        @Override
        public Point get(int index) {
            return new Point(state(index), covariance(index));
        }

        @Override
        public int size() {
            return epochsNs.length;
        }
    }

    private OrbitState state(int index) {
        int at = NUMBERS * Objects.checkIndex(index, epochsNs.length);
        return new OrbitState(
                start.plusNanos(epochsNs[index]),
                frame,
                new Vector3(states[at], states[at + 1], states[at + 2]),
                new Vector3(states[at + 3], states[at + 4], states[at + 5]));
    }

    private Optional<SymmetricMatrix> covariance(int index) {
        return covariances.isEmpty() ? Optional.empty() : covariances.get(index);
    }

    /** Returns the first epoch, UTC. */
    public Instant start() {
        return start;
    }

    /** Returns the last epoch, UTC. */
    public Instant end() {
        return end;
    }

    /**
     * Returns the state at an epoch, and its covariance where there is one.
     *
     * @return empty if the epoch lies outside: an ephemeris never extrapolates
     */
    public Optional<Point> at(Instant epoch) {
        return stateAt(epoch).map(state -> {
            int after = firstNotBefore(sinceStartNs(epoch));
            return new Point(state, isPoint(after, epoch) ? covariance(after) : blended(after - 1, after, state));
        });
    }

    /**
     * Returns the state alone, which costs a part of that.
     *
     * @return empty if the epoch lies outside
     */
    public Optional<OrbitState> stateAt(Instant epoch) {
        if (epoch.isBefore(start) || epoch.isAfter(end)) {
            return Optional.empty();
        }
        int after = firstNotBefore(sinceStartNs(epoch));
        if (isPoint(after, epoch)) {
            return Optional.of(state(after));
        }
        int count = Math.min(POINTS_IN_POLYNOMIAL, epochsNs.length);
        int first = Math.max(0, Math.min(after - POINTS_IN_POLYNOMIAL / 2, epochsNs.length - count));
        return Optional.of(hermite(first, count, epoch));
    }

    private boolean isPoint(int index, Instant epoch) {
        return epochsNs[index] == sinceStartNs(epoch);
    }

    /** Hermite's polynomial in closed form: a search asks for millions of states. */
    private OrbitState hermite(int first, int count, Instant epoch) {
        long atNs = sinceStartNs(epoch);
        double[] x = new double[count];
        for (int i = 0; i < count; i++) {
            x[i] = (epochsNs[first + i] - atNs) / NS_PER_S;
        }
        double[] sum = new double[NUMBERS];
        for (int i = 0; i < count; i++) {
            // Lagrange's polynomial of the point and its slope, at the epoch, and its slope at the point
            double value = 1;
            double slope = 0;
            double slopeThere = 0;
            for (int j = 0; j < count; j++) {
                if (j != i) {
                    double apart = x[i] - x[j];
                    slope = slope * -x[j] / apart + value / apart;
                    value *= -x[j] / apart;
                    slopeThere += 1 / apart;
                }
            }
            double square = value * value;
            double squareSlope = 2 * value * slope;
            double along = 1 + 2 * x[i] * slopeThere;
            int at = NUMBERS * (first + i);
            for (int k = 0; k < 3; k++) {
                double position = states[at + k];
                double velocity = states[at + 3 + k];
                sum[k] += position * (along * square) + velocity * (-x[i] * square);
                sum[3 + k] += position * (along * squareSlope - 2 * slopeThere * square)
                        + velocity * (square - x[i] * squareSlope);
            }
        }
        return new OrbitState(epoch, frame, new Vector3(sum[0], sum[1], sum[2]), new Vector3(sum[3], sum[4], sum[5]));
    }

    private Optional<SymmetricMatrix> blended(int before, int after, OrbitState state) {
        Optional<SymmetricMatrix> one = covariance(before);
        Optional<SymmetricMatrix> other = covariance(after);
        if (one.isEmpty() || other.isEmpty()) {
            return Optional.empty();
        }
        double share = (sinceStartNs(state.epoch()) - epochsNs[before]) / (double) (epochsNs[after] - epochsNs[before]);
        double[] a = LocalAxes.toRtn(state(before), one.get()).lowerTriangle();
        double[] b = LocalAxes.toRtn(state(after), other.get()).lowerTriangle();
        double[] mix = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            mix[i] = (1 - share) * a[i] + share * b[i];
        }
        return Optional.of(LocalAxes.fromRtn(state, SymmetricMatrix.ofLowerTriangle(6, mix)));
    }

    private int firstNotBefore(long sinceStartNs) {
        int found = Arrays.binarySearch(epochsNs, sinceStartNs);
        return found >= 0 ? found : -found - 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Ephemeris that
                && frame == that.frame
                && start.equals(that.start)
                && Arrays.equals(epochsNs, that.epochsNs)
                && Arrays.equals(states, that.states)
                && covariances.equals(that.covariances);
    }

    @Override
    public int hashCode() {
        return 31 * start.hashCode() + Arrays.hashCode(states);
    }

    @Override
    public String toString() {
        return "Ephemeris[" + epochsNs.length + " points, " + start + " to " + end + "]";
    }

    static double seconds(Instant from, Instant to) {
        return to.getEpochSecond() - from.getEpochSecond() + (to.getNano() - from.getNano()) * 1e-9;
    }

    /** Returns the epochs from start to end inclusive at a fixed step; the last one is the end. */
    public static List<Instant> epochs(Instant start, Instant end, Duration step) {
        if (step.isNegative() || step.isZero()) {
            throw new IllegalArgumentException("step: `" + step + "` (expected: a positive duration)");
        }
        List<Instant> epochs = new ArrayList<>();
        for (Instant t = start; t.isBefore(end); t = t.plus(step)) {
            epochs.add(t);
        }
        epochs.add(end);
        return epochs;
    }
}
