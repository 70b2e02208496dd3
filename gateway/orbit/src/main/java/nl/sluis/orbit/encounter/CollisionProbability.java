package nl.sluis.orbit.encounter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.exception.MathRuntimeException;
import org.orekit.errors.OrekitException;
import org.orekit.frames.FramesFactory;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Alfano2005;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Alfriend1999;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Alfriend1999Max;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Chan1997;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Laas2015;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Patera2005;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.ShortTermEncounter2DPOCMethod;
import org.orekit.utils.PVCoordinates;

/**
 * Probability that two objects collide in a short encounter.
 *
 * <p>The relative state is moved along its straight line to the closest approach, the combined position covariance is
 * projected on the plane across the relative velocity, and the Gaussian is integrated over the disk of the combined radius.
 *
 * <p>Assumptions, whose breach {@link Validity} names: relative motion is straight during the encounter, velocities are
 * certain, errors are Gaussian in Cartesian coordinates and independent between the objects. They are tested by
 * linearising once more at the most likely collision of the two uncertain orbits, where errors that bend along the orbit
 * are taken as they are: the probability found there must agree.
 *
 * <p>Where the projected covariance is not positive definite, its eigenvalues are raised to (radius × 1e-4)², as NASA CARA
 * does, and the result says so.
 */
public final class CollisionProbability {

    /** Two probabilities that differ by more than this factor disagree; a linear method that holds stays within 1.1. */
    private static final double DISAGREEMENT = 1.4;

    /** Below this both integrals are nothing but rounding, and count as agreeing. */
    private static final double NEGLIGIBLE = 1e-300;

    /**
     * Longest time in which the uncertainties pass each other, as a share of the shorter revolution: beyond, the relative
     * path bends within the encounter.
     */
    private static final double REVOLUTION_SHARE_MAX = 0.02;

    /** How many standard deviations of the time of the encounter count as its length, to each side. */
    private static final double SIGMAS_OF_LENGTH = 8;

    /** Methods on the encounter plane. */
    public enum Method {
        /** Patera, Calculating collision probability for arbitrary space vehicle shapes via numerical quadrature, 2005. */
        PATERA_2005(true),
        /** Serra, Arzelier, Joldes, Lasserre, Rondepierre, Salvy (LAAS-CNRS), 2015; a series with a bound. */
        LAAS_2015(true),
        /** Alfano, A numerical implementation of spherical object collision probability, 2005; Simpson's rule. */
        ALFANO_2005(true),
        /** Chan, Collision probability analyses for Earth orbiting satellites, 1997; a circle of equal area for the ellipse. */
        CHAN_1997(false),
        /** Alfriend, Akella, Frisbee, Foster, Lee, Wilkins, Probability of collision error analysis, 1999; constant density. */
        ALFRIEND_1999(false),
        /** The same; its largest value over all scales of the covariance. */
        ALFRIEND_1999_MAX(false);

        private final boolean exact;

        Method(boolean exact) {
            this.exact = exact;
        }

        /** Returns whether the method integrates the Gaussian over the disk without further approximation. */
        public boolean isExact() {
            return exact;
        }
    }

    /** Why a 2D probability should not be trusted. */
    public enum Violation {
        /** The objects need so long to pass each other's uncertainty that the relative path bends. */
        LONG_ENCOUNTER,
        /** Linearising at the most likely collision instead of the nominal states changes the probability. */
        CURVED_UNCERTAINTY,
        /** The most likely collision could not be found, so that the agreement could not be tested. */
        UNTESTED,
        /** A covariance was not positive definite and was mended. */
        MENDED_COVARIANCE,
        /** The uncertainty is so large that the probability falls when it grows: it is no upper bound. */
        DILUTED
    }

    /**
     * Verdict on a probability.
     *
     * @param violations what is breached; empty: none found
     * @param encounterS time in which the objects pass each other's uncertainty, s
     * @param revolutionShare the same as a share of the shorter revolution
     * @param curvedProbability the probability on the plane of the most likely collision; empty: not found
     * @param object1 health of the first covariance
     * @param object2 health of the second
     */
    public record Validity(
            List<Violation> violations,
            double encounterS,
            double revolutionShare,
            OptionalDouble curvedProbability,
            CovarianceHealth object1,
            CovarianceHealth object2) {
        /** Copies the list. */
        public Validity {
            violations = List.copyOf(violations);
        }

        /** Returns whether the assumptions of a 2D method hold. */
        public boolean isValidFor2d() {
            return Collections.disjoint(
                    violations, List.of(Violation.LONG_ENCOUNTER, Violation.CURVED_UNCERTAINTY, Violation.UNTESTED));
        }
    }

