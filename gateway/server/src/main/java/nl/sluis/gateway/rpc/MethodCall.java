package nl.sluis.gateway.rpc;

/** How calls of one method are run. */
@FunctionalInterface
interface MethodCall {
    /** Runs a permitted call. On its event loop. */
    void start(Call call);
}
