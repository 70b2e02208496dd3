package nl.sluis.gateway.rpc;

import nl.sluis.gateway.identity.CallerIdentity;

/** Answers one request with a stream. */
@FunctionalInterface
public interface ServerStreamHandler<Q, R> {
    /** Called on an event loop: must not block. A refusal may be thrown as {@link StatusException}. */
    void handle(CallerIdentity caller, Q request, ResponseStream<R> responses);
}
