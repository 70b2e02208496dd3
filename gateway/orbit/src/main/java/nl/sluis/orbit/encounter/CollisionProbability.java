package nl.sluis.orbit.encounter;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Laas2015;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.Patera2005;
import org.orekit.ssa.collision.shorttermencounter.probability.twod.ShortTermEncounter2DPOCMethod;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * Probability that two objects collide in a short encounter.
 *
 * <p>The relative state is moved along its straight line to the closest approach, the combined position covariance is
 * projected on the plane across the relative velocity, and the Gaussian is integrated over the disk of the combined radius.
 *
 * <p>Assumptions, whose breach {@link Validity} names: relative motion is straight during the encounter, velocities are
 * certain, errors are Gaussian in Cartesian coordinates and independent between the objects.
 *
 * <p>Where the projected covariance is not positive definite, its eigenvalues are raised to (radius × 1e-4)², as NASA CARA
 * does, and the result says so.
 */
public final class CollisionProbability {

    /** Least standard deviation as a part of the combined radius. */
    private static final double LEAST_SIGMA_PER_RADIUS = 1e-4;

    /** A path or an uncertainty that bends by less than this part of the least projected sigma counts as straight. */
    private static final double MOST_BEND = 0.1;

    private static final double MU = Constants.EIGEN5C_EARTH_MU;

    /** Methods; all integrate the same 2D Gaussian exactly, in different ways. */
    public enum Method {
        /** Patera, Calculating collision probability for arbitrary space vehicle shapes via numerical quadrature, 2005. */
        PATERA_2005,
        /** Serra, Arzelier, Joldes, Lasserre, Rondepierre, Salvy (LAAS-CNRS), 2015. */
        LAAS_2015,
        /** Alfano, A numerical implementation of spherical object collision probability, 2005; Simpson's rule. */
        ALFANO_2005
    }

    /** Why a 2D probability should not be trusted. */
    public enum Violation {
        /** The objects need so long to pass each other's uncertainty that the relative path bends. */
        LONG_ENCOUNTER,
        /** The uncertainty along the orbit is so large that it bends with the orbit. */
        CURVED_UNCERTAINTY,
        /** A covariance was not positive definite and was mended. */
        MENDED_COVARIANCE,
        /** The uncertainty is so large that the probability falls when it grows: it is no upper bound. */
        DILUTED
    }

    /**
     * Verdict on a probability.
     *
     * @param violations what is breached; empty: none found
     * @param encounterS time in which the objects pass each other's uncertainty (±3 sigma), s
     * @param curvatureRatio bend of the uncertainty along the orbit over the least projected sigma
     */
    public record Validity(List<Violation> violations, double encounterS, double curvatureRatio) {
        /** Copies the list. */
        public Validity {
            violations = List.copyOf(violations);
        }

        /** Returns whether the assumptions of a 2D method hold. */
        public boolean isValidFor2d() {
            return !violations.contains(Violation.LONG_ENCOUNTER) && !violations.contains(Violation.CURVED_UNCERTAINTY);
        }
    }

    /**
     * What was computed.
     *
     * @param method of {@code probability}
     * @param probability 0 to 1
     * @param byMethod the same integral by each method
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
            byMethod = Map.copyOf(byMethod);
        }
    }

    private CollisionProbability() {}

    /**
     * Computes the probability with Patera's method.
     *
     * @param state1 object 1 near the closest approach
     * @param covariance1 its covariance along its R, T, N; at least 3×3, m²
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
        if (!state1.epoch().equals(state2.epoch())) {
            throw new IllegalArgumentException(
                    "epoch of object 2: `" + state2.epoch() + "` (expected: " + state1.epoch() + ")");
        }
        if (!(radiusM > 0) || !Double.isFinite(radiusM)) {
            throw new IllegalArgumentException("radius: `" + radiusM + "` (expected: a positive number of m)");
        }
        Objects.requireNonNull(radiusSource);
        OrekitData.load();
        OrbitState a = inertial(state1);
        OrbitState b = inertial(state2);
        Vector3 r = b.positionM().minus(a.positionM());
        Vector3 v = b.velocityMps().minus(a.velocityMps());
        double speed = v.norm();
        if (!(speed > 0)) {
            return Optional.empty();
        }
        Vector3 along = v.times(1 / speed);
        Vector3 miss = r.minus(along.times(r.dot(along)));
        Vector3 x = miss.norm() > 0 ? miss.times(1 / miss.norm()) : across(along);
        Vector3 y = along.cross(x);
        double[][] c = sum(inertial(a, covariance1), inertial(b, covariance2));
        double cxx = form(c, x, x);
        double cxy = form(c, x, y);
        double cyy = form(c, y, y);

        // principal axes of the projected covariance
        double half = 0.5 * Math.atan2(2 * cxy, cxx - cyy);
        double mean = 0.5 * (cxx + cyy);
        double difference = Math.hypot(0.5 * (cxx - cyy), cxy);
        double least = LEAST_SIGMA_PER_RADIUS * radiusM * LEAST_SIGMA_PER_RADIUS * radiusM;
        // the product over the larger root keeps the smaller one exact where the ellipse is thin
        double major = mean + difference;
        double minor = major > 0 ? (cxx * cyy - cxy * cxy) / major : mean - difference;
        boolean mended = !(minor >= least) || !(major >= least);
        double sigmaX = Math.sqrt(Math.max(least, major));
        double sigmaY = Math.sqrt(Math.max(least, minor));
        double xm = miss.norm() * Math.cos(half);
        double ym = -miss.norm() * Math.sin(half);

        Map<Method, Double> byMethod = new EnumMap<>(Method.class);
        for (Method method : Method.values()) {
            value(method, xm, ym, sigmaX, sigmaY, radiusM).ifPresent(p -> byMethod.put(method, p));
        }
        Double probability = byMethod.get(Method.PATERA_2005);
        if (probability == null) {
            return Optional.empty();
        }
        double[] maximum = maximum(xm, ym, sigmaX, sigmaY, radiusM);
        double sigmaAlong = Math.sqrt(Math.max(0, form(c, along, along)));
        double encounterS = (6 * sigmaAlong + 2 * radiusM) / speed;
        double bend = Math.max(bend(a, covariance1), bend(b, covariance2));
        double curvatureRatio = bend / sigmaY;
        List<Violation> violations = new ArrayList<>();
        double rate = Math.sqrt(MU / Math.pow(a.positionM().norm(), 3));
        if (sagitta(encounterS, rate, sigmaAlong) > MOST_BEND * sigmaY) {
            violations.add(Violation.LONG_ENCOUNTER);
        }
        if (curvatureRatio > MOST_BEND) {
            violations.add(Violation.CURVED_UNCERTAINTY);
        }
        if (mended) {
            violations.add(Violation.MENDED_COVARIANCE);
        }
        if (maximum[1] < 1) {
            violations.add(Violation.DILUTED);
        }
        return Optional.of(new Result(
                Method.PATERA_2005,
                probability,
                byMethod,
                maximum[0],
                maximum[1],
                miss.norm(),
                Math.hypot(xm / sigmaX, ym / sigmaY),
                sigmaX,
                sigmaY,
                radiusM,
                radiusSource,
                new Validity(violations, encounterS, curvatureRatio)));
    }

    /** How far half the encounter bends the relative path: gravity's gradient acts on the separation of 3 sigma. */
    private static double sagitta(double encounterS, double rate, double sigmaAlong) {
        double t = 0.5 * encounterS;
        return 0.5 * 2 * rate * rate * 3 * sigmaAlong * t * t;
    }

