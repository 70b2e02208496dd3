package nl.sluis.gateway.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.release.Frames;
import nl.sluis.proto.v1.ClosingReason;
import org.jspecify.annotations.Nullable;

/**
 * A stream of items, each answered when its answer is known.
 *
 * <p>At most {@link PartnerLimits#maxItemsInFlight()} items wait for their answers or for a peer that does not read
 * them; meanwhile the peer is not read. Every answer that is given is final: after a failure the answers of the items
 * already taken are sent first.
 */
final class ItemsCall<Q, R extends MessageLite> implements MethodCall {
    private final MethodDescriptor<Q, R> method;
    private final ItemHandler<Q, R> handler;

    ItemsCall(MethodDescriptor<Q, R> method, ItemHandler<Q, R> handler) {
        this.method = method;
        this.handler = handler;
    }

    @Override
    public void start(Call call) {
        Items items = new Items(call);
        call.services().streams().add(items);
        call.exchange().onDrain(items::drained);
        call.exchange().onEnd(code -> {
            call.services().streams().remove(items);
            items.ended.complete(null);
        });
        call.exchange().sendHead();
        call.exchange().receive(call.services().limits().maxMessageBytes(), items);
        call.exchange().demand(call.services().limits().maxItemsInFlight());
    }

    private final class Items implements GrpcExchange.Receiver, LiveStreams.LiveStream {
        private final Call call;
        private final GrpcExchange exchange;
        private final CompletableFuture<Void> ended = new CompletableFuture<>();
        private int inFlight;
        private long withheldDemand;
        private long received;
        private boolean halfClosed;
        private @Nullable StatusException stopped;

        Items(Call call) {
            this.call = call;
            this.exchange = call.exchange();
        }

        @Override
        public void message(byte[] message) {
            received++;
            if (stopped != null) {
                return;
            }
            inFlight++;
            CompletionStage<R> answer;
            try {
                answer = handler.handle(call.caller(), parse(message));
            } catch (RuntimeException failure) {
                answer = CompletableFuture.failedStage(failure);
            }
            answer.whenComplete((response, failure) -> call.run(() -> answered(response, failure)));
        }

        @Override
        public void refused(StatusException refusal) {
            stop(refusal);
        }

        @Override
        public void halfClosed() {
            halfClosed = true;
            endWhenAnswered();
        }

        @Override
        public CallerIdentity caller() {
            return call.caller();
        }

        @Override
        public void close(ClosingReason reason) {
            exchange.execute(() -> {
                if (Closings.endsConnections(reason)) {
                    exchange.finish(
                            Closings.statusOf(reason).status(),
                            call.services().limits().closeWindow());
                } else {
                    stop(Closings.statusOf(reason));
                }
            });
        }

        @Override
        public CompletionStage<Void> ended() {
            return ended;
        }

        private Q parse(byte[] message) {
            try {
                return Messages.parse(method, message);
            } catch (StatusException malformed) {
                throw Errors.malformed("item " + received + " of the stream: " + malformed.getMessage());
            }
        }

        private void answered(@Nullable R response, @Nullable Throwable failure) {
            inFlight--;
            if (exchange.ended()) {
                return;
            }
            if (failure != null || response == null) {
                stop(call.services()
                        .failures()
                        .toStatus(
                                call.method(),
                                failure == null ? new IllegalStateException("answer: none (expected: one)") : failure));
                return;
            }
            exchange.send(Frames.frame(response));
            if (exchange.ready()) {
                exchange.demand(1);
            } else {
                withheldDemand++;
            }
            endWhenAnswered();
        }

        private void drained() {
            long demand = withheldDemand;
            withheldDemand = 0;
            exchange.demand(demand);
        }

        private void stop(StatusException status) {
            if (stopped == null) {
                stopped = status;
            }
            endWhenAnswered();
        }

        private void endWhenAnswered() {
            if (inFlight > 0 || exchange.ended()) {
                return;
            }
            if (stopped != null) {
                exchange.fail(stopped);
            } else if (halfClosed) {
                exchange.complete();
            }
        }
    }
}
