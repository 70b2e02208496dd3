package nl.sluis.gateway.rpc;

import java.time.Duration;

/**
 * Every limit of the partner port.
 *
 * @param maxMessageBytes largest request message, after decompression; over it RESOURCE_EXHAUSTED. 4 MiB is what gRPC
 *     clients expect, and a CCSDS document of a day fits
 * @param maxSubscribeRequestBytes largest subscription request; a filter with some thousand objects fits
 * @param maxItemsInFlight items of one {@code Contribute} stream that wait to become durable; then the stream is not
 *     read. Enough to fill one commit of the store
 * @param maxBatchBytes what one subscription writes before others on its event loop get their turn; larger writes no
 *     longer cost less
 * @param maxUnsentBytes bytes handed to a connection that the peer has not taken yet, each stream; then nothing more is
 *     made for it. What a slow reader costs
 * @param maxStreamsPerConnection concurrent calls on one connection
 * @param maxHeaderListBytes decoded headers of one call
 * @param maxResetsPerWindow streams that a peer may reset in {@code resetWindow} before its connection is closed
 * @param resetWindow the window of {@code maxResetsPerWindow}
 * @param requestTimeout how long a request of one message may take to arrive whole; then DEADLINE_EXCEEDED
 * @param heartbeatInterval longest silence of a live subscription
 * @param stallTimeout how long a stream may be full without the peer taking a byte; then it is reset
 * @param closeWindow how long a closing message may take to leave; then the stream is reset and, where its caller was
 *     shut out, the connection closed
 * @param pingInterval how often a connection is tested
 * @param pingTimeout how long the answer to a test may take; then the connection is closed
 */
public record PartnerLimits(
        int maxMessageBytes,
        int maxSubscribeRequestBytes,
        int maxItemsInFlight,
        int maxBatchBytes,
        int maxUnsentBytes,
        int maxStreamsPerConnection,
        int maxHeaderListBytes,
        int maxResetsPerWindow,
        Duration resetWindow,
        Duration requestTimeout,
        Duration heartbeatInterval,
        Duration stallTimeout,
        Duration closeWindow,
        Duration pingInterval,
        Duration pingTimeout) {
    /** Checks that every limit is one. */
    public PartnerLimits {
        positive("max message bytes", maxMessageBytes);
        positive("max subscribe request bytes", maxSubscribeRequestBytes);
        positive("max items in flight", maxItemsInFlight);
        positive("max batch bytes", maxBatchBytes);
        positive("max unsent bytes", maxUnsentBytes);
        positive("max streams per connection", maxStreamsPerConnection);
        positive("max header list bytes", maxHeaderListBytes);
        positive("max resets per window", maxResetsPerWindow);
        positive("reset window", resetWindow.toSeconds());
        positive("request timeout", requestTimeout.toMillis());
        positive("heartbeat interval", heartbeatInterval.toMillis());
        positive("stall timeout", stallTimeout.toMillis());
        positive("close window", closeWindow.toMillis());
        positive("ping interval", pingInterval.toMillis());
        positive("ping timeout", pingTimeout.toMillis());
    }

    /** What holds where the operator sets nothing. */
    public static PartnerLimits defaults() {
        return new PartnerLimits(
                4 << 20,
                64 << 10,
                64,
                32 << 10,
                64 << 10,
                100,
                16 << 10,
                200,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20));
    }

    /** The same with other times for a silent and for a stuck stream. */
    public PartnerLimits withStreamTimes(Duration heartbeat, Duration stall) {
        return new PartnerLimits(
                maxMessageBytes,
                maxSubscribeRequestBytes,
                maxItemsInFlight,
                maxBatchBytes,
                maxUnsentBytes,
                maxStreamsPerConnection,
                maxHeaderListBytes,
                maxResetsPerWindow,
                resetWindow,
                requestTimeout,
                heartbeat,
                stall,
                closeWindow,
                pingInterval,
                pingTimeout);
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": `" + value + "` (expected: at least 1)");
        }
    }
}
