package nl.sluis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from memory is what was committed: in order, without holes, or nothing at all. */
class TailTest {
    private static final long NO_BOUND = Long.MAX_VALUE;
    private static final int LARGE_BYTES = 1 << 20;

    private final Tail tail = new Tail();
    private final List<Entry> committed = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsKeptIsWhatWasCommitted(long seed) {
        Random random = new Random(seed);
        for (int commit = 0; commit < 300; commit++) {
            commit(1 + random.nextInt(40), random.nextInt(2_000));
            long from = Math.max(1, committed.size() + 2 - random.nextInt(200));
            List<Entry> found = tail.from(from, 1_000, NO_BOUND);
            List<Entry> expected = committed.subList((int) Math.min(committed.size(), from - 1), committed.size());
            // two hundred of them are less than what is kept
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void theOldestGoAndAreNotFoundInPart() {
        commit(10, LARGE_BYTES);
        assertThat(tail.from(1, 10, NO_BOUND)).isEmpty();
        assertThat(tail.from(7, 10, NO_BOUND)).isEmpty();
        assertThat(tail.from(8, 10, NO_BOUND)).isEqualTo(committed.subList(7, 10));
    }

    @Test
    void aReadIsBoundedAsOneOfTheFile() {
        commit(100, 10);
        assertThat(tail.from(3, 2, NO_BOUND)).isEqualTo(committed.subList(2, 4));
        assertThat(tail.from(3, 100, 25)).isEqualTo(committed.subList(2, 5));
        assertThat(tail.from(101, 100, NO_BOUND)).isEmpty();
    }

    private void commit(int entries, int payloadBytes) {
        List<Entry> group = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            group.add(new Entry(committed.size() + 1L, Instant.EPOCH, "", new byte[payloadBytes]));
            committed.add(group.get(i));
        }
        tail.add(group);
    }
}