    /**
     * What was computed.
     *
     * @param method of {@code probability}
     * @param probability 0 to 1
     * @param byMethod the same by each method that gives a number
     * @param maximumProbability largest probability over all scales of the covariance
     * @param scaleOfMaximum factor on the standard deviations at which that is reached
     * @param missDistanceM closest approach on the straight line, m
     * @param mahalanobisDistance miss over sigma in the encounter plane
     * @param sigmaMajorM larger projected sigma, m
     * @param sigmaMinorM smaller projected sigma, m
     * @param radiusM combined radius, m
     * @param radiusSource where that comes from
     * @param validity verdict that travels with the number
     */
    public record Result(
            Method method,
            double probability,
            Map<Method, Double> byMethod,
            double maximumProbability,
            double scaleOfMaximum,
            double missDistanceM,
            double mahalanobisDistance,
            double sigmaMajorM,
            double sigmaMinorM,
            double radiusM,
            String radiusSource,
            Validity validity) {
        /** Copies the map. */
        public Result {
            byMethod = Collections.unmodifiableMap(new EnumMap<>(byMethod));
        }
    }

    private CollisionProbability() {}

    /**
     * Computes the probability with Patera's method.
     *
     * @param state1 object 1 near the closest approach
     * @param covariance1 its covariance along its R, T, N; at least 3×3, m²; without velocities these count as certain
     * @param state2 object 2 at the same epoch
     * @param covariance2 its covariance along its R, T, N
     * @param radiusM combined radius, m
     * @param radiusSource where that comes from, for the reader of the result
     * @return empty if no method gives a number, for example without relative speed
     * @throws IllegalArgumentException if the epochs differ or the radius is not positive
     */
    public static Optional<Result> compute(
            OrbitState state1,
            SymmetricMatrix covariance1,
            OrbitState state2,
            SymmetricMatrix covariance2,
            double radiusM,
            String radiusSource) {
        Objects.requireNonNull(radiusSource);
        check(state1, state2, radiusM);
        OrekitData.load();
        OrbitState a = inertial(state1);
        OrbitState b = inertial(state2);
        SymmetricMatrix c1 = sixBySix(covariance1);
        SymmetricMatrix c2 = sixBySix(covariance2);
        Vector3 r = b.positionM().minus(a.positionM());
        Vector3 v = b.velocityMps().minus(a.velocityMps());
        if (!(v.norm() > 0)) {
            return Optional.empty();
        }
        double[][] c = sum(
                LocalAxes.fromRtn(a, c1).leading(3).rows(),
                LocalAxes.fromRtn(b, c2).leading(3).rows());
        EncounterPlane plane = EncounterPlane.of(r, v, c, radiusM);
        Map<Method, Double> byMethod = new EnumMap<>(Method.class);
        for (Method method : Method.values()) {
            value(method, plane, radiusM).ifPresent(p -> byMethod.put(method, p));
        }
        Double probability = byMethod.get(Method.PATERA_2005);
        if (probability == null) {
            return Optional.empty();
        }
        double[] maximum = maximum(plane, radiusM, probability);
        return Optional.of(new Result(
                Method.PATERA_2005,
                probability,
                byMethod,
                maximum[0],
                maximum[1],
                plane.missM(),
                plane.mahalanobis(),
                plane.sigmaXM(),
                plane.sigmaYM(),
                radiusM,
                radiusSource,
                validity(a, c1, b, c2, v, c, radiusM, plane, probability, maximum[1])));
    }

    private static Validity validity(
            OrbitState a,
            SymmetricMatrix c1,
            OrbitState b,
            SymmetricMatrix c2,
            Vector3 v,
            double[][] c,
            double radiusM,
            EncounterPlane plane,
            double probability,
            double scaleOfMaximum) {
        CovarianceHealth health1 = CovarianceHealth.of(c1);
        CovarianceHealth health2 = CovarianceHealth.of(c2);
        List<Violation> violations = new ArrayList<>();
        MeanMotionElements motion1 = MeanMotionElements.of(a, c1);
        MeanMotionElements motion2 = MeanMotionElements.of(b, c2);
        double encounterS = 2 * (SIGMAS_OF_LENGTH * sigmaTimeS(v, c, radiusM) + radiusM / v.norm());
        double share = motion1 == null || motion2 == null
                ? Double.NaN
                : encounterS / Math.min(motion1.periodS(), motion2.periodS());
        if (!(share <= REVOLUTION_SHARE_MAX)) {
            violations.add(Violation.LONG_ENCOUNTER);
        }
        Optional<Double> curved = motion1 == null || motion2 == null
                ? Optional.empty()
                : CurvedEncounter.of(motion1, motion2, radiusM)
                        .flatMap(encounter -> value(Method.PATERA_2005, encounter.plane(), radiusM));
        if (curved.isEmpty()) {
            violations.add(Violation.UNTESTED);
        } else if (disagree(probability, curved.get())) {
            violations.add(Violation.CURVED_UNCERTAINTY);
        }
        if (plane.mended() || !health1.isPositive() || !health2.isPositive()) {
            violations.add(Violation.MENDED_COVARIANCE);
        }
        if (scaleOfMaximum < 1) {
            violations.add(Violation.DILUTED);
        }
        return new Validity(
                violations,
                encounterS,
                share,
                curved.map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                health1,
                health2);
    }

