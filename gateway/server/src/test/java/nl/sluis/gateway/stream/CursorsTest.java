package nl.sluis.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import nl.sluis.gateway.identity.TenantId;
import org.junit.jupiter.api.Test;

class CursorsTest {
    private static final TenantId NORTH = TenantId.parse("nor/north-watch");
    private static final TenantId ACME = TenantId.parse("lux/acme-space");
    private static final byte[] FILTER = {1, 2, 3};

    private final Cursors cursors = new Cursors(new byte[32]);

    @Test
    void a_cursor_says_what_was_written_in_it() throws Exception {
        Cursors.Place place = new Cursors.Place(-5, 2, 41, 9, 7_000_000_000L);

        assertThat(cursors.read(NORTH, FILTER, cursors.write(NORTH, FILTER, place)))
                .isEqualTo(place);
    }

    @Test
    void a_cursor_is_a_function_of_key_tenant_request_and_place_alone() {
        Cursors.Place place = new Cursors.Place(1, 0, 41, 41, 41);
        byte[] cursor = cursors.write(NORTH, FILTER, place);
        cursors.write(ACME, FILTER, place);

        assertThat(cursors.write(NORTH, FILTER, place)).isEqualTo(cursor);
        assertThat(new Cursors(new byte[32]).write(NORTH, FILTER, place)).isEqualTo(cursor);
    }

    @Test
    void cursors_of_other_places_tenants_or_requests_have_nothing_in_common() {
        Set<String> vectors = new HashSet<>();
        for (int next = 0; next < 100; next++) {
            Cursors.Place place = new Cursors.Place(1, 0, next, 5, 5);
            for (byte[] cursor : List.of(
                    cursors.write(NORTH, FILTER, place),
                    cursors.write(ACME, FILTER, place),
                    cursors.write(NORTH, new byte[] {1, 2, 4}, place))) {
                vectors.add(HexFormat.of().formatHex(cursor, 0, 16));
            }
        }

        assertThat(vectors).hasSize(300);
    }

    @Test
    void another_tenant_or_filter_or_key_is_refused() {
        byte[] cursor = cursors.write(NORTH, FILTER, new Cursors.Place(1, 0, 1, 1, 1));

        assertRefused(() -> cursors.read(ACME, FILTER, cursor));
        assertRefused(() -> cursors.read(NORTH, new byte[] {1, 2, 4}, cursor));
        byte[] otherKey = new byte[32];
        otherKey[31] = 1;
        assertRefused(() -> new Cursors(otherKey).read(NORTH, FILTER, cursor));
    }

    @Test
    void every_flipped_bit_and_every_cut_is_refused() {
        byte[] cursor = cursors.write(NORTH, FILTER, new Cursors.Place(1, 0, 3, 9, 9));
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
