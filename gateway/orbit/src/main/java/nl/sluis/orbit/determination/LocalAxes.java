package nl.sluis.orbit.determination;

import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.orekit.utils.PVCoordinates;

/** The radial, transverse and normal axes of an orbit. */
public final class LocalAxes {

    private LocalAxes() {}

    /** Returns the unit vectors R, T, N of an inertial state, in that order. */
    public static Vector3[] rtn(OrbitState state) {
        Vector3 r = state.positionM().times(1 / state.positionM().norm());
        Vector3 momentum = state.positionM().cross(state.velocityMps());
        Vector3 n = momentum.times(1 / momentum.norm());
        return new Vector3[] {r, n.cross(r), n};
    }

    /** Returns the components of a vector along R, T, N of an inertial state. */
    public static Vector3 toRtn(OrbitState state, Vector3 vector) {
        Vector3[] axes = rtn(state);
        return new Vector3(axes[0].dot(vector), axes[1].dot(vector), axes[2].dot(vector));
    }

    /**
     * Returns a covariance of position and velocity along R, T, N. The axes are taken as not turning, as CCSDS 508.0-B-1
     * does for its RTN covariance.
     */
    public static SymmetricMatrix toRtn(OrbitState state, SymmetricMatrix covariance) {
        return covariance.congruent(turn(state));
    }

    /** Returns what turns position and velocity from the frame of a state to its R, T, N, which are taken as not turning. */
    static double[][] turn(OrbitState state) {
        Vector3[] axes = rtn(state);
        double[][] t = new double[6][6];
        for (int i = 0; i < 3; i++) {
            for (int block = 0; block <= 3; block += 3) {
                t[block + i][block] = axes[i].x();
                t[block + i][block + 1] = axes[i].y();
                t[block + i][block + 2] = axes[i].z();
            }
        }
        return t;
    }

    /** Returns a covariance given along R, T, N in the inertial frame of the state: the inverse of {@link #toRtn}. */
    public static SymmetricMatrix fromRtn(OrbitState state, SymmetricMatrix covarianceRtn) {
        Vector3[] axes = rtn(state);
        double[][] t = new double[6][6];
        for (int i = 0; i < 3; i++) {
            for (int block = 0; block <= 3; block += 3) {
                t[block][block + i] = axes[i].x();
                t[block + 1][block + i] = axes[i].y();
                t[block + 2][block + i] = axes[i].z();
            }
        }
        return covarianceRtn.congruent(t);
    }

    /**
     * How two states of one epoch differ.
     *
     * @param positionM along R, T, N of the first, m
     * @param velocityMps the same, m/s
     */
    public record Difference(Vector3 positionM, Vector3 velocityMps) {}

    /** Returns the second state minus the first along R, T, N of the first; each may be in any frame but a local one. */
    public static Difference difference(OrbitState first, OrbitState second) {
        OrekitData.load();
        OrbitState a = inertial(first);
        OrbitState b = inertial(second);
        return new Difference(
                toRtn(a, b.positionM().minus(a.positionM())),
                toRtn(a, b.velocityMps().minus(a.velocityMps())));
    }

    private static OrbitState inertial(OrbitState state) {
        PVCoordinates pv = Convert.pv(state, Convert.frame(Frame.GCRF));
        return new OrbitState(
                state.epoch(), Frame.GCRF, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }
}
