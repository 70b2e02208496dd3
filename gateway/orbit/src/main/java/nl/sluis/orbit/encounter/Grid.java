package nl.sluis.orbit.encounter;

import java.util.Arrays;

/**
 * Finds the pairs that come close within one step of time. An object flies fast along its orbit and slowly up or down, so for
 * a step it stays in a thin layer about the Earth. The objects are sorted by layer and by cell in it (a counting sort), and
 * each is tested with those around it in its layer. The cells are so wide that a pair that comes close within half a step of
 * the step's middle is in neighbouring cells there. All are folded into one table: strangers may share a place in it, which
 * costs tests but never loses a pair.
 */
final class Grid {

    /** Length of a step, s: tests grow with its square, sorting with its inverse. */
    static final double STEP_S = 60;

    /** No two objects in bound orbits about the Earth meet faster, m/s. */
    static final double HIGHEST_SPEED_MPS = 18_500;

    /** Room for the cubic, the curvature within half a step and single precision, m. */
    static final double PAD_M = 1_000;

    /** Gravity at the surface, m/s²: in a bound orbit the distance from the Earth's centre changes its rate by less. */
    private static final double MOST_BEND_MPS2 = 9.9;

    /** Thickness of a layer, in bands of an object in a circular orbit: in thinner ones most objects would lie twice. */
    private static final double BANDS_IN_LAYER = 3;

    /** Places in the table; a power of two. */
    private static final int TABLE = 1 << 18;

    /** From a cell to the next in y, and in z. */
    private static final int Y = 64;

    private static final int Z = Y * Y;

    /** Spreads the layers over the table. */
    private static final int LAYER = 0x9E3779B1;

    private static final int LAYER_SHIFT = 14;

    /** Half a step and a little, so that an approach on the border of two steps is in one of them. */
    private static final float HALF = 1.01f;

    /** Numbers of a record: middle of the step, way to its end, band of distances from the Earth's centre. */
    private static final int RECORD = 8;

    /** Takes a pair that may come close: the time of its linear approach, and how fast it is. */
    interface Found {
        void pair(int i, int j, double t, double missM, double speedMps);
    }

    private final int n;
    private final float limit2;
    private final float far2;
    private final float cellsPerM;
    private final float layersPerM;
    private final float bandPadM;

    /** Layers that an object can cross within a step; a source that claims more is not followed to the moon and back. */
    private final int mostLayers;

    private final Found found;

    // by object: its band, and its cell as if there were one layer

    private final float[] low;
    private final float[] high;
    private final int[] cell;

    // by place in the order of the table, an object once for each layer that its band touches

    private final int[] starts = new int[TABLE + 1];
    private int[] slots;
    private float[] records;

