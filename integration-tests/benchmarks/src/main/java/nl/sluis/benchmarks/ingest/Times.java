package nl.sluis.benchmarks.ingest;

import java.util.Arrays;

/** Measured times; added to by any thread. */
final class Times {
    private long[] ns = new long[1 << 16];
    private int count;

    synchronized void add(long elapsedNs) {
        if (count == ns.length) {
            ns = Arrays.copyOf(ns, 2 * count);
        }
        ns[count++] = elapsedNs;
    }

    synchronized int count() {
        return count;
    }

    synchronized void clear() {
        count = 0;
    }

    /** The time that a part of all did not exceed, ms. */
    synchronized double quantileMs(double part) {
        long[] sorted = Arrays.copyOf(ns, count);
        Arrays.sort(sorted);
        return count == 0 ? Double.NaN : sorted[Math.min(count - 1, (int) (part * count))] / 1e6;
    }
}
