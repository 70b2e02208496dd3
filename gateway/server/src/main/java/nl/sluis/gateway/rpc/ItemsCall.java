package nl.sluis.gateway.rpc;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.release.Frames;
import nl.sluis.proto.v1.ClosingReason;
import org.jspecify.annotations.Nullable;

/**
 * A stream of items, each answered when its answer is known. Items that came together are handed on together, and answers
 * that are known together leave in one write.
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
        private final Queue<Answer<R>> known = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean sendDue = new AtomicBoolean();
        private List<Q> together = new ArrayList<>();
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
            try {
                together.add(parse(message));
            } catch (StatusException malformed) {
                know(null, malformed);
            }
        }

        @Override
        public void batchEnded() {
            if (together.isEmpty()) {
                return;
            }
            List<Q> items = together;
            together = new ArrayList<>();
            List<? extends CompletionStage<R>> answers;
            try {
                answers = handler.handleAll(call.caller(), items);
            } catch (RuntimeException failure) {
                answers = items.stream()
                        .map(item -> CompletableFuture.<R>failedStage(failure))
                        .toList();
            }
            answers.forEach(answer -> answer.whenComplete(this::know));
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

        /** Any thread. */
        private void know(@Nullable R response, @Nullable Throwable failure) {
            known.add(new Answer<>(response, failure));
            if (!sendDue.getAndSet(true)) {
                call.runLater(this::sendKnown);
            }
        }

        private void sendKnown() {
            sendDue.set(false);
            Buffer frames = Buffer.buffer();
            int answered = 0;
            StatusException failed = null;
            for (Answer<R> one = known.poll(); one != null; one = known.poll()) {
                inFlight--;
                if (one.response() != null && one.failure() == null) {
                    frames.appendBuffer(Frames.frame(one.response()));
                    answered++;
                } else if (failed == null && !exchange.ended()) {
                    failed = statusOf(one.failure());
                }
            }
            if (exchange.ended()) {
                return;
            }
            if (answered > 0) {
                exchange.send(frames);
            }
            if (failed != null) {
                stop(failed);
            }
            if (exchange.ready()) {
                exchange.demand(answered);
            } else {
                withheldDemand += answered;
            }
            endWhenAnswered();
        }

        private StatusException statusOf(@Nullable Throwable failure) {
            return call.services()
                    .failures()
                    .toStatus(
                            call.method(),
                            failure == null ? new IllegalStateException("answer: none (expected: one)") : failure);
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

    /** What became of an item; exactly one of the two is there. */
    private record Answer<R>(@Nullable R response, @Nullable Throwable failure) {}
}
