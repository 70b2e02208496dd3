package nl.sluis.orbit.manoeuvre;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.Compartment;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.determination.View;
import nl.sluis.orbit.determination.ViewDetermination;
import nl.sluis.orbit.determination.ViewsRequest;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Simulated truth with an impulse of one metre a second, without one, and with a sensor that begins to err instead. */
class ManoeuvreSearchTest {
    private static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");
    private static final Duration BEFORE = Duration.ofMinutes(255);
    private static final Instant BURN = EPOCH.plus(BEFORE);
    private static final Duration BEHIND = Duration.ofHours(12);
    private static final int PASSES_BEHIND = 3;
    private static final double IMPULSE_MPS = 1;
    private static final double WRONG_SIGMAS = 10;

    private static final ForceModel FORCES = new ForceModel(
            4, 4, true, true, Optional.of(Surface.known(10, 1.5)), Optional.empty(), OptionalInt.empty(), 1000, false);

    private static final Scene LOW = new Scene(
            "low",
            new OrbitState(
                    EPOCH,
                    Frame.GCRF,
                    new Vector3(-2_410_432.0, 1_120_345.0, 6_633_210.0),
                    new Vector3(-3_950.0, -6_290.0, -372.0)),
            Duration.ofSeconds(90),
            List.of(
                    radar("alpha", 52.0, 5.0),
                    radar("bravo", -33.9, 18.5),
                    radar("charlie", 69.6, 18.9),
                    radar("delta", -31.0, 149.0)));

    private static final Scene GEOSTATIONARY = new Scene(
            "geostationary",
            new OrbitState(EPOCH, Frame.GCRF, new Vector3(-41_375_000, 8_117_000, 0), new Vector3(-592, -3_017, 0)),
            Duration.ofMinutes(10),
            List.of(radar("alpha", 52.0, 5.0), radar("bravo", 40.0, 16.0), radar("charlie", 48.0, 1.0)));

    static List<Scene> scenes() {
        return List.of(LOW, GEOSTATIONARY);
    }

    /** An object, how often it is seen and by whom. */
    private record Scene(String name, OrbitState truth, Duration step, List<Sensor> sensors) {
        @Override
        public String toString() {
            return name;
        }

        OrbitState stated() {
            return new OrbitState(
                    EPOCH, Frame.GCRF, truth.positionM().plus(new Vector3(900, -700, 400)), truth.velocityMps());
        }

        OrbitState truth(Instant epoch) {
            return Propagation.states(truth, FORCES, List.of(epoch)).get(0);
        }

        /** The true state just after an impulse. */
        OrbitState moved(Vector3 rtnMps) {
            OrbitState before = truth(BURN);
            Vector3[] axes = LocalAxes.rtn(before);
            return new OrbitState(
                    BURN,
                    before.frame(),
                    before.positionM(),
                    before.velocityMps()
                            .plus(axes[0].times(rtnMps.x()))
                            .plus(axes[1].times(rtnMps.y()))
                            .plus(axes[2].times(rtnMps.z())));
        }

        /** What sensors see of an object that is somewhere at one time, from another time on. */
        List<Observation> seen(OrbitState orbit, List<Sensor> by, Instant from, Duration length, long seed) {
            List<Observation> seen = new ArrayList<>();
            for (Sensor sensor : by) {
                Simulation simulation = new Simulation(
                        orbit,
                        FORCES,
                        CommonError.NONE,
                        new Random(seed * 31 + sensor.id().hashCode()));
                seen.addAll(simulation.observe(sensor, Ephemeris.epochs(from, from.plus(length), step)));
            }
            return seen;
        }
    }

    private static Sensor radar(String id, double latitudeDeg, double longitudeDeg) {
        return new Sensor(
                id,
                GeodeticPosition.ofDegrees(latitudeDeg, longitudeDeg, 30),
                Map.of(
                        Component.RANGE, 20.0,
                        Component.AZIMUTH, Math.toRadians(0.02),
                        Component.ELEVATION, Math.toRadians(0.02)),
                Map.of(),
                Set.of());
    }

    private static Sensor wrong(Sensor sensor) {
        Map<Component, Sensor.Bias> biases = new EnumMap<>(Component.class);
        sensor.sigmas().forEach((component, sigma) -> biases.put(component, Sensor.Bias.known(WRONG_SIGMAS * sigma)));
        return new Sensor(sensor.id(), sensor.position(), sensor.sigmas(), biases, sensor.corrections());
    }

    private static Optional<Manoeuvre> find(Scene scene, List<Observation> observations) {
        Map<String, String> originators = scene.sensors.stream().collect(Collectors.toMap(Sensor::id, Sensor::id));
        Optional<OrbitState> start = Optional.of(scene.stated());
        FitResult all = ViewDetermination.fit(new ViewsRequest(
                        scene.sensors,
                        List.of(new Compartment("all", observations)),
                        List.of(new View(List.of("all"), start)),
                        any -> FORCES,
                        FitSettings.DEFAULT,
                        originators))
                .get(0);
        return new ManoeuvreSearch(scene.sensors, start, any -> FORCES, FitSettings.DEFAULT, originators)
                .find(observations, all);
    }

