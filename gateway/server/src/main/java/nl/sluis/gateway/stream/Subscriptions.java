package nl.sluis.gateway.stream;

import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.proto.v1.SubscribeRequest;

/** Opens subscriptions. */
@FunctionalInterface
public interface Subscriptions {
    /**
     * Opens a subscription.
     *
     * @param caller who subscribes
     * @param request what it asks for
     * @param wakeUp called on any thread when {@link Subscription#poll}, after it had nothing, may have something; it must
     *     return at once and may be called more often than needed
     * @return the live subscription
     * @throws SubscriptionRefused where the request is not acceptable: an unknown filter, a foreign cursor
     */
    Subscription open(CallerIdentity caller, SubscribeRequest request, Runnable wakeUp) throws SubscriptionRefused;

    /**
     * Whether this node may send: it knows that its policy is the newest. Asked at every flush, so it returns at once.
     */
    default boolean confirmed() {
        return true;
    }
}
