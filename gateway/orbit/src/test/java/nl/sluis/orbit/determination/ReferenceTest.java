package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import nl.sluis.orbit.measurement.Observation;
import org.junit.jupiter.api.Test;

class ReferenceTest {
    private static final int NEW = 30;

    private static final Compartment TRACK = new Compartment(
            "two radars",
            Stream.of(Radars.SENSORS.get(1), Radars.SENSORS.get(3))
                    .flatMap(sensor -> Radars.track(sensor).observations().stream())
                    .toList());

    private static ViewFit update(List<Observation> observations, Optional<Reference> reference) {
        return ViewDetermination.update(new ViewsRequest(
                        Radars.SENSORS,
                        List.of(new Compartment("c", observations)),
                        List.of(new View(List.of("c"), Optional.of(Radars.PUBLIC), reference)),
                        Radars::forces,
                        FitSettings.DEFAULT))
                .get(0);
    }

    /** The last pass arrives alone: one pass over it gives the orbit that a fit of everything gives, by far within its sigma. */
    @Test
    void an_update_with_a_new_track_is_the_fit_of_all_tracks() {
        List<Observation> all = TRACK.observations();
        ViewFit first = update(all.subList(0, all.size() - NEW), Optional.empty());
        assertThat(first.result().verdict()).isEqualTo(Verdict.CONVERGED);

        ViewFit second = update(all, first.reference());

        OrbitSolution updated = second.result().solution().orElseThrow();
        OrbitSolution fitted = update(all, Optional.empty()).result().solution().orElseThrow();
        double apart =
                updated.state().positionM().minus(fitted.state().positionM()).norm();
        assertThat(apart).isLessThan(0.05 * fitted.positionSigmaM());
        assertThat(updated.positionSigmaM() / fitted.positionSigmaM()).isBetween(0.99, 1.01);
        assertThat(second.result().used()).isGreaterThan(first.result().used());
    }

    @Test
    void rows_that_join_later_are_the_same_to_the_bit() {
        Observed observed = new Observed(Radars.SENSORS, List.of(TRACK));
        List<MeasurementModel.Modelled> all = observed.all(List.of(TRACK.id()));
        Trajectory about = Trajectory.of(Radars.PUBLIC, Radars.forces(Radars.PUBLIC));
        Linearisation whole = Linearisation.about(about, all);
        // the last come first, then one by one what lies before and between
        Linearisation grown = Linearisation.about(about, all.subList(all.size() - 3, all.size()));
        for (int i = 0; i < all.size(); i += 7) {
            grown.extend(all.subList(i, Math.min(all.size(), i + 7)));
        }
        for (MeasurementModel.Modelled one : all) {
            Row a = whole.row(one.observation().inputId()).orElseThrow();
            Row b = grown.row(one.observation().inputId()).orElseThrow();
            for (int c = 0; c < one.components().size(); c++) {
                assertThat(b.residual(c)).isEqualTo(a.residual(c));
                assertThat(b.jacobian(c)).isEqualTo(a.jacobian(c));
            }
        }
    }
}
