package nl.sluis.orbit.encounter;

import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.data.OrekitData;

/**
 * Probability of collision by trial: orbits of both objects are drawn from their covariances and moved about a point mass
 * until they miss or hit.
 *
 * <p>Errors are drawn in equinoctial elements ({@link MeanMotionElements}), so that they bend along the orbit; velocities
 * are uncertain as the covariances say; encounters may be long. Where a collision is rare, every second draw is centred on
 * the most likely collision ({@link CurvedEncounter}), and all are weighted by the mixture that they come from, so that the
 * number of hits does not shrink with the probability; the estimate stays unbiased and no weight exceeds 2.
 *
 * <p>Assumptions: errors Gaussian in elements and independent between the objects; motion about a point mass, which differs
 * between two objects at one place by nothing that matters within minutes; a hit within half a revolution of the nominal
 * epoch counts.
 */
public final class MonteCarlo {

    /** Most draws: an hour of two processors. */
    public static final int MOST_SAMPLES = 1_000_000_000;

    /** Draws of one stream of random numbers; the result depends on seed and number, never on threads. */
    private static final int BATCH = 10_000;

    /** Encounters longer than this share of a revolution are followed over half a revolution to each side. */
    private static final double LONG_SHARE = 0.02;

    private static final int NEWTON_STEPS = 8;

    /** Steps of one draw in a long encounter. */
    private static final int TRACE_STEPS_MAX = 20_000;

    /** Two-sided 95 % of a normal distribution. */
    private static final double NORMAL_95 = 1.959964;

    /** Mean of a Poisson distribution that gives none in 5 %. */
    private static final double NONE_95 = 3.0;

    /** With fewer hits the interval is not to be trusted. */
    private static final int FEW_HITS = 20;

    /**
     * What came out.
     *
     * @param probability estimate
     * @param low lower end of the 95 % interval
     * @param high upper end of the 95 % interval
     * @param samples number of draws
     * @param hits draws that collided
     * @param seed what the draws began with
     * @param isWeighted whether draws were centred on the most likely collision
     */
    public record Estimate(
            double probability, double low, double high, long samples, long hits, long seed, boolean isWeighted) {

        /** Returns whether there were too few hits for the interval to mean much. */
        public boolean isCoarse() {
            return hits < FEW_HITS;
        }
    }

    private final MeanMotionElements motion1;
    private final MeanMotionElements motion2;
    private final double[][] factor1;
    private final double[][] factor2;

    /** Where the most likely collision lies in standard normal coordinates. */
    private final double[] shift1 = new double[6];

    private final double[] shift2 = new double[6];
    private final double meetingS;
    private final double radiusM;
    private final boolean isLong;
    private final boolean isWeighted;

    private MonteCarlo(
            MeanMotionElements motion1,
            MeanMotionElements motion2,
            double radiusM,
            Optional<CurvedEncounter> meeting,
            boolean isLong) {
        this.motion1 = motion1;
        this.motion2 = motion2;
        this.radiusM = radiusM;
        this.isLong = isLong;
        factor1 = CovarianceHealth.factor(motion1.covariance());
        factor2 = CovarianceHealth.factor(motion2.covariance());
        meetingS = meeting.map(m -> m.timeS).orElse(0.0);
        meeting.ifPresent(m -> {
            shift(factor1, m.pull1, shift1);
            shift(factor2, m.pull2, shift2);
        });
        double shift = 0;
        for (int k = 0; k < 6; k++) {
            shift += shift1[k] * shift1[k] + shift2[k] * shift2[k];
        }
        isWeighted = shift > 1;
    }

    private static void shift(double[][] factor, double[] pull, double[] shift) {
        for (int k = 0; k < 6; k++) {
            for (int i = 0; i < 6; i++) {
                shift[k] += factor[i][k] * pull[i];
            }
        }
    }

