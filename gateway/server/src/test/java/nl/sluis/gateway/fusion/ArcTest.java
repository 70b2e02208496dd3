package nl.sluis.gateway.fusion;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import org.junit.jupiter.api.Test;

class ArcTest {
    private static final Instant LATEST = Instant.parse("2026-03-31T13:14:15Z");

    private static Instant start(OrbitState about) {
        return Arc.start(LATEST, Optional.of(about));
    }

    private static OrbitState circle(Frame frame, double radiusM) {
        return new OrbitState(
                LATEST, frame, new Vector3(radiusM, 0, 0), new Vector3(0, Math.sqrt(3.986004418e14 / radiusM), 0));
    }

    @Test
    void a_low_orbit_rests_on_seven_days_and_any_other_on_thirty() {
        assertThat(start(circle(Frame.GCRF, 7_200_000))).isEqualTo("2026-03-24T00:00:00Z");
        assertThat(start(circle(Frame.GCRF, 42_164_000))).isEqualTo("2026-03-01T00:00:00Z");
        assertThat(Arc.start(LATEST, Optional.empty())).isEqualTo("2026-03-01T00:00:00Z");
    }

    @Test
    void the_speed_in_a_frame_that_turns_says_nothing_of_the_orbit() {
        assertThat(start(circle(Frame.ITRF, 7_200_000))).isEqualTo("2026-03-01T00:00:00Z");
    }
}
