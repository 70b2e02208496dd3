package nl.sluis.gateway.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import nl.sluis.gateway.hazard.EncounterEvents.Event;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.Basis;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import org.junit.jupiter.api.Test;

/** An event is what one audience was told of one encounter. */
class EncounterEventsTest {

    private static final Instant TCA = Instant.parse("2026-03-01T12:00:00Z");
    private static final String REAL = "REAL";

    private final EncounterEvents events = new EncounterEvents();

    private static ConjunctionWarning message(String id, String originator, int a, int b, Duration later) {
        return ConjunctionWarning.newBuilder()
                .setMessageId(id)
                .setOriginator(originator)
                .setTca(Times.timestamp(TCA.plus(later)))
                .setObject1(object(a))
                .setObject2(object(b))
                .build();
    }

    private static ConjunctionObject object(int number) {
        return ConjunctionObject.newBuilder()
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(number))
                .build();
    }

    private Event only(List<String> audiences, ConjunctionWarning message, String contribution) {
        Map<Event, List<String>> found = events.of(REAL, audiences, message, contribution);
        assertThat(found).hasSize(1).containsValue(audiences);
        return found.keySet().iterator().next();
    }

    @Test
    void a_later_message_follows_the_earlier_one_whoever_is_named_first() {
        Event first = only(List.of("a"), message("m1", "CARA", 1, 2, Duration.ZERO), "c1");
        ConjunctionWarning later = message("m2", "CARA", 2, 1, Duration.ofSeconds(40));
        Event second = only(List.of("a"), later, "c2");

        assertThat(second.eventId()).isEqualTo(first.eventId());
        assertThat(second.productId()).isEqualTo(first.productId());
        assertThat(second.told(later).getPreviousMessageId()).isEqualTo("m1");
        assertThat(second.told(later).getConjunctionId()).isEqualTo(first.eventId());
    }

    @Test
    void an_audience_that_was_not_told_of_the_earlier_message_starts_its_own_history() {
        Event first = only(List.of("a"), message("m1", "CARA", 1, 2, Duration.ZERO), "c1");

        Map<Event, List<String>> second =
                events.of(REAL, List.of("a", "b"), message("m2", "CARA", 1, 2, Duration.ofSeconds(40)), "c2");

        assertThat(second.values()).containsExactly(List.of("a"), List.of("b"));
        Event told = second.keySet().stream().skip(1).findFirst().orElseThrow();
        assertThat(told.previousMessageId()).isEmpty();
        assertThat(told.eventId()).isNotEqualTo(first.eventId());
        assertThat(told.productId()).isNotEqualTo(first.productId());
        // and to the byte as if the earlier message had never been
        assertThat(new EncounterEvents()
                        .of(REAL, List.of("b"), message("m2", "CARA", 1, 2, Duration.ofSeconds(40)), "c2")
                        .keySet())
                .containsExactly(told);
    }

    @Test
    void two_originators_share_the_event_and_never_supersede_each_other() {
        Event one = only(List.of("a"), message("m1", "CARA", 1, 2, Duration.ZERO), "c1");
        Event other = only(List.of("a"), message("s1", "SLUIS", 1, 2, Duration.ofSeconds(5)), "c2");

        assertThat(other.eventId()).isEqualTo(one.eventId());
        assertThat(other.productId()).isNotEqualTo(one.productId());
        assertThat(other.previousMessageId()).isEmpty();
    }

    @Test
    void the_next_revolution_and_another_data_mode_are_other_events() {
        Event first = only(List.of("a"), message("m1", "CARA", 1, 2, Duration.ZERO), "c1");

        assertThat(only(List.of("a"), message("m2", "CARA", 1, 2, Duration.ofMinutes(47)), "c2")
                        .eventId())
                .isNotEqualTo(first.eventId());
        assertThat(events.of("EXERCISE", List.of("a"), message("m3", "CARA", 1, 2, Duration.ZERO), "c3")
                        .keySet())
                .noneMatch(event -> event.eventId().equals(first.eventId()));
    }

    @Test
    void a_restart_changes_nothing() {
        ConjunctionWarning message = message("m1", "CARA", 1, 2, Duration.ZERO);
        Event first = only(List.of("a"), message, "c1");
        EncounterEvents restarted = new EncounterEvents();
        restarted.restore(
                REAL,
                List.of("a"),
                Basis.newBuilder().addAudiences("a").build(),
                Product.newBuilder()
                        .setProductId(first.productId())
                        .setConjunction(first.told(message))
                        .build());

        ConjunctionWarning later = message("m2", "CARA", 1, 2, Duration.ofSeconds(40));
        assertThat(restarted.of(REAL, List.of("a"), later, "c2")).isEqualTo(events.of(REAL, List.of("a"), later, "c2"));
    }
}
