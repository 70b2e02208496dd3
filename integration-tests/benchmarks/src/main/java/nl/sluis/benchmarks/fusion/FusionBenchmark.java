package nl.sluis.benchmarks.fusion;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.Compartment;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.determination.Verdict;
import nl.sluis.orbit.determination.View;
import nl.sluis.orbit.determination.ViewDetermination;
import nl.sluis.orbit.determination.ViewsRequest;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/**
 * What the orbit of one low object costs for many audiences: CPU of this thread, fits by compartment against one fit per
 * audience by Orekit's {@code BatchLSEstimator} on the same observations, by turns.
 */
public final class FusionBenchmark {
    private static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");
    private static final int ROUNDS = 3;

    private static final OrbitState TRUTH = new OrbitState(
            EPOCH,
            Frame.GCRF,
            new Vector3(-2_410_432.0, 1_120_345.0, 6_633_210.0),
            new Vector3(-3_950.0, -6_290.0, -372.0));

    private static final OrbitState PUBLIC = new OrbitState(
            EPOCH,
            Frame.GCRF,
            TRUTH.positionM().plus(new Vector3(900, -700, 400)),
            TRUTH.velocityMps().plus(new Vector3(-0.5, 0.4, 0.3)));

    private static final ForceModel FORCES =
            ForceModel.forOrbit(TRUTH).withoutDrag().withSolarPressure(Surface.known(10, 1.5));

    private static final List<Sensor> SENSORS = List.of(
            radar("alpha", 52.0, 5.0),
            radar("bravo", -33.9, 18.5),
            radar("charlie", 69.6, 18.9),
            radar("delta", -31.0, 149.0));

    private final int rounds;

    private FusionBenchmark(int rounds) {
        this.rounds = rounds;
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

    /**
     * Runs all measurements and prints a table.
     *
     * @param arguments rounds of each case, of which the best counts; 3 if left out
     */
    public static void main(String[] arguments) {
        new FusionBenchmark(arguments.length == 0 ? ROUNDS : Integer.parseInt(arguments[0])).run();
    }

    private void run() {
        System.out.printf(Locale.ROOT, "%-58s %6s %6s %6s %9s%n", "case", "obs", "comp", "views", "CPU ms");
        Scene scene = new Scene(60, 8);
        measure("(warm-up)", scene, scene.sharing(16));
        double one = measure("one audience", scene, scene.sharing(1));
        double sixteen = measure("16 audiences that share a reference", scene, scene.sharing(16));
        double separate = baseline(scene, scene.sharing(16));
        measure(
                "16 audiences with references of their own",
                scene.apart(16),
                scene.apart(16).alone());
        System.out.printf(
                Locale.ROOT, "%n16 audiences over one:                  %.2f (goal: at most 1.3)%n", sixteen / one);
        System.out.printf(
                Locale.ROOT,
                "16 separate batch fits over 16 audiences: %.1f (goal: at least 15)%n%n",
                separate / sixteen);
        for (int seconds : new int[] {120, 30, 15}) {
            Scene more = new Scene(seconds, 8);
            measure("observations grow", more, more.sharing(16));
        }
        for (int compartments : new int[] {4, 16, 32}) {
            Scene more = new Scene(60, compartments);
            measure("compartments grow", more, more.sharing(4));
        }
        for (int views : new int[] {4, 64, 256}) {
            measure("views grow", new Scene(60, 16), new Scene(60, 16).sharing(views));
        }
    }

    /** Observations of one object in compartments of equal size, the first the most widely releasable. */
    private static final class Scene {
        private final List<Compartment> compartments;
        private final List<String> ids;

        Scene(int stepS, int count) {
            this(deal(observations(stepS), count));
        }

        private Scene(List<Compartment> compartments) {
            this.compartments = compartments;
            this.ids = compartments.stream().map(Compartment::id).toList();
        }

        private static List<Observation> observations(int stepS) {
            Simulation simulation = new Simulation(TRUTH, FORCES, CommonError.NONE, new Random(20260101));
            List<Instant> epochs = Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofHours(20)), Duration.ofSeconds(stepS));
            List<Observation> all = new ArrayList<>();
            SENSORS.forEach(sensor -> all.addAll(simulation.observe(sensor, epochs)));
            return all;
        }

        private static List<Compartment> deal(List<Observation> observations, int count) {
            Map<String, List<Observation>> dealt = new TreeMap<>();
            for (int i = 0; i < observations.size(); i++) {
                dealt.computeIfAbsent(String.format(Locale.ROOT, "c%03d", i % count), none -> new ArrayList<>())
                        .add(observations.get(i));
            }
            return dealt.entrySet().stream()
                    .map(e -> new Compartment(e.getKey(), e.getValue()))
                    .toList();
        }

        /** Views that all hold the first compartment, each with another subset of the rest. */
        List<View> sharing(int count) {
            List<View> views = new ArrayList<>();
            for (int k = 0; k < count; k++) {
                List<String> held = new ArrayList<>(List.of(ids.get(0)));
                for (int i = 1; i < ids.size(); i++) {
                    // the first view holds all, the others drop compartments by the bits of their number
                    if ((k >> ((i - 1) % 8) & 1) == 0) {
                        held.add(ids.get(i));
                    }
                }
                views.add(new View(held, Optional.of(PUBLIC)));
            }
            return views;
        }

        /** The same observations in as many compartments as views. */
        Scene apart(int count) {
            List<Observation> all = compartments.stream()
                    .flatMap(c -> c.observations().stream())
                    .toList();
            return new Scene(deal(all, count));
        }

        /** Views that hold one compartment each. */
        List<View> alone() {
            return ids.stream()
                    .map(id -> new View(List.of(id), Optional.of(PUBLIC)))
                    .toList();
        }

        List<Observation> of(View view) {
            return compartments.stream()
                    .filter(c -> view.compartments().contains(c.id()))
                    .flatMap(c -> c.observations().stream())
                    .toList();
        }
    }

    private double measure(String name, Scene scene, List<View> views) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            double start = cpuMs();
            List<FitResult> results = ViewDetermination.fit(
                    new ViewsRequest(SENSORS, scene.compartments, views, any -> FORCES, FitSettings.DEFAULT));
            best = Math.min(best, cpuMs() - start);
            if (results.stream().anyMatch(r -> r.verdict() != Verdict.CONVERGED)) {
                throw new IllegalStateException("a view did not converge (expected: all)");
            }
        }
        print(name, scene, views, best);
        return best;
    }

    private double baseline(Scene scene, List<View> views) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            double start = cpuMs();
            views.forEach(view -> BatchBaseline.fit(PUBLIC, FORCES, SENSORS, scene.of(view)));
            best = Math.min(best, cpuMs() - start);
        }
        print("16 separate fits by BatchLSEstimator", scene, views, best);
        return best;
    }

    private static void print(String name, Scene scene, List<View> views, double cpuMs) {
        long observations = scene.compartments.stream()
                .mapToLong(c -> c.observations().size())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "%-58s %6d %6d %6d %9.0f%n",
                name,
                observations,
                scene.compartments.size(),
                views.size(),
                cpuMs);
    }

    private static double cpuMs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e6;
    }
}
