package nl.sluis.orbit.encounter;

import java.util.Optional;
import nl.sluis.orbit.Vector3;

/**
 * The most likely collision of two uncertain orbits: the pair of orbits, in both objects' equinoctial elements, that meet
 * and are nearest to the nominal ones in the sense of their covariances; and the encounter plane linearised there instead of
 * at the nominal states. Where errors bend along the orbit this is the place to linearise (Hall, Expected collision rates
 * for tracked satellites, 2021, calls it the peak overlap).
 *
 * <p>Found by Newton's method for the least Mahalanobis distance under the constraint that the miss vanishes.
 */
final class CurvedEncounter {

    private static final int STEPS_MAX = 60;
    private static final double CONVERGED_M = 1e-3;

    /** A step may not move the meeting further than this share of a revolution. */
    private static final double REVOLUTION_SHARE_MAX = 0.02;

    /** Pairs slower than this may meet far from where they are nominally closest, m/s. */
    private static final double SLOW_MPS = 200;

    private static final int STARTS_TO_EACH_SIDE = 6;

    private final MeanMotionElements motion1;
    private final MeanMotionElements motion2;

    /** Elements of both objects where they meet. */
    final double[] elements1;

    final double[] elements2;

    /** The meeting in the covariances' own coordinates: displacement of the elements = covariance × this. */
    final double[] pull1 = new double[6];

    final double[] pull2 = new double[6];

    /** When they meet, s after the nominal epoch. */
    double timeS;

    /** Relative velocity where they meet. */
    Vector3 velocity = new Vector3(0, 0, 0);

    private EncounterPlane plane = new EncounterPlane(0, 0, 1, 1, false);

    private CurvedEncounter(MeanMotionElements motion1, MeanMotionElements motion2, double timeS) {
        this.motion1 = motion1;
        this.motion2 = motion2;
        this.timeS = timeS;
        elements1 = motion1.mean();
        elements2 = motion2.mean();
    }

