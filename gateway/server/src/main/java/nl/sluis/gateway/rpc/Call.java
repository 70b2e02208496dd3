package nl.sluis.gateway.rpc;

import nl.sluis.gateway.identity.CallerIdentity;

/**
 * A permitted call.
 *
 * @param exchange the call on the wire
 * @param caller who calls
 * @param method {@code package.Service/Method}
 * @param services what every call may use
 */
record Call(GrpcExchange exchange, CallerIdentity caller, String method, CallServices services) {
    /** Runs the task on the call's event loop; what it throws ends the call. */
    void run(Runnable task) {
        exchange.execute(() -> guarded(task));
    }

    /** The same, but after what is waiting there. */
    void runLater(Runnable task) {
        exchange.executeLater(() -> guarded(task));
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException failure) {
            fail(failure);
        }
    }

    /** Ends the call with what the caller may know of a failure. */
    void fail(Throwable failure) {
        exchange.fail(services.failures().toStatus(method, failure));
    }
}
