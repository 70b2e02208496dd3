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
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import nl.sluis.gateway.identity.CallerIdentity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open connections and whom each belongs to. */
final class Connections {
    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

    /** Opaque data of a PING frame (RFC 9113, 6.7). */
    private static final int PING_BYTES = 8;

    /** Connections above the quota are told so; above this many times the quota they are closed without a word. */
    private static final int TOLD_FACTOR = 2;

    private final Vertx vertx;
    private final CallerResolver callers;
    private final PartnerLimits limits;
    private final PartnerMetrics metrics;
    private final TenantUsage.Table usages;
    private final LongSupplier nanoTime;
    private final Map<HttpConnection, Open> open = new ConcurrentHashMap<>();

    Connections(
            Vertx vertx,
            CallerResolver callers,
            PartnerLimits limits,
            TenantQuotas quotas,
            LongSupplier nanoTime,
            PartnerMetrics metrics) {
        this.vertx = vertx;
        this.callers = callers;
        this.limits = limits;
        this.metrics = metrics;
        this.usages = new TenantUsage.Table(quotas, nanoTime);
        this.nanoTime = nanoTime;
    }

    /** Takes a new connection, or closes it where nobody can be established. On its event loop. */
    void accept(HttpConnection connection) {
        Optional<CallerIdentity> caller = identify(connection);
        if (caller.isEmpty()) {
            metrics.callerUnknown();
            connection.close();
            return;
        }
        TenantUsage usage = usages.of(caller.get().tenant());
        int count = usage.connectionOpened();
        int most = usage.connectionsMax();
        if (count > TOLD_FACTOR * most) {
            usage.connectionClosed();
            metrics.connectionRefused();
            connection.close();
            return;
        }
        Open entry = new Open(caller.get(), usage, count > most, nanoTime.getAsLong());
        open.put(connection, entry);
        metrics.connectionOpened();
        long pings = vertx.setPeriodic(limits.pingInterval().toMillis(), timer -> test(connection, entry));
        connection.closeHandler(ignored -> {
            vertx.cancelTimer(pings);
            open.remove(connection);
            usage.connectionClosed();
            metrics.connectionClosed();
            entry.closed.complete(null);
        });
        if (entry.excess) {
            metrics.connectionRefused();
            vertx.setTimer(limits.requestTimeout().toMillis(), timer -> connection.shutdown(limits.closeWindow()));
        }
    }

    /** An open connection, as long as nothing speaks against whom it belongs to. */
    Optional<Open> of(HttpConnection connection) {
        return Optional.ofNullable(open.get(connection)).filter(one -> callers.mayStay(one.caller));
    }

    /** Closes what the test matches, after its streams had the window to say goodbye; completes when all is closed. */
    CompletionStage<Void> closeWhere(Predicate<CallerIdentity> test, Duration window) {
        List<CompletableFuture<Void>> closed = new ArrayList<>();
        open.forEach((connection, entry) -> {
            if (test.test(entry.caller)) {
                closed.add(entry.closed);
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

    /** TCP may take a quarter of an hour to notice that a peer is gone; and nobody keeps what nobody uses. */
    private void test(HttpConnection connection, Open entry) {
        if (entry.calls == 0
                && nanoTime.getAsLong() - entry.idleSinceNanos
                        > limits.idleTimeout().toNanos()) {
            connection.shutdown(limits.closeWindow());
            return;
        }
        long timeout = vertx.setTimer(limits.pingTimeout().toMillis(), timer -> connection.close());
        connection.ping(Buffer.buffer(new byte[PING_BYTES])).onComplete(answer -> vertx.cancelTimer(timeout));
    }

    /** An open connection; lives on its event loop. */
    final class Open {
        private final CallerIdentity caller;
        private final TenantUsage usage;
        private final boolean excess;
        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private int calls;
        private long idleSinceNanos;

        private Open(CallerIdentity caller, TenantUsage usage, boolean excess, long nowNanos) {
            this.caller = caller;
            this.usage = usage;
            this.excess = excess;
            this.idleSinceNanos = nowNanos;
        }

        CallerIdentity caller() {
            return caller;
        }

        TenantUsage usage() {
            return usage;
        }

        /** Refuses a call where the tenant has too many connections; this one is closed soon. */
        void requireWithinQuota() {
            if (excess) {
                throw Errors.exhausted(
                        "connections", "at most " + usage.connectionsMax() + " a tenant", limits.requestTimeout());
            }
        }

        void callStarted() {
            calls++;
        }

        void callEnded() {
            calls--;
            idleSinceNanos = nanoTime.getAsLong();
        }
    }
}
