package nl.sluis.orbit.association;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.Innovation;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.distribution.continuous.ChiSquaredDistribution;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * How far a track is from a predicted orbit, in sigmas of both together.
 *
 * <p>With r the whitened residuals and A the whitened design (columns of unit variance), the innovation has covariance I + AAᵀ.
 * Along the directions that the orbit or a sensor's common error can explain, A's left singular vectors, the squared distance
 * is {@code Σ y²/(1+λ)}: that is gated. What is left of r is noise alone; it says whether the sigmas are right and not
 * whose track it is, so it scales the noise, and a track that scatters wildly about every orbit near is nobody's.
 *
 * <p>The prediction is linearised again about the best fitting orbit while that moves, as for an iterated Kalman filter,
 * because elements of a week ago may be a hundred kilometres off.
 */
final class Gate {

    /** A track of the right object is outside with this probability. */
    private static final double MISSED = 1e-3;

    /** Observations of a track that are looked at: more say little new of six numbers, and a gate is in the way of all tracks. */
    private static final int MOST_OBSERVATIONS = 12;

    /** A longer track tells of forces, such as a leak over two days, rather than of whose track it is. */
    private static final Duration LONGEST = Duration.ofHours(6);

    /** Most the noise may exceed what is stated, as a variance: beyond, no orbit near this one fits the track. */
    private static final double MOST_SCATTER = 25;

    private static final int MOST_LINEARISATIONS = 4;

    /** The best orbit has settled when it moves by less than this part of its sigma. */
    private static final double SETTLED = 0.05;

    /** Or by less than this, m: about a point so near everything is straight to a centimetre. */
    private static final double NEAR_M = 100;

    /** Over a shorter pass air, light, Sun and Moon move an object by metres at most. */
    static final Duration SHORT = Duration.ofMinutes(20);

    /** Directions that a track sees a million times less well than its best are not seen at all. */
    private static final double LEAST_EIGENVALUE = 1e-12;

    private static final ConcurrentMap<Integer, Double> GATES = new ConcurrentHashMap<>();

    private Gate() {}

    /**
     * A track beside a prediction.
     *
     * @param distance squared distance, sigmas
     * @param degrees how many numbers it is a sum of
     * @param volume logarithm of the volume of the gate: a vague prediction is near everything
     * @param scatter variance of the noise over what is stated, at least 1
     * @param best the orbit that fits prediction and track best
     */
    record Match(double distance, int degrees, double volume, double scatter, OrbitState best) {
        /** Returns whether the track may be of this object. */
        boolean isInside() {
            return scatter <= MOST_SCATTER && distance <= gate(degrees);
        }

        /** Returns minus twice the logarithm of the likelihood, up to what all candidates for a track share. */
        double score() {
            return distance + volume;
        }
    }

    private static double gate(int degrees) {
        return GATES.computeIfAbsent(
                degrees, n -> new ChiSquaredDistribution(n).inverseCumulativeProbability(1 - MISSED));
    }

    /** Compares; empty where the prediction doesn't reach the track. */
    static Optional<Match> match(OrbitSolution orbit, Tracklet track) {
        List<Sensor> sensors = track.sensors();
        List<Observation> observations = track.thinned(MOST_OBSERVATIONS, LONGEST);
        OrbitSolution predicted = isShort(orbit, observations) ? Predicted.overPass(orbit) : orbit;
        OrbitState before = predicted.state();
        double[] step = new double[predicted.fullCovariance().dimension()];
        Optional<Match> match = Optional.empty();
        for (int i = 0; i < MOST_LINEARISATIONS; i++) {
            Optional<Innovation> innovation = Innovation.of(predicted, step, sensors, observations);
            if (innovation.isEmpty()) {
                return Optional.empty();
            }
            Explained explained = new Explained(innovation.get());
            double moved = 0;
            for (int k = 0; k < step.length; k++) {
                moved = Math.max(moved, Math.abs(explained.best[k] - step[k]));
                step[k] = explained.best[k];
            }
            OrbitState best = Innovation.moved(predicted, step);
            match = Optional.of(
                    new Match(explained.distance, explained.degrees, explained.volume, explained.scatter, best));
            if (moved < SETTLED || best.positionM().minus(before.positionM()).norm() < NEAR_M) {
                break;
            }
            before = best;
        }
        return match;
    }

    /** Whether the track is all near the epoch of an orbit. */
    private static boolean isShort(OrbitSolution orbit, List<Observation> observations) {
        return observations.stream()
                .allMatch(one -> Duration.between(orbit.state().epoch(), one.epoch())
                                .abs()
                                .compareTo(SHORT)
                        < 0);
    }

    /** An innovation by the directions in which orbit and common errors explain it. */
    private static final class Explained {
        private final double scatter;
        private final double[] best;
        private int degrees;
        private double distance;
        private double volume;

        Explained(Innovation innovation) {
            RealMatrix design = innovation.design();
            RealVector r = innovation.residuals();
            EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(design.transposeMultiply(design));
            double[] seen = eigen.getVT().operate(design.preMultiply(r)).toArray();
            double[] lambda = eigen.getEigenvalues();
            double least = LEAST_EIGENVALUE * Arrays.stream(lambda).max().orElse(0);
            double left = r.dotProduct(r);
            for (int i = 0; i < lambda.length; i++) {
                if (lambda[i] > least) {
                    left -= seen[i] * seen[i] / lambda[i];
                    degrees++;
                }
            }
            int free = r.getDimension() - degrees;
            scatter = free > 0 ? Math.max(1, left / free) : 1;
            double[] along = new double[lambda.length];
            for (int i = 0; i < lambda.length; i++) {
                if (lambda[i] > least) {
                    distance += seen[i] * seen[i] / lambda[i] / (scatter + lambda[i]);
                    volume += Math.log1p(lambda[i] / scatter);
                    along[i] = seen[i] / (scatter + lambda[i]);
                }
            }
            best = eigen.getV().operate(along);
        }
    }
}
