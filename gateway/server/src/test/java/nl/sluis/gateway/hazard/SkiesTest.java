package nl.sluis.gateway.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.Basis;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is due is screened in an order that serves whoever waits for news of an encounter. */
class SkiesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final List<String> AUDIENCES = List.of("a", "b");
    private static final Skies.Open NONE_OPEN = (mode, audience, key) -> false;

    private final Skies skies = new Skies();

    @BeforeAll
    static void tables() {
        OrekitData.load();
    }

    /** Orbits without a covariance always say something new. */
    private static KnownOrbit orbit(int number, Instant received) {
        OrbitState state =
                new OrbitState(NOW, Frame.GCRF, new Vector3(7_000_000 + number, 0, 0), new Vector3(0, 7_546, 0));
        return new KnownOrbit(
                Basis.newBuilder().setReceived(Times.timestamp(received)).build(),
                Track.newBuilder().setState(OrbitMessages.state(state)).build(),
                new ObjectKey(Integer.toString(number)),
                Duration.ofHours(1));
    }

    private static List<String> keys(List<Skies.Screening> due) {
        return due.stream().map(screening -> screening.orbit().key().text()).toList();
    }

    private void taken(Instant received, int... numbers) {
        for (int number : numbers) {
            skies.take("REAL", AUDIENCES, orbit(number, received), NONE_OPEN);
        }
    }

    @Test
    void open_events_go_first_then_what_is_due_longest() {
        taken(NOW, 1, 2, 3, 9);
        skies.due(NOW, NONE_OPEN);
        taken(NOW.plusSeconds(70), 3);
        taken(NOW.plusSeconds(80), 1, 2, 9);

        assertThat(keys(skies.due(
                        NOW.plusSeconds(90), (mode, audience, key) -> key.text().equals("9"))))
                .containsExactly("9", "3", "1", "2");
    }

    @Test
    void what_is_open_for_one_audience_does_not_put_anothers_screenings_in_another_order() {
        taken(NOW, 1, 2, 9);
        skies.due(NOW, NONE_OPEN);
        taken(NOW.plusSeconds(70), 1, 2, 9);

        List<Skies.Screening> due = skies.due(
                NOW.plusSeconds(90),
                (mode, audience, key) -> audience.equals("a") && key.text().equals("9"));

        assertThat(keys(due.stream()
                        .filter(screening -> screening.audiences().contains("a"))
                        .toList()))
                .containsExactly("9", "1", "2");
        assertThat(keys(due.stream()
                        .filter(screening -> screening.audiences().contains("b"))
                        .toList()))
                .containsExactly("1", "2", "9");
    }

    @Test
    void no_orbit_is_due_again_within_a_minute() {
        taken(NOW, 1, 2);
        assertThat(keys(skies.due(NOW, NONE_OPEN))).containsExactly("2");
        taken(NOW.plusSeconds(30), 2);

        assertThat(skies.due(NOW.plusSeconds(59), NONE_OPEN)).isEmpty();
        assertThat(skies.nextDue()).contains(NOW.plusSeconds(Skies.EVERY_S));
    }
}
