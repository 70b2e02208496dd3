package nl.sluis.orbit.encounter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import nl.sluis.orbit.data.OrekitData;

/**
 * Finds all close approaches among all objects over a window.
 *
 * <p>How: exact states at nodes, interpolation to steps of {@value Grid#STEP_S} s ({@link Nodes}); at each step the objects
 * are sorted into cells and neighbours are tested on straight lines ({@link Grid}); what may come close is followed with the
 * objects' own motion ({@link Approaches}).
 *
 * <p>Assumptions: relative speed below {@value Grid#HIGHEST_SPEED_MPS} m/s; motion without thrust between two steps.
 */
public final class Screening {

    /** Two detections of a pair closer in time than this are one encounter, s. */
    private static final double SAME_S = 1;

    /** Most threads that are used. */
    private static final int MOST_THREADS = 64;

    private static final Comparator<Encounter> BY_TIME = Comparator.comparing(Encounter::tca)
            .thenComparing(Encounter::object1, ScreenedObject.ORDER)
            .thenComparing(Encounter::object2, ScreenedObject.ORDER);

    /** Is told how far a screening is; may be called from several threads. */
    public interface Progress {
        /** Takes the share that is done, 0 to 1. */
        void at(double share);
    }

    private Screening() {}

    /**
     * Screens all pairs; the result does not depend on the number of threads.
     *
     * @param objects in any order; those of equal identity are never compared
     * @param start start of the window, UTC
     * @param window length of the window
     * @param thresholds closest approaches below these distances are reported; each different one is a search of its own, over
     *     the objects that it can concern
     * @param threads how many threads work
     * @param progress is told how far it is
     * @throws IllegalArgumentException if the window or the number of threads is not positive
     */
    public static ScreeningResult screen(
            List<ScreenedObject> objects,
            Instant start,
            Duration window,
            MissThresholds thresholds,
            int threads,
            Progress progress) {
        check(window, threads);
        OrekitData.load();
        double[] ofM = thresholds.ofM(objects);
        double[] different = Arrays.stream(ofM).distinct().sorted().toArray();
        List<ScreeningResult> results = new ArrayList<>();
        for (int k = 0; k < different.length; k++) {
            int before = k;
            results.add(screen(
                    Layers.reached(objects, ofM, different[k]),
                    start,
                    window,
                    thresholds,
                    different[k],
                    threads,
                    share -> progress.at((before + share) / different.length)));
        }
        return results.size() == 1 ? results.get(0) : joined(objects.size(), results);
    }

    private static ScreeningResult screen(
            List<ScreenedObject> objects,
            Instant start,
            Duration window,
            MissThresholds thresholds,
            double thresholdM,
            int threads,
            Progress progress) {
        double seconds = window.getSeconds() + window.getNano() * 1e-9;
        double[] ofM = thresholds.ofM(objects);
        int blocks = (int) Math.ceil(seconds / (Nodes.INTERVALS * Nodes.NODE_S));
        int workers = Math.min(Math.min(threads, MOST_THREADS), blocks);
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        ExecutorService pool = Executors.newFixedThreadPool(workers);
        try {
            List<Callable<Worker>> searches = new ArrayList<>();
            for (int w = 0; w < workers; w++) {
                searches.add(() -> {
                    Worker worker = new Worker(objects, start, seconds, ofM, thresholdM);
                    for (int block = next.getAndIncrement(); block < blocks; block = next.getAndIncrement()) {
                        worker.search(block);
                        progress.at(done.incrementAndGet() / (double) blocks);
                    }
                    return worker;
                });
            }
            List<Worker> results = all(pool, searches);
            List<Proximity> proximities = proximities(
                    pool, results.stream().map(worker -> worker.approaches).toList());
            return merged(
                    objects,
                    results.stream()
                            .map(worker -> new Part(worker.motions, worker.approaches, worker.grid.tests))
                            .toList(),
                    proximities);
        } finally {
            pool.shutdownNow();
        }
    }

    /** What several searches found, each of which has pairs of its own. */
    private static ScreeningResult joined(int objects, List<ScreeningResult> results) {
        List<Encounter> encounters = new ArrayList<>();
        List<Proximity> proximities = new ArrayList<>();
        Set<ScreeningResult.Gap> gaps = new LinkedHashSet<>();
        long tests = 0;
        long candidates = 0;
        long evaluations = 0;
        for (ScreeningResult one : results) {
            encounters.addAll(one.encounters());
            proximities.addAll(one.proximities());
            gaps.addAll(one.gaps());
            tests += one.statistics().pairTests();
            candidates += one.statistics().candidates();
            evaluations += one.statistics().evaluations();
        }
        encounters.sort(BY_TIME);
        return new ScreeningResult(
                encounters,
                sorted(proximities),
                gaps.stream()
                        .sorted(Comparator.comparing(ScreeningResult.Gap::object, ScreenedObject.ORDER))
                        .toList(),
                new ScreeningResult.Statistics(
                        objects, (long) objects * (objects - 1) / 2, tests, candidates, evaluations));
    }

    static void check(Duration window, int threads) {
        if (window.isNegative() || window.isZero() || threads < 1) {
            throw new IllegalArgumentException("screening: `" + window + " " + threads
                    + "` (expected: a positive window and at least one thread)");
        }
    }

    private static <T> List<T> all(ExecutorService pool, List<Callable<T>> tasks) {
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> future : pool.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("screening: interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("screening: " + e.getCause(), e);
        }
    }

    /** What one search leaves behind. */
    record Part(Motions motions, Approaches approaches, long tests) {}

