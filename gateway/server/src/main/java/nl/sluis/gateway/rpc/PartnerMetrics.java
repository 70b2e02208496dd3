package nl.sluis.gateway.rpc;

import com.google.rpc.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts of the partner port. Their labels are names of methods and of codes, never a tenant, an object or anything of
 * a request.
 */
public final class PartnerMetrics {
    private final MeterRegistry registry;
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Counter handshakeFailures;
    private final Counter unknownCallers;
    private final Counter refusedConnections;
    private final Counter deliveredBytes;
    private final Counter deliveredMessages;
    private final Counter writes;
    private final Counter stalls;

    /** Registers all meters under {@code sluis.rpc}. */
    public PartnerMetrics(MeterRegistry registry) {
        this.registry = registry;
        registry.gauge("sluis.rpc.connections", connections);
        registry.gauge("sluis.rpc.subscriptions", subscriptions);
        handshakeFailures = Counter.builder("sluis.rpc.handshake.failures")
                .description("connections that ended before a caller could be asked for")
                .register(registry);
        unknownCallers = Counter.builder("sluis.rpc.unknown.callers")
                .description("connections closed because no caller could be established")
                .register(registry);
        refusedConnections = Counter.builder("sluis.rpc.refused.connections")
                .description("connections above their tenant's quota")
                .register(registry);
        deliveredBytes = Counter.builder("sluis.rpc.subscription.bytes")
                .baseUnit("bytes")
                .description("bytes of frames handed to subscribers")
                .register(registry);
        deliveredMessages = Counter.builder("sluis.rpc.subscription.messages")
                .description("messages handed to subscribers")
                .register(registry);
        writes = Counter.builder("sluis.rpc.subscription.writes")
                .description("writes to subscribers; messages by writes is the batch")
                .register(registry);
        stalls = Counter.builder("sluis.rpc.subscription.stalls")
                .description("subscriptions reset because their reader took nothing")
                .register(registry);
    }

    void connectionOpened() {
        connections.incrementAndGet();
    }

    void connectionClosed() {
        connections.decrementAndGet();
    }

    void handshakeFailed() {
        handshakeFailures.increment();
    }

    void callerUnknown() {
        unknownCallers.increment();
    }

    void connectionRefused() {
        refusedConnections.increment();
    }

    void subscriptionOpened() {
        subscriptions.incrementAndGet();
    }

    void subscriptionClosed() {
        subscriptions.decrementAndGet();
    }

    void delivered(int messages, int bytes) {
        deliveredMessages.increment(messages);
        deliveredBytes.increment(bytes);
        writes.increment();
    }

    void stalled() {
        stalls.increment();
    }

    /** @param method a method that exists, or {@code "unknown"}: a peer must not be able to make labels */
    void called(String method, Code code) {
        registry.counter("sluis.rpc.calls", "method", method, "code", code.name())
                .increment();
    }
}
