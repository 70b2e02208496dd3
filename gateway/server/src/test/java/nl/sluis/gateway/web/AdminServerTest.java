package nl.sluis.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AdminServerTest {
    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicReference<HealthCheck.State> journal = new AtomicReference<>(HealthCheck.State.well());
    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void start() {
        List<HealthCheck> checks = List.of(
                new HealthCheck("journal", () -> Objects.requireNonNull(journal.get())),
                new HealthCheck("policy", () -> new HealthCheck.State(true, "bundle 7")));
        port = new AdminServer(vertx, "127.0.0.1", 0, Optional.empty(), checks, registry)
                .start()
                .toCompletableFuture()
                .join();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aProcessThatAnswersIsLive() throws Exception {
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
    }

    @Test
    void itIsReadyWhenEveryCheckIs() throws Exception {
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(ready.body()).getJsonArray("checks").getJsonObject(1))
                .isEqualTo(new JsonObject()
                        .put("name", "policy")
                        .put("state", "ready")
                        .put("reason", "bundle 7"));
    }

    @Test
    void oneCheckThatFailsIsNamedWithItsReason() throws Exception {
        journal.set(HealthCheck.State.notReady("disk full"));
        HttpResponse<String> ready = get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        JsonObject body = new JsonObject(ready.body());
        assertThat(body.getBoolean("ready")).isFalse();
        assertThat(body.getJsonArray("checks").getJsonObject(0).getString("state"))
                .isEqualTo("not-ready");
        assertThat(body.getJsonArray("checks").getJsonObject(0).getString("reason"))
                .isEqualTo("disk full");
    }

    @Test
    void aCheckThatThrowsIsAFailedCheck() throws Exception {
        journal.set(null);
        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
    }

    @Test
    void metricsAreInTheFormatOfPrometheus() throws Exception {
        registry.counter("sluis.test").increment(3);
        assertThat(get("/metrics").body()).contains("sluis_test_total 3.0");
    }

    @Test
    void theIndexListsEveryPage() throws Exception {
        assertThat(get("/").body()).contains("/health/live", "/health/ready", "/metrics");
        assertThat(get("/other").statusCode()).isEqualTo(404);
    }

    @Test
    void plainHttpIsForThisMachineAlone() {
        for (String host : List.of("0.0.0.0", "::", "192.0.2.1", "gateway.example")) {
            assertThatThrownBy(() -> new AdminServer(vertx, host, 0, Optional.empty(), List.of(), registry))
                    .hasMessage("admin-port.host: `" + host
                            + "` would speak plain HTTP to other machines (expected: admin-port.tls, or 127.0.0.1)");
        }
    }

    @Test
    void overTlsWhoShowsACertificateOfAnOperatorIsAnsweredAndNobodyElse(@TempDir Path folder) throws Exception {
        DevelopmentPki pki = DevelopmentPki.create(
                PkiRequest.of(
                        "nld",
                        PkiRequest.Tenant.parse("nld/ssa-centre:operator"),
                        PkiRequest.Tenant.parse("deu/radar-site:subscriber")),
                folder.resolve("pki"),
                Clock.systemUTC(),
                new SecureRandom());
        Credential operator = pki.tenant("nld", "ssa-centre");
        AdminTls tls =
                new AdminTls(pki.gateway().certificatePem(), pki.gateway().keyPem(), operator.gatewayRootPem());
        int tlsPort = new AdminServer(vertx, "127.0.0.1", 0, Optional.of(tls), List.of(), registry)
                .start()
                .toCompletableFuture()
                .join();
        URI page = URI.create("https://localhost:" + tlsPort + "/health/live");
        assertThat(get(page, operator, true).statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> get(page, operator, false)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> get(page, pki.tenant("deu", "radar-site"), true))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + tlsPort + "/health/live"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
    }

    private static HttpResponse<String> get(URI page, Credential credential, boolean showsCertificate)
            throws Exception {
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
        context.init(showsCertificate ? keys.getKeyManagers() : null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .build()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void nothingCanBeChanged() throws Exception {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(uri("/health/ready"))
                        .POST(HttpRequest.BodyPublishers.ofString("x"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(405);
        assertThat(answer.headers().firstValue("allow")).contains("GET");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
