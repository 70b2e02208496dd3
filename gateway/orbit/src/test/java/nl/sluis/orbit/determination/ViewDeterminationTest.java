package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.linear.QRDecomposer;
import org.hipparchus.optim.nonlinear.vector.leastsquares.GaussNewtonOptimizer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.orekit.estimation.leastsquares.BatchLSEstimator;
import org.orekit.estimation.measurements.EstimationModifier;
import org.orekit.estimation.measurements.modifiers.Bias;
import org.orekit.propagation.conversion.NumericalPropagatorBuilder;
import org.orekit.utils.PVCoordinates;

/** Each view gets what a fit of its own observations would give it, and nothing more. */
class ViewDeterminationTest {

    /** Most widely releasable first. */
    private static final List<String> ALL = List.of("alpha", "bravo", "charlie", "delta");

    private static final Map<String, Compartment> TRACKS = new HashMap<>();
    private static List<View> views;
    private static List<FitResult> together;

    @BeforeAll
    static void fitEveryView() {
        for (Sensor sensor : Radars.SENSORS) {
            TRACKS.put(sensor.id(), Radars.track(sensor));
        }
        views = new ArrayList<>();
        for (int set = 1; set < 1 << ALL.size(); set++) {
            List<String> held = new ArrayList<>();
            for (int i = 0; i < ALL.size(); i++) {
                if ((set >> i & 1) == 1) {
                    held.add(ALL.get(i));
                }
            }
            views.add(new View(held, Optional.of(Radars.PUBLIC)));
        }
        together = fit(List.copyOf(TRACKS.values()), views);
    }

    private static Compartment track(String id) {
        return Objects.requireNonNull(TRACKS.get(id));
    }

    private static List<FitResult> fit(List<Compartment> compartments, List<View> views) {
        return ViewDetermination.fit(
                new ViewsRequest(Radars.SENSORS, compartments, views, Radars::forces, FitSettings.INDEPENDENT));
    }

    /**
     * Orekit's own estimator on the accepted observations of one view.
     *
     * @param positionM position at the epoch
     * @param covariance formal covariance of the state
     */
    private record Oracle(Vector3 positionM, SymmetricMatrix covariance) {
        private static final double COEFFICIENT_UNITS = 128;

        static Oracle of(View view, FitResult fit) {
            OrbitState start = fit.solution().orElseThrow().state();
            NumericalPropagatorBuilder builder = Dynamics.builder(start, Radars.forces(start));
            // in the builder's unit the integrator's noise is above the threshold: whether it is met would be chance
            builder.getPropagationParametersDrivers()
                    .getDrivers()
                    .forEach(driver -> driver.setScale(COEFFICIENT_UNITS * driver.getScale()));
            BatchLSEstimator estimator =
                    new BatchLSEstimator(new GaussNewtonOptimizer(new QRDecomposer(1e-11), false), builder);
            Set<String> accepted = fit.residuals().stream()
                    .filter(Residual::accepted)
                    .map(Residual::inputId)
                    .collect(Collectors.toSet());
            MeasurementModel model = new MeasurementModel(Radars.SENSORS);
            for (String compartment : view.compartments()) {
                for (Observation o : track(compartment).observations()) {
                    if (accepted.contains(o.inputId())) {
                        var measurement = model.model(o).orElseThrow().measurement();
                        for (EstimationModifier<?> modifier : measurement.getModifiers()) {
                            if (modifier instanceof Bias<?> bias) {
                                bias.getParametersDrivers().forEach(driver -> driver.setSelected(true));
                            }
                        }
                        estimator.addMeasurement(measurement);
                    }
                }
            }
            estimator.setParametersConvergenceThreshold(1e-4);
            estimator.setMaxIterations(25);
            estimator.setMaxEvaluations(50);
            PVCoordinates pv = estimator.estimate()[0].getInitialState().getPVCoordinates();
            return new Oracle(
                    Convert.vector(pv.getPosition()),
                    SymmetricMatrix.of(estimator
                            .getPhysicalCovariances(1e-30)
                            .getSubMatrix(0, 5, 0, 5)
                            .getData()));
        }
    }

