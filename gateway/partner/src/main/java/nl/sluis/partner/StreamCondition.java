package nl.sluis.partner;

import java.time.Duration;
import java.time.Instant;
import nl.sluis.proto.v1.Gap;

/** How a subscription is doing. An empty stream always has one of these as its explanation. */
public sealed interface StreamCondition {
    /**
     * The stream lives and there is nothing to send.
     *
     * @param watermark all that was to be sent up to this time was sent
     */
    record UpToDate(Instant watermark) implements StreamCondition {}

    /**
     * There is more to come: the subscriber reads, or the gateway sends, slower than products are made.
     *
     * @param lag how far the subscription is behind its own log
     * @param watermark all that was to be sent up to this time was sent
     */
    record Behind(Duration lag, Instant watermark) implements StreamCondition {}

    /**
     * Something exists and is not sent, for policy or quota, and the gateway may say so.
     *
     * @param gap reason and interval
     */
    record Withheld(Gap gap) implements StreamCondition {}

    /**
     * Something that was to be sent is gone: trimmed before it was read, or damaged.
     *
     * @param gap reason and interval
     */
    record Missing(Gap gap) implements StreamCondition {}

    /**
     * There is no stream at present; the client will try again by itself.
     *
     * @param cause what happened, one line
     * @param attempt failed attempts in a row, from 1
     * @param retryIn wait before the next attempt
     */
    record Broken(String cause, int attempt, Duration retryIn) implements StreamCondition {}
}
