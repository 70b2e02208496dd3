package nl.sluis.gateway.stream;

import io.vertx.core.buffer.Buffer;
import nl.sluis.proto.v1.ClosingReason;

/**
 * A live subscription. Its methods are called by one thread at a time (the event loop of its connection) and never
 * block.
 */
public interface Subscription extends AutoCloseable {
    /**
     * What is due now: whole gRPC frames (five-byte prefix included), deliveries followed by their checkpoint, of
     * about {@code maxBytes} in all. Empty where there is nothing to send at present. Ends with a closing frame once
     * {@link #ended()}.
     */
    Buffer poll(int maxBytes);

    /** True where there is more to send than was polled. */
    boolean behind();

    /** A heartbeat frame: the stream lives, and how far it is. */
    Buffer heartbeat();

    /**
     * Makes the next {@link #poll} return the closing frame with the reason and the resume cursor, after which the
     * subscription is over. May be called on any thread.
     */
    void close(ClosingReason reason);

    /** True once the closing frame was returned by {@link #poll}; the stream is then to be ended with status OK. */
    boolean ended();

    /** Forgets the subscription: the connection is gone. May be called on any thread, more than once. */
    @Override
    void close();
}
