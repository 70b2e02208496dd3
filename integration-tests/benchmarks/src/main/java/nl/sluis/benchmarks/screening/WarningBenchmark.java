package nl.sluis.benchmarks.screening;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPInputStream;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.Gateway;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.audit.TreeHeadSigner;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.hazard.Hazards;
import nl.sluis.gateway.hazard.OneOnAll;
import nl.sluis.gateway.identity.CertificateRules;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.RpcPermissions;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.DecisionLog;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.PolicyChanges;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.release.Releases;
import nl.sluis.gateway.release.SecondDecider;
import nl.sluis.gateway.release.SignedFiles;
import nl.sluis.gateway.release.Signer;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.release.WithdrawnContributions;
import nl.sluis.gateway.rpc.CertificateCallers;
import nl.sluis.gateway.rpc.Methods;
import nl.sluis.gateway.rpc.PartnerLimits;
import nl.sluis.gateway.rpc.PartnerMetrics;
import nl.sluis.gateway.rpc.PartnerPort;
import nl.sluis.gateway.rpc.PartnerServer;
import nl.sluis.gateway.rpc.ServerCertificate;
import nl.sluis.gateway.rpc.Serving;
import nl.sluis.gateway.rpc.TenantQuota;
import nl.sluis.gateway.rpc.TlsEngine;
import nl.sluis.gateway.rpc.TlsOptions;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.gateway.stream.LiveSubscriptions;
import nl.sluis.gateway.stream.Withdrawals;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;
import nl.sluis.journal.v1.Solution;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.orbit.encounter.Sgp4;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.partner.SubscriptionListener;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.Track;

/**
 * From a new solution to the warning at a subscriber: {@code WarningBenchmark FILE START [FUSED]}. The gateway from the
 * solutions log to the socket, as {@code Gateway} puts it together: hazards, release, audit, mutual TLS. Orbits of {@value
 * #OBJECTS} objects of a catalogue come as solutions of fusion, again and again, each a little elsewhere; each is through before
 * the next comes. They are screened against the catalogue, against each other, and against the orbits of as many more objects as
 * there are to be of fusion.
 */
public final class WarningBenchmark {
    private static final int OBJECTS = 12;
    private static final int UPDATES = 10;

    /** Of each object the first updates are for the compiler and the catalogue's states. */
    private static final int WARM_UP = 2;

