package nl.sluis.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientConfig;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import nl.sluis.certs.BadCertificate;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.CertificateRules;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.IdentityRejected;
import nl.sluis.gateway.identity.Revocation;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.rpc.ServerCertificate.Staple;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.PartnerContext;
import nl.sluis.partner.TlsProbe;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A real Vert.x server on loopback, real certificates, and two clients of other makes: grpc-java and the JDK. */
@Timeout(60)
class TlsOptionsTest {
    private static final long WAIT_S = 20;
    private static final Duration PROBE_MAX = Duration.ofSeconds(WAIT_S);
    private static final String GET_SELF = "/" + TenantServiceGrpc.SERVICE_NAME + "/GetSelf";

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    private final Vertx vertx = Vertx.vertx();
    private final Set<TenantId> admitted = ConcurrentHashMap.newKeySet();
    private final CountingTrust trust = new CountingTrust();
    private final Map<HttpConnection, CallerIdentity> connections = new ConcurrentHashMap<>();
    private final BlockingQueue<String> gone = new LinkedBlockingQueue<>();
    private @Nullable ManagedChannel channel;
    private Identities identities;
    private ServerCertificate own;
    private TlsOptions tls;
    private HttpServer server;

    @BeforeAll
    static void makePki() throws IOException {
        PkiRequest request = PkiRequest.of(
                        "nld",
                        PkiRequest.Tenant.parse("nld/ssa-centre:contributor,subscriber"),
                        PkiRequest.Tenant.parse("deu/radar-site:subscriber"))
                .withBadCertificates();
        pki = DevelopmentPki.create(request, folder.resolve("pki"), Clock.systemUTC(), new SecureRandom());
    }

