package nl.sluis.gateway.rpc;

import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;

/** Answers one request. */
@FunctionalInterface
public interface UnaryHandler<Q, R> {
    /**
     * Called on an event loop: must not block. A refusal is a {@link StatusException}, thrown or in the stage; anything
     * else that fails is told to the caller as INTERNAL with a reference.
     */
    CompletionStage<R> handle(CallerIdentity caller, Q request);
}
