package nl.sluis.policy.decide;

import org.jspecify.annotations.Nullable;

/** Sets as machine words, without allocation. A set that is null is empty. */
final class Bits {
    private Bits() {}

    /** Words for a set over so many elements; at least one. */
    static int words(int elements) {
        return Math.max(1, (elements + Long.SIZE - 1) / Long.SIZE);
    }

    static void set(long[] bits, int bit) {
        bits[bit >> 6] |= 1L << bit;
    }

    static void clear(long[] bits, int bit) {
        bits[bit >> 6] &= ~(1L << bit);
    }

    static boolean has(long[] bits, int bit) {
        return (bits[bit >> 6] >>> bit & 1) != 0;
    }

    static boolean isEmpty(long[] bits) {
        for (long word : bits) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    static void or(long[] into, long @Nullable [] bits) {
        for (int w = 0; bits != null && w < into.length; w++) {
            into[w] |= bits[w];
        }
    }

    static void and(long[] into, long @Nullable [] bits) {
        for (int w = 0; w < into.length; w++) {
            into[w] &= bits == null ? 0L : bits[w];
        }
    }

    static void copy(long[] from, long[] into) {
        for (int w = 0; w < into.length; w++) {
            into[w] = from[w];
        }
    }
}
