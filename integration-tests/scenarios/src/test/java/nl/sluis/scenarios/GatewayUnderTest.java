package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.Gateway;
import nl.sluis.gateway.GatewayConfig;
import nl.sluis.gateway.PolicyFolder;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Contributor;
import nl.sluis.partner.ContributorOptions;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.PartnerContext;
import nl.sluis.policy.bundle.BundleSignatures;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.label.Spifs;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.PutSensorRequest;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;

/** The gateway of the demonstration in this process, on loopback with mutual TLS, and clients of its partners. */
final class GatewayUnderTest implements AutoCloseable {
    /** Resources of the demonstration. */
    static final String DEMO = "/demo/";

    /** What is waited for is a state; this only ends a test in which it never comes, however slow the machine. */
    static final Duration LIMIT = Duration.ofMinutes(10);

    static final SubscribeRequest FROM_SNAPSHOT = SubscribeRequest.newBuilder()
            .setSnapshot(StartSnapshot.getDefaultInstance())
            .build();
    private static final Map<String, List<String>> POLICY = Map.of(
            "/demo/",
            List.of(
                    "bundle.yaml",
                    "tenants.yaml",
                    "audiences.yaml",
                    "object-groups.yaml",
                    "nld.yaml",
                    "usa.yaml",
                    "ita.yaml",
                    "kor.yaml",
                    "zaf.yaml",
                    "aus.yaml"),
            "/non-interference/",
            List.of(
                    "tenants.yaml",
                    "audiences.yaml",
                    "object-groups.yaml",
                    "nld.yaml",
                    "fra.yaml",
                    "deu.yaml",
                    "ita.yaml"));

    private final Path folder;
    private final DevelopmentPki pki;
    private final Clock clock;
    private final Gateway gateway;
    private final Spifs spifs;
    private final Deque<PartnerClient> open = new ArrayDeque<>();

    private GatewayUnderTest(Path folder, DevelopmentPki pki, Clock clock, Gateway gateway, Spifs spifs) {
        this.folder = folder;
        this.pki = pki;
        this.clock = clock;
        this.gateway = gateway;
        this.spifs = spifs;
    }

    /** Certificates for everybody of the demonstration. */
    static DevelopmentPki pki(Path folder) throws IOException {
        return DevelopmentPki.create(demonstration(), folder, Clock.systemUTC(), new SecureRandom());
    }

    /** Everybody of the demonstration, and an auditor. */
    static PkiRequest demonstration() {
        return request(
                "nld",
                List.of(
                        "nld/ssa-centre:officer,operator",
                        "nld/audit-office:auditor",
                        "nld/catalogue:contributor",
                        "usa/conjunctions:contributor",
                        "usa/castle-rock:contributor",
                        "ita/fucino:contributor",
                        "kor/kumsan:contributor",
                        "zaf/pretoria:contributor",
                        "aus/uralla:contributor",
                        "deu/space-watch:subscriber",
                        "nor/north-watch:subscriber",
                        "lux/acme-space:subscriber"),
                "nld/ssa-centre:first-officer",
                "nld/ssa-centre:second-officer",
                "usa/castle-rock:first-officer",
                "usa/castle-rock:second-officer",
                "ita/fucino:first-officer",
                "kor/kumsan:first-officer",
                "aus/uralla:first-officer",
                "zaf/pretoria:release-officer");
    }

    /** Certificates for tenants and officers. */
    static DevelopmentPki pki(Path folder, String host, List<String> tenants, String... officers) throws IOException {
        return DevelopmentPki.create(request(host, tenants, officers), folder, Clock.systemUTC(), new SecureRandom());
    }

    private static PkiRequest request(String host, List<String> tenants, String... officers) {
        return PkiRequest.of(
                        host, tenants.stream().map(PkiRequest.Tenant::parse).toArray(PkiRequest.Tenant[]::new))
                .withOfficers(Stream.of(officers).map(PkiRequest.Officer::parse).toArray(PkiRequest.Officer[]::new));
    }

    /** Starts the demonstration's gateway in a folder; what an earlier one left there is taken up again. */
    static GatewayUnderTest start(Path folder, DevelopmentPki pki, Clock clock) throws Exception {
        return start(folder, pki, clock, DEMO);
    }

