package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.fusion.Forces;
import nl.sluis.gateway.fusion.Fusion;
import nl.sluis.gateway.fusion.OrderedFits;
import nl.sluis.gateway.fusion.SharedFits;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Node;
import nl.sluis.gateway.store.Stage;
import nl.sluis.gateway.store.TaskQueue;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.EstimatedBiases;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.WithdrawRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where and when fits run changes no byte of what fusion writes: one by one, side by side, or on other nodes. */
class FitsSideBySideTest {
    private static final Forces FORCES =
            (object, reference) -> ForceModel.forOrbit(reference).withoutDrag().withEmpiricalAcceleration(1);
    private static final String OBJECT = "2010-056A";
    private static final String SECOND_OBJECT = "2010-956A";
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    /** A station of the demonstration; latitude, longitude (degrees) and altitude (m) as in w3b-stations.csv. */
    private record Station(String tenant, String name, double latitudeDeg, double longitudeDeg, double altitudeM) {
        String label() {
            return "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: "
                    + tenant.substring(0, 3).toUpperCase(Locale.ROOT) + tenant.substring(3) + "}";
        }
    }

    private static final Station PRETORIA =
            new Station("zaf/pretoria", "Pretoria", -25.8854896226, 27.7074493158, 1566.6334663324);
    private static final Station URALLA =
            new Station("aus/uralla", "Uralla", -30.632947613, 151.5650529068, 1163.2667864364);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void what_another_node_fits_is_what_would_be_fitted_here() throws Exception {
        try (FlowUnderTest flow = flow()) {
            contribute(flow, List.of(OBJECT));
            List<Entry> contributions = contributions(flow);
            Loopback otherNodes = new Loopback(flow);
            List<byte[]> oneByOne = oneByOne(fusion(flow, Optional.empty()), contributions);
            assertThat(tracks(oneByOne)).as("something was fitted").isPositive();
            assertSame(oneByOne(fusion(flow, Optional.of(new SharedFits(otherNodes, 1))), contributions), oneByOne);
            assertThat(otherNodes.partitions).hasSize(1);
        }
    }

    @Test
    @Tag("long")
    void where_and_when_fits_run_changes_no_byte() throws Exception {
        try (FlowUnderTest flow = flow()) {
            String back = contribute(flow, List.of(OBJECT, SECOND_OBJECT));
            tracking(flow, URALLA, "UNKNOWN");
            flow.settle(LIMIT);
            flow.changes()
                    .withdraw(
                            FlowUnderTest.caller(PRETORIA.tenant(), Role.CONTRIBUTOR),
                            WithdrawRequest.newBuilder()
                                    .setContributionId(back)
                                    .setReason("wrong clock")
                                    .build())
                    .toCompletableFuture()
                    .join();
            List<Entry> contributions = contributions(flow);
            Loopback otherNodes = new Loopback(flow);
            List<byte[]> oneByOne = oneByOne(fusion(flow, Optional.empty()), contributions);
            assertThat(tracks(oneByOne)).as("something was fitted").isGreaterThan(2);
            assertSame(allBegun(fusion(flow, Optional.empty()), contributions), oneByOne);
            assertSame(allBegun(fusion(flow, Optional.of(new SharedFits(otherNodes, 1))), contributions), oneByOne);
            assertThat(otherNodes.partitions)
                    .as("fits went to more than one partition")
                    .hasSizeGreaterThan(1);
        }
    }

    private FlowUnderTest flow() throws Exception {
        return new FlowUnderTest(
                folder, new MovedClock(), elements -> new ElementScreening.Found(List.of(), List.of()));
    }

    private static List<Entry> contributions(FlowUnderTest flow) {
        return flow.journal().read(LogName.CONTRIBUTIONS, 1, 100);
    }

    /** An orbit and the tracking of two stations about each object; returns the first tracking message. */
    private static String contribute(FlowUnderTest flow, List<String> objects) throws IOException {
        flow.register(PRETORIA.tenant(), sensor(flow, PRETORIA));
        flow.register(URALLA.tenant(), sensor(flow, URALLA));
        List<String> tracking = new ArrayList<>();
        for (String object : objects) {
            flow.contribute(
                    "nld/catalogue",
                    document(flow, "w3b-initial.opm", DocumentFormat.DOCUMENT_FORMAT_OPM_KVN, PUBLIC, object));
        }
        for (Station station : List.of(PRETORIA, URALLA)) {
            for (String object : objects) {
                tracking.add(tracking(flow, station, object));
            }
        }
        return tracking.get(0);
    }

