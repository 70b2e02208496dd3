package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
 * @param points at least one, epochs strictly increasing, all in the same frame
 */
public record Ephemeris(List<Point> points) {

    private static final int POINTS_IN_POLYNOMIAL = 4;

    /**
     * One point.
     *
     * @param state position and velocity
     * @param covariance of the state in its frame; empty: not known
     */
    public record Point(OrbitState state, Optional<SymmetricMatrix> covariance) {}

    /**
     * Checks order and frame and copies the list.
     *
     * @throws IllegalArgumentException if empty, not increasing, or of several frames
     */
    public Ephemeris {
        points = List.copyOf(points);
        if (points.isEmpty()) {
            throw new IllegalArgumentException("ephemeris: 0 points (expected: at least 1)");
        }
        for (int i = 1; i < points.size(); i++) {
            OrbitState before = points.get(i - 1).state();
            OrbitState after = points.get(i).state();
            if (!after.epoch().isAfter(before.epoch())) {
                throw new IllegalArgumentException(
                        "ephemeris epoch: `" + after.epoch() + "` (expected: after " + before.epoch() + ")");
            }
            if (after.frame() != before.frame()) {
                throw new IllegalArgumentException(
                        "ephemeris frame: `" + after.frame() + "` (expected: " + before.frame() + ")");
            }
        }
    }

    /** Returns the first epoch, UTC. */
    public Instant start() {
        return points.get(0).state().epoch();
    }

    /** Returns the last epoch, UTC. */
    public Instant end() {
        return points.get(points.size() - 1).state().epoch();
    }

    /**
     * Returns the state at an epoch, and its covariance where there is one.
     *
     * @return empty if the epoch lies outside: an ephemeris never extrapolates
     */
    public Optional<Point> at(Instant epoch) {
        return stateAt(epoch).map(state -> {
            int after = firstNotBefore(epoch);
            Point there = points.get(after);
            return there.state().epoch().equals(epoch)
                    ? there
                    : new Point(state, blended(points.get(after - 1), there, state));
        });
    }

    /**
     * Returns the state alone, which costs a part of that.
     *
     * @return empty if the epoch lies outside
     */
    public Optional<OrbitState> stateAt(Instant epoch) {
        if (epoch.isBefore(start()) || epoch.isAfter(end())) {
            return Optional.empty();
        }
        int after = firstNotBefore(epoch);
        if (points.get(after).state().epoch().equals(epoch)) {
            return Optional.of(points.get(after).state());
        }
        int first = Math.max(0, Math.min(after - POINTS_IN_POLYNOMIAL / 2, points.size() - POINTS_IN_POLYNOMIAL));
        int last = Math.min(points.size(), first + POINTS_IN_POLYNOMIAL);
        return Optional.of(hermite(points.subList(first, last), epoch));
    }

    /** Hermite's polynomial in closed form: a search asks for millions of states. */
    private static OrbitState hermite(List<Point> around, Instant epoch) {
        int n = around.size();
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
            x[i] = seconds(epoch, around.get(i).state().epoch());
        }
        Vector3 position = new Vector3(0, 0, 0);
        Vector3 velocity = new Vector3(0, 0, 0);
        for (int i = 0; i < n; i++) {
            // Lagrange's polynomial of the point and its slope, at the epoch, and its slope at the point
            double value = 1;
            double slope = 0;
            double slopeThere = 0;
            for (int j = 0; j < n; j++) {
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
            OrbitState state = around.get(i).state();
            position = position.plus(state.positionM().times(along * square))
                    .plus(state.velocityMps().times(-x[i] * square));
            velocity = velocity.plus(state.positionM().times(along * squareSlope - 2 * slopeThere * square))
                    .plus(state.velocityMps().times(square - x[i] * squareSlope));
        }
        return new OrbitState(epoch, around.get(0).state().frame(), position, velocity);
    }

    private static Optional<SymmetricMatrix> blended(Point before, Point after, OrbitState state) {
        if (before.covariance().isEmpty() || after.covariance().isEmpty()) {
            return Optional.empty();
        }
        double share = seconds(before.state().epoch(), state.epoch())
                / seconds(before.state().epoch(), after.state().epoch());
        double[] a = LocalAxes.toRtn(before.state(), before.covariance().get()).lowerTriangle();
        double[] b = LocalAxes.toRtn(after.state(), after.covariance().get()).lowerTriangle();
        double[] mix = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            mix[i] = (1 - share) * a[i] + share * b[i];
        }
        return Optional.of(LocalAxes.fromRtn(state, SymmetricMatrix.ofLowerTriangle(6, mix)));
    }

    private int firstNotBefore(Instant epoch) {
        int low = 0;
        int high = points.size() - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (points.get(middle).state().epoch().isBefore(epoch)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
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
