package nl.sluis.benchmarks.fusion;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import nl.sluis.gateway.fusion.Fusion;
import nl.sluis.gateway.fusion.Usability;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Role;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.Label;

/**
 * From the last observation of a track to the solutions with it, the stage and its journal in one process: {@code
 * TrackBenchmark FOLDER CATALOGUE START OBJECTS SECONDS}. Tracks of 20 observations come at 350 observations a second and name no
 * object: each may be of any in the catalogue. Truth is simulated beside the elements of some of them.
 */
public final class TrackBenchmark {
    /** As the gateway has it by default. */
    private static final int OBSERVATIONS_MAX = 10_000;

    private static final double OBSERVATIONS_PER_S = 350;

    /** A range and a direction at each. */
    private static final int EPOCHS = 10;

    private static final Duration STEP = Duration.ofSeconds(6);
    /** How long after the last track the stage may take to finish. */
    private static final Duration DRAIN = Duration.ofSeconds(60);

    private static final Duration REPORT = Duration.ofSeconds(10);

    private static final int MIB = 1 << 20;

    /** As by default, but for a solution that holds the elements of a whole catalogue. */
    private static final StoreLimits LIMITS =
            new StoreLimits(1024, 16 * MIB, 65_536, 64 * MIB, 16 * MIB, 16 * MIB, 16 * MIB, 1L << 40);

    /** Originators, and for how many of the three subscribing audiences each may be used. */
    private static final List<String> OWNERS = List.of("USA", "ITA", "KOR", "AUS");

    private static final int[] AUDIENCES = {3, 3, 2, 1};

    private static final String[] POLICY = {
        "tenants.yaml",
        "audiences.yaml",
        "object-groups.yaml",
        "nld.yaml",
        "usa.yaml",
        "ita.yaml",
        "kor.yaml",
        "zaf.yaml",
        "aus.yaml"
    };

    private final PolicyBundle bundle;
    private final List<MeanElements> catalogue;
    private final Instant start;
    private final Map<String, Label> labels = new HashMap<>();

