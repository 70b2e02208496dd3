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
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Owner;
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

    /** The same orbit as of a later time, known as well, under a label of its owner. */
    private static KnownOrbit known(String nation, Instant epoch) {
        OrbitState first = new OrbitState(NOW, Frame.GCRF, new Vector3(7_000_000, 0, 0), new Vector3(0, 7_546, 0));
        OrbitState state = Propagation.states(first, ForceModel.forOrbit(first), List.of(epoch))
                .get(0);
        double[][] rtn = new double[6][6];
        for (int axis = 0; axis < 3; axis++) {
            rtn[axis][axis] = 100 * 100;
            rtn[axis + 3][axis + 3] = 0.1 * 0.1;
        }
        return new KnownOrbit(
                Basis.newBuilder()
                        .setReceived(Times.timestamp(epoch))
                        .setLabel(Label.newBuilder()
                                .addOwners(Owner.newBuilder().setNation(nation))
                                .setCreated(Times.timestamp(epoch)))
                        .build(),
                Track.newBuilder()
                        .setState(OrbitMessages.state(state))
                        .setCovariance(OrbitMessages.covariance(
                                OrbitMessages.frame(state.frame()), LocalAxes.fromRtn(state, SymmetricMatrix.of(rtn))))
                        .build(),
                new ObjectKey("1"),
                Duration.ofHours(1));
    }

    /** What of object 1 another object is held against, once a second orbit of it has come. */
    private KnownOrbit metAfter(KnownOrbit first, KnownOrbit second) {
        taken(NOW, 2);
        skies.take("REAL", AUDIENCES, first, NONE_OPEN);
        skies.due(NOW, NONE_OPEN);
        skies.take("REAL", AUDIENCES, second, NONE_OPEN);
        taken(NOW.plusSeconds(90), 2);
        return skies.due(NOW.plusSeconds(90), NONE_OPEN).stream()
                .filter(screening -> screening.orbit().key().text().equals("2"))
                .flatMap(screening -> screening.others().stream())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void an_orbit_that_is_followed_speaks_for_a_newer_one_that_did_not_move_from_it() {
        KnownOrbit first = known("NLD", NOW);

        assertThat(metAfter(first, known("NLD", NOW.plusSeconds(60)))).isSameAs(first);
    }

    @Test
    void never_for_one_under_another_label() {
        KnownOrbit first = known("NLD", NOW);
        KnownOrbit second = known("FRA", NOW.plusSeconds(60));

        assertThat(metAfter(first, second).basis()).isEqualTo(second.basis());
    }

    @Test
    void nor_once_most_of_its_window_is_over() {
        KnownOrbit second = known("NLD", NOW.plusSeconds(1200));

        assertThat(metAfter(known("NLD", NOW), second).basis()).isEqualTo(second.basis());
    }

    @Test
    void nor_when_what_it_rests_on_is_taken_back() {
        KnownOrbit first = known("NLD", NOW);
        KnownOrbit second = known("NLD", NOW.plusSeconds(60));
        taken(NOW, 2);
        skies.take("REAL", AUDIENCES, resting(first, "withdrawn"), NONE_OPEN);
        skies.due(NOW, NONE_OPEN);
        skies.take("REAL", AUDIENCES, second, NONE_OPEN);
        skies.withdraw("withdrawn");
        taken(NOW.plusSeconds(90), 2);

        assertThat(skies.due(NOW.plusSeconds(90), NONE_OPEN).stream()
                        .filter(screening -> screening.orbit().key().text().equals("2"))
                        .flatMap(screening -> screening.others().stream())
                        .map(KnownOrbit::basis))
                .containsOnly(second.basis());
    }

    private static KnownOrbit resting(KnownOrbit orbit, String contribution) {
        return new KnownOrbit(
                orbit.basis().toBuilder().addContributionIds(contribution).build(),
                orbit.track().orElseThrow(),
                orbit.key(),
                Duration.ofHours(1));
    }

    @Test
    void what_an_audience_followed_before_is_its_own_history() {
        KnownOrbit later = known("NLD", NOW.plusSeconds(60));
        taken(NOW, 2);
        skies.take("REAL", List.of("a"), known("NLD", NOW), NONE_OPEN);
        skies.due(NOW, NONE_OPEN);
        skies.take("REAL", AUDIENCES, later, NONE_OPEN);
        skies.due(NOW.plusSeconds(60), NONE_OPEN);
        taken(NOW.plusSeconds(90), 2);

        assertThat(skies.due(NOW.plusSeconds(90), NONE_OPEN).stream()
                        .filter(screening -> screening.orbit().key().text().equals("2"))
                        .map(screening -> List.copyOf(screening.others())))
                .hasSize(2)
                .doesNotHaveDuplicates();
    }
}