    /** How far 1-sigma along the orbit departs from the straight line: σ²/2r. */
    private static double bend(OrbitState state, SymmetricMatrix covarianceRtn) {
        return covarianceRtn.get(1, 1) / (2 * state.positionM().norm());
    }

    private static Optional<Double> value(
            Method method, double xm, double ym, double sigmaX, double sigmaY, double radius) {
        ShortTermEncounter2DPOCMethod integral = switch (method) {
            case PATERA_2005 -> new Patera2005();
            case LAAS_2015 -> new Laas2015();
            case ALFANO_2005 -> new Alfano2005();
        };
        try {
            // the LAAS series wants the smaller sigma first
            double p = method == Method.LAAS_2015
                    ? integral.compute(ym, xm, sigmaY, sigmaX, radius).getValue()
                    : integral.compute(xm, ym, sigmaX, sigmaY, radius).getValue();
            return p >= -1e-12 && p <= 1 + 1e-9 ? Optional.of(Math.min(1, Math.max(0, p))) : Optional.empty();
        } catch (OrekitException | MathRuntimeException e) {
            // a series or a quadrature that does not converge for these sizes gives no number
            return Optional.empty();
        }
    }

    /** Largest probability over the scale of the covariance, by golden section on the logarithm of the scale. */
    private static double[] maximum(double xm, double ym, double sigmaX, double sigmaY, double radius) {
        double low = Math.log(1e-3);
        double high = Math.log(1e3);
        double best = 0;
        double at = 1;
        int points = 60;
        for (int i = 0; i <= points; i++) {
            double scale = Math.exp(low + (high - low) * i / points);
            double p = value(Method.PATERA_2005, xm, ym, scale * sigmaX, scale * sigmaY, radius)
                    .orElse(0.0);
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
            double p1 = value(Method.PATERA_2005, xm, ym, Math.exp(m1) * sigmaX, Math.exp(m1) * sigmaY, radius)
                    .orElse(0.0);
            double p2 = value(Method.PATERA_2005, xm, ym, Math.exp(m2) * sigmaX, Math.exp(m2) * sigmaY, radius)
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

    private static OrbitState inertial(OrbitState state) {
        if (state.frame().kind() == Frame.Kind.INERTIAL) {
            return state;
        }
        PVCoordinates pv = Convert.pv(state, FramesFactory.getGCRF());
        return new OrbitState(
                state.epoch(), Frame.GCRF, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }

    private static double[][] inertial(OrbitState state, SymmetricMatrix covarianceRtn) {
        Vector3[] axes = LocalAxes.rtn(state);
        double[][] t = new double[3][3];
        for (int i = 0; i < 3; i++) {
            t[0][i] = axes[i].x();
            t[1][i] = axes[i].y();
            t[2][i] = axes[i].z();
        }
        return covarianceRtn.leading(3).congruent(t).rows();
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

    private static double form(double[][] c, Vector3 left, Vector3 right) {
        return left.x() * (c[0][0] * right.x() + c[0][1] * right.y() + c[0][2] * right.z())
                + left.y() * (c[1][0] * right.x() + c[1][1] * right.y() + c[1][2] * right.z())
                + left.z() * (c[2][0] * right.x() + c[2][1] * right.y() + c[2][2] * right.z());
    }

    private static Vector3 across(Vector3 v) {
        Vector3 other = Math.abs(v.x()) < 0.9 ? new Vector3(1, 0, 0) : new Vector3(0, 1, 0);
        Vector3 w = v.cross(other);
        return w.times(1 / w.norm());
    }
}