    /** What the passes tell, one after the other: those before the time at once, the others each as it ends. */
    private static List<Optional<Manoeuvre>> found(Scene scene, List<Observation> observations) {
        List<Pass> passes = Pass.of(observations);
        List<Optional<Manoeuvre>> found = new ArrayList<>();
        for (int i = 1; i <= passes.size() && found.size() < PASSES_BEHIND; i++) {
            if (passes.get(i - 1).start().isAfter(BURN)) {
                found.add(find(scene, Pass.all(passes.subList(0, i))));
            }
        }
        return found;
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void an_impulse_is_suspected_or_found_at_once_and_then_its_size_and_the_orbit_since(Scene scene) {
        OrbitState since = scene.moved(new Vector3(0, IMPULSE_MPS, 0));
        List<Observation> observations = new ArrayList<>(scene.seen(scene.truth, scene.sensors, EPOCH, BEFORE, 1));
        observations.addAll(scene.seen(since, scene.sensors, BURN, BEHIND, 2));

        List<Optional<Manoeuvre>> found = found(scene, observations);

        List<Manoeuvre> manoeuvres = found.stream().flatMap(Optional::stream).toList();
        assertThat(manoeuvres).isNotEmpty();
        assertThat(manoeuvres).allSatisfy(one -> {
            assertThat(one.notBefore()).isBeforeOrEqualTo(BURN);
            assertThat(one.notAfter()).isAfter(BURN);
            assertThat(one.from()).isBetween(one.notBefore(), one.notAfter());
        });
        assertThat(found.subList(0, 2)).anyMatch(Optional::isPresent);
        if (scene.equals(LOW)) {
            // one pass at a time; three radars see the other object at once, which is enough for an orbit
            assertThat(manoeuvres.get(0).isConfirmed()).isFalse();
        }
        assertHolds(manoeuvres.get(0), since);

        Manoeuvre last = found.get(found.size() - 1).orElseThrow();
        assertThat(last.isConfirmed()).isTrue();
        assertHolds(last, since);
        Manoeuvre.VelocityChange change = last.change().orElseThrow();
        assertThat(change.rtnMps().norm())
                .isBetween(IMPULSE_MPS - 3 * change.sigmaMps(), IMPULSE_MPS + 3 * change.sigmaMps());
        assertThat(change.sigmaMps()).isLessThan(0.2 * IMPULSE_MPS);
    }

    /** The true place is within three sigma of the orbit, at its first observation since the manoeuvre. */
    private static void assertHolds(Manoeuvre manoeuvre, OrbitState since) {
        OrbitSolution orbit = manoeuvre.fit().solution().orElseThrow();
        Ephemeris.Point there = Propagation.at(orbit, manoeuvre.from());
        Vector3 truth = Propagation.states(since, FORCES, List.of(manoeuvre.from()))
                .get(0)
                .positionM();
        SymmetricMatrix p = there.covariance().orElseThrow();
        assertThat(there.state().positionM().minus(truth).norm())
                .isLessThan(3 * Math.sqrt(p.get(0, 0) + p.get(1, 1) + p.get(2, 2)));
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void without_a_manoeuvre_none_is_found(Scene scene) {
        List<Observation> observations = scene.seen(scene.truth, scene.sensors, EPOCH, BEFORE.plus(BEHIND), 3);

        assertThat(found(scene, observations)).isNotEmpty().containsOnly(Optional.empty());
    }

    @ParameterizedTest
    @MethodSource("scenes")
    void a_sensor_that_begins_to_err_is_no_manoeuvre(Scene scene) {
        List<Observation> observations = new ArrayList<>(scene.seen(scene.truth, scene.sensors, EPOCH, BEFORE, 4));
        List<Sensor> behind = new ArrayList<>(scene.sensors);
        behind.set(0, wrong(behind.get(0)));
        observations.addAll(scene.seen(scene.truth, behind, BURN, BEHIND, 5));

        assertThat(found(scene, observations))
                .isNotEmpty()
                .noneMatch(one -> one.map(Manoeuvre::isConfirmed).orElse(false));
    }

    @Test
    void a_sensor_that_came_only_now_is_not_believed_alone() {
        Scene scene = GEOSTATIONARY;
        List<Observation> observations =
                new ArrayList<>(scene.seen(scene.truth, scene.sensors.subList(1, 3), EPOCH, BEFORE, 6));
        observations.addAll(scene.seen(scene.truth, List.of(wrong(scene.sensors.get(0))), BURN, BEHIND, 7));

        assertThat(found(scene, observations)).isNotEmpty().containsOnly(Optional.empty());
    }
}