    /**
     * Finds it; empty where the search does not settle.
     *
     * <p>Slow pairs may meet anywhere on a revolution, so the search starts at several places; full steps come first, then
     * shorter ones. The nearest of what was found counts.
     */
    static Optional<CurvedEncounter> of(MeanMotionElements motion1, MeanMotionElements motion2, double radiusM) {
        double[] a = new double[6];
        double[] b = new double[6];
        motion1.state(motion1.mean(), 0, a);
        motion2.state(motion2.mean(), 0, b);
        double speed = new Vector3(b[3] - a[3], b[4] - a[4], b[5] - a[5]).norm();
        int starts = speed < SLOW_MPS ? STARTS_TO_EACH_SIDE : 0;
        double apart = 0.5 * Math.min(motion1.periodS(), motion2.periodS()) / (STARTS_TO_EACH_SIDE + 1);
        CurvedEncounter best = null;
        for (int start = -starts; start <= starts; start++) {
            CurvedEncounter found = null;
            for (double share = 1; share > 0.1 && found == null; share /= 2) {
                CurvedEncounter one = new CurvedEncounter(motion1, motion2, start * apart);
                found = one.settle(radiusM, share) ? one : null;
            }
            if (found != null && (best == null || found.distance2() < best.distance2())) {
                best = found;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Square of the Mahalanobis distance of both orbits from the nominal ones. */
    private double distance2() {
        double distance2 = 0;
        for (int i = 0; i < 6; i++) {
            distance2 += pull1[i] * (elements1[i] - motion1.mean()[i]) + pull2[i] * (elements2[i] - motion2.mean()[i]);
        }
        return distance2;
    }

    EncounterPlane plane() {
        return plane;
    }

    private boolean settle(double radiusM, double share) {
        double longest = REVOLUTION_SHARE_MAX * Math.min(motion1.periodS(), motion2.periodS());
        double[] a = new double[6];
        double[] b = new double[6];
        for (int k = 0; k < STEPS_MAX; k++) {
            motion1.state(elements1, timeS, a);
            motion2.state(elements2, timeS, b);
            Vector3 d = new Vector3(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
            velocity = new Vector3(b[3] - a[3], b[4] - a[4], b[5] - a[5]);
            double speed2 = velocity.dot(velocity);
            if (!(speed2 > 0)) {
                return false;
            }
            double[][] h1 = motion1.positionByElements(elements1, timeS);
            double[][] h2 = motion2.positionByElements(elements2, timeS);
            double[][] p1 = motion1.covariance();
            double[][] p2 = motion2.covariance();
            double[][] c = sum(form(h1, p1), form(h2, p2));
            // the mean of the relative position in the linear model about the present elements
            Vector3 mean = d.plus(moved(h2, motion2.mean(), elements2)).minus(moved(h1, motion1.mean(), elements1));
            plane = EncounterPlane.of(mean, velocity, c, radiusM);

            Vector3 along = velocity.times(1 / Math.sqrt(speed2));
            Vector3 x = EncounterPlane.across(along);
            Vector3 y = along.cross(x);
            double cxx = EncounterPlane.form(c, x, x);
            double cxy = EncounterPlane.form(c, x, y);
            double cyy = EncounterPlane.form(c, y, y);
            double determinant = cxx * cyy - cxy * cxy;
            if (!(determinant > 0)) {
                return false;
            }
            double mx = mean.dot(x);
            double my = mean.dot(y);
            Vector3 pull =
                    x.times(-(cyy * mx - cxy * my) / determinant).plus(y.times(-(cxx * my - cxy * mx) / determinant));
            double change = 0;
            change += move(elements1, pull1, motion1, h1, p1, pull.times(-1), share);
            change += move(elements2, pull2, motion2, h2, p2, pull, share);
            motion1.state(elements1, timeS, a);
            motion2.state(elements2, timeS, b);
            Vector3 now = new Vector3(b[0] - a[0], b[1] - a[1], b[2] - a[2]);
            Vector3 v = new Vector3(b[3] - a[3], b[4] - a[4], b[5] - a[5]);
            double step = -now.dot(v) / v.dot(v);
            timeS += Math.max(-longest, Math.min(longest, step));
            if (change < CONVERGED_M && Math.abs(step) * Math.sqrt(speed2) < CONVERGED_M) {
                return true;
            }
            // further away another revolution begins
            if (!(Math.abs(timeS) < 0.5 / REVOLUTION_SHARE_MAX * longest)) {
                return false;
            }
        }
        return false;
    }

    /** Moves elements to the nearest meeting of the linear model; returns by how much the position moved, m. */
    private static double move(
            double[] elements,
            double[] pulls,
            MeanMotionElements motion,
            double[][] h,
            double[][] p,
            Vector3 pull,
            double share) {
        double[] mean = motion.mean();
        double[] before = elements.clone();
        for (int i = 0; i < 6; i++) {
            pulls[i] = h[0][i] * pull.x() + h[1][i] * pull.y() + h[2][i] * pull.z();
        }
        for (int i = 0; i < 6; i++) {
            double moved = mean[i];
            for (int j = 0; j < 6; j++) {
                moved += p[i][j] * pulls[j];
            }
            elements[i] += share * (moved - elements[i]);
        }
        return moved(h, elements, before).norm();
    }

    private static Vector3 moved(double[][] h, double[] to, double[] from) {
        double[] d = new double[3];
        for (int i = 0; i < 3; i++) {
            for (int k = 0; k < 6; k++) {
                d[i] += h[i][k] * (to[k] - from[k]);
            }
        }
        return new Vector3(d[0], d[1], d[2]);
    }

    private static double[][] form(double[][] h, double[][] p) {
        double[][] c = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 6; k++) {
                    for (int l = 0; l < 6; l++) {
                        c[i][j] += h[i][k] * p[k][l] * h[j][l];
                    }
                }
            }
        }
        return c;
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
