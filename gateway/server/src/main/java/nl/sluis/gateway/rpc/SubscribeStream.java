package nl.sluis.gateway.rpc;

import com.google.protobuf.Duration;
import com.google.rpc.Status;
import io.vertx.core.buffer.Buffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.stream.Subscription;
import nl.sluis.gateway.stream.SubscriptionRefused;
import nl.sluis.gateway.stream.Subscriptions;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import org.jspecify.annotations.Nullable;

/**
 * The hot path: one live subscription, written in batches.
 *
 * <p>A wake-up, from whatever thread, leads to one run on the connection's event loop: take what is due, up to a batch,
 * and write it at once. A peer that does not read makes nothing be taken, so it costs its cursor, the bytes under way
 * and no more. After a full batch the others on the loop get their turn.
 */
final class SubscribeStream implements LiveStreams.LiveStream {
    private static final Status OK = Status.getDefaultInstance();

    private final Call call;
    private final GrpcExchange exchange;
    private final Subscriptions subscriptions;
    private final PartnerLimits limits;
    private final PartnerMetrics metrics;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Runnable run = this::run;

    private @Nullable Subscription subscription;
    private @Nullable ClosingReason closing;
    private boolean wroteSinceHeartbeat;
    private boolean heartbeatDue;
    private long heartbeatTimer = -1;

    private SubscribeStream(Call call, Subscriptions subscriptions) {
        this.call = call;
        this.exchange = call.exchange();
        this.subscriptions = subscriptions;
        this.limits = call.services().limits();
        this.metrics = call.services().metrics();
    }

    /** How the method is run. */
    static MethodCall method(Subscriptions subscriptions) {
        return call -> new SubscribeStream(call, subscriptions).start();
    }

    @Override
    public CallerIdentity caller() {
        return call.caller();
    }

    @Override
    public void close(ClosingReason reason) {
        exchange.execute(() -> {
            if (closing != null || exchange.ended()) {
                return;
            }
            closing = reason;
            exchange.vertx().setTimer(limits.closeWindow().toMillis(), timer -> {
                if (!exchange.ended()) {
                    exchange.reset();
                }
            });
            if (subscription != null) {
                subscription.close(reason);
                wakeUp();
            }
        });
    }

    @Override
    public CompletionStage<Void> ended() {
        return ended;
    }

    private void start() {
        call.services().streams().add(this);
        exchange.onEnd(code -> {
            call.services().streams().remove(this);
            release();
            ended.complete(null);
        });
        SingleRequest.await(
                call,
                limits.maxSubscribeRequestBytes(),
                bytes -> open(Messages.parse(SubscriptionServiceGrpc.getSubscribeMethod(), bytes)));
    }

    /** Opening compiles a filter and looks up a cursor: not for the event loop, which others share. */
    private void open(SubscribeRequest request) {
        if (!subscriptions.confirmed()) {
            exchange.fail(Closings.statusOf(ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED));
            return;
        }
        exchange.vertx()
                .<Subscription>executeBlocking(() -> subscriptions.open(call.caller(), request, this::wakeUp), false)
                .onComplete(this::opened, this::refused);
    }

    private void opened(Subscription opened) {
        if (exchange.ended()) {
            opened.close();
            return;
        }
        subscription = opened;
        metrics.subscriptionOpened();
        exchange.onDrain(this::wakeUp);
        exchange.onStall(metrics::stalled);
        exchange.sendHead();
        // looked at twice an interval, so that no silence is longer than one
        heartbeatTimer = exchange.vertx()
                .setPeriodic(Math.max(1, limits.heartbeatInterval().toMillis() / 2), timer -> heartbeat());
        if (closing != null) {
            opened.close(closing);
        }
        wakeUp();
    }

    private void refused(Throwable failure) {
        if (failure instanceof SubscriptionRefused refusal && refusal.passing()) {
            exchange.fail(Closings.statusOf(ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED));
        } else if (failure instanceof SubscriptionRefused refusal) {
            exchange.fail(Errors.invalidField(refusal.field(), String.valueOf(refusal.getMessage())));
        } else {
            call.fail(failure);
        }
    }

    private void wakeUp() {
        if (scheduled.compareAndSet(false, true)) {
            exchange.executeLater(run);
        }
    }

    private void run() {
        // before taking, so that what comes due meanwhile schedules another run
        scheduled.set(false);
        Subscription live = subscription;
        if (live == null) {
            return;
        }
        try {
            int taken = 0;
            if (heartbeatDue && exchange.ready()) {
                if (!subscriptions.confirmed()) {
                    endUnconfirmed();
                    return;
                }
                heartbeatDue = false;
                write(live.heartbeat());
            }
            while (exchange.ready()) {
                Buffer frames = live.poll(limits.maxBatchBytes());
                if (frames.length() > 0) {
                    if (!subscriptions.confirmed()) {
                        // what was taken is dropped: the subscriber resumes from what it has got
                        endUnconfirmed();
                        return;
                    }
                    write(frames);
                    taken += frames.length();
                }
                if (live.ended()) {
                    ClosingReason reason = closing;
                    exchange.finish(
                            reason == null ? OK : Closings.statusOf(reason).status(), limits.closeWindow());
                    return;
                }
                if (frames.length() == 0) {
                    return;
                }
                if (taken >= limits.maxBatchBytes()) {
                    wakeUp();
                    return;
                }
            }
        } catch (RuntimeException failure) {
            fail(failure);
        }
    }

    private void write(Buffer frames) {
        wroteSinceHeartbeat = true;
        metrics.delivered(Frames.count(frames), frames.length());
        exchange.send(frames);
    }

    private void heartbeat() {
        Subscription live = subscription;
        if (live == null || exchange.ended()) {
            return;
        }
        if (live.behind()) {
            // between two batches, as soon as the peer reads: it is told how far behind it is
            heartbeatDue = true;
            wakeUp();
            return;
        }
        // to a peer that has not read what it was sent, silence is its own
        if (wroteSinceHeartbeat || exchange.unsentBytes() > 0) {
            wroteSinceHeartbeat = false;
            return;
        }
        if (!subscriptions.confirmed()) {
            endUnconfirmed();
            return;
        }
        try {
            write(live.heartbeat());
            wroteSinceHeartbeat = false;
        } catch (RuntimeException failure) {
            fail(failure);
        }
    }

    /** A node that cannot confirm its policy sends nothing; its subscribers try another, or this one later. */
    private void endUnconfirmed() {
        end(
                ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED,
                Closings.statusOf(ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED));
    }

    private void fail(Throwable failure) {
        end(ClosingReason.CLOSING_REASON_INTERNAL, call.services().failures().toStatus(call.method(), failure));
    }

    /** A subscriber is told the reason in the stream as well, for it may not look at the status. */
    private void end(ClosingReason reason, StatusException status) {
        exchange.send(Frames.frame(SubscribeResponse.newBuilder()
                .setClosing(Closing.newBuilder()
                        .setReason(reason)
                        .setRetryAfter(Duration.newBuilder().setSeconds(Closings.RETRY_AFTER.toSeconds())))
                .build()));
        exchange.fail(status);
    }

    private void release() {
        Subscription live = subscription;
        subscription = null;
        if (heartbeatTimer != -1) {
            exchange.vertx().cancelTimer(heartbeatTimer);
            heartbeatTimer = -1;
        }
        if (live != null) {
            metrics.subscriptionClosed();
            live.close();
        }
    }
}