    /**
     * Starts a gateway in a folder; what an earlier one left there is taken up again.
     *
     * @param resources where configuration and policy are: {@code gateway.yaml} and the folder {@code policy}
     */
    static GatewayUnderTest start(Path folder, DevelopmentPki pki, Clock clock, String resources) throws Exception {
        return start(folder, pki, clock, resources, Map.of());
    }

    /** As the one above, with texts in configuration and policy changed before the first start. */
    static GatewayUnderTest start(
            Path folder, DevelopmentPki pki, Clock clock, String resources, Map<String, String> changes)
            throws Exception {
        Path config = prepare(folder, pki, resources, changes);
        Gateway gateway = Gateway.open(GatewayConfig.load(config), folder, clock);
        gateway.start();
        return new GatewayUnderTest(folder, pki, clock, gateway, spifs(folder));
    }

    static Spifs spifs(Path folder) throws Exception {
        return PolicyBundle.load(PolicyFolder.read(folder.resolve("policy"))).spifs();
    }

    /**
     * Makes a gateway's folder ready and returns its configuration.
     *
     * @param changes texts in configuration and policy, and what stands there instead
     */
    static Path prepare(Path folder, DevelopmentPki pki, String resources, Map<String, String> changes)
            throws Exception {
        Path policy = folder.resolve("policy");
        if (!Files.exists(policy)) {
            Files.createDirectories(policy);
            for (String file : POLICY.get(resources)) {
                Files.writeString(policy.resolve(file), changed(resource(resources + "policy/" + file), changes));
            }
            sign(policy, pki, officer -> true);
        }
        Path config = folder.resolve("gateway.yaml");
        Files.writeString(
                config,
                changed(resource(resources + "gateway.yaml"), changes)
                        .replace(" pki/", " " + pki.folder().toAbsolutePath() + "/")
                        .replace("heartbeat: PT1S", "heartbeat: PT0.1S"));
        return config;
    }

    private static String changed(byte[] text, Map<String, String> changes) {
        String result = new String(text, StandardCharsets.UTF_8);
        for (Map.Entry<String, String> change : changes.entrySet()) {
            result = result.replace(change.getKey(), change.getValue());
        }
        return result;
    }

