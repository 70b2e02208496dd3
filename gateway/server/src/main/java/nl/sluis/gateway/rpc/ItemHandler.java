package nl.sluis.gateway.rpc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;

/** Answers each item of a bidirectional stream, in the order in which the answers become known. */
@FunctionalInterface
public interface ItemHandler<Q, R> {
    /**
     * Called on an event loop: must not block. A refused item is an ordinary answer. A failed stage ends the stream once
     * the items before have been answered; what has no answer is to be sent again.
     */
    CompletionStage<R> handle(CallerIdentity caller, Q item);

    /** Answers items that came together, each as if alone. */
    default List<? extends CompletionStage<R>> handleAll(CallerIdentity caller, List<Q> items) {
        return items.stream()
                .map(item -> {
                    try {
                        return handle(caller, item);
                    } catch (RuntimeException failure) {
                        return CompletableFuture.<R>failedStage(failure);
                    }
                })
                .toList();
    }
}
