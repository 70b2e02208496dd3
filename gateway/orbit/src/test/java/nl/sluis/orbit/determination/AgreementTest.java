package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An originator whose data disagree with everybody's. Simulated passes of a medium orbit, by seed; what is wrong is added to
 * the numbers of one radar: ten sigma on its ranges, its directions or both, in turn.
 */
class AgreementTest {
    private static final double WRONG_SIGMAS = 10;
    private static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");

    private static final OrbitState ORBIT = new OrbitState(
            EPOCH, Frame.GCRF, new Vector3(9_000_000, 21_000_000, 11_000_000), new Vector3(-3_300, 600, 1_750));

    /** So high up a small field says all that matters here. */
    private static final ForceModel FORCES = new ForceModel(
            4, 4, true, true, Optional.of(Surface.known(10, 1.5)), Optional.empty(), OptionalInt.empty(), 1000, false);

    private static final List<Sensor> SENSORS = List.of(
            Radars.radar("alpha", 52.0, 5.0, false),
            Radars.radar("bravo", 13.0, 77.0, false),
            Radars.radar("charlie", 35.0, 33.0, false),
            Radars.radar("delta", 69.6, 18.9, false));

    private static final Map<Integer, Map<String, List<Observation>>> OBSERVED = new HashMap<>();
    private static final Map<String, FitResult> HONEST = new HashMap<>();

    private static final Map<String, String> EACH_ITS_OWN =
            SENSORS.stream().collect(Collectors.toMap(Sensor::id, Sensor::id));

    private static final List<List<Component>> WRONG = List.of(
            List.of(Component.RANGE),
            List.of(Component.AZIMUTH, Component.ELEVATION),
            List.of(Component.RANGE, Component.AZIMUTH, Component.ELEVATION));

    static IntStream seeds() {
        return IntStream.rangeClosed(1, 2);
    }

