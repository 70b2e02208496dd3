package nl.sluis.gateway.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.release.Frames;
import nl.sluis.proto.v1.ClosingReason;

/** One request, a stream of answers. */
final class ServerStreamCall<Q, R extends MessageLite> implements MethodCall {
    /** A handler that does not wait for {@code isReady} may be ahead of its peer by this many times the limit. */
    static final int OVERRUN_FACTOR = 64;

    private final MethodDescriptor<Q, R> method;
    private final ServerStreamHandler<Q, R> handler;

    ServerStreamCall(MethodDescriptor<Q, R> method, ServerStreamHandler<Q, R> handler) {
        this.method = method;
        this.handler = handler;
    }

    @Override
    public void start(Call call) {
        SingleRequest.await(call, call.services().limits().maxMessageBytes(), bytes -> {
            Q request = Messages.parse(method, bytes);
            Responses<R> responses = new Responses<>(call);
            call.services().streams().add(responses);
            call.exchange().onDrain(responses::ready);
            call.exchange().onEnd(code -> {
                call.services().streams().remove(responses);
                responses.closed();
            });
            call.exchange().sendHead();
            handler.handle(call.caller(), request, responses);
        });
    }

    private static final class Responses<R extends MessageLite> implements ResponseStream<R>, LiveStreams.LiveStream {
        private final Call call;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private final AtomicLong onTheWayBytes = new AtomicLong();
        private final List<Runnable> readyHandlers = new ArrayList<>();
        private volatile boolean exchangeReady = true;

        Responses(Call call) {
            this.call = call;
        }

        @Override
        public boolean isReady() {
            return exchangeReady
                    && onTheWayBytes.get() < call.services().limits().maxUnsentBytes();
        }

        @Override
        public void onReady(Runnable newHandler) {
            call.exchange().execute(() -> readyHandlers.add(newHandler));
        }

        @Override
        public void onClosed(Runnable newHandler) {
            ended().thenRun(newHandler);
        }

        @Override
        public void send(R message) {
            if (ended.isDone()) {
                return;
            }
            int bytes = Frames.PREFIX_BYTES + message.getSerializedSize();
            onTheWayBytes.addAndGet(bytes);
            call.runLater(() -> {
                onTheWayBytes.addAndGet(-bytes);
                GrpcExchange exchange = call.exchange();
                exchange.send(Frames.frame(message));
                exchangeReady = exchange.ready();
                long most = (long) OVERRUN_FACTOR * call.services().limits().maxUnsentBytes();
                if (exchange.unsentBytes() > most) {
                    exchange.fail(Errors.tooLarge("answer bytes ahead of the reader", exchange.unsentBytes(), most));
                } else if (exchangeReady && onTheWayBytes.get() == 0) {
                    runReadyHandlers();
                }
            });
        }

        @Override
        public void complete() {
            call.exchange().executeLater(call.exchange()::complete);
        }

        @Override
        public void fail(Throwable failure) {
            call.exchange().executeLater(() -> call.fail(failure));
        }

        @Override
        public CallerIdentity caller() {
            return call.caller();
        }

        @Override
        public void close(ClosingReason reason) {
            call.exchange()
                    .execute(() -> call.exchange()
                            .finish(
                                    Closings.statusOf(reason).status(),
                                    call.services().limits().closeWindow()));
        }

        @Override
        public CompletionStage<Void> ended() {
            return ended;
        }

        private void ready() {
            exchangeReady = true;
            runReadyHandlers();
        }

        private void runReadyHandlers() {
            List.copyOf(readyHandlers).forEach(Runnable::run);
        }

        private void closed() {
            ended.complete(null);
        }
    }
}
