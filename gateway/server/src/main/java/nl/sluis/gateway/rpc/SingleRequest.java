package nl.sluis.gateway.rpc;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Takes the one message of a request and passes it on when the request is whole. */
final class SingleRequest implements GrpcExchange.Receiver {
    private final Call call;
    private final Consumer<byte[]> next;
    private byte @Nullable [] message;
    private long timer;

    private SingleRequest(Call call, Consumer<byte[]> next) {
        this.call = call;
        this.next = next;
    }

    /** Waits for the request within the time it may take. What {@code next} throws ends the call. */
    static void await(Call call, int maxMessageBytes, Consumer<byte[]> next) {
        SingleRequest request = new SingleRequest(call, next);
        GrpcExchange exchange = call.exchange();
        request.timer = exchange.vertx()
                .setTimer(
                        call.services().limits().requestTimeout().toMillis(),
                        ignored -> exchange.fail(Errors.deadlineExceeded("the request did not arrive whole in time")));
        exchange.onEnd(code -> exchange.vertx().cancelTimer(request.timer));
        exchange.receive(maxMessageBytes, request);
        // a second one is asked for only to be refused
        exchange.demand(2);
    }

    @Override
    public void message(byte[] bytes) {
        if (message != null) {
            throw Errors.malformed("request: a second message (expected: one)");
        }
        message = bytes;
    }

    @Override
    public void refused(StatusException refusal) {
        call.exchange().fail(refusal);
    }

    @Override
    public void halfClosed() {
        call.exchange().vertx().cancelTimer(timer);
        byte[] whole = message;
        if (whole == null) {
            throw Errors.malformed("request: no message (expected: one)");
        }
        message = null;
        try {
            next.accept(whole);
        } catch (RuntimeException failure) {
            call.fail(failure);
        }
    }
}
