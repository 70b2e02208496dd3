package nl.sluis.gateway.rpc;

import java.time.Duration;

/**
 * Every limit of the partner port.
 *
 * @param maxMessageBytes largest request message, after decompression; over it RESOURCE_EXHAUSTED. 4 MiB is what gRPC
 *     clients expect, and a CCSDS document of a day fits
 * @param maxDecompressionRatio bytes that one byte of a compressed message may unpack to, beyond its first {@value
 *     FrameReader#FREE_BYTES}, at each point of it; CCSDS text packs 5 to 20 times, a bomb 1,000 times
 * @param maxSubscribeRequestBytes largest subscription request; a filter with some thousand objects fits
 * @param maxItemsInFlight items of one {@code Contribute} stream that wait to become durable; then the stream is not
 *     read. Enough to fill one commit of the store
 * @param maxBatchBytes what one subscription writes before others on its event loop get their turn; larger writes no
 *     longer cost less
 * @param maxUnsentBytes bytes handed to a connection that the peer has not taken yet, each stream; then nothing more is
 *     made for it. What a slow reader costs
 * @param maxStreamsPerConnection concurrent calls on one connection
 * @param maxHeaderListBytes decoded headers of one call
 * @param maxSmallContinuationFrames CONTINUATION frames under 8 KiB in one block of headers, empty ones too; then the
 *     connection is closed. Headers within {@code maxHeaderListBytes} need none
 * @param maxResetsPerWindow streams that a peer may reset in {@code resetWindow} before its connection is closed
 * @param resetWindow the window of {@code maxResetsPerWindow}
 * @param handshakeTimeout how long TLS may take to be agreed; a partner with 1 s of round trip is done in 3 s
 * @param idleTimeout how long a connection may be open without a call; then it is closed
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
        int maxDecompressionRatio,
        int maxSubscribeRequestBytes,
        int maxItemsInFlight,
        int maxBatchBytes,
        int maxUnsentBytes,
        int maxStreamsPerConnection,
        int maxHeaderListBytes,
        int maxSmallContinuationFrames,
        int maxResetsPerWindow,
        Duration resetWindow,
        Duration handshakeTimeout,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration heartbeatInterval,
        Duration stallTimeout,
        Duration closeWindow,
        Duration pingInterval,
        Duration pingTimeout) {
    /** Checks that every limit is one. */
    public PartnerLimits {
        positive("max message bytes", maxMessageBytes);
        positive("max decompression ratio", maxDecompressionRatio);
        positive("max subscribe request bytes", maxSubscribeRequestBytes);
        positive("max items in flight", maxItemsInFlight);
        positive("max batch bytes", maxBatchBytes);
        positive("max unsent bytes", maxUnsentBytes);
        positive("max streams per connection", maxStreamsPerConnection);
        positive("max header list bytes", maxHeaderListBytes);
        positive("max small continuation frames", maxSmallContinuationFrames);
        positive("max resets per window", maxResetsPerWindow);
        positive("reset window", resetWindow.toSeconds());
        positive("handshake timeout", handshakeTimeout.toMillis());
        positive("idle timeout", idleTimeout.toMillis());
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
                100,
                64 << 10,
                64,
                32 << 10,
                64 << 10,
                100,
                16 << 10,
                16,
                200,
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofMinutes(10),
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
                maxDecompressionRatio,
                maxSubscribeRequestBytes,
                maxItemsInFlight,
                maxBatchBytes,
                maxUnsentBytes,
                maxStreamsPerConnection,
                maxHeaderListBytes,
                maxSmallContinuationFrames,
                maxResetsPerWindow,
                resetWindow,
                handshakeTimeout,
                idleTimeout,
                requestTimeout,
                heartbeat,
                stall,
                closeWindow,
                pingInterval,
                pingTimeout);
    }

    /** The same with other times for a handshake, for a connection without a call, and between two tests of it. */
    public PartnerLimits withConnectionTimes(Duration handshake, Duration idle, Duration ping) {
        return new PartnerLimits(
                maxMessageBytes,
                maxDecompressionRatio,
                maxSubscribeRequestBytes,
                maxItemsInFlight,
                maxBatchBytes,
                maxUnsentBytes,
                maxStreamsPerConnection,
                maxHeaderListBytes,
                maxSmallContinuationFrames,
                maxResetsPerWindow,
                resetWindow,
                handshake,
                idle,
                requestTimeout,
                heartbeatInterval,
                stallTimeout,
                closeWindow,
                ping,
                pingTimeout);
    }

    static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": `" + value + "` (expected: at least 1)");
        }
    }
}
