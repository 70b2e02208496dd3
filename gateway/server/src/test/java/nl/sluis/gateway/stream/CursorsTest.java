package nl.sluis.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import nl.sluis.gateway.identity.TenantId;
import org.junit.jupiter.api.Test;

class CursorsTest {
    private static final TenantId NORTH = TenantId.parse("nor/north-watch");
    private static final TenantId ACME = TenantId.parse("lux/acme-space");
    private static final byte[] FILTER = {1, 2, 3};

    private final Cursors cursors = new Cursors(new byte[32], new SecureRandom());

    @Test
    void a_cursor_says_what_was_written_in_it() throws Exception {
        Cursors.Place place = new Cursors.Place(41, 7_000_000_000L);

        assertThat(cursors.read(NORTH, FILTER, cursors.write(NORTH, FILTER, place)))
                .isEqualTo(place);
    }

    @Test
    void the_same_place_is_never_written_alike() {
        Cursors.Place place = new Cursors.Place(41, 41);

        assertThat(cursors.write(NORTH, FILTER, place)).isNotEqualTo(cursors.write(NORTH, FILTER, place));
    }

    @Test
    void another_tenant_or_filter_or_key_is_refused() {
        byte[] cursor = cursors.write(NORTH, FILTER, new Cursors.Place(1, 1));

        assertRefused(() -> cursors.read(ACME, FILTER, cursor));
        assertRefused(() -> cursors.read(NORTH, new byte[] {1, 2, 4}, cursor));
        byte[] otherKey = new byte[32];
        otherKey[31] = 1;
        assertRefused(() -> new Cursors(otherKey, new SecureRandom()).read(NORTH, FILTER, cursor));
    }

    @Test
    void every_flipped_bit_and_every_cut_is_refused() {
        byte[] cursor = cursors.write(NORTH, FILTER, new Cursors.Place(3, 9));
        for (int bit = 0; bit < cursor.length * 8; bit++) {
            byte[] flipped = cursor.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(() -> cursors.read(NORTH, FILTER, flipped));
        }
        for (int length = 0; length < cursor.length; length++) {
            byte[] cut = Arrays.copyOf(cursor, length);
            assertRefused(() -> cursors.read(NORTH, FILTER, cut));
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        SubscriptionRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("cursor"));
    }
}
