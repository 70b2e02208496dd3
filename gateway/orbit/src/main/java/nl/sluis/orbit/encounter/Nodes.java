package nl.sluis.orbit.encounter;

import java.util.Arrays;
import org.hipparchus.analysis.interpolation.HermiteInterpolator;
import org.jspecify.annotations.Nullable;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.PVCoordinates;

/**
 * Positions of all objects over a block of time, good enough to search with: exact states at nodes of {@value #NODE_S} s,
 * Hermite's polynomial of seventh degree through four nodes to the middles, cubics between. One coordinate of all objects
 * is one array.
 */
final class Nodes {

    /** Time between exact states, s. */
    static final double NODE_S = 480;

    /** Time between ends of cubics, s; a cubic is off by less than 300 m even at a low perigee. */
    static final double SPAN_S = NODE_S / 2;

    /** Most intervals between exact states in a block: two hours. */
    static final int INTERVALS = 15;

    private static final int NODES_IN_POLYNOMIAL = 4;

    /** Search steps from node to node. */
    static final int STEPS = (int) (NODE_S / Grid.STEP_S);

    /**
     * By interval of four nodes and step in it: weights of the nodes' positions and velocities for the position, and for the
     * velocity.
     */
    static final float[][][][] WEIGHTS = weights();

    private final Motions motions;
    private final int n;

    /** By end of a cubic, coordinate (x, y, z, vx, vy, vz) and object. */
    private final float[][][] ends = new float[2 * INTERVALS + 1][6][];

    private double fromS;
    private int spans;

    Nodes(Motions motions, int n) {
        this.motions = motions;
        this.n = n;
        for (float[][] end : ends) {
            for (int c = 0; c < 6; c++) {
                end[c] = new float[n];
            }
        }
    }

    /** Takes up a block. */
    void fill(double from, int intervals) {
        fromS = from;
        spans = 2 * intervals;
        // the polynomial needs four nodes, also where the window ends before
        int nodes = Math.max(NODES_IN_POLYNOMIAL, intervals + 1);
        AbsoluteDate[] dates = new AbsoluteDate[nodes];
        for (int k = 0; k < nodes; k++) {
            dates[k] = motions.date(from + k * NODE_S);
        }
        for (int i = 0; i < n; i++) {
            if (!motions.isSampled(i)) {
                for (int k = 0; k < nodes; k++) {
                    set(2 * k, i, motions.at(i, from + k * NODE_S, dates[k]));
                }
            }
        }
        for (int k = 0; k < intervals; k++) {
            middle(k, Math.max(0, Math.min(k - 1, nodes - NODES_IN_POLYNOMIAL)));
        }
    }

    private void set(int end, int i, @Nullable PVCoordinates pv) {
        float[][] to = ends[end];
        if (pv == null) {
            for (int c = 0; c < 6; c++) {
                to[c][i] = Float.NaN;
            }
            return;
        }
        to[0][i] = (float) pv.getPosition().getX();
        to[1][i] = (float) pv.getPosition().getY();
        to[2][i] = (float) pv.getPosition().getZ();
        to[3][i] = (float) pv.getVelocity().getX();
        to[4][i] = (float) pv.getVelocity().getY();
        to[5][i] = (float) pv.getVelocity().getZ();
    }

    private void middle(int interval, int first) {
        float[][] w = WEIGHTS[interval - first][STEPS / 2];
        float[][] to = ends[2 * interval + 1];
        for (int axis = 0; axis < 3; axis++) {
            Arrays.fill(to[axis], 0);
            Arrays.fill(to[3 + axis], 0);
            for (int k = 0; k < NODES_IN_POLYNOMIAL; k++) {
                float[] p = ends[2 * (first + k)][axis];
                float[] v = ends[2 * (first + k)][3 + axis];
                add(to[axis], w[0][k], p, w[1][k], v);
                add(to[3 + axis], w[2][k], p, w[3][k], v);
            }
        }
        for (int i = 0; i < n; i++) {
            if (Float.isNaN(to[0][i]) && !motions.isSampled(i)) {
                // one of the four nodes lies beyond a decay
                double t = fromS + (interval + 0.5) * NODE_S;
                set(2 * interval + 1, i, motions.at(i, t, null));
            }
        }
    }

    private static void add(float[] to, float wp, float[] p, float wv, float[] v) {
        for (int i = 0; i < to.length; i++) {
            to[i] += wp * p[i] + wv * v[i];
        }
    }

    /** Writes the positions at a time within the block, NaN where an object is not known. */
    void positions(double t, float[][] to) {
        int span = (int) Math.min(spans - 1, Math.floor((t - fromS) / SPAN_S + 1e-9));
        float u = (float) ((t - fromS) / SPAN_S - span);
        float dt = (float) SPAN_S;
        float u2 = u * u;
        float u3 = u2 * u;
        float h00 = 2 * u3 - 3 * u2 + 1;
        float h10 = (u3 - 2 * u2 + u) * dt;
        float h01 = 3 * u2 - 2 * u3;
        float h11 = (u3 - u2) * dt;
        for (int axis = 0; axis < 3; axis++) {
            cubic(
                    to[axis],
                    h00,
                    ends[span][axis],
                    h10,
                    ends[span][3 + axis],
                    h01,
                    ends[span + 1][axis],
                    h11,
                    ends[span + 1][3 + axis]);
        }
        for (int i = 0; i < n; i++) {
            if (motions.isSampled(i)) {
                PVCoordinates pv = motions.near(i, t, Grid.STEP_S);
                to[0][i] = pv == null ? Float.NaN : (float) pv.getPosition().getX();
                to[1][i] = pv == null ? Float.NaN : (float) pv.getPosition().getY();
                to[2][i] = pv == null ? Float.NaN : (float) pv.getPosition().getZ();
            }
        }
    }

    private static void cubic(
            float[] to, float h00, float[] p0, float h10, float[] v0, float h01, float[] p1, float h11, float[] v1) {
        for (int i = 0; i < to.length; i++) {
            to[i] = h00 * p0[i] + h10 * v0[i] + h01 * p1[i] + h11 * v1[i];
        }
    }

    private static float[][][][] weights() {
        float[][][][] weights = new float[NODES_IN_POLYNOMIAL - 1][STEPS + 1][4][NODES_IN_POLYNOMIAL];
        for (int interval = 0; interval < weights.length; interval++) {
            for (int step = 0; step <= STEPS; step++) {
                for (int k = 0; k < NODES_IN_POLYNOMIAL; k++) {
                    double at = interval + step / (double) STEPS;
                    double[][] byPosition = basis(k, 1, 0, at);
                    double[][] byVelocity = basis(k, 0, 1, at);
                    weights[interval][step][0][k] = (float) byPosition[0][0];
                    weights[interval][step][1][k] = (float) byVelocity[0][0];
                    weights[interval][step][2][k] = (float) byPosition[1][0];
                    weights[interval][step][3][k] = (float) byVelocity[1][0];
                }
            }
        }
        return weights;
    }

    /** Value and derivative of the polynomial that is one in one node's value or derivative and zero in all others. */
    private static double[][] basis(int node, double value, double derivative, double at) {
        HermiteInterpolator polynomial = new HermiteInterpolator();
        for (int k = 0; k < NODES_IN_POLYNOMIAL; k++) {
            polynomial.addSamplePoint(
                    k * NODE_S, new double[] {k == node ? value : 0}, new double[] {k == node ? derivative : 0});
        }
        return polynomial.derivatives(at * NODE_S, 1);
    }
}
