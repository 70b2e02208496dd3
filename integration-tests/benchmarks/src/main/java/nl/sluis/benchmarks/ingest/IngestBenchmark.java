package nl.sluis.benchmarks.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Timestamp;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongFunction;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.Gateway;
import nl.sluis.gateway.PolicyFolder;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Progress;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.PartnerContext;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.Interference;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Magnitude;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.PutSensorRequest;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;

/**
 * How many 600-byte contributions a second a gateway acknowledges after their commit, and how long a contribution takes
 * to its acknowledgement and, as a product, to a subscriber.
 *
 * <p>Arguments: a directory on the disk to measure; what to measure, {@code flood}, {@code steady}, {@code burst}, {@code
 * tracks}, {@code tracks-burst} or {@code replay}; and but for the last optionally the port of a Redis on loopback with
 * {@code appendonly yes} and {@code appendfsync always}.
 */
public final class IngestBenchmark {
    private static final String CONTRIBUTOR = "zaf/pretoria";
    private static final String SUBSCRIBER = "nor/north-watch";
    private static final int ITEM_BYTES = 600;
    private static final int OBJECTS = 10_000;
    /** Objects that are fitted. */
    private static final int TRACKED_OBJECTS = 1_000;

    private static final int STREAMS = 8;
    private static final Duration WARM_UP = Duration.ofSeconds(20);
    /** In it come three tracks of each object: what is told of later ones is not what the first ones cost. */
    private static final Duration TRACKS_WARM_UP = Duration.ofMinutes(3);

    private static final Duration FLOOD = Duration.ofSeconds(20);
    private static final Duration STEADY = Duration.ofSeconds(60);
    private static final Duration AFTER_BURST = Duration.ofSeconds(30);
    private static final Duration BURST = Duration.ofSeconds(60);
    private static final Duration DRAIN_MAX = Duration.ofMinutes(15);
    private static final int REPLAYED = 500_000;
    private static final int REPLAYED_BATCH = 1_000;
    private static final int COMMITS_WAITING = 8;
    /** What a replay may take; longer is a failure and not a figure. */
    private static final Duration REPLAY_MAX = Duration.ofMinutes(5);
    /** Between two lines about a wait, so that a run that is ended early has told how far it came. */
    private static final Duration TOLD_EVERY = Duration.ofSeconds(10);

    private static final int STEADY_PER_SECOND = 350;
    private static final int BURST_PER_SECOND = 3_500;
    /** What one tenant may send; by default the quota would be what is measured. */
    private static final String LIMITS = "  limits: {tenant-messages-per-s: 1000000, tenant-bytes-per-s: 1000000000}\n";

    /** Whatever is contributed before the subscription stands is in its snapshot. */
    private static final SubscribeRequest FROM_SNAPSHOT = SubscribeRequest.newBuilder()
            .setSnapshot(StartSnapshot.getDefaultInstance())
            .build();

    private static final List<String> POLICY = List.of(
            "tenants.yaml",
            "audiences.yaml",
            "object-groups.yaml",
            "nld.yaml",
            "usa.yaml",
            "ita.yaml",
            "kor.yaml",
            "zaf.yaml",
            "aus.yaml");

    private final Path folder;
    private final DevelopmentPki pki;
    private final Path config;
    private final Map<Integer, ObservationSeries> brightness = new ConcurrentHashMap<>();
    private Process gateway;
    private int port;
    private final Label label;

