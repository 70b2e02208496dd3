package nl.sluis.partner;

import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.PolicyChanged;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Withdrawn;

/**
 * Takes what a subscription brings. Called by one thread at a time, in the order of the stream. A method that takes its
 * time slows the stream down, up to the gateway: that is the backpressure.
 *
 * <p>A product counts as taken when {@link #onProduct} returns; only then can a cursor move past it. An exception ends
 * the subscription with {@code LISTENER_FAILED}.
 */
public interface SubscriptionListener {
    /** A product, new or as another variant. Repeats of what was taken before do not come here. */
    void onProduct(ReceivedProduct product);

    /** The stream can be resumed from here; all products before it were taken and counted. */
    default void onCheckpoint(Checkpoint checkpoint) {}

    /** All that existed when the subscription started was delivered; what follows is live. */
    default void onSnapshotComplete(long count) {}

    /**
     * A product was withdrawn.
     *
     * @return true once it is removed everywhere it went; the client then acknowledges, where that is asked for
     */
    default boolean onWithdrawn(Withdrawn withdrawn) {
        return false;
    }

    /** Other rules are in force for what follows. */
    default void onPolicyChanged(PolicyChanged change) {}

    /** How the stream is doing: on each heartbeat, each gap and each interruption. */
    default void onCondition(StreamCondition condition) {}

    /** Every message as it came, before any of the above, unchecked; for those who record streams. */
    default void onMessage(SubscribeResponse message) {}
}