    static IntStream manySeeds() {
        return IntStream.rangeClosed(3, 42);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void honest_originators_agree(int seed) {
        for (int originators = 2; originators <= SENSORS.size(); originators++) {
            assertThat(honest(seed, originators).disagreements())
                    .as("%d originators", originators)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void of_three_or_more_one_that_is_wrong_by_ten_sigma_moves_the_orbit_by_less_than_three(int seed) {
        for (int originators = 3; originators <= SENSORS.size(); originators++) {
            String wrong = SENSORS.get(seed % originators).id();
            List<Component> components = WRONG.get(seed % WRONG.size());
            FitResult after = fit(with(observed(seed), wrong, components), originators);
            String as = "seed " + seed + ", " + wrong + " of " + originators + ", " + components;

            Vector3 before =
                    honest(seed, originators).solution().orElseThrow().state().positionM();
            OrbitSolution orbit = after.solution().orElseThrow();
            assertThat(orbit.state().positionM().minus(before).norm()).as(as).isLessThan(3 * orbit.positionSigmaM());
            // nobody else is blamed; ranges alone of three radars can be explained in more than one way
            boolean canTell = originators > 3 || components.size() > 1;
            assertThat(after.disagreements())
                    .as(as)
                    .isNotEmpty()
                    .allMatch(one -> one.downWeighted() ? one.originator().equals(wrong) : !canTell);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void of_two_nobody_can_tell_who_is_wrong_so_the_covariance_is_widened_until_it_holds_the_truth(int seed) {
        String wrong = SENSORS.get(seed % 2).id();
        FitResult after = fit(with(observed(seed), wrong, WRONG.get(1 + seed % 2)), 2);

        assertThat(after.disagreements()).isNotEmpty().noneMatch(Disagreement::downWeighted);
        OrbitSolution orbit = after.solution().orElseThrow();
        assertThat(orbit.positionSigmaM())
                .isGreaterThan(honest(seed, 2).solution().orElseThrow().positionSigmaM());
        assertThat(orbit.state().positionM().minus(ORBIT.positionM()).norm()).isLessThan(3 * orbit.positionSigmaM());
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("manySeeds")
    void the_same_holds_for_many_seeds(int seed) {
        honest_originators_agree(seed);
        of_three_or_more_one_that_is_wrong_by_ten_sigma_moves_the_orbit_by_less_than_three(seed);
        of_two_nobody_can_tell_who_is_wrong_so_the_covariance_is_widened_until_it_holds_the_truth(seed);
    }

    @Test
    void sensors_of_one_originator_do_not_outvote_another() {
        Map<String, List<Observation>> wrong = with(observed(1), "delta", WRONG.get(2));
        Map<String, String> owners = Map.of("alpha", "one", "bravo", "one", "charlie", "one", "delta", "two");

        assertThat(fit(wrong, SENSORS.size(), owners).disagreements())
                .isNotEmpty()
                .noneMatch(Disagreement::downWeighted);
    }

    @Test
    void a_view_judges_from_its_own_data_alone() {
        Map<String, List<Observation>> wrong = with(observed(2), "charlie", WRONG.get(2));
        List<View> views = List.of(view(4), view(2));
        List<FitResult> together = ViewDetermination.fit(request(wrong, views, EACH_ITS_OWN));

        assertThat(together.get(0).disagreements())
                .extracting(Disagreement::originator)
                .containsExactly("charlie");
        assertThat(together.get(1).disagreements()).isEmpty();
        assertThat(together.get(1)).isEqualTo(fit(wrong, 2));
    }

    static FitResult honest(int seed, int originators) {
        return HONEST.computeIfAbsent(seed + "/" + originators, none -> fit(observed(seed), originators));
    }

    static Map<String, List<Observation>> observed(int seed) {
        return OBSERVED.computeIfAbsent(seed, AgreementTest::simulated);
    }

    private static Map<String, List<Observation>> simulated(int seed) {
        Simulation simulation = new Simulation(ORBIT, FORCES, CommonError.REALISTIC, new Random(seed));
        Map<String, List<Observation>> observed = new HashMap<>();
        List<Instant> epochs = Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofHours(8)), Duration.ofMinutes(10));
        for (Sensor sensor : SENSORS) {
            observed.put(sensor.id(), simulation.observe(sensor, epochs));
        }
        return observed;
    }

    private static Map<String, List<Observation>> with(
            Map<String, List<Observation>> honest, String wrong, List<Component> components) {
        return with(honest, wrong, components, WRONG_SIGMAS);
    }

    static Map<String, List<Observation>> with(
            Map<String, List<Observation>> honest, String wrong, List<Component> components, double sigmas) {
        Map<String, List<Observation>> changed = new HashMap<>(honest);
        changed.computeIfPresent(
                wrong,
                (id, all) ->
                        all.stream().map(one -> wrong(one, components, sigmas)).toList());
        return changed;
    }

    private static Observation wrong(Observation observation, List<Component> components, double sigmas) {
        if (observation instanceof Observation.Range o) {
            double off = components.contains(Component.RANGE) ? sigmas * sigma(o, Component.RANGE) : 0;
            return new Observation.Range(o.inputId(), o.sensorId(), o.epoch(), o.rangeM() + off, o.sigmaM(), o.path());
        }
        if (observation instanceof Observation.AzimuthElevation o) {
            double azimuth = components.contains(Component.AZIMUTH) ? sigmas * sigma(o, Component.AZIMUTH) : 0;
            double elevation = components.contains(Component.ELEVATION) ? sigmas * sigma(o, Component.ELEVATION) : 0;
            return new Observation.AzimuthElevation(
                    o.inputId(),
                    o.sensorId(),
                    o.epoch(),
                    o.azimuthRad() + azimuth,
                    o.elevationRad() + elevation,
                    o.azimuthSigmaRad(),
                    o.elevationSigmaRad());
        }
        throw new IllegalArgumentException(observation.toString());
    }

    private static double sigma(Observation observation, Component component) {
        return SENSORS.stream()
                .filter(sensor -> sensor.id().equals(observation.sensorId()))
                .map(sensor -> Objects.requireNonNull(sensor.sigmas().get(component)))
                .findFirst()
                .orElseThrow();
    }

    static FitResult fit(Map<String, List<Observation>> observed, int sensors) {
        return fit(observed, sensors, EACH_ITS_OWN);
    }

    private static FitResult fit(
            Map<String, List<Observation>> observed, int sensors, Map<String, String> originators) {
        FitResult result = ViewDetermination.fit(request(observed, List.of(view(sensors)), originators))
                .get(0);
        assertThat(result.verdict()).as(result.reason()).isEqualTo(Verdict.CONVERGED);
        return result;
    }

    private static ViewsRequest request(
            Map<String, List<Observation>> observed, List<View> views, Map<String, String> originators) {
        return new ViewsRequest(
                SENSORS,
                observed.entrySet().stream()
                        .map(e -> new Compartment(e.getKey(), e.getValue()))
                        .toList(),
                views,
                any -> FORCES,
                FitSettings.DEFAULT,
                originators);
    }

    private static View view(int sensors) {
        return new View(
                IntStream.range(0, sensors).mapToObj(i -> SENSORS.get(i).id()).toList(), Optional.of(ORBIT));
    }
}
