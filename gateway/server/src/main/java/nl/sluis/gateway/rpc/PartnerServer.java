package nl.sluis.gateway.rpc;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2ServerConfig;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerConfig;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.stream.Subscriptions;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partner port. HTTP/2 over TLS and gRPC alone: no HTTP/1.1, no clear text, no gRPC-Web.
 *
 * <p>Start, then {@link #closeWhere} whenever a caller may no longer stay, and at the end {@link #shutdown}.
 */
public final class PartnerServer {
    private static final Logger LOG = LoggerFactory.getLogger(PartnerServer.class);

    private final Vertx vertx;
    private final PartnerPort port;
    private final PartnerLimits limits;
    private final TlsOptions tls;
    private final Serving serving;
    private final PartnerMetrics metrics;
    private final LiveStreams streams = new LiveStreams();
    private final Connections connections;
    private final Door door;
    private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
    private volatile boolean draining;

    /**
     * Puts the port together.
     *
     * @param methods handlers by method; {@code Subscribe}, health and reflection are added here
     * @param quotas what each tenant may use
     * @param subscriptions opens subscriptions; called on worker threads
     * @param serving turned true by {@link #start} and false by {@link #shutdown}
     * @param references makes the opaque references under which unexpected failures are logged
     */
    public PartnerServer(
            Vertx vertx,
            PartnerPort port,
            PartnerLimits limits,
            TlsOptions tls,
            CallerResolver callers,
            MethodPermissions permissions,
            TenantQuotas quotas,
            Methods.Builder methods,
            Subscriptions subscriptions,
            Serving serving,
            PartnerMetrics metrics,
            Supplier<String> references) {
        this.vertx = vertx;
        this.port = port;
        this.limits = limits;
        this.tls = tls;
        this.serving = serving;
        this.metrics = metrics;
        this.connections = new Connections(vertx, callers, limits, quotas, System::nanoTime, metrics);
        methods.raw(SubscriptionServiceGrpc.getSubscribeMethod(), SubscribeStream.method(subscriptions));
        HealthMethods.register(methods, serving);
        ReflectionMethods.register(methods);
        Methods table = methods.build();
        CallServices services = new CallServices(limits, streams, new FailureLog(references), metrics);
        this.door = new Door(vertx, connections, permissions, table, services, () -> draining);
    }

    /** Listens; completes with the actual port. */
    public CompletionStage<Integer> start() {
        // all event loops listen on one port, a free one too
        SocketAddress address = port.port() == 0
                ? SocketAddress.sharedRandomPort(1, port.host())
                : SocketAddress.inetSocketAddress(port.port(), port.host());
        return vertx.deployVerticle(
                        () -> new Listener(address), new DeploymentOptions().setInstances(port.eventLoops()))
                .map(ignored -> {
                    serving.set(true);
                    return servers.get(0).actualPort();
                })
                .toCompletionStage();
    }

    /**
     * Ends the streams of every caller that the test matches, with the reason and, where there is one, a resume cursor;
     * with REVOKED and EXPIRED their connections too. All is over after twice the close window. Any thread.
     *
     * @return completes with the number of streams when they have ended
     */
    public CompletionStage<Integer> closeWhere(Predicate<CallerIdentity> test, ClosingReason reason) {
        CompletionStage<Integer> ended = streams.closeWhere(test, reason);
        if (!Closings.endsConnections(reason)) {
            return ended;
        }
        return ended.thenCompose(count ->
                connections.closeWhere(test, limits.closeWindow().dividedBy(2)).thenApply(ignored -> count));
    }

    /** Reads the gateway's own certificate and key again; open connections go on. */
    public CompletionStage<Void> reloadCertificate() {
        // forced: Vert.x takes no notice where the paths are the same
        List<Future<Boolean>> updates = servers.stream()
                .map(server -> server.updateSSLOptions(tlsOptions(tls, limits), true))
                .toList();
        return Future.all(updates).<Void>mapEmpty().toCompletionStage();
    }

    /**
     * Stops gracefully: health says so first, then each connection gets GOAWAY and no new one is taken; then streams end
     * with SHUTDOWN, their cursor and UNAVAILABLE, and calls under way have the rest of the window.
     *
     * @param window how long it may take in all; what is open then is cut off
     */
    public CompletionStage<Void> shutdown(Duration window) {
        serving.set(false);
        draining = true;
        CompletionStage<Void> closed = connections.closeWhere(caller -> true, window);
        CompletionStage<Void> stopped = Future.join(
                        servers.stream().map(server -> server.shutdown(window)).toList())
                .<Void>mapEmpty()
                .toCompletionStage();
        var unused = streams.closeWhere(caller -> true, ClosingReason.CLOSING_REASON_SHUTDOWN);
        return stopped.thenCompose(ignored -> closed);
    }

    /** A server as the port's own, still without handlers. */
    static HttpServer httpServer(Vertx vertx, PartnerLimits limits, TlsOptions tls) {
        Http2Settings settings = new Http2Settings()
                .setMaxConcurrentStreams(limits.maxStreamsPerConnection())
                .setMaxHeaderListSize(limits.maxHeaderListBytes());
        HttpServerConfig config = new HttpServerConfig()
                .setVersions(HttpVersion.HTTP_2)
                .setHttp2Config(new Http2ServerConfig()
                        .setInitialSettings(settings)
                        .setMaxSmallContinuationFrames(limits.maxSmallContinuationFrames())
                        .setRstFloodMaxRstFramePerWindow(limits.maxResetsPerWindow())
                        .setRstFloodWindowDuration(limits.resetWindow()));
        return vertx.httpServerBuilder()
                .with(config)
                .with(tlsOptions(tls, limits))
                .with(tls.engineOptions())
                .build();
    }

    private static ServerSSLOptions tlsOptions(TlsOptions tls, PartnerLimits limits) {
        return tls.serverOptions()
                .setSslHandshakeTimeout(limits.handshakeTimeout().toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    /** One event loop's share of the port. */
    private final class Listener extends VerticleBase {
        private final SocketAddress address;

        Listener(SocketAddress address) {
            this.address = address;
        }

        @Override
        public Future<?> start() {
            HttpServer server = httpServer(vertx, limits, tls)
                    .connectionHandler(connections::accept)
                    .exceptionHandler(this::failed)
                    .requestHandler(door::enter);
            return server.listen(address).onSuccess(servers::add);
        }

        private void failed(Throwable failure) {
            metrics.handshakeFailed();
            LOG.atDebug().addKeyValue("cause", failure.toString()).log("connection failed");
        }
    }
}
