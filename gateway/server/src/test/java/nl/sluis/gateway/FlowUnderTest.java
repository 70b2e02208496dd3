package nl.sluis.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.audit.TreeHeadSigner;
import nl.sluis.gateway.fusion.Fusion;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.hazard.Hazards;
import nl.sluis.gateway.hazard.OneOnAll;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.ingest.ContributionChanges;
import nl.sluis.gateway.ingest.ContributionIngest;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.officer.WithdrawalList;
import nl.sluis.gateway.release.DecisionLog;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.PolicyChanges;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.release.Releases;
import nl.sluis.gateway.release.SecondDecider;
import nl.sluis.gateway.release.Signer;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.release.WithdrawnContributions;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.Stage;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.gateway.stream.LiveSubscriptions;
import nl.sluis.gateway.stream.Subscription;
import nl.sluis.gateway.stream.SubscriptionRefused;
import nl.sluis.gateway.stream.Withdrawals;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;

/** The whole line of flow over one journal, under the demonstration's policy, without ports. Time is moved by hand. */
public final class FlowUnderTest implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final KeyPair SIGNING = signingKey();
    private static final Thresholds THRESHOLDS = new Thresholds(1e-6, 1e-4);
    private static final int BATCH_BYTES = 32 * 1024;
    private static final List<String> POLICY = List.of(
            "bundle.yaml",
            "tenants.yaml",
            "audiences.yaml",
            "object-groups.yaml",
            "nld.yaml",
            "usa.yaml",
            "ita.yaml",
            "kor.yaml",
            "zaf.yaml",
            "aus.yaml");

    /** As the gateway has it by default. */
    private static final int OBSERVATIONS_MAX = 10_000;

    private final MovedClock clock;
    private final Journal journal;
    private final PolicyInForce policy;
    private final PolicyBundle bundle;
    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final ExecutorService changer = Executors.newSingleThreadExecutor();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ContributionIngest ingest;
    private final ContributionChanges changes;
    private final WithdrawnContributions withdrawn;
    private final Withdrawals withdrawals;
    private final WithdrawalList withdrawalList;
    private final LiveSubscriptions subscriptions;
    private final List<Stage> stages;
    private final Object growth = new Object();

    /** A clock that stands still until it is moved. */
    static final class MovedClock implements InstantSource {
        private volatile Instant now = Instant.parse("2026-03-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        void move(Duration step) {
            now = now.plus(step);
        }
    }

    /** Opens the flow over what a folder holds; an empty one gets the demonstration's policy. */
    FlowUnderTest(Path folder, MovedClock clock, ElementScreening screening) throws Exception {
        this(folder, clock, screening, OBSERVATIONS_MAX);
    }

    /** The same where orbits rest on so many observations. */
    FlowUnderTest(Path folder, MovedClock clock, ElementScreening screening, int observationsMax) throws Exception {
        this.clock = clock;
        Path policyFolder = folder.resolve("policy");
        if (!Files.exists(policyFolder)) {
            Files.createDirectories(policyFolder);
            for (String file : POLICY) {
                try (InputStream in =
                        Objects.requireNonNull(FlowUnderTest.class.getResourceAsStream("/demo/policy/" + file), file)) {
                    Files.write(policyFolder.resolve(file), in.readAllBytes());
                }
            }
        }
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        journal = EmbeddedJournal.open(folder.resolve("journal"), clock, StoreLimits.DEFAULT);
        for (LogName log : LogName.values()) {
            journal.onGrowth(log, watermark -> grown());
        }
        DecisionLog decisions = new DecisionLog(journal, clock);
        policy = new PolicyInForce(clock, decisions, new SecondDecider(SecondDecider.Scope.OFF, meters));
        new PolicyChanges(policy, journal, certificate -> Optional.empty(), "nld", true, clock, meters)
                .open(PolicyFolder.signed(policyFolder));
        bundle = policy.bundle();
        ingest = new ContributionIngest(journal, policy::bundle, OrekitData.coverage(), workers, clock, meters);
        changes = new ContributionChanges(journal, policy::bundle, changer, clock);
        Fusion fusion = new Fusion(
                policy,
                (object, reference) -> ForceModel.forOrbit(reference),
                observationsMax,
                workers,
                journal,
                meters);
        Hazards hazards = new Hazards(
                screening,
                new OneOnAll(Duration.ofHours(24), MissThresholds.of(5_000), meters),
                ObjectSizes.NONE,
                audience -> THRESHOLDS,
                sources -> joined(policy, sources),
                clock,
                journal);
        withdrawn = new WithdrawnContributions(journal, workers);
        Releases releases = new Releases(policy, decisions, withdrawn, journal, clock, timer, meters);
        Variants variants = new Variants(
                policy,
                new Signer(SIGNING.getPrivate(), SIGNING.getPublic()),
                new Coarsening(new byte[32], Duration.ofDays(90).toSeconds()),
                THRESHOLDS,
                withdrawn,
                journal,
                workers,
                new SecureRandom(),
                meters);
        withdrawals = new Withdrawals(journal, workers, clock);
        withdrawalList = new WithdrawalList(journal, policy, "nld");
        subscriptions = new LiveSubscriptions(
                journal,
                policy,
                variants,
                withdrawals,
                releases::quotasLeft,
                new DeliveryLog(AuditLog.open(journal, new TreeHeadSigner(SIGNING), clock), clock, Runnable::run),
                new byte[32],
                clock,
                () -> true);
        stages = List.of(
                new Stage("fusion", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, fusion),
                new Stage("hazard", 1, journal, LogName.SOLUTIONS, LogName.PRODUCTS, hazards),
                new Stage("release", 1, journal, LogName.PRODUCTS, LogName.RELEASED, releases));
        withdrawn.start();
        stages.forEach(Stage::start);
        subscriptions.start();
    }

    private static Optional<Label> joined(PolicyInForce policy, List<Label> sources) {
        try {
            List<SecurityLabel> labels = new ArrayList<>();
            for (Label source : sources) {
                labels.add(policy.bundle().label(source));
            }
            return Optional.of(SecurityLabel.join(labels).toProto());
        } catch (LabelException e) {
            throw new AssertionError(e);
        }
    }

    private static KeyPair signingKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private void grown() {
        synchronized (growth) {
            growth.notifyAll();
        }
    }

    private void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        synchronized (growth) {
            while (!condition.getAsBoolean()) {
                if (System.nanoTime() > end) {
                    throw new AssertionError(what + ": not within " + limit);
                }
                // what reads a log is done a moment after the log has grown
                growth.wait(5);
            }
        }
    }

    Journal journal() {
        return journal;
    }

    PolicyInForce policy() {
        return policy;
    }

    /** Registers a sensor; returns its identifier. */
    void register(String tenant, Sensor sensor) {
        ingest.putSensor(caller(tenant, Role.CONTRIBUTOR), sensor)
                .toCompletableFuture()
                .join();
    }

    LiveSubscriptions subscriptions() {
        return subscriptions;
    }

    Withdrawals withdrawals() {
        return withdrawals;
    }

    ContributionChanges changes() {
        return changes;
    }

    WithdrawalList withdrawalList() {
        return withdrawalList;
    }

    /** Waits until all that was contributed has gone through all stages. */
    void settle() throws InterruptedException {
        settle(LIMIT);
    }

    void settle(Duration limit) throws InterruptedException {
        settleDespiteFailures(limit);
        stages.forEach(stage -> {
            if (stage.failures() > 0) {
                throw new AssertionError("stage " + stage.name() + ": " + stage.failures() + " entries passed over");
            }
        });
    }

    private void settleDespiteFailures(Duration limit) throws InterruptedException {
        await("all stages are idle", limit, () -> stages.stream().allMatch(Stage::idle) && subscriptions.idle());
    }

    static CallerIdentity caller(String tenant, Role... roles) {
        return new CallerIdentity(
                TenantId.parse(tenant),
                Set.of(roles),
                "test",
                "00",
                "1",
                "CN=test",
                Instant.parse("2030-01-01T00:00:00Z"));
    }

    Label label(String notation) {
        try {
            Instant now = clock.instant();
            return LabelNotation.parse(notation, bundle.spifs()).toProto().toBuilder()
                    .setCreated(Times.timestamp(now))
                    .build();
        } catch (PolicyException e) {
            throw new IllegalArgumentException(notation, e);
        }
    }

    /** Contributes one item a second later; returns its identifier. */
    String contribute(String tenant, Contribution item) {
        clock.move(Duration.ofSeconds(1));
        ContributeResponse answer = ingest.contribute(caller(tenant, Role.CONTRIBUTOR), item)
                .toCompletableFuture()
                .join();
        if (!answer.hasAccepted()) {
            throw new AssertionError("refused: " + answer.getRefused().getMessage());
        }
        return answer.getAccepted().getContributionId();
    }

    /** Contributes a partner's warning that its number tells from others: its miss distance in metres, too. */
    String contributeWarning(String tenant, Label label, int number) {
        return contribute(
                tenant,
                Contribution.newBuilder()
                        .setClientId("item-" + number)
                        .setLabel(label)
                        .setConjunction(ConjunctionWarning.newBuilder()
                                .setMissDistanceM(number)
                                .setObject1(catalogued(number))
                                .setObject2(catalogued(number + 1_000)))
                        .build());
    }

    private static ConjunctionObject catalogued(int number) {
        return ConjunctionObject.newBuilder()
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(number))
                .build();
    }

    /** What the logs call a tenant's audience. */
    String audience(String tenant) {
        return AudienceId.of(
                        PolicyInForce.audience(bundle, TenantId.parse(tenant)).orElseThrow())
                .text();
    }

    void tick() {
        clock.move(Duration.ofSeconds(1));
    }

    Timestamp now() {
        return Times.timestamp(clock.instant());
    }

    /** Subscribes as one who reads whenever it is asked to. */
    Reader subscribe(String tenant, SubscribeRequest request) throws SubscriptionRefused {
        Reader reader = new Reader();
        reader.subscription = subscriptions.open(caller(tenant, Role.SUBSCRIBER), request, this::grown);
        return reader;
    }

    /** One subscriber. */
    final class Reader implements AutoCloseable {
        final List<SubscribeResponse> messages = new ArrayList<>();
        private Subscription subscription;

        Subscription subscription() {
            return subscription;
        }

        /** Reads all that there is once everything contributed has gone through. */
        Reader read() throws InterruptedException {
            settle();
            return drain(BATCH_BYTES);
        }

        /** Reads all, where it is the test that put something into a log that no stage understands. */
        Reader readDespiteFailures() throws InterruptedException {
            settleDespiteFailures(LIMIT);
            return drain(BATCH_BYTES);
        }

        /** Reads all, in batches that end once they hold so many bytes. */
        Reader readInBatchesOf(int bytes) throws InterruptedException {
            settle();
            return drain(bytes);
        }

        private Reader drain(int batchBytes) throws InterruptedException {
            await("the subscription is drained", LIMIT, () -> {
                take(batchBytes);
                return !subscription.behind();
            });
            take(batchBytes);
            return this;
        }

        /** Takes batches until one of the messages is the expected one. */
        void pollUntil(Predicate<SubscribeResponse> expected) throws InterruptedException {
            await("the expected message", LIMIT, () -> {
                poll();
                return messages.stream().anyMatch(expected);
            });
        }

        /** Takes one batch. */
        void poll() {
            take(BATCH_BYTES);
        }

        private void take(int bytes) {
            messages.addAll(parse(subscription.poll(bytes)));
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    static List<SubscribeResponse> parse(Buffer frames) {
        List<SubscribeResponse> messages = new ArrayList<>();
        int at = 0;
        while (at < frames.length()) {
            int size = frames.getInt(at + 1);
            try {
                messages.add(SubscribeResponse.parseFrom(frames.getBytes(at + 5, at + 5 + size)));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
            at += 5 + size;
        }
        return messages;
    }

    /** Ends everything, as a stop of the gateway does. */
    @Override
    public void close() throws IOException {
        stages.forEach(Stage::close);
        subscriptions.close();
        withdrawn.close();
        timer.shutdownNow();
        changer.shutdown();
        workers.shutdown();
        journal.close();
    }
}
