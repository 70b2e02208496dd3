package nl.sluis.benchmarks.fusion;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
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
import nl.sluis.benchmarks.plot.Plot;
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
    private static final int ROUNDS = 2;

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
     * Runs measurements and prints them: {@code audiences}, {@code references}, or {@code growth WHAT FOLDER}, which draws
     * into the folder how the cost grows with objects, observations, compartments or views.
     *
     * @param arguments what to measure
     * @throws IOException if the drawing can't be written
     */
    public static void main(String[] arguments) throws IOException {
        System.out.printf(
                Locale.ROOT, "%-44s %7s %7s %7s %7s %9s%n", "case", "objects", "obs", "comp", "views", "CPU ms");
        Scene scene = new Scene(60, 8);
        measure("(warm-up)", 1, scene, scene.sharing(16));
        switch (arguments[0]) {
            case "audiences" -> audiences(scene);
            case "references" -> references();
            case "growth" -> draw(Path.of(arguments[2]), arguments[1], growth(arguments[1]));
            default ->
                throw new IllegalArgumentException(
                        "`" + arguments[0] + "` (expected: audiences, references or growth)");
        }
    }

    private static void audiences(Scene scene) {
        double one = Double.MAX_VALUE;
        double sixteen = Double.MAX_VALUE;
        double separate = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            // by turns, so that a busy moment of the machine meets all three
            one = Math.min(one, measure("one audience", 1, scene, scene.sharing(1)));
            sixteen = Math.min(sixteen, measure("16 audiences that share a reference", 1, scene, scene.sharing(16)));
            separate = Math.min(separate, separate(scene, scene.sharing(16)));
            print("16 audiences over one", sixteen / one);
            print("16 separate fits over 16 audiences", separate / sixteen);
        }
    }

    private static void references() {
        Scene apart = new Scene(60, 16);
        double own = measure("16 audiences with references of their own", 1, apart, apart.alone());
        print("separate fits over these", separate(apart, apart.alone()) / own);
    }

    private static List<Plot.Point> growth(String what) {
        Scene usual = new Scene(60, 16);
        List<Plot.Point> points = new ArrayList<>();
        switch (what) {
            case "objects" -> {
                for (int n : new int[] {1, 2, 4, 8}) {
                    points.add(new Plot.Point(n, measure("objects grow", n, usual, usual.sharing(16))));
                }
            }
            case "observations" -> {
                for (int stepS : new int[] {120, 60, 30, 15, 8}) {
                    Scene more = new Scene(stepS, 16);
                    points.add(new Plot.Point(
                            more.observationCount(), measure("observations grow", 1, more, more.sharing(16))));
                }
            }
            case "compartments" -> {
                for (int n : new int[] {2, 4, 8, 16, 32}) {
                    // enough observations, so that each compartment carries an orbit by itself
                    Scene more = new Scene(15, n);
                    points.add(new Plot.Point(n, measure("compartments grow", 1, more, more.sharing(16))));
                }
            }
            case "views" -> {
                for (int n : new int[] {1, 16, 64, 128, 256}) {
                    points.add(new Plot.Point(n, measure("views grow", 1, usual, usual.sharing(n))));
                }
            }
            default ->
                throw new IllegalArgumentException(
                        "`" + what + "` (expected: objects, observations, compartments or views)");
        }
        return points;
    }

    private static void draw(Path folder, String what, List<Plot.Point> points) throws IOException {
        new Plot("Processor time as " + what + " grow", "number of " + what, "CPU, ms", points)
                .write(folder.resolve("fusion-" + what + ".svg"));
    }

    /** Observations of one object in compartments of equal size, the first the most widely releasable. */
    private static final class Scene {
        private final List<Compartment> compartments;
        private final List<String> ids;

        Scene(int stepS, int count) {
            this.compartments = deal(observations(stepS), count);
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

        /** Views that hold one compartment each. */
        List<View> alone() {
            return ids.stream()
                    .map(id -> new View(List.of(id), Optional.of(PUBLIC)))
                    .toList();
        }

        int observationCount() {
            return compartments.stream().mapToInt(c -> c.observations().size()).sum();
        }

        List<Observation> of(View view) {
            return compartments.stream()
                    .filter(c -> view.compartments().contains(c.id()))
                    .flatMap(c -> c.observations().stream())
                    .toList();
        }
    }

    private static double measure(String name, int objects, Scene scene, List<View> views) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            double start = cpuMs();
            for (int object = 0; object < objects; object++) {
                List<FitResult> results = ViewDetermination.fit(
                        new ViewsRequest(SENSORS, scene.compartments, views, any -> FORCES, FitSettings.DEFAULT));
                if (results.stream().anyMatch(r -> r.verdict() != Verdict.CONVERGED)) {
                    throw new IllegalStateException("a view did not converge (expected: all)");
                }
            }
            best = Math.min(best, cpuMs() - start);
        }
        print(name, objects, scene, views, best);
        return best;
    }

    private static double separate(Scene scene, List<View> views) {
        double start = cpuMs();
        views.forEach(view -> BatchBaseline.fit(PUBLIC, FORCES, SENSORS, scene.of(view)));
        double took = cpuMs() - start;
        print(views.size() + " separate fits by BatchLSEstimator", 1, scene, views, took);
        return took;
    }

    private static void print(String name, int objects, Scene scene, List<View> views, double cpuMs) {
        System.out.printf(
                Locale.ROOT,
                "%-44s %7d %7d %7d %7d %9.0f%n",
                name,
                objects,
                scene.observationCount(),
                scene.compartments.size(),
                views.size(),
                cpuMs);
    }

    private static void print(String name, double ratio) {
        System.out.printf(Locale.ROOT, "%-44s %.2f%n", name, ratio);
    }

    private static double cpuMs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e6;
    }
}
