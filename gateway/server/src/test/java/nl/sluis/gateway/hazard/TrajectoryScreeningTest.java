package nl.sluis.gateway.hazard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A planned trajectory meets the orbits that were released, as they were released. */
class TrajectoryScreeningTest {
    private static final Instant EPOCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant TCA = EPOCH.plus(Duration.ofMinutes(40));
    private static final ObjectReference OWN =
            ObjectReference.newBuilder().setCatalogueNumber(1).build();

    private static Ephemeris plan;
    private static OrbitState other;

    @BeforeAll
    static void orbits() {
        OrekitData.load();
        OrbitState own =
                new OrbitState(TCA, nl.sluis.orbit.Frame.GCRF, new Vector3(7_000_000, 0, 0), new Vector3(0, 7_546, 0));
        OrbitState met = new OrbitState(
                TCA, nl.sluis.orbit.Frame.GCRF, new Vector3(7_000_300, 0, 0), new Vector3(0, 3_773, 6_535));
        Ephemeris.Builder table = Ephemeris.newBuilder().setObject(OWN);
        Propagation.states(
                        own,
                        ForceModel.forOrbit(own),
                        nl.sluis.orbit.determination.Ephemeris.epochs(
                                EPOCH, EPOCH.plus(Duration.ofHours(2)), Duration.ofMinutes(1)))
                .forEach(state -> table.addStates(OrbitMessages.state(state)));
        plan = table.build();
        other = Propagation.states(met, ForceModel.forOrbit(met), List.of(EPOCH))
                .get(0);
    }

    private static Product track(int number, OrbitState state) {
        return Product.newBuilder()
                .setTrack(Track.newBuilder()
                        .setObject(ObjectReference.newBuilder().setCatalogueNumber(number))
                        .setState(OrbitMessages.state(state)))
                .build();
    }

    @Test
    void what_was_released_is_met_and_an_operator_never_meets_itself() {
        List<ConjunctionWarning> found =
                TrajectoryScreening.screen(plan, List.of(track(1, other), track(2, other)), 5_000, ObjectSizes.NONE);

        assertThat(found).hasSize(1);
        assertThat(found.get(0).getObject2().getObject().getCatalogueNumber()).isEqualTo(2);
        assertThat(found.get(0).getMissDistanceM()).isCloseTo(300, within(5.0));
        assertThat(Duration.between(Times.instant(found.get(0).getTca()), TCA).abs())
                .isLessThan(Duration.ofMillis(200));
        assertThat(found.get(0).hasProbability()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {-3, 1, 4})
    void how_well_an_orbit_is_known_is_told_whenever_it_was_determined(int hours) {
        OrbitState then = Propagation.states(
                        other, ForceModel.forOrbit(other), List.of(EPOCH.plus(Duration.ofHours(hours))))
                .get(0);
        double[][] covariance = new double[6][6];
        for (int i = 0; i < 3; i++) {
            covariance[i][i] = 100 * 100;
            covariance[i + 3][i + 3] = 0.1 * 0.1;
        }
        Product released = track(2, then);

        List<ConjunctionWarning> found = TrajectoryScreening.screen(
                plan,
                List.of(released.toBuilder()
                        .setTrack(released.getTrack().toBuilder()
                                .setCovariance(OrbitMessages.covariance(
                                        OrbitMessages.frame(then.frame()), SymmetricMatrix.of(covariance))))
                        .build()),
                5_000,
                ObjectSizes.NONE);

        assertThat(found).hasSize(1);
        assertThat(found.get(0).getObject2().hasCovariance()).isTrue();
    }

    @Test
    void what_was_not_released_or_is_too_old_is_not_met() {
        OrbitState old =
                new OrbitState(EPOCH.minus(Duration.ofDays(30)), other.frame(), other.positionM(), other.velocityMps());

        assertThat(TrajectoryScreening.screen(plan, List.of(), 5_000, ObjectSizes.NONE))
                .isEmpty();
        assertThat(TrajectoryScreening.screen(plan, List.of(track(2, old)), 5_000, ObjectSizes.NONE))
                .isEmpty();
    }

    @Test
    void a_trajectory_out_of_order_is_refused() {
        Ephemeris backwards = Ephemeris.newBuilder()
                .addStates(plan.getStates(1))
                .addStates(plan.getStates(0))
                .build();

        assertThatThrownBy(() -> TrajectoryScreening.screen(backwards, List.of(), 5_000, ObjectSizes.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: after");
    }
}
