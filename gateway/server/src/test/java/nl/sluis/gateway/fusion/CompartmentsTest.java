package nl.sluis.gateway.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompartmentsTest {
    private static final int AUDIENCES = 3;
    private static final int SETS = 1 << AUDIENCES;

    /** Who may use each of three contributions: every combination of audience sets. */
    private static List<int[]> smallWorld() {
        List<int[]> world = new ArrayList<>();
        for (int a = 0; a < SETS; a++) {
            for (int b = 0; b < SETS; b++) {
                for (int c = 0; c < SETS; c++) {
                    world.add(new int[] {a, b, c});
                }
            }
        }
        return world;
    }

    @Test
    void a_view_holds_what_its_audience_may_use_in_the_order_of_the_log() {
        for (int[] usable : smallWorld()) {
            for (int audience = 0; audience < AUDIENCES; audience++) {
                assertThat(viewOf(audience, usable)).isEqualTo(expected(audience, usable));
            }
        }
    }

    @Test
    void what_an_audience_may_not_use_changes_nothing_in_its_view() {
        for (int[] usable : smallWorld()) {
            for (int audience = 0; audience < AUDIENCES; audience++) {
                for (int[] other : smallWorld()) {
                    if (expected(audience, usable).equals(expected(audience, other))) {
                        assertThat(viewOf(audience, other)).isEqualTo(viewOf(audience, usable));
                    }
                }
            }
        }
    }

    @Test
    void of_a_compartment_the_newest_are_taken_until_they_are_enough_and_what_others_take_changes_nothing() {
        Random random = new Random(7);
        BitSet both = BitSet.valueOf(new long[] {0b11});
        BitSet one = BitSet.valueOf(new long[] {0b01});
        for (int world = 0; world < 200; world++) {
            Compartments<Integer> together = new Compartments<>(Integer::longValue);
            Compartments<Integer> alone = new Compartments<>(Integer::longValue);
            List<Integer> taken = new ArrayList<>();
            for (int entry = 0; entry < 20; entry++) {
                BitSet takers = BitSet.valueOf(new long[] {1 + random.nextInt(0b11)});
                together.add(both, takers, entry);
                if (takers.get(0)) {
                    alone.add(both, one, entry);
                    taken.add(entry);
                }
            }
            // each counts for as much as its last digit, and is the newer the smaller that is
            together.giveUpOldest(both, entry -> entry % 10, CompartmentsTest::latest, 12);
            alone.giveUpOldest(one, entry -> entry % 10, CompartmentsTest::latest, 12);

            List<Integer> kept = new ArrayList<>();
            int count = 0;
            taken.sort(Comparator.comparing(CompartmentsTest::latest)
                    .thenComparing(Comparator.naturalOrder())
                    .reversed());
            for (int entry : taken) {
                if (entry % 10 == 0 || count < 12) {
                    kept.add(entry);
                    count += entry % 10;
                }
            }
            kept.sort(Comparator.naturalOrder());
            assertThat(entries(together, one)).isEqualTo(kept).isEqualTo(entries(alone, one));
        }
    }

    private static Instant latest(int entry) {
        return Instant.EPOCH.minusSeconds(entry % 10);
    }

    private static List<Integer> entries(Compartments<Integer> compartments, BitSet audience) {
        return compartments.views(audience).get(0).entries();
    }

    @Test
    void what_one_audience_gives_up_others_go_on_to_hold_and_what_nobody_holds_is_gone() {
        Compartments<Integer> compartments = new Compartments<>(Integer::longValue);
        BitSet both = BitSet.valueOf(new long[] {0b11});
        compartments.add(both, 1);
        compartments.add(both, 2);

        compartments.giveUp(BitSet.valueOf(new long[] {0b01}), entry -> entry < 2);
        assertThat(compartments.views(both).stream().map(Compartments.View::entries))
                .containsExactly(List.of(2), List.of(1, 2));

        compartments.giveUp(BitSet.valueOf(new long[] {0b10}), entry -> entry < 2);
        List<Integer> left = new ArrayList<>();
        compartments.forEach((audiences, entry) -> left.add(entry));
        assertThat(left).containsExactly(2);
    }

    @Test
    void equal_views_are_one_and_every_audience_that_holds_something_has_one() {
        for (int[] usable : smallWorld()) {
            List<Compartments.View<Integer>> views = compartments(usable).views(all());
            assertThat(views.stream().map(Compartments.View::entries)).doesNotHaveDuplicates();
            BitSet covered = new BitSet();
            views.forEach(view -> {
                assertThat(covered.intersects(view.audiences())).isFalse();
                covered.or(view.audiences());
            });
            IntStream.range(0, AUDIENCES)
                    .forEach(audience -> assertThat(covered.get(audience))
                            .isEqualTo(!expected(audience, usable).isEmpty()));
        }
    }

    private static List<Integer> viewOf(int audience, int[] usable) {
        BitSet due = new BitSet();
        due.set(audience);
        List<Compartments.View<Integer>> views = compartments(usable).views(due);
        return views.isEmpty() ? List.of() : views.get(0).entries();
    }

    private static List<Integer> expected(int audience, int[] usable) {
        return IntStream.range(0, usable.length)
                .filter(entry -> (usable[entry] >> audience & 1) != 0)
                .boxed()
                .toList();
    }

    private static Compartments<Integer> compartments(int[] usable) {
        Compartments<Integer> compartments = new Compartments<>(Integer::longValue);
        for (int entry = 0; entry < usable.length; entry++) {
            compartments.add(BitSet.valueOf(new long[] {usable[entry]}), entry);
        }
        return compartments;
    }

    private static BitSet all() {
        BitSet all = new BitSet();
        all.set(0, AUDIENCES);
        return all;
    }
}
