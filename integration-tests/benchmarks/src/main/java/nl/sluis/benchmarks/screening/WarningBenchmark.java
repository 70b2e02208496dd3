package nl.sluis.benchmarks.screening;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.hazard.Hazards;
import nl.sluis.gateway.hazard.OneOnAll;
import nl.sluis.gateway.hazard.Thresholds;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Track;

/**
 * From a new solution to the warnings in the products log: {@code WarningBenchmark FILE START}. Orbits of some objects of a
 * catalogue come as solutions of fusion, again and again, each a little elsewhere.
 */
public final class WarningBenchmark {
    private static final int OBJECTS = 20;
    private static final int UPDATES = 10;
    private static final double SIGMA_M = 100;
    private static final Label LABEL =
            Label.newBuilder().setDataMode(DataMode.DATA_MODE_REAL).build();

    private WarningBenchmark() {}

    /**
     * Runs and prints.
     *
     * @param arguments catalogue, and the time of the orbits
     * @throws Exception if the catalogue cannot be read
     */
    public static void main(String[] arguments) throws Exception {
        List<MeanElements> elements =
                ElementsReader.read(text(Path.of(arguments[0]))).elements();
        Instant start = Instant.parse(arguments[1]);
        Path folder = Files.createTempDirectory("sluis-warnings");
        try (EmbeddedJournal journal = EmbeddedJournal.open(folder, () -> start, StoreLimits.DEFAULT)) {
            Hazards hazards = new Hazards(
                    all -> new ElementScreening.Found(List.of(), List.of()),
                    new OneOnAll(Duration.ofDays(1), 5_000, new SimpleMeterRegistry()),
                    new Thresholds(1e-6, 1e-4),
                    sources -> Optional.of(LABEL),
                    () -> start,
                    journal);
            handle(journal, hazards, catalogue(elements, start));
            List<MeanElements> some = new ArrayList<>(elements);
            Collections.shuffle(some, new Random(1));
            List<Long> times = new ArrayList<>();
            int warnings = 0;
            for (int update = 0; update < UPDATES; update++) {
                for (int i = 0; i < OBJECTS; i++) {
                    Solution solution = orbit(some.get(i), i, update, start);
                    long begun = System.nanoTime();
                    warnings += handle(journal, hazards, solution);
                    times.add(System.nanoTime() - begun);
                }
            }
            System.out.printf(Locale.ROOT, "first %.0f ms (the catalogue's states)%n", times.get(0) * 1e-6);
            List<Long> later = new ArrayList<>(times.subList(OBJECTS, times.size()));
            Collections.sort(later);
            System.out.printf(
                    Locale.ROOT,
                    "%,d objects, a day of window: from solution to durable warnings p50 %.0f ms, p99 %.0f ms, longest"
                            + " %.0f ms; %d products of %d updates%n",
                    elements.size(),
                    later.get(later.size() / 2) * 1e-6,
                    later.get(later.size() * 99 / 100) * 1e-6,
                    later.get(later.size() - 1) * 1e-6,
                    warnings,
                    times.size());
        }
    }

    private static String text(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static int handle(EmbeddedJournal journal, Hazards hazards, Solution solution) throws Exception {
        journal.append(LogName.SOLUTIONS, NewEntry.of(solution.toByteArray())).join();
        List<NewEntry> made = hazards.handle(journal.read(LogName.SOLUTIONS, journal.watermark(LogName.SOLUTIONS), 1)
                .get(0));
        if (!made.isEmpty()) {
            journal.append(LogName.PRODUCTS, made).join();
        }
        return made.size();
    }

    private static Basis.Builder basis(String contribution, Instant received) {
        return Basis.newBuilder()
                .addAudiences("audience")
                .addContributionIds(contribution)
                .setLabel(LABEL)
                .addSourceLabels(LABEL)
                .setReceived(Times.timestamp(received));
    }

    private static Solution catalogue(List<MeanElements> elements, Instant start) {
        return Solution.newBuilder()
                .setBasis(basis("catalogue", start))
                .setElements(ElementSets.newBuilder()
                        .addAllElements(
                                elements.stream().map(OrbitMessages::elements).toList()))
                .build();
    }

    /** An orbit beside that of a catalogued object, under a number of its own. */
    private static Solution orbit(MeanElements like, int i, int update, Instant start) {
        OrbitState state = Sgp4.state(like, start);
        OrbitState moved = new OrbitState(
                state.epoch(), state.frame(), state.positionM().times(1 + 1e-5 * update), state.velocityMps());
        double[][] rtn = new double[6][6];
        for (int axis = 0; axis < 3; axis++) {
            rtn[axis][axis] = SIGMA_M * SIGMA_M;
            rtn[axis + 3][axis + 3] = 0.01;
        }
        return Solution.newBuilder()
                .setBasis(basis("orbit-" + i + "-" + update, start.plusSeconds(61L * update)))
                .setTrack(Track.newBuilder()
                        .setObject(ObjectReference.newBuilder()
                                .setCatalogueNumber(900_000 + i)
                                .setName("OBJECT " + i))
                        .setState(OrbitMessages.state(moved))
                        .setCovariance(OrbitMessages.covariance(
                                OrbitMessages.frame(moved.frame()), LocalAxes.fromRtn(moved, SymmetricMatrix.of(rtn)))))
                .build();
    }
}