    static ScreeningResult merged(List<ScreenedObject> objects, List<Part> parts, List<Proximity> proximities) {
        List<Encounter> found = new ArrayList<>();
        Map<Integer, String> gaps = new TreeMap<>();
        long tests = 0;
        long candidates = 0;
        long evaluations = 0;
        for (Part part : parts) {
            found.addAll(part.approaches.found);
            for (int i = 0; i < objects.size(); i++) {
                String gap = part.motions.gaps[i];
                if (gap != null) {
                    // the earliest reason, whichever thread saw it
                    gaps.merge(i, gap, (a, b) -> a.compareTo(b) <= 0 ? a : b);
                }
            }
            tests += part.tests;
            candidates += part.approaches.candidates;
            evaluations += part.motions.evaluations;
        }
        long n = objects.size();
        return new ScreeningResult(
                once(found),
                proximities,
                gaps.entrySet().stream()
                        .map(gap -> new ScreeningResult.Gap(objects.get(gap.getKey()), gap.getValue()))
                        .sorted(Comparator.comparing(ScreeningResult.Gap::object, ScreenedObject.ORDER))
                        .toList(),
                new ScreeningResult.Statistics((int) n, n * (n - 1) / 2, tests, candidates, evaluations));
    }

    /** Drops what two steps found alike, and sorts by time. */
    private static List<Encounter> once(List<Encounter> found) {
        found.sort(Comparator.comparing(Encounter::object1, ScreenedObject.ORDER)
                .thenComparing(Encounter::object2, ScreenedObject.ORDER)
                .thenComparing(Encounter::tca));
        List<Encounter> encounters = new ArrayList<>();
        for (Encounter e : found) {
            Encounter last = encounters.isEmpty() ? null : encounters.get(encounters.size() - 1);
            if (last == null
                    || ScreenedObject.ORDER.compare(last.object1(), e.object1()) != 0
                    || ScreenedObject.ORDER.compare(last.object2(), e.object2()) != 0
                    || Motions.seconds(last.tca(), e.tca()) > SAME_S) {
                encounters.add(e);
            }
        }
        encounters.sort(BY_TIME);
        return encounters;
    }

    /** Joins the runs of slow pairs over all blocks and makes exact intervals of them. */
    private static List<Proximity> proximities(ExecutorService pool, List<Approaches> searches) {
        List<Map.Entry<Long, List<Approaches.Run>>> pairs = pairs(searches);
        List<Callable<List<Proximity>>> tasks = new ArrayList<>();
        for (int w = 0; w < searches.size(); w++) {
            int first = w;
            tasks.add(() -> proximities(searches.get(first), pairs, first, searches.size()));
        }
        List<Proximity> proximities = new ArrayList<>();
        all(pool, tasks).forEach(proximities::addAll);
        return sorted(proximities);
    }

    /** The same without threads. */
    static List<Proximity> proximities(Approaches search) {
        return sorted(proximities(search, pairs(List.of(search)), 0, 1));
    }

    private static List<Map.Entry<Long, List<Approaches.Run>>> pairs(List<Approaches> searches) {
        Map<Long, List<Approaches.Run>> slow = new TreeMap<>();
        searches.forEach(search -> search.slow.forEach((pair, runs) ->
                slow.computeIfAbsent(pair, p -> new ArrayList<>()).addAll(runs)));
        return new ArrayList<>(slow.entrySet());
    }

    private static List<Proximity> proximities(
            Approaches search, List<Map.Entry<Long, List<Approaches.Run>>> pairs, int first, int every) {
        List<Proximity> found = new ArrayList<>();
        for (int k = first; k < pairs.size(); k += every) {
            long pair = pairs.get(k).getKey();
            for (Approaches.Run run : joined(pairs.get(k).getValue())) {
                search.proximity((int) (pair >>> 32), (int) pair, run).ifPresent(found::add);
            }
        }
        return found;
    }

    private static List<Proximity> sorted(List<Proximity> proximities) {
        proximities.sort(Comparator.comparing(Proximity::from)
                .thenComparing(Proximity::object1, ScreenedObject.ORDER)
                .thenComparing(Proximity::object2, ScreenedObject.ORDER)
                .thenComparing(Proximity::to));
        return proximities;
    }

    private static List<Approaches.Run> joined(List<Approaches.Run> runs) {
        runs.sort(Comparator.comparingDouble(Approaches.Run::from));
        List<Approaches.Run> joined = new ArrayList<>();
        for (Approaches.Run run : runs) {
            if (joined.isEmpty() || !joined.get(joined.size() - 1).join(run)) {
                joined.add(run);
            }
        }
        return joined;
    }

    /** What one thread owns. */
    private static final class Worker {

        private final double seconds;
        private final Nodes nodes;
        private float[][] before;
        private float[][] after;
        final Motions motions;
        final Grid grid;
        final Approaches approaches;

        Worker(List<ScreenedObject> objects, Instant start, double seconds, double[] thresholdsM, double thresholdM) {
            int n = objects.size();
            this.seconds = seconds;
            motions = Motions.of(objects, start, seconds);
            nodes = new Nodes(motions, n);
            approaches = new Approaches(motions, seconds, thresholdsM, thresholdM);
            grid = new Grid(n, thresholdM, approaches::take);
            before = new float[3][n];
            after = new float[3][n];
        }

        void search(int block) {
            double from = block * Nodes.INTERVALS * Nodes.NODE_S;
            int intervals = (int) Math.min(Nodes.INTERVALS, Math.ceil((seconds - from) / Nodes.NODE_S));
            nodes.fill(from, intervals);
            double end = Math.min(seconds, from + intervals * Nodes.NODE_S);
            nodes.positions(from, after);
            for (double t = from; t < end; t += Grid.STEP_S) {
                float[][] swap = before;
                before = after;
                after = swap;
                nodes.positions(t + Grid.STEP_S, after);
                grid.search(t, before, after);
            }
        }
    }
}
