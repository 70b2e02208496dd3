package nl.sluis.policy.decide;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What was decided about an item, apart from the item: if nobody needs a declared downgrade, two decisions of one policy
 * with the same shape mean the same for every audience.
 */
public final class Shape {
    private final long[] bits;

    Shape(long[]... sets) {
        int length = 0;
        for (long[] set : sets) {
            length += set.length;
        }
        bits = new long[length];
        int at = 0;
        for (long[] set : sets) {
            System.arraycopy(set, 0, bits, at, set.length);
            at += set.length;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Shape shape && Arrays.equals(bits, shape.bits);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bits);
    }
}
