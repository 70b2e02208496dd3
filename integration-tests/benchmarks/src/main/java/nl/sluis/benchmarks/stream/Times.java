package nl.sluis.benchmarks.stream;

import java.util.Arrays;

/** Moments, {@link System#nanoTime()}, which the processes of one machine share. */
final class Times {
    private long[] nanos = new long[1 << 16];
    private int count;

    synchronized void now() {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = System.nanoTime();
    }

    synchronized long[] all() {
        return Arrays.copyOf(nanos, count);
    }
}