    /** The object; as its complement where the place is not in the lowest layer of the object. */
    private int[] order;

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
        bandPadM = (float) (limit / 2 + MOST_BEND_MPS2 * STEP_S * STEP_S / 8);
        layersPerM = (float) (1 / (BANDS_IN_LAYER * 2 * bandPadM));
        mostLayers = 2 + layer((float) (HIGHEST_SPEED_MPS * STEP_S) + 2 * bandPadM);
        low = new float[n];
        high = new float[n];
        cell = new int[n];
        slots = new int[2 * n];
        order = new int[2 * n];
        records = new float[2 * n * RECORD];
    }

    /** Searches the step between two sets of positions. */
    void search(double fromS, float[][] before, float[][] after) {
        middleS = fromS + STEP_S / 2;
        bands(before, after);
        cells(before, after);
        sort(before, after);
        test();
    }

    /** Two that come within the threshold are as close in their distance from the Earth's centre: their bands overlap. */
    private void bands(float[][] before, float[][] after) {
        float[] x0 = before[0];
        float[] y0 = before[1];
        float[] z0 = before[2];
        float[] x1 = after[0];
        float[] y1 = after[1];
        float[] z1 = after[2];
        for (int i = 0; i < n; i++) {
            float r0 = (float) Math.sqrt(x0[i] * x0[i] + y0[i] * y0[i] + z0[i] * z0[i]);
            float r1 = (float) Math.sqrt(x1[i] * x1[i] + y1[i] * y1[i] + z1[i] * z1[i]);
            low[i] = Math.min(r0, r1) - bandPadM;
            high[i] = Math.max(r0, r1) + bandPadM;
        }
    }

    private void cells(float[][] before, float[][] after) {
        Arrays.fill(starts, 0);
        float half = 0.5f * cellsPerM;
        for (int i = 0; i < n; i++) {
            if (Float.isNaN(low[i])) {
                // no layer holds what has no position: its band ends before it begins
                low[i] = 0;
                high[i] = -2 / layersPerM;
                continue;
            }
            cell[i] = index((before[0][i] + after[0][i]) * half)
                    + index((before[1][i] + after[1][i]) * half) * Y
                    + index((before[2][i] + after[2][i]) * half) * Z;
            int first = layer(low[i]);
            int last = last(i, first);
            for (int layer = first; layer <= last; layer++) {
                starts[slot(cell[i], layer) + 1]++;
            }
        }
        int total = 0;
        for (int c = 1; c <= TABLE; c++) {
            total += starts[c];
            starts[c] = total;
        }
        if (total > order.length) {
            slots = new int[2 * total];
            order = new int[2 * total];
            records = new float[2 * total * RECORD];
        }
    }

    private void sort(float[][] before, float[][] after) {
        float[] x0 = before[0];
        float[] y0 = before[1];
        float[] z0 = before[2];
        float[] x1 = after[0];
        float[] y1 = after[1];
        float[] z1 = after[2];
        // starts are moved on while filling and put back by the shift below
        for (int i = 0; i < n; i++) {
            int first = layer(low[i]);
            int last = last(i, first);
            for (int layer = first; layer <= last; layer++) {
                int slot = slot(cell[i], layer);
                int at = starts[slot]++;
                order[at] = layer == first ? i : ~i;
                slots[at] = slot;
                int r = at * RECORD;
                records[r] = 0.5f * (x0[i] + x1[i]);
                records[r + 1] = 0.5f * (y0[i] + y1[i]);
                records[r + 2] = 0.5f * (z0[i] + z1[i]);
                records[r + 3] = 0.5f * (x1[i] - x0[i]);
                records[r + 4] = 0.5f * (y1[i] - y0[i]);
                records[r + 5] = 0.5f * (z1[i] - z0[i]);
                records[r + 6] = low[i];
                records[r + 7] = high[i];
            }
        }
        System.arraycopy(starts, 0, starts, 1, TABLE);
        starts[0] = 0;
    }

    /** Rounds down, because the offset makes coordinates within 1.5 million km positive. */
    private static int index(float coordinate) {
        return (int) (coordinate + 4096f);
    }

    private int layer(float radiusM) {
        return (int) (radiusM * layersPerM);
    }

    private int last(int i, int first) {
        return Math.min(layer(high[i]), first + mostLayers);
    }

    /** Neighbours of a cell are at fixed distances from it, whatever the layer. */
    private static int slot(int cell, int layer) {
        return (cell + ((layer * LAYER) >>> LAYER_SHIFT)) & (TABLE - 1);
    }

    /** Tests each object with those after it in its cell and with half of the cells around: each pair once. */
    private void test() {
        int count = starts[TABLE];
        int first = 0;
        while (first < count) {
            int slot = slots[first];
            int end = starts[slot + 1];
            for (int i = first; i + 1 < end; i++) {
                range(i, i + 1, i + 1, end);
            }
            int right = (slot + 1) & (TABLE - 1);
            range(first, end, starts[right], starts[right + 1]);
            row(first, end, slot + Y);
            row(first, end, slot + Z - Y);
            row(first, end, slot + Z);
            row(first, end, slot + Z + Y);
            first = end;
        }
    }

    /** Three cells in a row lie side by side, but for the ends of the table. */
    private void row(int first, int end, int unfolded) {
        int middle = unfolded & (TABLE - 1);
        if (middle > 0 && middle < TABLE - 1) {
            range(first, end, starts[middle - 1], starts[middle + 2]);
            return;
        }
        for (int d = -1; d <= 1; d++) {
            int c = (middle + d) & (TABLE - 1);
            range(first, end, starts[c], starts[c + 1]);
        }
    }

    /** Is the least distance on the straight line between both ends of the step below the limit? */
    private void range(int first, int end, int from, int to) {
        if (from >= to) {
            return;
        }
        tests += (long) (end - first) * (to - from);
        float[] r = records;
        float far = far2;
        float limit = limit2;
        for (int i = first; i < end; i++) {
            int p = i * RECORD;
            float xi = r[p];
            float yi = r[p + 1];
            float zi = r[p + 2];
            float lowest = r[p + 6];
            float highest = r[p + 7];
            for (int q = from * RECORD; q < to * RECORD; q += RECORD) {
                float dx = r[q] - xi;
                float dy = r[q + 1] - yi;
                float dz = r[q + 2] - zi;
                float r2 = dx * dx + dy * dy + dz * dz;
                // all three or none: one jump that mostly goes one way, by the signs of the differences
                if ((Float.floatToRawIntBits(r2 - far)
                                & Float.floatToRawIntBits(r[q + 6] - highest)
                                & Float.floatToRawIntBits(lowest - r[q + 7]))
                        < 0) {
                    float ex = r[q + 3] - r[p + 3];
                    float ey = r[q + 4] - r[p + 4];
                    float ez = r[q + 5] - r[p + 5];
                    float a = ex * ex + ey * ey + ez * ez;
                    float b = dx * ex + dy * ey + dz * ez;
                    float size = Math.abs(b);
                    float c = r2 - limit;
                    if (size <= a * HALF ? c * a <= b * b : c + (a * HALF - 2 * size) * HALF <= 0) {
                        report(order[i], order[q / RECORD], r2, a, b);
                    }
                }
            }
        }
    }

    private void report(int placed1, int placed2, float r2, float a, float b) {
        if (placed1 < 0 && placed2 < 0) {
            // found in the layer below too
            return;
        }
        int i = Math.max(placed1, ~placed1);
        int j = Math.max(placed2, ~placed2);
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
