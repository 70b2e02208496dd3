package nl.sluis.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
        port = new AdminServer(vertx, AdminServer.LOOPBACK, 0, checks, registry)
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
