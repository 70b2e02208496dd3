package nl.sluis.orbit.encounter;

import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.LocalAxes;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.jspecify.annotations.Nullable;
import org.orekit.errors.OrekitException;
import org.orekit.errors.OrekitIllegalArgumentException;
import org.orekit.frames.FramesFactory;
import org.orekit.orbits.EquinoctialOrbit;
import org.orekit.orbits.PositionAngleType;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * An uncertain orbit about a point mass in equinoctial elements with the mean motion in place of the axis: n, ex, ey, hx, hy
 * and the mean longitude. In these, errors that are Gaussian stay Gaussian for many revolutions, while Cartesian ones bend
 * along the orbit (Coppola and Tanygin 2015; Hall 2021). The axes are those of the orbit itself, where the elements are
 * regular whatever the inclination.
 */
final class MeanMotionElements {

    static final double MU = Constants.EIGEN5C_EARTH_MU;

    private static final int SIZE = 6;

    /** Rows: the R, T, N of the nominal state. */
    private final double[][] axes = new double[3][3];

    private final double[] mean = new double[SIZE];
    private final double[][] covariance;

    private MeanMotionElements(OrbitState state, SymmetricMatrix covarianceRtn) {
        Vector3[] rtn = LocalAxes.rtn(state);
        for (int i = 0; i < 3; i++) {
            axes[i][0] = rtn[i].x();
            axes[i][1] = rtn[i].y();
            axes[i][2] = rtn[i].z();
        }
        Vector3 r = LocalAxes.toRtn(state, state.positionM());
        Vector3 v = LocalAxes.toRtn(state, state.velocityMps());
        EquinoctialOrbit orbit = new EquinoctialOrbit(
                new PVCoordinates(new Vector3D(r.x(), r.y(), r.z()), new Vector3D(v.x(), v.y(), v.z())),
                FramesFactory.getGCRF(),
                AbsoluteDate.J2000_EPOCH,
                MU);
        mean[0] = Math.sqrt(MU / Math.pow(orbit.getA(), 3));
        mean[1] = orbit.getEquinoctialEx();
        mean[2] = orbit.getEquinoctialEy();
        mean[3] = orbit.getHx();
        mean[4] = orbit.getHy();
        mean[5] = orbit.getLM();
        double[][] byState = new double[SIZE][SIZE];
        orbit.getJacobianWrtCartesian(PositionAngleType.MEAN, byState);
        for (int j = 0; j < SIZE; j++) {
            byState[0][j] *= -1.5 * mean[0] / orbit.getA();
        }
        covariance = covarianceRtn.congruent(byState).rows();
    }

    /**
     * Makes elements of an inertial state.
     *
     * @param covarianceRtn 6×6 along R, T, N of the state
     * @return null if the orbit is not closed
     */
    static @Nullable MeanMotionElements of(OrbitState state, SymmetricMatrix covarianceRtn) {
        double r = state.positionM().norm();
        double v = state.velocityMps().norm();
        if (!(v * v / 2 - MU / r < 0)) {
            return null;
        }
        try {
            return new MeanMotionElements(state, covarianceRtn);
        } catch (OrekitException | OrekitIllegalArgumentException e) {
            // a state that is no orbit, for example without angular momentum
            return null;
        }
    }

    double[] mean() {
        return mean.clone();
    }

    /** Returns the elements themselves, for reading only. */
    double[] nominal() {
        return mean;
    }

    double[][] covariance() {
        return covariance;
    }

    double periodS() {
        return 2 * Math.PI / mean[0];
    }

    /** Writes position and velocity of elements after a time, m, m/s. */
    void state(double[] e, double t, double[] pv) {
        double n = e[0];
        double ex = e[1];
        double ey = e[2];
        double a = Math.cbrt(MU / (n * n));
        double longitude = e[5] + n * t;
        // eccentric longitude by Newton from the mean one
        double f = longitude + ex * Math.sin(longitude) - ey * Math.cos(longitude);
        double sin = 0;
        double cos = 0;
        for (int k = 0; k < 20; k++) {
            sin = Math.sin(f);
            cos = Math.cos(f);
            double step = (f - ex * sin + ey * cos - longitude) / (1 - ex * cos - ey * sin);
            f -= step;
            // the error after a step is about its square, and sine and cosine follow by their derivatives
            if (Math.abs(step) < 1e-7) {
                double s = sin;
                sin -= step * cos;
                cos += step * s;
                break;
            }
        }
        double e2 = ex * ex + ey * ey;
        double beta = 1 / (1 + Math.sqrt(1 - e2));
        double rOverA = 1 - ex * cos - ey * sin;
        double x = a * ((1 - beta * ey * ey) * cos + beta * ex * ey * sin - ex);
        double y = a * ((1 - beta * ex * ex) * sin + beta * ex * ey * cos - ey);
        double speed = n * a / rOverA;
        double vx = speed * (beta * ex * ey * cos - (1 - beta * ey * ey) * sin);
        double vy = speed * ((1 - beta * ex * ex) * cos - beta * ex * ey * sin);
        double hx = e[3];
        double hy = e[4];
        double scale = 1 / (1 + hx * hx + hy * hy);
        double ux = (1 + hx * hx - hy * hy) * scale;
        double uy = 2 * hx * hy * scale;
        double uz = -2 * hy * scale;
        double wx = uy;
        double wy = (1 - hx * hx + hy * hy) * scale;
        double wz = 2 * hx * scale;
        turn(x * ux + y * wx, x * uy + y * wy, x * uz + y * wz, pv, 0);
        turn(vx * ux + vy * wx, vx * uy + vy * wy, vx * uz + vy * wz, pv, 3);
    }

    private void turn(double x, double y, double z, double[] to, int at) {
        for (int i = 0; i < 3; i++) {
            to[at + i] = axes[0][i] * x + axes[1][i] * y + axes[2][i] * z;
        }
    }

    /** Returns the derivatives of the position by the elements after a time, by central differences; 3×6. */
    double[][] positionByElements(double[] e, double t) {
        double[][] h = new double[3][SIZE];
        double[] plus = new double[SIZE];
        double[] minus = new double[SIZE];
        for (int k = 0; k < SIZE; k++) {
            double step = k == 0 ? 1e-6 * e[0] : 1e-6;
            double[] moved = e.clone();
            moved[k] = e[k] + step;
            state(moved, t, plus);
            moved[k] = e[k] - step;
            state(moved, t, minus);
            for (int i = 0; i < 3; i++) {
                h[i][k] = (plus[i] - minus[i]) / (2 * step);
            }
        }
        return h;
    }
}
