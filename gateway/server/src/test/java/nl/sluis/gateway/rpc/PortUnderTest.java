package nl.sluis.gateway.rpc;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.identity.CertificateRules;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.RpcPermissions;
import nl.sluis.gateway.identity.TenantId;

/** A partner port on loopback with mutual TLS, and channels of grpc-java to it. */
final class PortUnderTest {
    static final TenantId DUTCH = new TenantId("nld", "ssa-centre");
    static final TenantId GERMAN = new TenantId("deu", "radar-site");
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final Vertx vertx;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final FakeSubscriptions subscriptions = new FakeSubscriptions();
    final FakeIngest ingest = new FakeIngest();
    final Serving serving = new Serving();
    final Set<TenantId> shutOut = ConcurrentHashMap.newKeySet();
    final Set<String> forbidden = ConcurrentHashMap.newKeySet();
    final Map<TenantId, TenantQuota> quotas = new ConcurrentHashMap<>();
    final TlsOptions tls;
    final PartnerServer server;
    final int port;

    private final DevelopmentPki pki;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final AtomicInteger references = new AtomicInteger();

    PortUnderTest(DevelopmentPki pki, PartnerLimits limits, UnaryOperator<Methods.Builder> methods) {
        this(pki, limits, 2, methods);
    }

    PortUnderTest(DevelopmentPki pki, PartnerLimits limits, int eventLoops, UnaryOperator<Methods.Builder> methods) {
        this.pki = pki;
        PartnerPort loopback = new PartnerPort("127.0.0.1", 0, eventLoops);
        vertx = Vertx.vertx(loopback.vertxOptions());
        Identities identities = identities();
        MethodPermissions table = MethodPermissions.of(RpcPermissions.standard());
        ServerCertificate own =
                new ServerCertificate(pki.gateway().chain(), pki.gateway().key(), Optional.empty());
        Methods.Builder builder = methods.apply(Methods.builder());
        new ContributeMethod(ingest).register(builder);
        tls = new TlsOptions(() -> own, identities.trustManager(), TlsEngine.best(), Clock.systemUTC());
        server = new PartnerServer(
                vertx,
                loopback,
                limits,
                tls,
                new CertificateCallers(identities, caller -> {}),
                (caller, method) -> !forbidden.contains(method) && table.permits(caller, method),
                tenant -> quotas.getOrDefault(tenant, TenantQuota.defaults()),
                builder,
                subscriptions,
                serving,
                new PartnerMetrics(registry),
                () -> "ref-" + references.incrementAndGet());
        port = server.start().toCompletableFuture().join();
    }

    private Identities identities() {
        try {
            return Identities.open(
                    pki.trustFolder(),
                    CertificateRules.DEFAULT,
                    tenant -> !shutOut.contains(tenant),
                    Clock.systemUTC());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static DevelopmentPki pki(Path folder) throws IOException {
        PkiRequest request = PkiRequest.of(
                "nld",
                PkiRequest.Tenant.parse("nld/ssa-centre:auditor,contributor,officer,subscriber"),
                PkiRequest.Tenant.parse("deu/radar-site:auditor,contributor,officer,subscriber"));
        return DevelopmentPki.create(request, folder.resolve("pki"), Clock.systemUTC(), new SecureRandom());
    }

    ManagedChannel channel(TenantId tenant) {
        return channel(tenant, builder -> builder);
    }

    ManagedChannel channel(TenantId tenant, UnaryOperator<NettyChannelBuilder> options) {
        return channel(tenant, port, options);
    }

    /** To another port with the same TLS. */
    ManagedChannel channel(TenantId tenant, int toPort, UnaryOperator<NettyChannelBuilder> options) {
        Credential credential = pki.tenant(tenant.nation(), tenant.name());
        try {
            NettyChannelBuilder channel = NettyChannelBuilder.forAddress("localhost", toPort)
                    .sslContext(clientTls(credential)
                            .keyManager(
                                    credential.certificatePem().toFile(),
                                    credential.keyPem().toFile())
                            .build())
                    .flowControlWindow(64 << 10)
                    .maxInboundMessageSize(8 << 20);
            return closeAtEnd(options.apply(channel).build());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    ManagedChannel channelWithoutCertificate() throws IOException {
        return closeAtEnd(NettyChannelBuilder.forAddress("localhost", port)
                .sslContext(clientTls(pki.tenant("nld", "ssa-centre")).build())
                .build());
    }

    ManagedChannel clearTextChannel() {
        return closeAtEnd(
                NettyChannelBuilder.forAddress("localhost", port).usePlaintext().build());
    }

    SSLContext sslContext(TenantId tenant) {
        Credential credential = pki.tenant(tenant.nation(), tenant.name());
        try {
            char[] password = DevelopmentPki.PKCS12_PASSWORD.toCharArray();
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(KeyStore.getInstance(credential.pkcs12().toFile(), password), password);
            KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
            roots.load(null, null);
            try (InputStream root = Files.newInputStream(credential.gatewayRootPem())) {
                roots.setCertificateEntry(
                        "root", CertificateFactory.getInstance("X.509").generateCertificate(root));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    double count(String meter, String... tags) {
        var found = registry.find(meter).tags(tags).meters();
        return found.stream()
                .flatMap(m -> java.util.stream.StreamSupport.stream(m.measure().spliterator(), false))
                .mapToDouble(measurement -> measurement.getValue())
                .sum();
    }

    /** Waits until a meter has a value. */
    void awaitCount(String meter, double wanted) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (count(meter) != wanted) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(meter + ": " + count(meter) + " (expected: " + wanted + ")");
            }
            Thread.onSpinWait();
        }
    }

    void close() throws Exception {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
        for (ManagedChannel channel : channels) {
            channel.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private ManagedChannel closeAtEnd(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    private static SslContextBuilder clientTls(Credential credential) {
        return GrpcSslContexts.forClient()
                .protocols("TLSv1.3")
                .trustManager(credential.gatewayRootPem().toFile());
    }
}
