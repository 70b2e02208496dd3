package nl.sluis.gateway.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.proto.v1.ClosingReason;

/** All streams that outlive one answer, so that they can be ended when their caller may no longer stay. */
final class LiveStreams {
    /** A stream that can be ended from outside. */
    interface LiveStream {
        CallerIdentity caller();

        /** Ends the stream within the close window. Any thread. */
        void close(ClosingReason reason);

        /** Completes when the stream has ended. */
        CompletionStage<Void> ended();
    }

    private final Set<LiveStream> streams = ConcurrentHashMap.newKeySet();

    void add(LiveStream stream) {
        streams.add(stream);
    }

    void remove(LiveStream stream) {
        streams.remove(stream);
    }

    /** Ends what the test matches; completes with their number when all have ended. */
    CompletionStage<Integer> closeWhere(Predicate<CallerIdentity> test, ClosingReason reason) {
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (LiveStream stream : streams) {
            if (test.test(stream.caller())) {
                ends.add(stream.ended().toCompletableFuture());
                stream.close(reason);
            }
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).thenApply(ignored -> ends.size());
    }
}