    private static final Duration BETWEEN = Duration.ofSeconds(61); // an object is screened once a minute
    private static final double SIGMA_M = 100;
    private static final int FIRST_NUMBER = 900_000;
    private static final int EVENT_LOOPS = 2;
    private static final String SUBSCRIBER = "north-watch";
    private static final String LABEL = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD}";
    private static final List<String> POLICY =
            List.of("tenants.yaml", "audiences.yaml", "object-groups.yaml", "nld.yaml");

    private final SetClock clock;
    private final Journal journal;
    private final Label label;
    private final String audience;
    private final List<Stage> stages;
    private final LiveSubscriptions subscriptions;
    private final PartnerContext context;
    private final Map<String, Long> begun = new HashMap<>();
    private final List<Long> times = new ArrayList<>();

    /** Stands still until it is set: when an orbit is due follows from it. */
    private static final class SetClock extends Clock {
        private volatile Instant now;

        SetClock(Instant now) {
            this.now = now;
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /**
     * Runs and prints.
     *
     * @param arguments catalogue, the time of the orbits, and of how many objects there are orbits of fusion
     * @throws Exception if the catalogue cannot be read
     */
    public static void main(String[] arguments) throws Exception {
        List<MeanElements> elements =
                ElementsReader.read(text(Path.of(arguments[0]))).elements();
        new WarningBenchmark(Files.createTempDirectory("sluis-warnings"), Instant.parse(arguments[1]))
                .run(elements, arguments.length > 2 ? Integer.parseInt(arguments[2]) : OBJECTS);
        // event loops and pools would keep the process
        System.exit(0);
    }

    private WarningBenchmark(Path folder, Instant start) throws Exception {
        clock = new SetClock(start);
        Map<String, byte[]> files = policy();
        PolicyBundle bundle = PolicyBundle.load(files);
        label = LabelNotation.parse(LABEL, bundle.spifs()).toProto().toBuilder()
                .setCreated(Times.timestamp(start))
                .build();
        audience = AudienceId.of(Objects.requireNonNull(bundle.audienceOf(SUBSCRIBER)))
                .text();
        DevelopmentPki.create(
                PkiRequest.of("nld", PkiRequest.Tenant.parse("nor/" + SUBSCRIBER + ":subscriber")),
                folder.resolve("pki"),
                Clock.systemUTC(),
                new SecureRandom());
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        KeyPair signing = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        ExecutorService workers = Executors.newFixedThreadPool(2);
        journal = EmbeddedJournal.open(folder.resolve("journal"), clock, StoreLimits.DEFAULT);
        DecisionLog decisions = new DecisionLog(journal, clock);
        PolicyInForce policy = new PolicyInForce(clock, decisions, new SecondDecider(SecondDecider.Scope.ALL, meters));
        new PolicyChanges(policy, journal, certificate -> Optional.empty(), "nld", true, clock, meters)
                .open(new SignedFiles(files, List.of()));
        Thresholds thresholds = new Thresholds(1e-6, 1e-4);
        WithdrawnContributions withdrawn = new WithdrawnContributions(journal, workers);
        withdrawn.start();
        Releases releases = new Releases(
                policy, decisions, withdrawn, journal, clock, Executors.newSingleThreadScheduledExecutor(), meters);
        Variants variants = new Variants(
                policy,
                new Signer(signing.getPrivate(), signing.getPublic()),
                new Coarsening(new byte[32], 60),
                thresholds,
                withdrawn,
                journal,
                workers,
                new SecureRandom(),
                meters);
        subscriptions = new LiveSubscriptions(
                journal,
                policy,
                variants,
                new Withdrawals(journal, workers, clock),
                releases::quotasLeft,
                new DeliveryLog(
                        AuditLog.open(journal, new TreeHeadSigner(signing), clock),
                        clock,
                        Executors.newSingleThreadExecutor()),
                new byte[32],
                clock,
                () -> true);
        stages = List.of(
                new Stage(
                        "hazard",
                        1,
                        journal,
                        LogName.SOLUTIONS,
                        LogName.PRODUCTS,
                        new Hazards(
                                all -> new ElementScreening.Found(List.of(), List.of()),
                                new OneOnAll(Duration.ofDays(1), MissThresholds.of(5_000), meters),
                                ObjectSizes.NONE,
                                whose -> thresholds,
                                sources -> Optional.of(label),
                                clock,
                                journal)),
                new Stage("release", 1, journal, LogName.PRODUCTS, LogName.RELEASED, releases));
        stages.forEach(Stage::start);
        subscriptions.start();
        context = PartnerContext.of(
                "127.0.0.1:" + listening(folder, policy, meters),
                folder.resolve("pki/tenants/nor/" + SUBSCRIBER + "/gateway-root.pem"),
                folder.resolve("pki/tenants/nor/" + SUBSCRIBER + "/certificate.pem"),
                folder.resolve("pki/tenants/nor/" + SUBSCRIBER + "/key.pem"),
                signingKey(folder, signing));
    }

    private static Map<String, byte[]> policy() throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        for (String file : POLICY) {
            try (InputStream in =
                    Objects.requireNonNull(Gateway.class.getResourceAsStream("/demo/policy/" + file), file)) {
                files.put(file, in.readAllBytes());
            }
        }
        return files;
    }

    private static Path signingKey(Path folder, KeyPair signing) throws IOException {
        String base64 = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(signing.getPublic().getEncoded());
        return Files.writeString(
                folder.resolve("signing.pub.pem"),
                "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n");
    }

    private int listening(Path folder, PolicyInForce policy, SimpleMeterRegistry meters) throws Exception {
        Clock today = Clock.systemUTC();
        Identities identities = Identities.open(
                folder.resolve("pki/trust"),
                CertificateRules.DEFAULT,
                tenant -> policy.tenant(tenant).isPresent(),
                today);
        RpcPermissions permissions = RpcPermissions.standard();
        ServerCertificate own = new ServerCertificate(
                Credentials.certificates(folder.resolve("pki/gateway/certificate.pem")),
                Credentials.privateKey(folder.resolve("pki/gateway/key.pem")),
                Optional.empty());
        return new PartnerServer(
                        Vertx.vertx(new PartnerPort("127.0.0.1", 0, EVENT_LOOPS).vertxOptions()),
                        new PartnerPort("127.0.0.1", 0, EVENT_LOOPS),
                        PartnerLimits.defaults(),
                        new TlsOptions(() -> own, identities.trustManager(), TlsEngine.best(), today),
                        new CertificateCallers(identities, caller -> {}),
                        (caller, method) -> permissions.mayCall(method, caller.roles()),
                        tenant -> TenantQuota.defaults(),
                        Methods.builder(),
                        subscriptions,
                        new Serving(),
                        new PartnerMetrics(meters),
                        () -> "none")
                .start()
                .toCompletableFuture()
                .join();
    }

    private void run(List<MeanElements> elements, int fused) throws Exception {
        List<MeanElements> some = new ArrayList<>(elements);
        Collections.shuffle(some, new Random(1));
        try (PartnerClient client = PartnerClient.open(context)) {
            client.subscribe(
                    SubscribeRequest.newBuilder()
                            .setSnapshot(StartSnapshot.getDefaultInstance())
                            .addKinds(ProductKind.PRODUCT_KIND_CONJUNCTION)
                            .build(),
                    new SubscriptionListener() {
                        @Override
                        public void onProduct(ReceivedProduct product) {
                            received(
                                    product.product().getConjunction(),
                                    Times.instant(product.product().getCreated()));
                        }
                    });
            handled(catalogue(elements));
            Instant start = clock.instant();
            for (int i = OBJECTS; i < fused; i++) {
                handled(orbit(some.get(i), i, 0, start));
            }
            for (int update = 0; update < WARM_UP + UPDATES; update++) {
                clock.now = start.plus(BETWEEN.multipliedBy(update));
                if (update == WARM_UP) {
                    synchronized (times) {
                        System.out.printf(
                                Locale.ROOT,
                                "the first %d of each object, the catalogue's states among them: %s%n",
                                WARM_UP,
                                summary(times));
                        times.clear();
                    }
                }
                for (int i = 0; i < OBJECTS; i++) {
                    Solution solution = orbit(some.get(i), i, update, start);
                    synchronized (times) {
                        begun.put(FIRST_NUMBER + i + " " + clock.instant(), System.nanoTime());
                    }
                    handled(solution);
                }
            }
            synchronized (times) {
                System.out.printf(
                        Locale.ROOT,
                        "%,d objects, %,d of fusion, a day of window, %d updates of %d objects: from solution to"
                                + " warning at the subscriber %s%n",
                        elements.size(),
                        fused,
                        UPDATES,
                        OBJECTS,
                        summary(times));
            }
        }
    }

    private static String summary(List<Long> times) {
        List<Long> sorted = new ArrayList<>(times);
        Collections.sort(sorted);
        return sorted.isEmpty()
                ? "no warnings"
                : String.format(
                        Locale.ROOT,
                        "p50 %.0f ms, p99 %.0f ms, longest %.0f ms, %d warnings",
                        sorted.get(sorted.size() / 2) * 1e-6,
                        sorted.get(sorted.size() * 99 / 100) * 1e-6,
                        sorted.get(sorted.size() - 1) * 1e-6,
                        sorted.size());
    }

    /** Of what is over nobody waits for the news: it comes with the next screening. */
    private void received(ConjunctionWarning warning, Instant created) {
        if (warning.getState() != ConjunctionState.CONJUNCTION_STATE_AHEAD) {
            return;
        }
        synchronized (times) {
            for (ObjectReference object : List.of(
                    warning.getObject1().getObject(), warning.getObject2().getObject())) {
                Long since = begun.get(object.getCatalogueNumber() + " " + created);
                if (since != null) {
                    times.add(System.nanoTime() - since);
                }
            }
        }
    }

    /** Writes a solution and waits until all is handed out that comes of it. */
    private void handled(Solution solution) throws Exception {
        journal.append(LogName.SOLUTIONS, NewEntry.of(solution.toByteArray())).join();
        while (!isIdle()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private boolean isIdle() {
        return journal.progress(LogName.PRODUCTS, "hazard") >= journal.watermark(LogName.SOLUTIONS)
                && journal.progress(LogName.RELEASED, "release") >= journal.watermark(LogName.PRODUCTS)
                && stages.stream().allMatch(Stage::idle)
                && subscriptions.idle();
    }

    private static String text(Path file) throws Exception {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = file.toString().endsWith(".gz") ? new GZIPInputStream(in).readAllBytes() : in.readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private Basis.Builder basis(String contribution) {
        return Basis.newBuilder()
                .addAudiences(audience)
                .addContributionIds(contribution)
                .setLabel(label)
                .addSourceLabels(label)
                .setReceived(Times.timestamp(clock.instant()));
    }

    private Solution catalogue(List<MeanElements> elements) {
        return Solution.newBuilder()
                .setBasis(basis("catalogue"))
                .setElements(ElementSets.newBuilder()
                        .addAllElements(
                                elements.stream().map(OrbitMessages::elements).toList()))
                .build();
    }

    /** An orbit beside that of a catalogued object, under a number of its own. */
    private Solution orbit(MeanElements like, int i, int update, Instant start) {
        OrbitState state = Sgp4.state(like, start);
        OrbitState moved = new OrbitState(
                state.epoch(), state.frame(), state.positionM().times(1 + 1e-5 * update), state.velocityMps());
        double[][] rtn = new double[6][6];
        for (int axis = 0; axis < 3; axis++) {
            rtn[axis][axis] = SIGMA_M * SIGMA_M;
            rtn[axis + 3][axis + 3] = 0.01;
        }
        return Solution.newBuilder()
                .setBasis(basis("orbit-" + i + "-" + update))
                .setTrack(Track.newBuilder()
                        .setObject(ObjectReference.newBuilder()
                                .setCatalogueNumber(FIRST_NUMBER + i)
                                .setName("OBJECT " + i))
                        .setState(OrbitMessages.state(moved))
                        .setCovariance(OrbitMessages.covariance(
                                OrbitMessages.frame(moved.frame()), LocalAxes.fromRtn(moved, SymmetricMatrix.of(rtn)))))
                .build();
    }
}
