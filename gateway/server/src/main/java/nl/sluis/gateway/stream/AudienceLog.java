package nl.sluis.gateway.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One audience's own log: the products that were released to it, in the order of their release. It holds places in the
 * products log, not products. Its own index is all that a cursor counts, so a cursor says nothing of what others got.
 */
final class AudienceLog {
    private static final int FIRST_CAPACITY = 256;

    private final Map<String, Integer> latestByProduct = new HashMap<>();
    private final Set<Runnable> listeners = new HashSet<>();
    private long[] positions = new long[FIRST_CAPACITY];
    private long[] releasedMicros = new long[FIRST_CAPACITY];
    private int size;

    /** Adds a release. Nobody is woken for it alone: see {@link #wakeAll}. */
    synchronized void add(long productPosition, String productId, long atMicros) {
        if (size == positions.length) {
            positions = Arrays.copyOf(positions, 2 * size);
            releasedMicros = Arrays.copyOf(releasedMicros, 2 * size);
        }
        positions[size] = productPosition;
        releasedMicros[size] = atMicros;
        latestByProduct.put(productId, size);
        size++;
    }

    /** Wakes whoever waits for what was added: once for all of it, so that it goes out in one write. */
    void wakeAll() {
        List<Runnable> toWake;
        synchronized (this) {
            toWake = new ArrayList<>(listeners);
        }
        toWake.forEach(Runnable::run);
    }

    /** How many releases there are. */
    synchronized int size() {
        return size;
    }

    /** Place of a release's product in the products log. */
    synchronized long position(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("index: " + index + " (expected: below " + size + ")");
        }
        return positions[index];
    }

    /** Index of the first release at or after a time; the size where there is none. */
    synchronized int firstSince(long micros) {
        int found = Arrays.binarySearch(releasedMicros, 0, size, micros);
        int index = found >= 0 ? found : -found - 1;
        while (index > 0 && releasedMicros[index - 1] == micros) {
            index--;
        }
        return index;
    }

    /** Indexes of the latest release of every product, in order. */
    synchronized int[] snapshot() {
        return latestByProduct.values().stream()
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
    }

    synchronized void addListener(Runnable wakeUp) {
        listeners.add(wakeUp);
    }

    synchronized void removeListener(Runnable wakeUp) {
        listeners.remove(wakeUp);
    }
}
