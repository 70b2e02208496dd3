package nl.sluis.benchmarks.screening;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ScreenedCatalogue;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.orbit.encounter.Screening;
import nl.sluis.orbit.encounter.ScreeningResult;
import org.orekit.errors.OrekitException;
import org.orekit.propagation.analytical.tle.TLE;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;

/**
 * All on all: {@code ScreeningBenchmark FILE START [rounds]}; growth: {@code FILE START growth}; one week of 50,000 objects,
 * to be started with {@code -Xmx4g}: {@code FILE START week}.
 */
public final class ScreeningBenchmark {
    private static final int THREADS = 2;
    private static final double THRESHOLD_M = 5_000;
    private static final Duration DAY = Duration.ofDays(1);
    private static final int BASELINE_STEP_S = 60;
    private static final int MANY = 50_000;
    private static final int SINGLES = 100;

    private ScreeningBenchmark() {}

    /** Something to measure. */
    private interface Work<T> {
        T run();
    }

    /** What it took. */
    private record Cost<T>(T result, double cpuS, double wallS) {}

    /**
     * Runs the measurements and prints them.
     *
     * @param arguments catalogue, start of the window, and what to measure
     * @throws Exception if the catalogue cannot be read
     */
    public static void main(String[] arguments) throws Exception {
        List<MeanElements> elements =
                ElementsReader.read(text(Path.of(arguments[0]))).elements();
        Instant start = Instant.parse(arguments[1]);
        String what = arguments.length > 2 ? arguments[2] : "3";
        switch (what) {
            case "growth" -> growth(elements, start);
            case "week" -> week(elements, start);
            default -> rounds(Path.of(arguments[0]), elements, start, Integer.parseInt(what));
        }
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            byte[] bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static void rounds(Path file, List<MeanElements> elements, Instant start, int rounds)
            throws IOException, MessageException {
        List<ScreenedObject> objects = objects(elements);
        List<String> lines = text(file).lines().toList();
        System.out.printf("%,d objects, 24 h from %s, below 5 km, %d threads%n", objects.size(), start, THREADS);
        for (int round = 0; round < rounds; round++) {
            Cost<Long> baseline = measured(() -> propagated(lines, start));
            Cost<ScreeningResult> screening = measured(() -> screened(objects, start, DAY, THRESHOLD_M));
            System.out.printf(
                    Locale.ROOT,
                    "baseline %.1f s processor; screening %.1f s processor, %.1f s wall; ratio %.2f; %,d approaches,"
                            + " %,d stay together, %,d evaluations%n",
                    baseline.cpuS(),
                    screening.cpuS(),
                    screening.wallS(),
                    screening.cpuS() / baseline.cpuS(),
                    screening.result().encounters().size(),
                    screening.result().proximities().size(),
                    screening.result().statistics().evaluations());
        }
        Cost<ScreenedCatalogue> ready = measured(() -> new ScreenedCatalogue(objects, start, DAY));
        List<ScreenedObject> singles = new ArrayList<>(objects);
        Collections.shuffle(singles, new Random(1));
        for (int round = 0; round < rounds; round++) {
            Cost<Integer> one = measured(() -> singles.subList(0, SINGLES).stream()
                    .mapToInt(o -> ready.result()
                            .screen(o, MissThresholds.of(THRESHOLD_M))
                            .encounters()
                            .size())
                    .sum());
            System.out.printf(
                    Locale.ROOT,
                    "one on all: %.1f ms processor for a day of window (catalogue made ready in %.1f s); %d approaches"
                            + " of %d objects%n",
                    1000 * one.cpuS() / SINGLES,
                    ready.cpuS(),
                    one.result(),
                    SINGLES);
        }
    }

    private static void growth(List<MeanElements> elements, Instant start) {
        List<ScreenedObject> all = new ArrayList<>(objects(elements));
        Collections.shuffle(all, new Random(1));
        // once for the compiler
        screened(all.subList(0, all.size() / 4), start, DAY, THRESHOLD_M);
        for (int part : new int[] {8, 4, 2, 1}) {
            grown(all.subList(0, all.size() / part), start, DAY, THRESHOLD_M);
        }
        List<ScreenedObject> quarter = all.subList(0, all.size() / 4);
        for (int days : new int[] {2, 4, 7}) {
            grown(quarter, start, Duration.ofDays(days), THRESHOLD_M);
        }
        for (double thresholdM : new double[] {1_000, 10_000, 20_000, 50_000}) {
            grown(quarter, start, DAY, thresholdM);
        }
    }

    private static void grown(List<ScreenedObject> objects, Instant start, Duration window, double thresholdM) {
        Cost<ScreeningResult> cost = measured(() -> screened(objects, start, window, thresholdM));
        System.out.printf(
                Locale.ROOT,
                "%,6d objects, %d days, %2.0f km: %.1f s processor, %,d approaches%n",
                objects.size(),
                window.toDays(),
                thresholdM / 1000,
                cost.cpuS(),
                cost.result().encounters().size());
    }

    private static void week(List<MeanElements> elements, Instant start) {
        List<ScreenedObject> many = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            MeanElements one = elements.get(i % elements.size());
            // the copies of an object fly in other planes
            int turn = i / elements.size();
            many.add(ScreenedObject.of(new MeanElements(
                    i + 1,
                    one.name(),
                    "",
                    one.epoch(),
                    one.meanMotionRadPerS(),
                    one.eccentricity(),
                    one.inclinationRad(),
                    one.raanRad() + turn,
                    one.argumentOfPerigeeRad(),
                    one.meanAnomalyRad() + turn,
                    one.bStar(),
                    one.elementSetNumber(),
                    one.revolutionAtEpoch())));
        }
        Cost<ScreeningResult> cost = measured(() -> screened(many, start, Duration.ofDays(7), THRESHOLD_M));
        long peak = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == java.lang.management.MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
        System.out.printf(
                Locale.ROOT,
                "%,d objects, 7 days, 5 km: %.0f s processor, %.0f s wall, %,d approaches; heap at most %,d MiB of"
                        + " %,d%n",
                MANY,
                cost.cpuS(),
                cost.wallS(),
                cost.result().encounters().size(),
                peak >> 20,
                Runtime.getRuntime().maxMemory() >> 20);
    }