    /**
     * Estimates the probability.
     *
     * @param state1 object 1 near the closest approach
     * @param covariance1 its covariance along its R, T, N; 3×3 or 6×6
     * @param state2 object 2 at the same epoch
     * @param covariance2 its covariance along its R, T, N
     * @param radiusM combined radius, m
     * @param samples number of draws, rounded up to a full batch of {@value #BATCH}
     * @param seed equal seeds give equal results
     * @return empty if an orbit is not closed
     * @throws IllegalArgumentException if the epochs differ, or the radius or the number is out of range
     */
    public static Optional<Estimate> estimate(
            OrbitState state1,
            SymmetricMatrix covariance1,
            OrbitState state2,
            SymmetricMatrix covariance2,
            double radiusM,
            int samples,
            long seed) {
        CollisionProbability.check(state1, state2, radiusM);
        if (samples < 1 || samples > MOST_SAMPLES) {
            throw new IllegalArgumentException("samples: `" + samples + "` (expected: 1 to " + MOST_SAMPLES + ")");
        }
        OrekitData.load();
        MeanMotionElements motion1 = MeanMotionElements.of(
                CollisionProbability.inertial(state1), CollisionProbability.sixBySix(covariance1));
        MeanMotionElements motion2 = MeanMotionElements.of(
                CollisionProbability.inertial(state2), CollisionProbability.sixBySix(covariance2));
        if (motion1 == null || motion2 == null) {
            return Optional.empty();
        }
        double share = CollisionProbability.compute(state1, covariance1, state2, covariance2, radiusM, "")
                .map(r -> r.validity().revolutionShare())
                .orElse(1.0);
        MonteCarlo trial = new MonteCarlo(
                motion1, motion2, radiusM, CurvedEncounter.of(motion1, motion2, radiusM), !(share <= LONG_SHARE));
        return Optional.of(trial.run(samples, seed));
    }

    private Estimate run(int samples, long seed) {
        int batches = (int) ((samples + (long) BATCH - 1) / BATCH);
        double[][] sums = IntStream.range(0, batches)
                .parallel()
                .mapToObj(b -> batch(seed, b))
                .toArray(double[][]::new);
        double sum = 0;
        double squares = 0;
        long hits = 0;
        // in order, so that the last digit does not depend on threads
        for (double[] one : sums) {
            sum += one[0];
            squares += one[1];
            hits += (long) one[2];
        }
        double n = (double) batches * BATCH;
        double mean = sum / n;
        if (isWeighted) {
            double error = Math.sqrt(Math.max(0, squares / n - mean * mean) / n);
            return new Estimate(
                    Math.min(1, mean),
                    Math.max(0, mean - NORMAL_95 * error),
                    // without a hit: what half the draws, those about the nominal orbits, exclude
                    hits == 0 ? Math.min(1, 2 * NONE_95 / n) : Math.min(1, mean + NORMAL_95 * error),
                    (long) n,
                    hits,
                    seed,
                    true);
        }
        // Wilson's interval
        double z2 = NORMAL_95 * NORMAL_95;
        double centre = (mean + z2 / (2 * n)) / (1 + z2 / n);
        double half = NORMAL_95 / (1 + z2 / n) * Math.sqrt(mean * (1 - mean) / n + z2 / (4 * n * n));
        return new Estimate(
                mean,
                hits == 0 ? 0 : Math.max(0, centre - half),
                Math.min(1, centre + half),
                (long) n,
                hits,
                seed,
                false);
    }