    private IngestBenchmark(Path folder, String store) throws Exception {
        this.folder = folder;
        pki = DevelopmentPki.create(
                PkiRequest.of(
                        "nld",
                        PkiRequest.Tenant.parse(CONTRIBUTOR + ":contributor"),
                        PkiRequest.Tenant.parse(SUBSCRIBER + ":subscriber")),
                folder.resolve("pki"),
                Clock.systemUTC(),
                new SecureRandom());
        Path policy = Files.createDirectories(folder.resolve("policy"));
        for (String file : POLICY) {
            Files.writeString(
                    policy.resolve(file),
                    // a report becomes one product without a fit: what is measured is the flow
                    resource("policy/" + file)
                            .replace("[track, conjunction, proximity]", "[track, conjunction, proximity, interference]")
                            .replace(
                                    "what: {kind: track}\n    to: [partners",
                                    "what: {kind: [track, interference]}\n    to: [partners"));
        }
        config = folder.resolve("gateway.yaml");
        Files.writeString(config, resource("gateway.yaml") + "  policy-unsigned-allowed: true\n" + LIMITS + store);
        label = LabelNotation.parse(
                        "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: ZAF/pretoria}",
                        PolicyBundle.load(PolicyFolder.read(policy)).spifs())
                .toProto()
                .toBuilder()
                .setCreated(Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond()))
                .build();
        gateway = start();
        port = listening(gateway.inputReader(UTF_8));
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // as the gateway's README says
                        "-XX:MaxGCPauseMillis=40",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "nl.sluis.gateway.Sluis",
                        "gateway",
                        "--config",
                        config.toString())
                .redirectError(folder.resolve("gateway.log").toFile())
                .start();
    }

    private static int listening(BufferedReader output) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith("gateway: partners on port ")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("the gateway did not start");
        }
        String rest = line.substring("gateway: partners on port ".length());
        return Integer.parseInt(rest.substring(0, rest.indexOf(',')));
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Gateway.class.getResourceAsStream("/demo/" + name), name)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /**
     * Runs one measurement and prints it.
     *
     * @param arguments directory, measurement, and optionally a Redis port
     * @throws Exception if something fails
     */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(arguments[0]), "ingest-benchmark");
        String store = arguments.length < 3
                ? ""
                : "  store:\n    engine: redis\n    redis: {addresses: ['127.0.0.1:" + arguments[2] + "']}\n";
        IngestBenchmark benchmark = new IngestBenchmark(folder, store);
        try {
            benchmark.run(arguments[1]);
        } finally {
            benchmark.gateway.destroy();
        }
    }

    private PartnerClient client(String tenant) throws Exception {
        Path credential = pki.folder().resolve("tenants/" + tenant);
        return PartnerClient.open(PartnerContext.of(
                "127.0.0.1:" + port,
                credential.resolve("gateway-root.pem"),
                credential.resolve("certificate.pem"),
                credential.resolve("key.pem"),
                folder.resolve("data/signing.pub.pem")));
    }

    private void run(String measurement) throws Exception {
        try (PartnerClient contributor = client(CONTRIBUTOR);
                PartnerClient subscriber = client(SUBSCRIBER)) {
            var unused = SensorServiceGrpc.newBlockingStub(contributor.channel())
                    .putSensor(PutSensorRequest.newBuilder()
                            .setSensor(Sensor.newBuilder()
                                    .setSensorId(CONTRIBUTOR)
                                    .setParticipant("Pretoria")
                                    .setGround(GroundSite.newBuilder().setLatitudeRad(-0.45))
                                    .setSigmas(MeasurementSigmas.newBuilder()
                                            .setAzimuthRad(1e-5)
                                            .setElevationRad(1e-5))
                                    .setLabel(label))
                            .build());
            switch (measurement) {
                case "flood" -> flood(contributor);
                case "steady" -> deliver(contributor, subscriber, reports(), false);
                case "burst" -> deliver(contributor, subscriber, reports(), true);
                case "tracks" -> deliver(contributor, subscriber, tracks(contributor, STEADY), false);
                case "tracks-burst" ->
                    deliver(
                            contributor,
                            subscriber,
                            tracks(
                                    contributor,
                                    BURST.multipliedBy(BURST_PER_SECOND / STEADY_PER_SECOND)
                                            .plus(AFTER_BURST)),
                            true);
                case "replay" -> {
                    contributeOne(contributor, subscriber);
                    replay();
                }
                default -> throw new IllegalArgumentException("measurement: `" + measurement + "`");
            }
        }
    }

    private void contributeOne(PartnerClient contributor, PartnerClient subscriber) throws InterruptedException {
        CountDownLatch delivered = new CountDownLatch(1);
        var unused = subscriber.subscribe(FROM_SNAPSHOT, product -> delivered.countDown());
        Load load = new Load(
                ContributionServiceGrpc.newStub(contributor.channel()), IngestBenchmark.this::report, new Times());
        load.send(1);
        load.complete();
        delivered.await();
    }

    /** As many observations as are acknowledged, from several streams. */
    private void flood(PartnerClient contributor) throws Exception {
        Times acknowledged = new Times();
        long start = System.nanoTime() + WARM_UP.toNanos();
        long end = start + FLOOD.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int s = 0; s < STREAMS; s++) {
            String stream = "flood-" + s + "-";
            Load load = new Load(
                    ContributionServiceGrpc.newStub(contributor.channel()),
                    number -> observation(stream + number, number),
                    acknowledged);
            Thread thread = new Thread(() -> sendUntil(load, end));
            threads.add(thread);
            thread.start();
        }
        sleepUntil(start);
        acknowledged.clear();
        long cpu = gatewayCpuNs();
        long ownCpu = ownCpuNs();
        sleepUntil(end);
        int count = acknowledged.count();
        long spent = gatewayCpuNs() - cpu;
        long ownSpent = ownCpuNs() - ownCpu;
        for (Thread thread : threads) {
            thread.join();
        }
        print(
                "flood of observations: %.0f/s, acknowledged p50 %.1f ms, p99 %.1f ms, CPU of the gateway %.0f us and"
                        + " of the sender %.0f us each, %d bytes",
                count / (double) FLOOD.toSeconds(),
                acknowledged.quantileMs(0.5),
                acknowledged.quantileMs(0.99),
                spent / 1e3 / count,
                ownSpent / 1e3 / count,
                observation("flood-0-1000", 1_000).getSerializedSize());
    }

    private static void sendUntil(Load load, long endNs) {
        try {
            for (long number = 0; System.nanoTime() < endNs; number++) {
                load.send(number);
            }
            load.complete();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * What is contributed, and how it is known again.
     *
     * @param items makes the item of a number
     * @param delivered numbers of the items that a product is the first to hold
     * @param observations how many each item counts for
     * @param warmUp what comes before anything is measured
     */
    private record Feed(
            LongFunction<Contribution> items,
            Function<Product, List<Long>> delivered,
            int observations,
            Duration warmUp) {}

    /** Each becomes one product, without a fit. */
    private Feed reports() {
        return new Feed(
                this::report,
                product -> product.hasInterference()
                        ? List.of((long) product.getInterference().getFrequencyHz())
                        : List.of(),
                1,
                WARM_UP);
    }

    /** Each is fitted; the sensors and a first orbit of each object are contributed before. */
    private Feed tracks(PartnerClient contributor, Duration length) throws InterruptedException {
        long count = STEADY_PER_SECOND * TRACKS_WARM_UP.plus(length).toSeconds() / Tracking.OBSERVATIONS + 1;
        long start = System.nanoTime();
        Tracking tracking = new Tracking(
                TRACKED_OBJECTS, Math.toIntExact(count), Instant.now(), label, CONTRIBUTOR.substring(0, 3));
        tracking.sensors().forEach(sensor -> {
            var unused = SensorServiceGrpc.newBlockingStub(contributor.channel())
                    .putSensor(PutSensorRequest.newBuilder().setSensor(sensor).build());
        });
        Load orbits = new Load(ContributionServiceGrpc.newStub(contributor.channel()), tracking::stated, new Times());
        for (int object = 0; object < tracking.objects(); object++) {
            orbits.send(object);
        }
        orbits.complete();
        print("%d tracks of %d objects simulated in %.0f s", count, tracking.objects(), secondsSince(start));
        return new Feed(
                number -> tracking.track(number - 1),
                product -> tracking.delivered(product).stream()
                        .map(number -> number + 1)
                        .toList(),
                Tracking.OBSERVATIONS,
                TRACKS_WARM_UP);
    }

    /** Contributions at a steady rate, and where asked a minute of a burst, until a subscriber has what they became. */
    private void deliver(PartnerClient contributor, PartnerClient subscriber, Feed feed, boolean burst)
            throws Exception {
        Times acknowledged = new Times();
        Times delivered = new Times();
        Map<Long, Long> sentNs = new ConcurrentHashMap<>();
        var unused = subscriber.subscribe(FROM_SNAPSHOT, product -> {
            for (long number : feed.delivered().apply(product.product())) {
                Long sent = sentNs.remove(number);
                if (sent != null) {
                    delivered.add(System.nanoTime() - sent);
                }
            }
        });
        List<Load> loads = new ArrayList<>();
        for (int s = 0; s < STREAMS; s++) {
            loads.add(new Load(ContributionServiceGrpc.newStub(contributor.channel()), feed.items(), acknowledged));
        }
        double steady = STEADY_PER_SECOND / (double) feed.observations();
        long number = 1;
        number = pace("warm-up at 350/s", loads, number, steady, feed.warmUp(), sentNs, acknowledged);
        awaitDelivered(sentNs);
        delivered.clear();
        if (!burst) {
            number = pace("steady at 350/s", loads, number, steady, STEADY, sentNs, acknowledged);
            awaitDelivered(sentNs);
            printDelivered("steady", delivered);
        } else {
            double most = BURST_PER_SECOND / (double) feed.observations();
            number = pace("burst at 3,500/s", loads, number, most, BURST, sentNs, acknowledged);
            long burstEnd = System.nanoTime();
            number = pace("after the burst at 350/s", loads, number, steady, AFTER_BURST, sentNs, acknowledged);
            awaitDelivered(sentNs);
            printDelivered("burst and after it", delivered);
            print("  drained %.1f s after the burst", secondsSince(burstEnd));
        }
        for (Load load : loads) {
            load.complete();
        }
    }

    private static void printDelivered(String what, Times delivered) {
        print(
                "  %s: %d delivered, p50 %.1f ms, p99 %.1f ms",
                what, delivered.count(), delivered.quantileMs(0.5), delivered.quantileMs(0.99));
    }

    /** A day of products to one subscriber. They are copies of the last one, put into the journal behind the stages. */
    private void replay() throws Exception {
        gateway.destroy();
        gateway.waitFor();
        long start = System.nanoTime();
        Instant since = fill();
        print("%d products made in %.0f s", REPLAYED, secondsSince(start));
        start = System.nanoTime();
        gateway = start();
        port = listening(gateway.inputReader(UTF_8));
        print("gateway started again in %.0f s", secondsSince(start));
        try (PartnerClient subscriber = client(SUBSCRIBER)) {
            CountDownLatch all = new CountDownLatch(REPLAYED);
            start = System.nanoTime();
            var unused = subscriber.subscribe(
                    SubscribeRequest.newBuilder()
                            .setTime(Timestamp.newBuilder().setSeconds(since.getEpochSecond()))
                            .build(),
                    product -> {
                        if (product.product().getProductId().startsWith("replayed-")) {
                            all.countDown();
                        }
                    });
            while (!all.await(TOLD_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                print("  %d of %d after %.0f s", REPLAYED - all.getCount(), REPLAYED, secondsSince(start));
                if (secondsSince(start) > REPLAY_MAX.toSeconds()) {
                    throw new IllegalStateException("not replayed: `" + all.getCount() + "` (expected: none)");
                }
            }
            double seconds = secondsSince(start);
            print("replay of %d products to one subscriber: %.0f s, %.0f/s", REPLAYED, seconds, REPLAYED / seconds);
        }
    }

    /** Makes the products and returns when the first of them was recorded. Some commits wait while the next is made. */
    private Instant fill() throws Exception {
        try (Journal journal =
                EmbeddedJournal.open(folder.resolve("data/journal"), InstantSource.system(), StoreLimits.DEFAULT)) {
            StoredProduct product = StoredProduct.parseFrom(last(journal, LogName.PRODUCTS));
            StoredRelease release = StoredRelease.parseFrom(last(journal, LogName.RELEASED));
            long before = journal.watermark(LogName.RELEASED);
            long position = journal.watermark(LogName.PRODUCTS);
            Deque<CompletableFuture<?>> waiting = new ArrayDeque<>();
            for (int done = 0; done < REPLAYED; done += REPLAYED_BATCH) {
                List<NewEntry> products = new ArrayList<>();
                List<NewEntry> releases = new ArrayList<>();
                for (int i = 0; i < REPLAYED_BATCH; i++) {
                    String id = "replayed-" + (done + i);
                    products.add(NewEntry.of(product.toBuilder()
                            .setProduct(product.getProduct().toBuilder().setProductId(id))
                            .build()
                            .toByteArray()));
                    releases.add(NewEntry.of(release.toBuilder()
                            .setProductPosition(++position)
                            .setProductId(id)
                            .build()
                            .toByteArray()));
                }
                waiting.add(journal.append(LogName.PRODUCTS, products));
                waiting.add(journal.advance(LogName.RELEASED, releases, new Progress("release", 1, position)));
                while (waiting.size() > COMMITS_WAITING) {
                    waiting.remove().join();
                }
            }
            waiting.forEach(CompletableFuture::join);
            return journal.read(LogName.RELEASED, before + 1, 1).get(0).recordedAt();
        }
    }

    private static double secondsSince(long startNs) {
        return (System.nanoTime() - startNs) / 1e9;
    }

    private static byte[] last(Journal journal, LogName log) {
        return journal.read(log, journal.watermark(log), 1).get(0).payload();
    }

    private long pace(
            String what,
            List<Load> loads,
            long first,
            double perSecond,
            Duration length,
            Map<Long, Long> sentNs,
            Times acknowledged)
            throws InterruptedException {
        acknowledged.clear();
        long cpu = gatewayCpuNs();
        long count = (long) (perSecond * length.toSeconds());
        long start = System.nanoTime();
        for (long i = 0; i < count; i++) {
            sleepUntil(start + (long) (i * 1e9 / perSecond));
            sentNs.put(first + i, System.nanoTime());
            loads.get((int) (i % loads.size())).send(first + i);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        print(
                "%s: %.1f/s sent, acknowledged p50 %.1f ms, p99 %.1f ms, gateway CPU %.0f us each, %d not delivered"
                        + " yet",
                what,
                count / seconds,
                acknowledged.quantileMs(0.5),
                acknowledged.quantileMs(0.99),
                (gatewayCpuNs() - cpu) / 1e3 / count,
                sentNs.size());
        return first + count;
    }

    private static void awaitDelivered(Map<Long, Long> sentNs) {
        long start = System.nanoTime();
        long tellNs = start + TOLD_EVERY.toNanos();
        while (!sentNs.isEmpty() && System.nanoTime() - start < DRAIN_MAX.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            if (System.nanoTime() > tellNs) {
                print("  %d not delivered yet after %.0f s", sentNs.size(), secondsSince(start));
                tellNs += TOLD_EVERY.toNanos();
            }
        }
        if (!sentNs.isEmpty()) {
            throw new IllegalStateException("not delivered: `" + sentNs.size() + "` (expected: none)");
        }
    }

    /** How bright one of many objects was at some times: what is fitted to that costs nothing beside. */
    private Contribution observation(String clientId, long number) {
        Contribution.Builder item =
                Contribution.newBuilder().setClientId(clientId).setLabel(label);
        // made once for each object: the sender runs on the cores that are measured
        return item.setObservations(brightness.computeIfAbsent((int) (number % OBJECTS), object -> {
                    int empty = item.build().getSerializedSize();
                    return brightnessOf(object, ITEM_BYTES - empty);
                }))
                .build();
    }

    private static ObservationSeries brightnessOf(int object, int bytes) {
        ObservationSeries.Builder series = ObservationSeries.newBuilder()
                .setSensorId(CONTRIBUTOR)
                .setObject(ObjectReference.newBuilder().setObjectId("object-" + object));
        int size = series.build().getSerializedSize();
        while (size < bytes) {
            Observation one = Observation.newBuilder()
                    .setEpoch(Timestamp.newBuilder()
                            .setSeconds(1_700_000_000 + series.getObservationsCount())
                            .setNanos(123_456_789))
                    .setMagnitude(Magnitude.newBuilder().setMagnitude(7.5))
                    .build();
            series.addObservations(one);
            size += one.getSerializedSize() + 3;
        }
        return series.build();
    }

    private Contribution report(long number) {
        return Contribution.newBuilder()
                .setClientId("report-" + number)
                .setLabel(label)
                .setInterference(Interference.newBuilder()
                        .setFrequencyHz((double) number)
                        .addComments("x".repeat(ITEM_BYTES / 2)))
                .build();
    }

    private long gatewayCpuNs() {
        return gateway.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
    }

    private static long ownCpuNs() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }

    private static void sleepUntil(long ns) {
        long left = ns - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = ns - System.nanoTime();
        }
    }

    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}