    private static List<ScreenedObject> objects(List<MeanElements> elements) {
        return elements.stream().map(ScreenedObject::of).toList();
    }

    private static ScreeningResult screened(
            List<ScreenedObject> objects, Instant start, Duration window, double thresholdM) {
        return Screening.screen(objects, start, window, MissThresholds.of(thresholdM), THREADS, share -> {});
    }

    /** The baseline: every object at every minute of the day, one thread. */
    private static long propagated(List<String> lines, Instant start) {
        AbsoluteDate first = new AbsoluteDate(start, TimeScalesFactory.getUTC());
        long states = 0;
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (!lines.get(i).startsWith("1 ") || !lines.get(i + 1).startsWith("2 ")) {
                continue;
            }
            TLEPropagator propagator = TLEPropagator.selectExtrapolator(new TLE(lines.get(i), lines.get(i + 1)));
            try {
                for (int t = 0; t < DAY.toSeconds(); t += BASELINE_STEP_S) {
                    propagator.getPVCoordinates(first.shiftedBy((double) t));
                    states++;
                }
            } catch (OrekitException e) {
                // decayed: the states so far are all that there are
                System.out.printf(Locale.ROOT, "line %d: no more states (%s)%n", i + 1, e.getSpecifier());
            }
        }
        return states;
    }

    private static <T> Cost<T> measured(Work<T> work) {
        double cpu = cpuS();
        long wall = System.nanoTime();
        T result = work.run();
        return new Cost<>(result, cpuS() - cpu, (System.nanoTime() - wall) * 1e-9);
    }

    private static double cpuS() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() * 1e-9;
    }
}