    private TrackBenchmark(List<MeanElements> catalogue, Instant start) throws Exception {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : POLICY) {
            try (InputStream in = TrackBenchmark.class.getResourceAsStream("/demo/policy/" + name)) {
                if (in == null) {
                    throw new IOException("policy of the demonstration: `" + name + "` is missing");
                }
                files.put(name, in.readAllBytes());
            }
        }
        this.bundle = PolicyBundle.load(files);
        this.catalogue = catalogue;
        this.start = start;
        for (String owner : OWNERS) {
            labels.put(owner, label(owner));
        }
        labels.put("NLD", label("NLD"));
    }

    private Label label(String owner) throws Exception {
        return LabelNotation.parse(
                        "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: " + owner + "}", bundle.spifs())
                .toProto()
                .toBuilder()
                .setCreated(Times.timestamp(start))
                .build();
    }

    /**
     * Runs and prints.
     *
     * @param arguments a folder on the disk to measure, the catalogue (TLE or OMM, packed or not), a time near its epochs,
     *     how many objects are fused, and how long tracks come, s
     * @throws Exception if the catalogue cannot be read
     */
    public static void main(String[] arguments) throws Exception {
        OrekitData.load();
        Instant start = Instant.parse(arguments[2]);
        TrackBenchmark benchmark = new TrackBenchmark(read(Path.of(arguments[1])), start);
        benchmark.run(
                Files.createTempDirectory(Path.of(arguments[0]), "sluis-tracks"),
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]));
    }

    private static List<MeanElements> read(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
            return ElementsReader.read(new String(bytes, StandardCharsets.UTF_8))
                    .elements();
        }
    }

    /** A track that will come. */
    private record Coming(String id, ByteString contribution) {}

    private void run(Path folder, int objects, int seconds) throws Exception {
        int tracks = (int) (OBSERVATIONS_PER_S * seconds / (2 * EPOCHS));
        RadarNetwork radars = new RadarNetwork("");
        List<Coming> coming = tracks(objects, tracks, radars);
        System.out.printf(
                Locale.ROOT,
                "%,d objects in the catalogue, %,d fused, %,d tracks%n",
                catalogue.size(),
                objects,
                tracks);
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        ExecutorService fits = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (EmbeddedJournal journal = EmbeddedJournal.open(folder, () -> start, LIMITS)) {
            Fusion fusion = new Fusion(
                    usability(), (key, orbit) -> ForceModel.forOrbit(orbit), OBSERVATIONS_MAX, fits, journal, meters);
            try (Stage stage = new Stage("fusion", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, fusion)) {
                stage.start();
                journal.append(
                                LogName.CONTRIBUTIONS,
                                NewEntry.of(sensors(radars).toByteArray()))
                        .join();
                journal.append(LogName.CONTRIBUTIONS, NewEntry.of(elements().toByteArray()))
                        .join();
                while (!stage.idle()) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                }
                new Run(journal, stage, coming).play();
            }
        } finally {
            fits.shutdownNow();
        }
        meters.getMeters().stream()
                .filter(meter -> meter instanceof Counter)
                .forEach(meter -> System.out.printf(
                        Locale.ROOT,
                        "%s %s %.0f%n",
                        meter.getId().getName(),
                        meter.getId().getTags(),
                        ((Counter) meter).count()));
    }

    /** Feeds the stage at the rate that was asked for, and takes the times of what it makes. */
    private static final class Run {
        private final EmbeddedJournal journal;
        private final Stage stage;
        private final List<Coming> coming;
        private final Map<String, Long> sent = new ConcurrentHashMap<>();
        private final List<Long> taken = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean done;

        Run(EmbeddedJournal journal, Stage stage, List<Coming> coming) {
            this.journal = journal;
            this.stage = stage;
            this.coming = coming;
        }

        void play() throws Exception {
            long from = journal.watermark(LogName.SOLUTIONS) + 1;
            Thread reader = new Thread(() -> read(from), "reader");
            reader.start();
            long cpu = cpuNs();
            double intervalNs = 1e9 * 2 * EPOCHS / OBSERVATIONS_PER_S;
            long begun = System.nanoTime();
            long report = REPORT.toNanos();
            for (int i = 0; i < coming.size(); i++) {
                Coming one = coming.get(i);
                long due = begun + (long) (i * intervalNs);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                if (due - begun >= report) {
                    report += REPORT.toNanos();
                    report(due - begun);
                }
                sent.put(one.id(), System.nanoTime());
                journal.append(
                                LogName.CONTRIBUTIONS,
                                NewEntry.of(one.contribution().toByteArray()))
                        .join();
            }
            report(System.nanoTime() - begun);
            long last = System.nanoTime();
            while (!stage.idle() && System.nanoTime() - last < DRAIN.toNanos()) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
            System.out.printf(
                    Locale.ROOT,
                    "backlog worked off in %.1f s, %,d left; processor time %.0f ms a track%n",
                    (System.nanoTime() - last) * 1e-9,
                    journal.watermark(LogName.CONTRIBUTIONS) - stage.position(),
                    (cpuNs() - cpu) * 1e-6 / coming.size());
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
            done = true;
            reader.join();
            List<Long> sorted = new ArrayList<>(taken);
            Collections.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "%,d tracks with a solution, %,d without; to the updated solution p50 %.2f s, p99 %.2f s, longest %.2f"
                            + " s%n",
                    sorted.size(),
                    sent.size(),
                    at(sorted, 0.5),
                    at(sorted, 0.99),
                    at(sorted, 1));
        }

        private static long cpuNs() {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime();
        }

        private static double at(List<Long> sorted, double part) {
            return sorted.isEmpty()
                    ? Double.NaN
                    : sorted.get(Math.min(sorted.size() - 1, (int) (part * sorted.size()))) * 1e-9;
        }

        private void report(long elapsedNs) {
            List<Long> sorted = new ArrayList<>(taken);
            Collections.sort(sorted);
            System.out.printf(
                    Locale.ROOT,
                    "after %3.0f s: backlog %,d tracks, p50 %.2f s, p99 %.2f s so far%n",
                    elapsedNs * 1e-9,
                    journal.watermark(LogName.CONTRIBUTIONS) - stage.position(),
                    at(sorted, 0.5),
                    at(sorted, 0.99));
        }

        private void read(long from) {
            long next = from;
            while (!done) {
                try {
                    List<Entry> entries = next > journal.watermark(LogName.SOLUTIONS)
                            ? List.of()
                            : journal.read(LogName.SOLUTIONS, next, 256);
                    long now = System.nanoTime();
                    for (Entry entry : entries) {
                        Solution solution = Solution.parseFrom(entry.payload());
                        if (solution.hasTrack()) {
                            solution.getBasis()
                                    .getContributionIdsList()
                                    .forEach(id -> Optional.ofNullable(sent.remove(id))
                                            .ifPresent(since -> taken.add(now - since)));
                        }
                        next = entry.position() + 1;
                    }
                    if (entries.isEmpty()) {
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private Usability usability() {
        List<Integer> subscribers = bundle.audiences().stream()
                .filter(audience -> audience.tenants().stream().anyMatch(this::subscribes))
                .map(audience -> audience.index())
                .toList();
        Map<String, BitSet> users = new HashMap<>();
        for (int i = 0; i < OWNERS.size(); i++) {
            BitSet some = new BitSet();
            subscribers.subList(0, Math.min(subscribers.size(), AUDIENCES[i])).forEach(some::set);
            users.put(OWNERS.get(i), some);
        }
        BitSet all = new BitSet();
        subscribers.forEach(all::set);
        Usability.InForce inForce = new Usability.InForce() {
            @Override
            public PolicyBundle bundle() {
                return bundle;
            }

            @Override
            public BitSet usable(SecurityLabel label, ObjectKey object, Kind product) {
                String owner = label.owners().iterator().next().nation();
                return (BitSet) users.getOrDefault(owner, all).clone();
            }
        };
        return new Usability() {
            @Override
            public InForce inForce() {
                return inForce;
            }

            @Override
            public void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product) {}
        };
    }

    private boolean subscribes(String tenant) {
        Tenant known = bundle.tenants().get(tenant);
        return known != null && known.roles().contains(Role.SUBSCRIBER);
    }

    private StoredContribution sensors(RadarNetwork radars) {
        StoredContribution.Builder contribution = contribution("sensors", "NLD", start);
        radars.registrations()
                .forEach(site ->
                        contribution.addRecords(StoredRecord.newBuilder().setSensor(site)));
        return contribution.build();
    }

    private StoredContribution elements() {
        StoredContribution.Builder contribution = contribution("elements", "NLD", start);
        catalogue.forEach(
                one -> contribution.addRecords(StoredRecord.newBuilder().setElements(OrbitMessages.elements(one))));
        return contribution.build();
    }

    private StoredContribution.Builder contribution(String id, String owner, Instant received) {
        return StoredContribution.newBuilder()
                .setContributionId(id)
                .setSource(owner.toLowerCase(Locale.ROOT) + "/" + "source")
                .setReceived(Times.timestamp(received))
                .setLabel(Optional.ofNullable(labels.get(owner)).orElseThrow());
    }

    /** Objects in turn, in an order by seed, each seen by the site nearest below it. */
    private List<Coming> tracks(int objects, int tracks, RadarNetwork radars) throws Exception {
        List<MeanElements> some = new ArrayList<>(catalogue);
        Collections.shuffle(some, new Random(1));
        List<MeanElements> fused =
                some.stream().filter(this::isUp).limit(objects).toList();
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<List<Coming>>> made = new ArrayList<>();
            for (int i = 0; i < fused.size(); i++) {
                int object = i;
                made.add(workers.submit(() -> tracks(fused.get(object), object, fused.size(), tracks, radars)));
            }
            Coming[] inOrder = new Coming[tracks];
            for (int i = 0; i < made.size(); i++) {
                List<Coming> own = made.get(i).get();
                for (int k = 0; k < own.size(); k++) {
                    inOrder[i + k * fused.size()] = own.get(k);
                }
            }
            return Arrays.stream(inOrder)
                    .filter(one -> !one.contribution().isEmpty())
                    .toList();
        } finally {
            workers.shutdownNow();
        }
    }

    private boolean isUp(MeanElements one) {
        try {
            OrbitState state = Sgp4.state(one, start);
            return Math.abs(Duration.between(one.epoch(), start).toDays()) < 3
                    && state.positionM().norm() > 6_700_000;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private List<Coming> tracks(MeanElements elements, int object, int objects, int tracks, RadarNetwork radars) {
        OrbitState stated = Sgp4.state(elements, start);
        // as far off as elements are
        OrbitState truth = new OrbitState(
                stated.epoch(),
                stated.frame(),
                stated.positionM().times(1 + 3e-5),
                stated.velocityMps().times(1 - 1.5e-5).plus(new Vector3(0, 0, 0.1)));
        Simulation simulation =
                new Simulation(truth, ForceModel.forOrbit(truth).withoutDrag(), CommonError.NONE, new Random(object));
        List<Coming> coming = new ArrayList<>();
        for (int i = object; i < tracks; i += objects) {
            Instant end = start.plusMillis((long) (1_000 * i * 2 * EPOCHS / OBSERVATIONS_PER_S));
            List<Instant> epochs = new ArrayList<>();
            for (int k = EPOCHS - 1; k >= 0; k--) {
                epochs.add(end.minus(STEP.multipliedBy(k)));
            }
            Sensor site = radars.below(simulation.truth(epochs.get(EPOCHS / 2)));
            String id = "track-" + i;
            String owner = OWNERS.get(new Random(i).nextInt(OWNERS.size()));
            List<Observation> seen = simulation.observe(site, epochs);
            coming.add(new Coming(
                    id,
                    seen.isEmpty()
                            ? ByteString.EMPTY
                            : contribution(id, owner, end)
                                    .addRecords(
                                            StoredRecord.newBuilder().setObservations(RadarNetwork.series(site, seen)))
                                    .build()
                                    .toByteString()));
        }
        return coming;
    }
}