    @Test
    void each_view_agrees_with_orekits_estimator_on_its_own_observations() {
        for (int set : new int[] {0b0011, 0b1110}) {
            View view = views.get(set - 1);
            FitResult fit = together.get(set - 1);
            assertThat(fit.verdict())
                    .as("%s: %s", view.compartments(), fit.reason())
                    .isEqualTo(Verdict.CONVERGED);
            OrbitSolution solution = fit.solution().orElseThrow();
            Oracle oracle = Oracle.of(view, fit);
            assertThat(solution.state().positionM().minus(oracle.positionM()).norm())
                    .as("%s: off the oracle, m", view.compartments())
                    .isLessThan(0.05 * solution.positionSigmaM());
            for (int k = 0; k < 6; k++) {
                assertThat(solution.covariance().get(k, k) / oracle.covariance().get(k, k))
                        .as("%s: variance %d over the oracle's", view.compartments(), k)
                        .isBetween(0.99, 1.01);
            }
        }
    }

    @Test
    void most_views_share_the_pass_about_their_base() {
        assertThat(together.stream().filter(fit -> fit.iterations() == 0)).hasSizeGreaterThan(10);
    }

    @Test
    void a_view_is_the_same_to_the_bit_whatever_other_views_there_are() {
        for (int set : new int[] {0b0101}) {
            View view = views.get(set - 1);
            List<Compartment> own = view.compartments().stream()
                    .map(ViewDeterminationTest::track)
                    .toList();
            assertThat(fit(own, List.of(view)).get(0))
                    .as("%s alone", view.compartments())
                    .isEqualTo(together.get(set - 1));
        }
    }

    @Test
    void a_view_is_the_same_to_the_bit_whatever_is_withheld_from_it_and_in_whatever_order_things_came() {
        View view = views.get(0b0101 - 1);
        List<Observation> shuffled = new ArrayList<>(track("alpha").observations());
        Collections.shuffle(shuffled, new Random(7));
        List<FitResult> results = fit(
                List.of(
                        new Compartment("delta", track("delta").observations().subList(0, 9)),
                        track("charlie"),
                        new Compartment("bravo", track("bravo").observations().subList(3, 40)),
                        new Compartment("alpha", shuffled)),
                List.of(new View(ALL, Optional.of(Radars.PUBLIC)), view));

        assertThat(results.get(1)).isEqualTo(together.get(0b0101 - 1));
    }

    @Test
    void an_observation_that_stands_in_two_compartments_counts_once() {
        Compartment again =
                new Compartment("zulu", track("alpha").observations().subList(10, 60));
        List<FitResult> results = fit(
                List.of(track("alpha"), track("bravo"), again),
                List.of(
                        new View(List.of("alpha", "bravo"), Optional.of(Radars.PUBLIC)),
                        new View(List.of("alpha", "bravo", "zulu"), Optional.of(Radars.PUBLIC))));

        assertThat(results.get(1).solution()).isEqualTo(results.get(0).solution());
    }

    @Test
    void a_view_without_a_first_orbit_finds_one_in_its_own_observations() {
        View view = new View(List.of("alpha", "bravo"), Optional.empty());
        FitResult found =
                fit(List.of(track("alpha"), track("bravo")), List.of(view)).get(0);

        assertThat(found.verdict()).as(found.reason()).isEqualTo(Verdict.CONVERGED);
        Ephemeris.Point point = Propagation.at(found.solution().orElseThrow(), Radars.EPOCH);
        SymmetricMatrix p = point.covariance().orElseThrow();
        assertThat(point.state().positionM().minus(Radars.TRUTH.positionM()).norm())
                .isLessThan(4 * Math.sqrt(p.get(0, 0) + p.get(1, 1) + p.get(2, 2)));
    }
}
