package nl.sluis.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.Random;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import nl.sluis.proto.v1.Withdrawn;
import org.junit.jupiter.api.Test;

class AudienceLogTest {
    private static final String NORTH = "nor/north-watch";
    private static final Abreast.Gathering NOT_GATHERED = wakeUp -> Due.Gathered.nothing(0);

    private final AudienceLog log = new AudienceLog();

    @Test
    void its_index_counts_its_own_releases_whatever_their_place_in_the_shared_log() {
        log.add(17, "a", "", 1);
        log.add(9_000, "b", "", 2);

        assertThat(log.end()).isEqualTo(2);
        assertThat(log.position(1)).isEqualTo(9_000);
        assertThatThrownBy(() -> log.position(2)).hasMessage("index: 2 (expected: 0 to 1)");
    }

    @Test
    void a_snapshot_is_the_latest_release_of_each_product_in_order() {
        log.add(1, "a", "", 1);
        log.add(2, "b", "", 1);
        log.add(3, "a", "", 1);
        log.add(4, "c", "", 1);

        assertThat(log.snapshot().indexes()).containsExactly(1, 2, 3);
        assertThat(log.snapshot().end()).isEqualTo(4);
    }

    @Test
    void a_product_that_is_released_twice_over_has_one_place() {
        log.add(3, "a", "", 1);
        log.add(3, "a", "", 2);
        log.add(7, "a", "", 3);

        assertThat(log.end()).isEqualTo(2);
        assertThat(log.position(1)).isEqualTo(7);
    }

    @Test
    void a_withdrawn_product_leaves_the_snapshot_and_a_later_version_of_it_stays() {
        log.add(1, "a", "", 1);
        log.add(2, "b", "", 1);
        log.withdraw(1, notice("a"), 2);
        log.add(5, "b", "", 3);
        log.withdraw(2, notice("b"), 4);

        assertThat(log.snapshot().indexes()).containsExactly(3);
        assertThat(log.told(2))
                .contains(
                        SubscribeResponse.newBuilder().setWithdrawn(notice("a")).build());
        assertThat(log.told(3)).isEmpty();
    }

    @Test
    void an_index_stands_for_the_same_entry_after_a_trim_and_after_a_restart() {
        for (int i = 0; i < 600; i++) {
            log.add(i, "p" + i, "", i);
        }
        log.trim(500);

        assertThat(log.first()).isEqualTo(500);
        assertThat(log.end()).isEqualTo(600);
        assertThat(log.position(500)).isEqualTo(500);
        assertThat(log.snapshot().indexes()).hasSize(100).startsWith(500);
        assertThatThrownBy(() -> log.position(499)).hasMessage("index: 499 (expected: 500 to 599)");

        AudienceLog restarted = new AudienceLog();
        restarted.add(598, "p598", "", 598);
        restarted.withdraw(598, notice("p598"), 599);
        restarted.startAt(598);
        assertThat(restarted.told(599))
                .contains(SubscribeResponse.newBuilder()
                        .setWithdrawn(notice("p598"))
                        .build());
        assertThat(restarted.end()).isEqualTo(600);
    }

    private static Withdrawn notice(String product) {
        return Withdrawn.newBuilder().setProductId(product).build();
    }

    @Test
    void the_first_since_a_time_is_what_a_search_from_the_start_finds() {
        Random random = new Random(4711);
        long[] times = new long[500];
        long time = 0;
        for (int i = 0; i < times.length; i++) {
            time += random.nextInt(3);
            times[i] = time;
            log.add(i, "p" + i, "", time);
        }
        for (long since = -1; since <= time + 1; since++) {
            int slow = 0;
            while (slow < times.length && times[slow] < since) {
                slow++;
            }
            assertThat(log.firstSince(since)).isEqualTo(slow);
        }
    }

    @Test
    void those_who_wait_for_the_same_are_taken_out_together_once_for_all_that_was_added_and_nobody_who_left() {
        Abreast group = log.join(place("all", 0), NOT_GATHERED, member(NORTH));
        assertThat(log.join(place("all", 0), NOT_GATHERED, member(NORTH))).isSameAs(group);
        Abreast.Member leaves = member("lux/acme-space");
        log.join(place("all", 0), NOT_GATHERED, leaves);
        Abreast other = log.join(place("tracks", 0), NOT_GATHERED, member("deu/space-watch"));
        Abreast empty = log.join(place("warnings", 0), NOT_GATHERED, leaves);
        assertThat(log.takeWaiting()).isEmpty();
        log.leave(group, leaves);
        log.leave(empty, leaves);
        log.add(1, "a", "", 1);
        log.add(2, "b", "", 1);

        assertThat(log.takeWaiting()).containsExactly(group, other);
        assertThat(group.tenants()).containsExactly(TenantId.parse(NORTH), TenantId.parse(NORTH));
        assertThat(log.takeWaiting()).isEmpty();
    }

    @Test
    void nobody_waits_at_a_place_where_there_is_something() {
        log.add(1, "a", "", 1);

        assertThat(log.join(place("all", 0), NOT_GATHERED, member(NORTH))).isNull();
        assertThat(log.join(place("all", 1), NOT_GATHERED, member(NORTH))).isNotNull();
    }

    private static SharedBatches.Place place(String binding, long from) {
        return new SharedBatches.Place(from, ByteString.copyFromUtf8(binding), TextForm.TEXT_FORM_UNSPECIFIED, 1_000);
    }

    private static Abreast.Member member(String tenant) {
        return new Abreast.Member(TenantId.parse(tenant), () -> {});
    }
}