    /** Sum of weights, of their squares, and the number of hits. */
    private double[] batch(long seed, int number) {
        // the second term keeps the streams of neighbouring seeds apart
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number * 0xD1B54A32D192ED03L);
        double[] e1 = new double[6];
        double[] e2 = new double[6];
        double[] a = new double[6];
        double[] b = new double[6];
        double sum = 0;
        double squares = 0;
        int hits = 0;
        for (int k = 0; k < BATCH; k++) {
            double share = isWeighted && (k & 1) == 0 ? 1 : 0;
            double odds = Math.exp(draw(random, motion1, factor1, shift1, share, e1)
                    + draw(random, motion2, factor2, shift2, share, e2));
            boolean hit = isLong ? traced(e1, e2, a, b) : passed(e1, e2, a, b);
            if (hit) {
                double weight = isWeighted ? 2 / (1 + odds) : 1;
                sum += weight;
                squares += weight * weight;
                hits++;
            }
        }
        return new double[] {sum, squares, hits};
    }

    /** Draws elements and returns the logarithm of the density about the most likely collision over the nominal one. */
    private static double draw(
            SplittableRandom random,
            MeanMotionElements motion,
            double[][] factor,
            double[] shift,
            double share,
            double[] e) {
        double exponent = 0;
        System.arraycopy(motion.nominal(), 0, e, 0, 6);
        for (int k = 0; k < 6; k++) {
            double z = random.nextGaussian() + share * shift[k];
            exponent += shift[k] * (z - 0.5 * shift[k]);
            for (int i = 0; i < 6; i++) {
                e[i] += factor[i][k] * z;
            }
        }
        return exponent;
    }

    /** Does a fast pair hit? Newton on the range rate, given up as soon as gravity can no longer close the miss. */
    private boolean passed(double[] e1, double[] e2, double[] a, double[] b) {
        double t = meetingS;
        if (!isClosed(e1) || !isClosed(e2)) {
            return false;
        }
        for (int k = 0; k < NEWTON_STEPS; k++) {
            motion1.state(e1, t, a);
            motion2.state(e2, t, b);
            double dx = b[0] - a[0];
            double dy = b[1] - a[1];
            double dz = b[2] - a[2];
            double vx = b[3] - a[3];
            double vy = b[4] - a[4];
            double vz = b[5] - a[5];
            double v2 = vx * vx + vy * vy + vz * vz;
            double d2 = dx * dx + dy * dy + dz * dz;
            double step = -(dx * vx + dy * vy + dz * vz) / v2;
            double miss = Math.sqrt(Math.max(0, d2 - step * step * v2));
            double r2 = a[0] * a[0] + a[1] * a[1] + a[2] * a[2];
            // gravity's gradient on the largest separation, twice over
            double bend = 2 * MeanMotionElements.MU / (r2 * Math.sqrt(r2)) * Math.sqrt(d2) * step * step;
            if (miss - bend > radiusM) {
                return false;
            }
            if (bend < 1e-3 * radiusM) {
                return miss < radiusM;
            }
            t += step;
        }
        return false;
    }

    /** Does a slow pair hit within half a revolution? Steps as long as the distance allows. */
    private boolean traced(double[] e1, double[] e2, double[] a, double[] b) {
        if (!isClosed(e1) || !isClosed(e2)) {
            return false;
        }
        double half = Math.min(motion1.periodS(), motion2.periodS()) / 2;
        double t = -half;
        double rate = 2 * Math.max(e1[0], e2[0]);
        for (int k = 0; k < TRACE_STEPS_MAX && t <= half; k++) {
            motion1.state(e1, t, a);
            motion2.state(e2, t, b);
            double dx = b[0] - a[0];
            double dy = b[1] - a[1];
            double dz = b[2] - a[2];
            double vx = b[3] - a[3];
            double vy = b[4] - a[4];
            double vz = b[5] - a[5];
            double d = Math.sqrt(dx * dx + dy * dy + dz * dz);
            if (d < radiusM) {
                return true;
            }
            // within a step the relative speed grows by gravity's gradient at most
            double speed = Math.sqrt(vx * vx + vy * vy + vz * vz) + rate * d;
            t += Math.max((d - radiusM) / speed, 0.01 * radiusM / speed);
        }
        return false;
    }

    /** Only senseless covariances draw orbits that are not closed; such a draw counts as a miss. */
    private static boolean isClosed(double[] e) {
        return e[0] > 0 && e[1] * e[1] + e[2] * e[2] < 1;
    }
}
