package nl.sluis.policy.decide;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which audiences each reason keeps an item from: a row of bits a reason. */
final class Barred {
    private static final Reason[] REASONS = Reason.values();

    private final int words;
    private final long[] rows;

    Barred(int words) {
        this.words = words;
        this.rows = new long[REASONS.length * words];
    }

    void clear() {
        Arrays.fill(rows, 0L);
    }

    void bar(Reason reason, long[] audiences) {
        int row = reason.row() * words;
        for (int w = 0; w < words; w++) {
            rows[row + w] |= audiences[w];
        }
    }

    /** Bars one word of audiences. */
    void bar(Reason reason, int word, long audiences) {
        rows[reason.row() * words + word] |= audiences;
    }

    /** Bars all but the audiences that a positive finding admits; null admits none. */
    void allBut(long @Nullable [] admitted, Reason reason, long[] everyone) {
        int row = reason.row() * words;
        for (int w = 0; w < words; w++) {
            rows[row + w] |= admitted == null ? everyone[w] : everyone[w] & ~admitted[w];
        }
    }

    boolean isBarred(Reason reason, int audience) {
        return (rows[reason.row() * words + (audience >> 6)] >>> audience & 1) != 0;
    }

    /** The word of audiences that a reason bars which no declared downgrade overcomes. */
    long forGood(int word) {
        return word(word, 0, Reason.CLASSIFICATION.row()) | word(word, Reason.RELEASABILITY.row() + 1, REASONS.length);
    }

    /** The word of audiences that level, categories or releasability bar: what a declared downgrade replaces. */
    long byLabel(int word) {
        return word(word, Reason.CLASSIFICATION.row(), Reason.RELEASABILITY.row() + 1);
    }

    private long word(int word, int from, int to) {
        long all = 0;
        for (int row = from; row < to; row++) {
            all |= rows[row * words + word];
        }
        return all;
    }
}
