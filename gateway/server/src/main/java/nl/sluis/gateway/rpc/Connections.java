package nl.sluis.gateway.rpc;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import nl.sluis.gateway.identity.CallerIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open connections and whom each belongs to. */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** Opaque data of a PING frame (RFC 9113, 6.7). */
    private static final int PING_BYTES = 8;

    private final Vertx vertx;
    private final CallerResolver callers;
    private final PartnerLimits limits;
    private final PartnerMetrics metrics;
    private final Map<HttpConnection, Open> open = new ConcurrentHashMap<>();

    Connections(Vertx vertx, CallerResolver callers, PartnerLimits limits, PartnerMetrics metrics) {
        this.vertx = vertx;
        this.callers = callers;
        this.limits = limits;
        this.metrics = metrics;
    }

    /** Takes a new connection, or closes it where nobody can be established. On its event loop. */
    void accept(HttpConnection connection) {
        Optional<CallerIdentity> caller = identify(connection);
        if (caller.isEmpty()) {
            metrics.callerUnknown();
            connection.close();
            return;
        }
        Open entry = new Open(caller.get(), new CompletableFuture<>());
        open.put(connection, entry);
        metrics.connectionOpened();
        long pings = vertx.setPeriodic(limits.pingInterval().toMillis(), timer -> ping(connection));
        connection.closeHandler(ignored -> {
            vertx.cancelTimer(pings);
            open.remove(connection);
            metrics.connectionClosed();
            entry.closed().complete(null);
        });
    }

    /** Whom the connection belongs to, as long as nothing speaks against it. */
    Optional<CallerIdentity> callerOf(HttpConnection connection) {
        return Optional.ofNullable(open.get(connection)).map(Open::caller).filter(callers::mayStay);
    }

    /** Closes what the test matches, after its streams had the window to say goodbye; completes when all is closed. */
    CompletionStage<Void> closeWhere(Predicate<CallerIdentity> test, Duration window) {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        open.forEach((connection, entry) -> {
            if (test.test(entry.caller())) {
                closed.add(entry.closed());
                connection.shutdown(window);
            }
        });
        return CompletableFuture.allOf(closed.toArray(CompletableFuture[]::new));
    }

    private Optional<CallerIdentity> identify(HttpConnection connection) {
        try {
            return callers.accept(connection);
        } catch (RuntimeException failure) {
            // a fault of ours is a refusal, never a way in
            LOG.atError().setCause(failure).log("caller could not be established");
            return Optional.empty();
        }
    }

    /** TCP may take a quarter of an hour to notice that a peer is gone. */
    private void ping(HttpConnection connection) {
        long timeout = vertx.setTimer(limits.pingTimeout().toMillis(), timer -> connection.close());
        connection.ping(Buffer.buffer(new byte[PING_BYTES])).onComplete(answer -> vertx.cancelTimer(timeout));
    }

    private record Open(CallerIdentity caller, CompletableFuture<Void> closed) {}
}
