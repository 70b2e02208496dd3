package nl.sluis.gateway.web;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the operator: {@code /health/live}, {@code /health/ready}, {@code /metrics} and an index. */
public final class AdminServer {
    /** Header bytes of a request; scrapers send a few hundred. */
    private static final int MAX_HEADER_BYTES = 8 << 10;

    /** A connection without a request is closed after this, s; scrapers come back every 15 s or so. */
    private static final int IDLE_TIMEOUT_S = 60;

    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int INTERNAL_SERVER_ERROR = 500;
    private static final int SERVICE_UNAVAILABLE = 503;

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private static final String INDEX = """
            Sluis gateway, operator's port
              /health/live   the process answers
              /health/ready  the gateway takes calls; named checks as JSON, 503 where one fails
              /metrics       counts, in the text format of Prometheus
            """;

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);

    private final List<HealthCheck> checks;
    private final PrometheusMeterRegistry registry;
    private final HttpServer server;
    private final String host;
    private final int port;

    /**
     * Puts the port together.
     *
     * @param host address to bind
     * @param port TCP port; 0 takes a free one
     * @param tls how it is protected; empty: plain HTTP, on loopback alone. There it needs no certificate, for whoever
     *     reaches it is on this machine already, and probes of a container can use it
     * @param checks what must be well for the gateway to be ready
     * @param registry the meters that {@code /metrics} shows
     * @throws IllegalStateException where it would be plain HTTP for other machines
     */
    public AdminServer(
            Vertx vertx,
            String host,
            int port,
            Optional<AdminTls> tls,
            List<HealthCheck> checks,
            PrometheusMeterRegistry registry) {
        if (tls.isEmpty() && !isLoopback(host)) {
            throw new IllegalStateException("admin-port.host: `" + host
                    + "` would speak plain HTTP to other machines (expected: admin-port.tls, or 127.0.0.1)");
        }
        this.checks = List.copyOf(checks);
        this.registry = registry;
        this.host = host;
        this.port = port;
        HttpServerOptions options = new HttpServerOptions()
                .setHttp2ClearTextEnabled(false)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setIdleTimeout(IDLE_TIMEOUT_S)
                .setIdleTimeoutUnit(TimeUnit.SECONDS);
        tls.ifPresent(one -> protect(options, one));
        this.server = vertx.createHttpServer(options).requestHandler(this::answer);
    }

    private static void protect(HttpServerOptions options, AdminTls tls) {
        options.setSsl(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls.chain().toString())
                        .setKeyPath(tls.key().toString()))
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(tls.clientAuthorities().toString()));
    }

    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    }

    /** Listens; completes with the actual port. */
    public CompletionStage<Integer> start() {
        return server.listen(port, host).map(HttpServer::actualPort).toCompletionStage();
    }

    /** Stops listening and closes all connections. */
    public CompletionStage<Void> stop() {
        return server.close().toCompletionStage();
    }

    private void answer(HttpServerRequest request) {
        try {
            route(request);
        } catch (RuntimeException failure) {
            LOG.atError().addKeyValue("path", request.path()).setCause(failure).log("page failed unexpectedly");
            end(request, INTERNAL_SERVER_ERROR, TEXT, "internal error; see the log\n");
        }
    }

    private void route(HttpServerRequest request) {
        if (!request.method().equals(HttpMethod.GET)) {
            request.response().putHeader("allow", "GET");
            end(request, METHOD_NOT_ALLOWED, TEXT, "GET only\n");
            return;
        }
        switch (String.valueOf(request.path())) {
            case "/" -> end(request, OK, TEXT, INDEX);
            case "/health/live" -> end(request, OK, TEXT, "live\n");
            case "/health/ready" -> ready(request);
            case "/metrics" -> end(request, OK, PROMETHEUS, registry.scrape());
            default -> end(request, NOT_FOUND, TEXT, "no such page; / lists them\n");
        }
    }

    private void ready(HttpServerRequest request) {
        boolean all = true;
        JsonArray states = new JsonArray();
        for (HealthCheck check : checks) {
            HealthCheck.State state = stateOf(check);
            all &= state.ready();
            states.add(new JsonObject()
                    .put("name", check.name())
                    .put("state", state.ready() ? "ready" : "not-ready")
                    .put("reason", state.reason()));
        }
        JsonObject body = new JsonObject().put("ready", all).put("checks", states);
        end(request, all ? OK : SERVICE_UNAVAILABLE, JSON, body.encodePrettily() + "\n");
    }

    private static HealthCheck.State stateOf(HealthCheck check) {
        try {
            return check.check().get();
        } catch (RuntimeException failure) {
            LOG.atError().addKeyValue("check", check.name()).setCause(failure).log("health check failed unexpectedly");
            return HealthCheck.State.notReady("the check itself failed; see the log");
        }
    }

    private static void end(HttpServerRequest request, int status, String contentType, String body) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", contentType)
                .putHeader("cache-control", "no-store")
                .putHeader("x-content-type-options", "nosniff")
                .end(body);
    }
}