    /** Has officers sign what the policy folder holds; signatures over what it held before are removed. */
    static void sign(Path policy, DevelopmentPki pki, Predicate<Credential> who) throws Exception {
        Path signatures = Files.createDirectories(policy.resolve("signatures"));
        try (Stream<Path> old = Files.list(signatures)) {
            for (Path one : old.toList()) {
                Files.delete(one);
            }
        }
        PolicyBundle bundle = PolicyBundle.load(PolicyFolder.read(policy));
        for (Credential officer : pki.officers().values()) {
            if (who.test(officer)) {
                Files.write(
                        signatures.resolve(officer.name().replace('/', '-') + ".cms"),
                        BundleSignatures.sign(bundle, officer.key(), officer.certificate()));
            }
        }
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(GatewayUnderTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    /** Writes and signs the demonstration's policy with one file changed, before the first start. */
    static void writePolicy(Path folder, DevelopmentPki pki, String file, UnaryOperator<String> change)
            throws Exception {
        writePolicy(folder, pki, Map.of(file, change));
    }

    /**
     * Writes and signs the demonstration's policy with some files changed, before the first start.
     *
     * @param changes what makes the text of a file, by its name
     */
    static void writePolicy(Path folder, DevelopmentPki pki, Map<String, UnaryOperator<String>> changes)
            throws Exception {
        Path policy = Files.createDirectories(folder.resolve("policy"));
        for (String each : Objects.requireNonNull(POLICY.get("/demo/"))) {
            String text = new String(resource("/demo/policy/" + each), StandardCharsets.UTF_8);
            Files.writeString(
                    policy.resolve(each),
                    changes.getOrDefault(each, UnaryOperator.identity()).apply(text));
        }
        sign(policy, pki, officer -> true);
    }

    Gateway gateway() {
        return gateway;
    }

    Path data() {
        return folder.resolve("data");
    }

    Clock clock() {
        return clock;
    }

    Demo demo() {
        return new Demo(spifs, clock.instant());
    }

    PartnerContext context(Path credential) {
        return context(gateway.partnerPort(), credential, data());
    }

    static PartnerContext context(int port, Path credential, Path data) {
        return PartnerContext.of(
                "127.0.0.1:" + port,
                credential.resolve("gateway-root.pem"),
                credential.resolve("certificate.pem"),
                credential.resolve("key.pem"),
                data.resolve("signing.pub.pem"));
    }

    PartnerClient tenant(String tenant) throws Exception {
        return client("tenants/" + tenant);
    }

    PartnerClient officer(String officer) throws Exception {
        return client("officers/" + officer);
    }

    /** A client with any certificate of the PKI, by its folder. */
    PartnerClient client(String credential) throws Exception {
        PartnerClient client = PartnerClient.open(context(pki.folder().resolve(credential)));
        open.push(client);
        return client;
    }

    CatalogueServiceGrpc.CatalogueServiceBlockingStub catalogue(String tenant) throws Exception {
        return CatalogueServiceGrpc.newBlockingStub(tenant(tenant).channel());
    }

    Received subscribe(String tenant) throws Exception {
        return subscribe(tenant, false);
    }

    /** Subscribes as one who removes, or does not remove, what is withdrawn, and says so. */
    Received subscribe(String tenant, boolean removesWithdrawn) throws Exception {
        Received received = new Received(removesWithdrawn);
        tenant(tenant).subscribe(FROM_SNAPSHOT, received);
        received.await(tenant + " subscribes", LIMIT, () -> received.snapshotCount() >= 0);
        return received;
    }

    Received subscribe(String tenant, SubscribeRequest request) throws Exception {
        Received received = new Received();
        tenant(tenant).subscribe(request, received);
        return received;
    }

    /** Contributes and waits for the answers, in the order of the items. */
    List<ContributionOutcome> contribute(String tenant, List<Contribution> items) throws Exception {
        try (PartnerClient client = PartnerClient.open(context(pki.folder().resolve("tenants/" + tenant)));
                Contributor contributor = client.contributor(ContributorOptions.DEFAULT)) {
            List<CompletableFuture<ContributionOutcome>> answers = new ArrayList<>();
            for (Contribution item : items) {
                answers.add(contributor.submit(item).toCompletableFuture());
            }
            List<ContributionOutcome> outcomes = new ArrayList<>();
            for (CompletableFuture<ContributionOutcome> answer : answers) {
                outcomes.add(answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
            }
            return outcomes;
        }
    }

    ContributionOutcome contribute(String tenant, Contribution item) throws Exception {
        return contribute(tenant, List.of(item)).get(0);
    }

    void accepted(String tenant, List<Contribution> items) throws Exception {
        assertThat(contribute(tenant, items)).allMatch(ContributionOutcome.Accepted.class::isInstance);
    }

    void register(Demo.Station station) throws Exception {
        register(station.tenant(), demo().sensor(station));
    }

    void register(String tenant, Sensor sensor) throws Exception {
        try (PartnerClient client = PartnerClient.open(context(pki.folder().resolve("tenants/" + tenant)))) {
            var unused = SensorServiceGrpc.newBlockingStub(client.channel())
                    .putSensor(PutSensorRequest.newBuilder().setSensor(sensor).build());
        }
    }

    /** Waits until all that was contributed is worked off; looks each time that a subscriber is told something. */
    void idle(Received subscriber) throws InterruptedException {
        subscriber.await("the gateway is idle", LIMIT, gateway::idle);
    }

    /** Waits until all that was contributed is worked off and each subscriber was told that nothing is left. */
    void quiet(List<Received> subscribers) throws InterruptedException {
        idle(subscribers.get(0));
        if (clock instanceof MovedClock moved) {
            // what was said up to date before this moment does not count
            moved.move(Duration.ofSeconds(1));
        }
        Instant idle = clock.instant();
        for (Received subscriber : subscribers) {
            subscriber.await("a subscriber is up to date", LIMIT, () -> subscriber.isUpToDateSince(idle));
        }
    }

    /** The marking of a label; one whose owners are redacted is marked as if it were the host's. */
    String marking(Label label) throws Exception {
        return SecurityLabel.of(
                        label.getOwnersCount() == 0
                                ? label.toBuilder()
                                        .addOwners(Owner.newBuilder().setNation("NLD"))
                                        .build()
                                : label,
                        spifs)
                .marking();
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        gateway.close();
    }
}
