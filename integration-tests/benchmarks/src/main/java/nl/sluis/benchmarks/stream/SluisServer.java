package nl.sluis.benchmarks.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.cumulative.CumulativeCounter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.audit.TreeHeadSigner;
import nl.sluis.gateway.identity.CertificateRules;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.RpcPermissions;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.release.DecisionLog;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.release.PolicyChanges;
import nl.sluis.gateway.release.PolicyInForce;
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
import nl.sluis.gateway.store.Appended;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.gateway.stream.LiveSubscriptions;
import nl.sluis.gateway.stream.Withdrawals;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.partner.Credentials;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Proximity;

/**
 * The gateway from the released log to the socket: journal, decisions, variants, subscriptions and partner port as {@code
 * Gateway} puts them together. Products lie in the products log; publishing is an entry of the released log for each
 * audience, made durable like any other.
 */
final class SluisServer implements StreamServer {
    /** Threads that connections are spread over. */
    static final int EVENT_LOOPS = 2;

    /** Fewer than the gateway keeps decoded, so that a product is signed once however often it is published. */
    private static final int PRODUCTS = 2_048;

    private static final String LABEL = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD}";

    private final Clock clock = Clock.systemUTC();
    private final Times encoded = new Times();
    private final List<Audience> audiences;
    private final List<String> audienceIds;
    private final Journal journal;
    private final Label label;
    private final int padding;
    private final int port;
    private long[] positions = new long[0];
    private int number;

    SluisServer(Path folder) throws Exception {
        PolicyBundle bundle = PolicyBundle.load(World.policy());
        label = LabelNotation.parse(LABEL, bundle.spifs()).toProto().toBuilder()
                .setCreated(nl.sluis.gateway.item.Times.timestamp(Instant.EPOCH))
                .build();
        journal = EmbeddedJournal.open(
                folder.resolve("journal-" + ProcessHandle.current().pid()),
                clock,
                StoreLimits.DEFAULT.withWalBytesMax(Long.getLong("wal", 16L << 20)));
        SimpleMeterRegistry meters = new EncodingTimes();
        // as a gateway starts: every decision is made by both deciders
        PolicyInForce policy =
                new PolicyInForce(clock, new DecisionLog(journal, clock), new SecondDecider(secondDecider(), meters));
        new PolicyChanges(policy, journal, certificate -> Optional.empty(), "nld", true, clock, meters)
                .open(new SignedFiles(World.policy(), List.of()));
        audiences = bundle.audiences();
        audienceIds =
                audiences.stream().map(AudienceId::of).map(AudienceId::text).toList();
        byte[] cursorKey = new byte[32];
        new SecureRandom().nextBytes(cursorKey);
        KeyPair signing = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        ExecutorService workers = Executors.newFixedThreadPool(2);
        WithdrawnContributions withdrawn = new WithdrawnContributions(journal, workers);
        withdrawn.start();
        Variants variants = new Variants(
                policy,
                new Signer(signing.getPrivate(), signing.getPublic()),
                new Coarsening(cursorKey, 60),
                new Thresholds(1e-6, 1e-4),
                withdrawn,
                journal,
                workers,
                new SecureRandom(),
                meters);
        padding = World.padding(bytes -> sizeOf(variants, bytes));
        // as a gateway sends: nothing leaves before it is in the audit log
        LiveSubscriptions subscriptions = new LiveSubscriptions(
                journal,
                policy,
                variants,
                new Withdrawals(journal, workers, clock),
                audience -> List.of(),
                new DeliveryLog(
                        AuditLog.open(journal, new TreeHeadSigner(signing), clock),
                        clock,
                        Executors.newSingleThreadExecutor()),
                cursorKey,
                clock,
                () -> true);
        Identities identities = Identities.open(
                folder.resolve("pki").resolve("trust"),
                CertificateRules.DEFAULT,
                tenant -> policy.tenant(tenant).isPresent(),
                clock);
        RpcPermissions permissions = RpcPermissions.standard();
        Path gateway = folder.resolve("pki").resolve("gateway");
        ServerCertificate own = new ServerCertificate(
                Credentials.certificates(gateway.resolve("certificate.pem")),
                Credentials.privateKey(gateway.resolve("key.pem")),
                Optional.empty());
        PartnerPort loopback = new PartnerPort("127.0.0.1", 0, EVENT_LOOPS);
        PartnerServer server = new PartnerServer(
                Vertx.vertx(loopback.vertxOptions()),
                loopback,
                PartnerLimits.defaults(),
                new TlsOptions(() -> own, identities.trustManager(), TlsEngine.best(), clock),
                new CertificateCallers(identities, caller -> {}),
                (caller, method) -> permissions.mayCall(method, caller.roles()),
                tenant -> TenantQuota.defaults()
                        .with(policy.tenant(tenant).orElseThrow().quotas()),
                Methods.builder(),
                subscriptions,
                new Serving(),
                new PartnerMetrics(meters),
                () -> "none");
        subscriptions.start();
        port = server.start().toCompletableFuture().join();
    }

    @Override
    public int port() {
        return port;
    }

    /** One message: a product that is new. More: products that were encoded before, as the fan-out alone. */
    @Override
    public void publish(int messages) throws Exception {
        List<NewEntry> releases = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            long position = messages == 1 ? append(product(number, "x".repeat(padding))) : kept(number % PRODUCTS);
            releases.add(NewEntry.of(StoredRelease.newBuilder()
                    .setProductPosition(position)
                    .setProductId(productId(number))
                    .addAllAudiences(audienceIds)
                    .build()
                    .toByteArray()));
            number++;
        }
        journal.append(LogName.RELEASED, releases).join();
    }

    @Override
    public long[] encodedNanos() {
        return encoded.all();
    }

    /** The system property {@code second-decider}, as the gateway's key of that name. */
    private static SecondDecider.Scope secondDecider() {
        return SecondDecider.Scope.valueOf(
                System.getProperty("second-decider", "all").toUpperCase(Locale.ROOT));
    }

    private long kept(int index) throws Exception {
        if (positions.length == 0) {
            List<NewEntry> products = new ArrayList<>();
            for (int i = 0; i < PRODUCTS; i++) {
                products.add(entry(product(i, "x".repeat(padding))));
            }
            positions = journal.append(LogName.PRODUCTS, products).get().stream()
                    .mapToLong(Appended::position)
                    .toArray();
        }
        return positions[index];
    }

    private long append(Product product) throws Exception {
        return journal.append(LogName.PRODUCTS, entry(product)).get().position();
    }

    private NewEntry entry(Product product) {
        return NewEntry.of(StoredProduct.newBuilder()
                .setProduct(product)
                .setBasis(Basis.newBuilder()
                        .addSourceLabels(label)
                        .setLabel(label)
                        .setReceived(product.getCreated()))
                .addObjects(product.getProximity().getObject1())
                .addObjects(product.getProximity().getObject2())
                .build()
                .toByteArray());
    }

    /** 32 digits, as a product's identifier has. */
    private static String productId(int number) {
        String digits = Integer.toString(number);
        return "0".repeat(32 - digits.length()) + digits;
    }

    private static Product product(int number, String padding) {
        return Product.newBuilder()
                .setProductId(productId(number))
                .setVersion(1)
                .setKind(ProductKind.PRODUCT_KIND_PROXIMITY)
                .setDataMode(DataMode.DATA_MODE_REAL)
                .setCreated(nl.sluis.gateway.item.Times.timestamp(Instant.EPOCH.plusSeconds(1)))
                .setProximity(Proximity.newBuilder()
                        .setObject1(ObjectReference.newBuilder()
                                .setCatalogueNumber(10_000)
                                .setName(padding))
                        .setObject2(ObjectReference.newBuilder().setCatalogueNumber(20_000))
                        .setMinimumDistanceM(1_000.0))
                .build();
    }

    /** Bytes of a message whose product has so much padding. */
    private int sizeOf(Variants variants, int bytes) {
        long position = journal.append(LogName.PRODUCTS, entry(product(0, "x".repeat(bytes))))
                .join()
                .position();
        if (variants.get(audiences.get(0), position) instanceof Variants.Found.Ready ready) {
            return ready.frame().length() - Frames.PREFIX_BYTES;
        }
        throw new IllegalStateException("product: not released (expected: released)");
    }

    /** Notes when a variant was encoded, which the gateway counts. */
    private final class EncodingTimes extends SimpleMeterRegistry {
        @Override
        protected Counter newCounter(Meter.Id id) {
            if (!id.getName().equals("sluis.release.variants")) {
                return super.newCounter(id);
            }
            return new CumulativeCounter(id) {
                @Override
                public void increment(double amount) {
                    encoded.now();
                    super.increment(amount);
                }
            };
        }
    }
}
