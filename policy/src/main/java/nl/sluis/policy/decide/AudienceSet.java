package nl.sluis.policy.decide;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A set of audiences of one compiled policy: an immutable bit set with an order. */
public final class AudienceSet implements Comparable<AudienceSet> {
    private final long[] words;

    private AudienceSet(long[] words) {
        this.words = words;
    }

    static AudienceSet of(long[] words) {
        return new AudienceSet(words.clone());
    }

    /** Whether the audience with this index is in the set. */
    public boolean contains(int audience) {
        return (words[audience >> 6] >>> audience & 1) != 0;
    }

    /** Whether no audience is in the set. */
    public boolean isEmpty() {
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    /** Number of audiences in the set. */
    public int size() {
        int size = 0;
        for (long word : words) {
            size += Long.bitCount(word);
        }
        return size;
    }

    /** The audiences' indices, ascending. */
    public IntStream stream() {
        return IntStream.range(0, words.length * 64).filter(this::contains);
    }

    /** The audiences in both sets. */
    public AudienceSet and(AudienceSet other) {
        long[] both = words.clone();
        for (int w = 0; w < both.length; w++) {
            both[w] &= other.words[w];
        }
        return new AudienceSet(both);
    }

    /** Orders by size, largest first, then by bits: the most widely releasable compartment comes first. */
    @Override
    public int compareTo(AudienceSet other) {
        int bySize = Integer.compare(other.size(), size());
        return bySize != 0 ? bySize : Arrays.compareUnsigned(words, other.words);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AudienceSet set && Arrays.equals(words, set.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    /** The indices: {@code {0, 3}}. */
    @Override
    public String toString() {
        return Arrays.toString(stream().toArray());
    }
}
