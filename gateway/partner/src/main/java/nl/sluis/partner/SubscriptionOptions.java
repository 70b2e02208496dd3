package nl.sluis.partner;

import java.time.Duration;

/**
 * How a subscription behaves.
 *
 * @param backoff waits between attempts
 * @param silenceMax longest time without any message, heartbeats included, before the stream counts as broken
 * @param cursors where the cursor is kept; a saved one goes before the start in the request
 */
public record SubscriptionOptions(Backoff backoff, Duration silenceMax, CursorStore cursors) {
    /** Try for ever, a minute of silence, no cursor kept. */
    public static final SubscriptionOptions DEFAULT =
            new SubscriptionOptions(Backoff.DEFAULT, Duration.ofMinutes(1), CursorStore.none());

    /** The same with another back-off. */
    public SubscriptionOptions withBackoff(Backoff other) {
        return new SubscriptionOptions(other, silenceMax, cursors);
    }

    /** The same with cursors kept there. */
    public SubscriptionOptions withCursors(CursorStore other) {
        return new SubscriptionOptions(backoff, silenceMax, other);
    }
}
