package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * An object comes down in the middle of a segment of its path: before that its observations are evaluated all the same, and
 * how far it is followed depends on none of them, else what a view gets would tell of what others saw.
 */
class BrokenPathTest {

    /** 150 km high, on the ground within a minute; the first segment is one of 300 s. */
    private static final OrbitState FALLING =
            new OrbitState(Radars.EPOCH, Frame.GCRF, new Vector3(6_528_000, 0, 0), new Vector3(-3_000, 500, 400));

    private static final ForceModel FORCES = ForceModel.forOrbit(FALLING).withoutDrag();
    private static final Sensor RADAR = Radars.radar("radar", 0, 10, false);

    @BeforeAll
    static void tables() {
        OrekitData.load();
    }

    private static List<Observation> ranges(int... seconds) {
        return Arrays.stream(seconds)
                .<Observation>mapToObj(s -> new Observation.Range(
                        String.valueOf(s),
                        "radar",
                        Radars.EPOCH.plusSeconds(s),
                        1e6,
                        OptionalDouble.empty(),
                        Observation.Path.TWO_WAY))
                .toList();
    }

    private static Linearisation linearised(int... seconds) {
        return Linearisation.about(
                Trajectory.of(FALLING, FORCES),
                new Observed(List.of(RADAR), List.of(new Compartment("all", ranges(seconds)))).all(List.of("all")));
    }

    private static Row row(Linearisation pass, int second) {
        return pass.row(String.valueOf(second)).orElseThrow();
    }

    @Test
    void what_was_seen_before_the_path_breaks_off_is_evaluated_and_nothing_behind() {
        Linearisation pass = linearised(5, 20, 35, 60, 120, 400);

        for (int second : new int[] {5, 20, 35}) {
            assertThat(pass.row(String.valueOf(second))).as("%d s", second).isPresent();
        }
        for (int second : new int[] {60, 120, 400}) {
            assertThat(pass.row(String.valueOf(second))).as("%d s", second).isEmpty();
        }
        assertThat(pass.failure()).isPresent();
    }

    @Test
    void a_row_before_it_is_the_same_to_the_bit_whatever_else_was_seen_and_when_it_came() {
        Row alone = row(linearised(20), 20);
        Row among = row(linearised(5, 20, 35, 60, 400), 20);
        Linearisation grown = linearised(35, 60);
        grown.extend(new Observed(List.of(RADAR), List.of(new Compartment("later", ranges(20)))).all(List.of("later")));

        for (Row other : List.of(among, row(grown, 20))) {
            assertThat(other.residual(0)).isEqualTo(alone.residual(0));
            assertThat(other.jacobian(0)).isEqualTo(alone.jacobian(0));
        }
    }

    @Test
    void a_fit_of_it_ends_in_a_verdict() {
        FitResult fit = OrbitDetermination.fit(new FitRequest(
                FALLING, List.of(RADAR), ranges(5, 10, 15, 20, 25, 30, 35, 60, 120), FORCES, FitSettings.DEFAULT));

        assertThat(fit.verdict()).isEqualTo(Verdict.DIVERGED);
        assertThat(fit.reason()).isNotEmpty();
    }
}
