package nl.sluis.gateway.rpc;

/** Where a handler puts the messages of its answer. Any thread; messages leave in the order in which they are sent. */
public interface ResponseStream<R> {
    /** False while the peer takes less than is sent; a handler then waits for {@link #onReady}. */
    boolean isReady();

    /** Called on an event loop whenever {@link #isReady} has turned true again. */
    void onReady(Runnable handler);

    /** Called on an event loop, once, when the call is over: completed, failed, cancelled or shut. */
    void onClosed(Runnable handler);

    /** Sends a message; nothing where the call is over. */
    void send(R message);

    /** Ends the answer well. */
    void complete();

    /** Ends the answer with a {@link StatusException}, or with INTERNAL for anything else. */
    void fail(Throwable failure);
}