    private static String tracking(FlowUnderTest flow, Station station, String object) throws IOException {
        return flow.contribute(
                station.tenant(),
                document(
                        flow,
                        "w3b-" + station.name().toLowerCase(Locale.ROOT) + ".tdm",
                        DocumentFormat.DOCUMENT_FORMAT_TDM_KVN,
                        station.label(),
                        object));
    }

    private static Contribution document(
            FlowUnderTest flow, String file, DocumentFormat format, String label, String object) throws IOException {
        String text;
        try (InputStream in = Objects.requireNonNull(Gateway.class.getResourceAsStream("/demo/w3b/" + file), file)) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replace(OBJECT, object);
        }
        return Contribution.newBuilder()
                .setClientId(file + " " + object)
                .setLabel(flow.label(label))
                .setDocument(
                        Document.newBuilder().setName(file).setFormat(format).setContent(ByteString.copyFromUtf8(text)))
                .build();
    }

    private static Sensor sensor(FlowUnderTest flow, Station station) {
        return Sensor.newBuilder()
                .setSensorId(station.tenant())
                .setParticipant(station.name())
                .setGround(GroundSite.newBuilder()
                        .setLatitudeRad(Math.toRadians(station.latitudeDeg()))
                        .setLongitudeRad(Math.toRadians(station.longitudeDeg()))
                        .setAltitudeM(station.altitudeM()))
                .setSigmas(MeasurementSigmas.newBuilder()
                        .setRangeM(20)
                        .setAzimuthRad(Math.toRadians(0.02))
                        .setElevationRad(Math.toRadians(0.02)))
                .setEstimatedBiases(EstimatedBiases.newBuilder().setRange(true).setAzimuthElevation(true))
                .setLabel(flow.label(station.label()))
                .build();
    }

    private Fusion fusion(FlowUnderTest flow, Optional<SharedFits> shared) {
        return new Fusion(flow.policy(), FORCES, 10_000, threads, shared, flow.journal(), new SimpleMeterRegistry());
    }

    /** What the stage does with a backlog, at its widest: everything is begun before anything is asked for. */
    private static List<byte[]> allBegun(Fusion fusion, List<Entry> contributions) throws Exception {
        List<Stage.Outcome> outcomes = new ArrayList<>();
        for (Entry contribution : contributions) {
            outcomes.add(fusion.start(contribution));
        }
        List<byte[]> made = new ArrayList<>();
        for (Stage.Outcome outcome : outcomes) {
            add(made, outcome.get());
        }
        return made;
    }

    private static List<byte[]> oneByOne(Fusion fusion, List<Entry> contributions) throws Exception {
        List<byte[]> made = new ArrayList<>();
        for (Entry contribution : contributions) {
            add(made, fusion.handle(contribution));
        }
        return made;
    }

    private static void add(List<byte[]> made, List<NewEntry> entries) {
        entries.forEach(entry -> made.add(entry.payload()));
    }

    private static long tracks(List<byte[]> solutions) throws IOException {
        long tracks = 0;
        for (byte[] solution : solutions) {
            tracks += Solution.parseFrom(solution).hasTrack() ? 1 : 0;
        }
        return tracks;
    }

    private static void assertSame(List<byte[]> found, List<byte[]> expected) throws IOException {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Solution.parseFrom(found.get(i))).isEqualTo(Solution.parseFrom(expected.get(i)));
            assertThat(Arrays.equals(found.get(i), expected.get(i))).isTrue();
        }
    }

    /** Partitions of other nodes, each with a state of its own, without a Redis between. */
    private final class Loopback implements TaskQueue {
        final Map<Integer, OrderedFits> partitions = new HashMap<>();
        private final FlowUnderTest flow;

        Loopback(FlowUnderTest flow) {
            this.flow = flow;
        }

        @Override
        public CompletableFuture<byte[]> submit(int partition, byte[] task) {
            OrderedFits holder = partitions.computeIfAbsent(
                    partition, none -> new OrderedFits(flow.policy(), fusion(flow, Optional.empty()), flow.journal()));
            return CompletableFuture.supplyAsync(
                    () -> {
                        synchronized (holder) {
                            return holder.apply(task);
                        }
                    },
                    threads);
        }

        @Override
        public Node.Duty worker(String duty, long token, int partition, UnaryOperator<byte[]> work) {
            throw new UnsupportedOperationException("partitions are held from the start");
        }

        @Override
        public void close() {
            // holds nothing open
        }
    }
}