    /** Standard deviation of the time at which the objects are as near as their uncertainty lets them be, s. */
    private static double sigmaTimeS(Vector3 v, double[][] c, double radiusM) {
        double[][] raised = new double[3][];
        for (int i = 0; i < 3; i++) {
            raised[i] = c[i].clone();
            raised[i][i] += 1e-8 * radiusM * radiusM;
        }
        double[] solved = CovarianceHealth.solve(raised, new double[] {v.x(), v.y(), v.z()});
        double form = v.x() * solved[0] + v.y() * solved[1] + v.z() * solved[2];
        return form > 0 ? 1 / Math.sqrt(form) : 0;
    }

    private static boolean disagree(double a, double b) {
        if (Math.max(a, b) < NEGLIGIBLE) {
            return false;
        }
        double ratio = b / a;
        return !(ratio < DISAGREEMENT && ratio > 1 / DISAGREEMENT);
    }

    static void check(OrbitState state1, OrbitState state2, double radiusM) {
        if (!state1.epoch().equals(state2.epoch())) {
            throw new IllegalArgumentException(
                    "epoch of object 2: `" + state2.epoch() + "` (expected: " + state1.epoch() + ")");
        }
        if (!(radiusM > 0) || !Double.isFinite(radiusM)) {
            throw new IllegalArgumentException("radius: `" + radiusM + "` (expected: a positive number of m)");
        }
    }

    private static Optional<Double> value(Method method, EncounterPlane plane, double radius) {
        ShortTermEncounter2DPOCMethod integral = switch (method) {
            case PATERA_2005 -> new Patera2005();
            case LAAS_2015 -> new Laas2015();
            case ALFANO_2005 -> new Alfano2005();
            case CHAN_1997 -> new Chan1997();
            case ALFRIEND_1999 -> new Alfriend1999();
            case ALFRIEND_1999_MAX -> new Alfriend1999Max();
        };
        try {
            // the LAAS series wants the smaller sigma first
            double p = method == Method.LAAS_2015
                    ? integral.compute(plane.missYM(), plane.missXM(), plane.sigmaYM(), plane.sigmaXM(), radius)
                            .getValue()
                    : integral.compute(plane.missXM(), plane.missYM(), plane.sigmaXM(), plane.sigmaYM(), radius)
                            .getValue();
            if (!Double.isFinite(p)) {
                return Optional.empty();
            }
            // an approximation may leave the range of probabilities; an exact method may not
            return !method.isExact() || (p >= -1e-12 && p <= 1 + 1e-9)
                    ? Optional.of(Math.min(1, Math.max(0, p)))
                    : Optional.empty();
        } catch (OrekitException | MathRuntimeException e) {
            // a series or a quadrature that does not converge for these sizes gives no number
            return Optional.empty();
        }
    }

    /** Largest probability over the scale of the covariance, by golden section on the logarithm of the scale. */
    private static double[] maximum(EncounterPlane plane, double radius, double atScaleOne) {
        double low = Math.log(1e-3);
        double high = Math.log(1e3);
        double best = atScaleOne;
        double at = 1;
        int points = 60;
        for (int i = 0; i <= points; i++) {
            double scale = Math.exp(low + (high - low) * i / points);
            double p = value(Method.PATERA_2005, plane.scaled(scale), radius).orElse(0.0);
            if (p > best) {
                best = p;
                at = scale;
            }
        }
        double left = Math.log(at) - (high - low) / points;
        double right = Math.log(at) + (high - low) / points;
        double golden = (Math.sqrt(5) - 1) / 2;
        for (int i = 0; i < 25; i++) {
            double m1 = right - golden * (right - left);
            double m2 = left + golden * (right - left);
            double p1 = value(Method.PATERA_2005, plane.scaled(Math.exp(m1)), radius)
                    .orElse(0.0);
            double p2 = value(Method.PATERA_2005, plane.scaled(Math.exp(m2)), radius)
                    .orElse(0.0);
            if (p1 > p2) {
                right = m2;
            } else {
                left = m1;
            }
            if (Math.max(p1, p2) > best) {
                best = Math.max(p1, p2);
                at = Math.exp(p1 > p2 ? m1 : m2);
            }
        }
        return new double[] {best, at};
    }

    static OrbitState inertial(OrbitState state) {
        if (state.frame().kind() == Frame.Kind.INERTIAL) {
            return state;
        }
        PVCoordinates pv = Convert.pv(state, FramesFactory.getGCRF());
        return new OrbitState(
                state.epoch(), Frame.GCRF, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }

    /** A covariance of positions alone takes velocities as certain. */
    static SymmetricMatrix sixBySix(SymmetricMatrix covariance) {
        double[][] rows = new double[6][6];
        for (int i = 0; i < Math.min(6, covariance.dimension()); i++) {
            for (int j = 0; j < Math.min(6, covariance.dimension()); j++) {
                rows[i][j] = covariance.get(i, j);
            }
        }
        return SymmetricMatrix.of(rows);
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] c = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                c[i][j] = a[i][j] + b[i][j];
            }
        }
        return c;
    }
}
