package nl.sluis.orbit.encounter;

import java.util.Arrays;

/**
 * Finds the pairs that come close within one step of time. The objects are sorted by cell (a counting sort), and each is
 * tested with those around it. The cells are so wide that a pair that comes close within half a step of the step's middle
 * is in neighbouring cells there. They lie on a torus: far objects share cells with near ones, which costs tests but never
 * loses a pair.
 */
final class Grid {

    /** Length of a step, s: tests grow with its square, sorting with its inverse. */
    static final double STEP_S = 24;

    /** No two objects in bound orbits about the Earth meet faster, m/s. */
    static final double HIGHEST_SPEED_MPS = 18_500;

    /** Room for the cubic, the curvature within half a step and single precision, m. */
    static final double PAD_M = 1_000;

    /** Cells along each side of the torus; a power of two. */
    private static final int CELLS = 64;

    private static final int LAYER = CELLS * CELLS;

    /** Half a step and a little, so that an approach on the border of two steps is in one of them. */
    private static final float HALF = 1.01f;

    /** Takes a pair that may come close: the time of its linear approach, and how fast it is. */
    interface Found {
        void pair(int i, int j, double t, double missM, double speedMps);
    }

    private final int n;
    private final float limit2;
    private final float far2;
    private final float cellsPerM;
    private final Found found;

    private final int[] cell;
    private final int[] order;
    private final int[] starts = new int[CELLS * LAYER + 1];

    // middles of the step and the way to its end, in the order of cells, and the cells
    private final float[] x;
    private final float[] y;
    private final float[] z;
    private final float[] hx;
    private final float[] hy;
    private final float[] hz;
    private final int[] sortedCell;

    private double middleS;

    /** Pairs tested so far. */
    long tests;

    Grid(int n, double thresholdM, Found found) {
        this.n = n;
        this.found = found;
        double limit = thresholdM + PAD_M;
        double cellM = limit + HIGHEST_SPEED_MPS * STEP_S / 2;
        limit2 = (float) (limit * limit);
        far2 = (float) (cellM * cellM);
        cellsPerM = (float) (1 / cellM);
        cell = new int[n];
        order = new int[n];
        x = new float[n];
        y = new float[n];
        z = new float[n];
        hx = new float[n];
        hy = new float[n];
        hz = new float[n];
        sortedCell = new int[n];
    }

    /** Searches the step between two sets of positions. */
    void search(double fromS, float[][] before, float[][] after) {
        middleS = fromS + STEP_S / 2;
        sort(before, after);
        test();
    }

    private void sort(float[][] before, float[][] after) {
        Arrays.fill(starts, 0);
        float half = 0.5f * cellsPerM;
        float[] x0 = before[0];
        float[] y0 = before[1];
        float[] z0 = before[2];
        float[] x1 = after[0];
        float[] y1 = after[1];
        float[] z1 = after[2];
        for (int i = 0; i < n; i++) {
            float sum = x0[i] + x1[i];
            int c = -1;
            if (!Float.isNaN(sum)) {
                c = index(sum * half) | index((y0[i] + y1[i]) * half) * CELLS | index((z0[i] + z1[i]) * half) * LAYER;
                starts[c + 1]++;
            }
            cell[i] = c;
        }
        int total = 0;
        for (int c = 1; c < starts.length; c++) {
            total += starts[c];
            starts[c] = total;
        }
        // starts[c] is moved on while filling and put back by the shift below
        for (int i = 0; i < n; i++) {
            int c = cell[i];
            if (c >= 0) {
                int at = starts[c]++;
                order[at] = i;
                sortedCell[at] = c;
                x[at] = 0.5f * (x0[i] + x1[i]);
                y[at] = 0.5f * (y0[i] + y1[i]);
                z[at] = 0.5f * (z0[i] + z1[i]);
                hx[at] = 0.5f * (x1[i] - x0[i]);
                hy[at] = 0.5f * (y1[i] - y0[i]);
                hz[at] = 0.5f * (z1[i] - z0[i]);
            }
        }
        System.arraycopy(starts, 0, starts, 1, starts.length - 1);
        starts[0] = 0;
    }

    /** Rounds down, because the offset makes coordinates within 1.5 million km positive. */
    private static int index(float coordinate) {
        return (int) (coordinate + 4096f) & (CELLS - 1);
    }

    /** Tests each object with those after it in its cell and with half of the cells around: each pair once. */
    private void test() {
        int count = starts[starts.length - 1];
        int first = 0;
        while (first < count) {
            int c = sortedCell[first];
            int end = starts[c + 1];
            int ix = c & (CELLS - 1);
            int iy = c / CELLS & (CELLS - 1);
            int iz = c / LAYER;
            int up = (iy + 1 & (CELLS - 1)) * CELLS;
            int down = (iy - 1 & (CELLS - 1)) * CELLS;
            int above = (iz + 1 & (CELLS - 1)) * LAYER;
            int right = c - ix + (ix + 1 & (CELLS - 1));
            for (int i = first; i < end; i++) {
                range(i, i + 1, i + 1, end);
            }
            range(first, end, starts[right], starts[right + 1]);
            row(first, end, ix, up + iz * LAYER);
            row(first, end, ix, up + above);
            row(first, end, ix, iy * CELLS + above);
            row(first, end, ix, down + above);
            first = end;
        }
    }

    private void row(int first, int end, int ix, int row) {
        if (ix > 0 && ix < CELLS - 1) {
            range(first, end, starts[row + ix - 1], starts[row + ix + 2]);
            return;
        }
        for (int d = -1; d <= 1; d++) {
            int c = row + (ix + d & (CELLS - 1));
            range(first, end, starts[c], starts[c + 1]);
        }
    }

    /** Is the least distance on the straight line between both ends of the step below the limit? */
    private void range(int first, int end, int from, int to) {
        if (from >= to) {
            return;
        }
        tests += (long) (end - first) * (to - from);
        float[] px = x;
        float[] py = y;
        float[] pz = z;
        float far = far2;
        float limit = limit2;
        for (int i = first; i < end; i++) {
            float xi = px[i];
            float yi = py[i];
            float zi = pz[i];
            for (int j = from; j < to; j++) {
                float dx = px[j] - xi;
                float dy = py[j] - yi;
                float dz = pz[j] - zi;
                float r2 = dx * dx + dy * dy + dz * dz;
                if (r2 < far) {
                    float ex = hx[j] - hx[i];
                    float ey = hy[j] - hy[i];
                    float ez = hz[j] - hz[i];
                    float a = ex * ex + ey * ey + ez * ez;
                    float b = dx * ex + dy * ey + dz * ez;
                    float size = Math.abs(b);
                    float c = r2 - limit;
                    if (size <= a * HALF ? c * a <= b * b : c + (a * HALF - 2 * size) * HALF <= 0) {
                        report(order[i], order[j], r2, a, b);
                    }
                }
            }
        }
    }

    private void report(int i, int j, float r2, float a, float b) {
        double s = a > 0 ? Math.max(-1, Math.min(1, -b / a)) : 0;
        double miss2 = r2 + 2 * s * b + s * s * a;
        found.pair(
                Math.min(i, j),
                Math.max(i, j),
                middleS + s * STEP_S / 2,
                Math.sqrt(Math.max(0, miss2)),
                2 * Math.sqrt(a) / STEP_S);
    }
}