    @AfterEach
    void stop() throws Exception {
        if (channel != null) {
            channel.shutdownNow().awaitTermination(WAIT_S, TimeUnit.SECONDS);
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(WAIT_S, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void a_good_certificate_is_served_as_the_tenant_it_names(TlsEngine engine) throws Exception {
        start(engine);
        for (Credential credential : pki.tenants().values()) {
            assertThat("tenants/" + callSelf(credential).getTenant().getTenantId())
                    .isEqualTo(credential.name());
        }
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void every_bad_certificate_is_refused(TlsEngine engine) throws Exception {
        start(engine);
        Set<BadCertificate> refusedHere = ConcurrentHashMap.newKeySet();
        AtomicReference<BadCertificate> shown = new AtomicReference<>();
        identities.onRejected(rejection -> refusedHere.add(shown.get()));
        for (BadCertificate bad : BadCertificate.values()) {
            shown.set(bad);
            assertThatThrownBy(() -> callSelf(pki.bad(bad)))
                    .as(bad.toString())
                    // a client may refuse to use such a key itself, before it says anything
                    .isInstanceOfAny(StatusRuntimeException.class, SSLException.class, IllegalArgumentException.class);
        }
        assertThat(connections).isEmpty();
        // the client's own library does not use these two keys for TLS; all others got as far as the gateway
        assertThat(refusedHere)
                .containsAll(
                        EnumSet.complementOf(EnumSet.of(BadCertificate.ED25519, BadCertificate.NO_DIGITAL_SIGNATURE)));
        assertThat(callSelf(pki.tenant("nld", "ssa-centre")).getTenant().getTenantId())
                .isEqualTo("nld/ssa-centre");
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void without_a_certificate_the_handshake_fails(TlsEngine engine) throws Exception {
        start(engine);
        assertThatThrownBy(() -> callSelf(null)).isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(() -> exchange(context(null), "TLSv1.3", "h2")).isInstanceOf(IOException.class);
        assertThat(connections).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void older_tls_and_older_http_are_refused(TlsEngine engine) throws Exception {
        start(engine);
        SSLContext context = context(pki.tenant("nld", "ssa-centre"));
        assertThatThrownBy(() -> exchange(context, "TLSv1.2", "h2")).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> exchange(context, "TLSv1.3", "http/1.1")).isInstanceOf(IOException.class);
        assertThat(exchange(context, "TLSv1.3", "h2")).isNotZero();
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void a_revoked_callers_live_stream_ends_and_the_others_goes_on(TlsEngine engine) throws Exception {
        start(engine);
        ManagedChannel other = channel(pki.tenant("deu", "radar-site"));
        try {
            Iterator<SubscribeResponse> theirs = subscribe(other);
            channel = channel(pki.tenant("nld", "ssa-centre"));
            Iterator<SubscribeResponse> ours = subscribe(channel);
            assertThat(ours.hasNext()).isTrue();
            ours.next();
            assertThat(theirs.hasNext()).isTrue();
            theirs.next();
            identities.revoke(new Revocation.OfTenant(TenantId.parse("nld/ssa-centre")));
            assertThatThrownBy(ours::hasNext).isInstanceOf(StatusRuntimeException.class);
            assertThat(gone.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo("nld/ssa-centre");
            assertThat(gone).isEmpty();
            assertThat(connections).hasSize(1);
            assertThatThrownBy(() -> callSelf(pki.tenant("nld", "ssa-centre")))
                    .isInstanceOf(StatusRuntimeException.class);
        } finally {
            other.shutdownNow().awaitTermination(WAIT_S, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void a_resumed_session_of_a_revoked_certificate_is_refused(TlsEngine engine) throws Exception {
        start(engine);
        SSLContext context = context(pki.tenant("nld", "ssa-centre"));
        exchange(context, "TLSv1.3", "h2");
        exchange(context, "TLSv1.3", "h2");
        assertThat(trust.full.get()).isEqualTo(1);
        // the proof that the second connection was a resumed one, on an engine that asks then
        assertThat(trust.resumed.get()).isEqualTo(1);
        identities.revoke(new Revocation.OfTenant(TenantId.parse("nld/ssa-centre")));
        assertThatThrownBy(() -> exchange(context, "TLSv1.3", "h2")).isInstanceOf(IOException.class);
        assertThat(trust.full.get()).isEqualTo(1);
        assertThat(connections).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(TlsEngine.class)
    void the_gateways_own_certificate_is_replaced_without_dropping_anyone(TlsEngine engine) throws Exception {
        Path certificate = Files.copy(
                pki.gateway().certificatePem(), folder.resolve("own.pem"), StandardCopyOption.REPLACE_EXISTING);
        Path key = Files.copy(pki.gateway().keyPem(), folder.resolve("own.key"), StandardCopyOption.REPLACE_EXISTING);
        start(engine, certificate, key);
        channel = channel(pki.tenant("nld", "ssa-centre"));
        Iterator<SubscribeResponse> stream = subscribe(channel);
        stream.next();
        DevelopmentPki next = DevelopmentPki.create(
                PkiRequest.of("nld"), folder.resolve("next-" + engine), Clock.systemUTC(), new SecureRandom());
        Files.copy(next.gateway().certificatePem(), certificate, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(next.gateway().keyPem(), key, StandardCopyOption.REPLACE_EXISTING);
        own = read(certificate, key);
        assertThat(server.updateSSLOptions(tls.serverOptions(), true)
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(WAIT_S, TimeUnit.SECONDS))
                .isTrue();
        assertThat(connections).hasSize(1);
        // a new connection meets the new certificate, which the old root does not vouch for
        assertThatThrownBy(() -> callSelf(pki.tenant("nld", "ssa-centre"))).isInstanceOf(StatusRuntimeException.class);
        assertThat(connections).hasSize(1);
    }

    @Test
    void what_the_gateways_ca_says_is_stapled_until_it_is_out_of_date() throws Exception {
        start(TlsEngine.BORINGSSL);
        Credential tenant = pki.tenant("nld", "ssa-centre");
        PartnerContext context = PartnerContext.of(
                "127.0.0.1:" + server.actualPort(),
                tenant.gatewayRootPem(),
                tenant.certificatePem(),
                tenant.keyPem(),
                null);
        Instant now = Instant.now();
        ByteString response =
                ByteString.copyFrom(pki.ocspResponse(pki.gateway(), now.minusSeconds(60), now.plusSeconds(3600)));
        // renewed without a word to the server
        own = new ServerCertificate(own.chain(), own.key(), Optional.of(new Staple(response, now.plusSeconds(3600))));
        assertThat(TlsProbe.probe(context, Credentials.load(context), PROBE_MAX).stapled())
                .isTrue();
        own = new ServerCertificate(own.chain(), own.key(), Optional.of(new Staple(response, now)));
        TlsProbe.Result without = TlsProbe.probe(context, Credentials.load(context), PROBE_MAX);
        assertThat(without.stapled()).isFalse();
        assertThat(without.failure()).isNull();
        assertThat(without.group()).isEqualTo("X25519MLKEM768");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X25519MLKEM768", "X25519", "P-384", "P-256"})
    void boringssl_agrees_on_each_group_of_the_list(String group) throws Exception {
        start(TlsEngine.BORINGSSL);
        assertThat(statusOver(group).get(WAIT_S, TimeUnit.SECONDS)).isEqualTo(200);
    }

    @Test
    void boringssl_agrees_on_no_other_group() throws Exception {
        start(TlsEngine.BORINGSSL);
        CompletableFuture<Integer> status = statusOver("P-521");
        assertThatThrownBy(() -> status.get(WAIT_S, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void a_session_is_checked_again_when_its_connection_is_accepted() throws Exception {
        start(TlsEngine.JDK);
        trust.afterCheck = () -> identities.revoke(new Revocation.OfTenant(TenantId.parse("nld/ssa-centre")));
        assertThatThrownBy(() -> callSelf(pki.tenant("nld", "ssa-centre"))).isInstanceOf(StatusRuntimeException.class);
        assertThat(connections).isEmpty();
    }

    private void start(TlsEngine engine) throws Exception {
        start(engine, pki.gateway().certificatePem(), pki.gateway().keyPem());
    }

    private void start(TlsEngine engine, Path certificate, Path key) throws Exception {
        assumeThat(engine.isAvailable()).isTrue();
        admitted.addAll(Set.of(TenantId.parse("nld/ssa-centre"), TenantId.parse("deu/radar-site")));
        identities =
                Identities.open(pki.trustFolder(), CertificateRules.DEFAULT, admitted::contains, Clock.systemUTC());
        trust.wrapped = identities.trustManager();
        identities.onRevoked(this::close);
        own = read(certificate, key);
        tls = new TlsOptions(() -> own, trust, engine, Clock.systemUTC());
        server = vertx.httpServerBuilder()
                .with(new HttpServerConfig()
                        .setVersions(HttpVersion.HTTP_2)
                        .setTcpHost("127.0.0.1")
                        .setTcpPort(0))
                .with(tls.serverOptions())
                .with(tls.engineOptions())
                .build()
                .connectionHandler(this::accept)
                .requestHandler(this::answer);
        server.listen().toCompletionStage().toCompletableFuture().get(WAIT_S, TimeUnit.SECONDS);
    }

    private static ServerCertificate read(Path chainPem, Path keyPem) throws Exception {
        return new ServerCertificate(
                Credentials.certificates(chainPem), Credentials.privateKey(keyPem), Optional.empty());
    }

    private void accept(HttpConnection connection) {
        try {
            CallerIdentity caller = identities.identityOf(connection.sslSession());
            connections.put(connection, caller);
            connection.closeHandler(closed -> connections.remove(connection));
        } catch (IdentityRejected e) {
            connection.close();
        }
    }

    private CompletionStage<Integer> close(Predicate<CallerIdentity> mustLeave) {
        connections.forEach((connection, caller) -> {
            if (mustLeave.test(caller)) {
                connections.remove(connection);
                gone.add(caller.tenant().toString());
                connection.close();
            }
        });
        return CompletableFuture.completedFuture(0);
    }

    /** Answers GetSelf with the caller's tenant, and everything else with one message and an open stream. */
    private void answer(HttpServerRequest request) {
        CallerIdentity caller = connections.get(request.connection());
        if (caller == null) {
            request.response().reset();
            return;
        }
        HttpServerResponse response = request.response().putHeader("content-type", "application/grpc");
        if (request.path().equals(GET_SELF)) {
            response.putTrailer("grpc-status", "0");
            response.end(frame(GetSelfResponse.newBuilder()
                    .setTenant(Tenant.newBuilder().setTenantId(caller.tenant().toString()))
                    .build()
                    .toByteArray()));
        } else {
            response.setChunked(true);
            response.write(frame(SubscribeResponse.getDefaultInstance().toByteArray()));
        }
    }

    private static Buffer frame(byte[] message) {
        return Buffer.buffer().appendByte((byte) 0).appendInt(message.length).appendBytes(message);
    }

    private GetSelfResponse callSelf(@Nullable Credential credential) throws Exception {
        ManagedChannel own = channel(credential);
        try {
            return TenantServiceGrpc.newBlockingStub(own)
                    .withDeadlineAfter(WAIT_S, TimeUnit.SECONDS)
                    .getSelf(GetSelfRequest.getDefaultInstance());
        } catch (StatusRuntimeException e) {
            // a deadline would mean that the gateway left a stranger waiting instead of refusing it
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            throw e;
        } finally {
            own.shutdownNow().awaitTermination(WAIT_S, TimeUnit.SECONDS);
        }
    }

    private static Iterator<SubscribeResponse> subscribe(ManagedChannel over) {
        return SubscriptionServiceGrpc.newBlockingStub(over)
                .withDeadlineAfter(WAIT_S, TimeUnit.SECONDS)
                .subscribe(SubscribeRequest.getDefaultInstance());
    }

    private ManagedChannel channel(@Nullable Credential credential) throws SSLException {
        SslContextBuilder builder = GrpcSslContexts.forClient()
                .trustManager(pki.gateway().gatewayRootPem().toFile());
        if (credential != null) {
            builder.keyManager(
                    credential.certificatePem().toFile(), credential.keyPem().toFile());
        }
        return NettyChannelBuilder.forAddress("127.0.0.1", server.actualPort())
                .sslContext(builder.build())
                .build();
    }

    private SSLContext context(@Nullable Credential credential) throws Exception {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (InputStream in = Files.newInputStream(pki.gateway().gatewayRootPem())) {
            roots.setCertificateEntry(
                    "root", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(roots);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        char[] password = DevelopmentPki.PKCS12_PASSWORD.toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        own.load(null, null);
        if (credential != null) {
            try (InputStream in = Files.newInputStream(credential.pkcs12())) {
                own.load(in, password);
            }
        }
        keys.init(own, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    /** The HTTP status of GetSelf over a connection that offers one key exchange group only. */
    /** A client that nothing refers to any more is closed when memory is tidied, in the middle of its request. */
    private HttpClient groupClient;

    private CompletableFuture<Integer> statusOver(String group) {
        Credential credential = pki.tenant("nld", "ssa-centre");
        groupClient = vertx.httpClientBuilder()
                .with(new HttpClientConfig().setVersions(HttpVersion.HTTP_2).setSsl(true))
                .with(new ClientSSLOptions()
                        .setHostnameVerificationAlgorithm("HTTPS")
                        .setUseAlpn(true)
                        .setKeyExchangeGroups(List.of(group))
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(credential.gatewayRootPem().toString()))
                        .setKeyCertOptions(new PemKeyCertOptions()
                                .setCertPath(credential.certificatePem().toString())
                                .setKeyPath(credential.keyPem().toString())))
                .with(new OpenSSLEngineOptions())
                .build();
        return groupClient
                .request(HttpMethod.POST, server.actualPort(), "127.0.0.1", GET_SELF)
                .compose(HttpClientRequest::send)
                .map(HttpClientResponse::statusCode)
                .toCompletionStage()
                .toCompletableFuture();
    }

    /** One connection with the HTTP/2 preface; returns how many bytes the server's first frame has. */
    private int exchange(SSLContext context, String version, String protocol) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.actualPort())) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_S));
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setApplicationProtocols(new String[] {protocol});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            socket.getOutputStream()
                    .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            byte[] header = socket.getInputStream().readNBytes(9);
            if (header.length < 9) {
                throw new EOFException("closed by the server");
            }
            // 4 is the type of SETTINGS, the server's first frame (RFC 9113, 3.4)
            assertThat(header[3]).isEqualTo((byte) 4);
            return (header[2] & 0xff) + 9;
        }
    }

    /** Counts how the trust manager is asked. */
    private static final class CountingTrust extends X509ExtendedTrustManager
            implements ResumableX509ExtendedTrustManager {
        private final AtomicInteger full = new AtomicInteger();
        private final AtomicInteger resumed = new AtomicInteger();
        private volatile X509ExtendedTrustManager wrapped;
        private volatile Runnable afterCheck = () -> {};

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            full.incrementAndGet();
            wrapped.checkClientTrusted(chain, authType, engine);
            afterCheck.run();
        }

        @Override
        public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
            resumed.incrementAndGet();
            ((ResumableX509ExtendedTrustManager) wrapped).resumeClientTrusted(chain, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("not asked this way");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("not asked this way");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            wrapped.checkServerTrusted(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            wrapped.checkServerTrusted(chain, authType, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            wrapped.checkServerTrusted(chain, authType, engine);
        }

        @Override
        public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
            ((ResumableX509ExtendedTrustManager) wrapped).resumeServerTrusted(chain, engine);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return wrapped.getAcceptedIssuers();
        }
    }
}
