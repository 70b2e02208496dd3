package nl.sluis.gateway.rpc;

import io.vertx.core.VertxOptions;

/**
 * Where the partner port listens.
 *
 * @param host address or name to bind
 * @param port TCP port; 0 takes a free one
 * @param eventLoops threads that connections are spread over, at least 1
 */
public record PartnerPort(String host, int port, int eventLoops) {
    /** Checks the numbers. */
    public PartnerPort {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: `" + port + "` (expected: 0 to 65535)");
        }
        if (eventLoops < 1) {
            throw new IllegalArgumentException("event loops: `" + eventLoops + "` (expected: at least 1)");
        }
    }

    /**
     * The Vert.x that such a port needs: a loop more, which accepts, and half of the processors at most for handshakes. They
     * run on its internal pool, and a flood of them must not keep the loops from the streams that are open.
     */
    public VertxOptions vertxOptions() {
        return new VertxOptions()
                .setEventLoopPoolSize(eventLoops + 1)
                .setInternalBlockingPoolSize(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
    }
}
