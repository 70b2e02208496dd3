package nl.sluis.partner;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import nl.sluis.partner.Failures.Verdict;
import nl.sluis.proto.v1.AcknowledgeWithdrawalRequest;
import nl.sluis.proto.v1.AcknowledgeWithdrawalResponse;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.SnapshotComplete;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc.SubscriptionServiceStub;
import nl.sluis.proto.v1.Withdrawn;
import org.jspecify.annotations.Nullable;

/**
 * A subscription that outlives its connections: it resumes after its last checkpoint until it is cancelled or cannot
 * succeed any more.
 *
 * <p>gRPC serialises the callbacks of one call, and the next call starts only after the last one is over; so what the
 * calls share needs no lock, except what {@link #cancel} touches.
 */
public final class Subscription implements AutoCloseable {
    /** Messages in flight beyond what HTTP/2 holds: enough to keep the pipe full, little enough to pass pressure on. */
    private static final int PREFETCH = 64;

    /** Tampering and refused certificates do not heal; a changing network path may look like them for a moment. */
    static final int HOPELESS_ATTEMPTS_MAX = 3;

    private final SubscriptionServiceStub stub;
    private final SubscribeRequest request;
    private final SubscriptionListener listener;
    private final SubscriptionOptions options;
    private final DeliveryVerifier verifier;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final CompletableFuture<StreamEnd> end = new CompletableFuture<>();
    private final TakenProducts taken = new TakenProducts();

    private final Object lock = new Object();
    private boolean cancelled;
    private @Nullable Call current;
    private @Nullable Runnable cancelRetry;

    private @Nullable Checkpoint resumeFrom;
    private @Nullable Timestamp watermark;
    private int failedAttempts;
    private int hopelessAttempts;
    private volatile SubscriptionStatistics statistics = new SubscriptionStatistics(0, 0, 0, 0);

    Subscription(
            SubscriptionServiceStub stub,
            SubscribeRequest request,
            SubscriptionListener listener,
            SubscriptionOptions options,
            DeliveryVerifier verifier,
            Scheduler scheduler,
            RandomGenerator random) {
        this.stub = stub;
        this.request = request;
        this.listener = listener;
        this.options = options;
        this.verifier = verifier;
        this.scheduler = scheduler;
        this.random = random;
    }

    void start() throws IOException {
        resumeFrom = options.cursors().load().orElse(null);
        connect();
    }

    /** Completes, never exceptionally, when the subscription is over; only a listener call under way may outlast it. */
    public CompletionStage<StreamEnd> end() {
        return end.minimalCompletionStage();
    }

    /** What was done so far. */
    public SubscriptionStatistics statistics() {
        return statistics;
    }

    /** Ends the subscription, on any thread, from a listener too. {@link #end} says when it is over. */
    public void cancel() {
        Call call;
        Runnable retry;
        synchronized (lock) {
            cancelled = true;
            call = current;
            retry = cancelRetry;
        }
        if (call != null) {
            call.abort(new Verdict.Stop(cancelledEnd()));
            // a call that is cancelled before it starts never reports its end
            finish(cancelledEnd());
        } else if (retry != null) {
            retry.run();
            finish(cancelledEnd());
        }
    }

    /** The same as {@link #cancel}. */
    @Override
    public void close() {
        cancel();
    }

    private void connect() {
        Call call = new Call(Optional.ofNullable(resumeFrom));
        boolean late;
        synchronized (lock) {
            cancelRetry = null;
            late = cancelled;
            current = late ? null : call;
        }
        if (late) {
            finish(cancelledEnd());
            return;
        }
        try {
            call.start();
        } catch (IllegalStateException e) {
            // gRPC refuses to start a call that was cancelled between its making and its start, and reports no end of
            // it
            if (!isCancelled()) {
                throw e;
            }
        }
        if (isCancelled()) {
            call.abort(new Verdict.Stop(cancelledEnd()));
        }
    }

    private SubscribeRequest nextRequest() {
        if (resumeFrom != null) {
            return request.toBuilder().setCursor(resumeFrom.getCursor()).build();
        }
        boolean live = request.getStartCase() == SubscribeRequest.StartCase.NOW
                || request.getStartCase() == SubscribeRequest.StartCase.START_NOT_SET;
        if (live && watermark != null) {
            // "now" would skip what was released while the stream was broken
            return request.toBuilder().setTime(watermark).build();
        }
        return request;
    }

    private void callEnded(Verdict verdict) {
        synchronized (lock) {
            current = null;
        }
        if (isCancelled()) {
            finish(cancelledEnd());
        } else if (verdict instanceof Verdict.Stop stop) {
            finish(stop.end());
        } else if (verdict instanceof Verdict.Retry retry) {
            retry(retry);
        }
    }

    private void retry(Verdict.Retry retry) {
        failedAttempts++;
        boolean hopeless = retry.reason() == StreamEnd.Reason.TLS || retry.reason() == StreamEnd.Reason.INTEGRITY;
        hopelessAttempts = hopeless ? hopelessAttempts + 1 : 0;
        if (failedAttempts >= options.backoff().attemptsMax() || hopelessAttempts >= HOPELESS_ATTEMPTS_MAX) {
            finish(new StreamEnd(retry.reason(), retry.cause()));
            return;
        }
        Duration wait = retry.after() == null
                ? options.backoff().delay(failedAttempts, random)
                : Backoff.atLeast(retry.after(), random);
        try {
            listener.onCondition(new StreamCondition.Broken(retry.cause(), failedAttempts, wait));
            options.cursors().flush();
        } catch (RuntimeException | IOException e) {
            finish(listenerFailed(e));
            return;
        }
        SubscriptionStatistics so = statistics;
        statistics = new SubscriptionStatistics(so.products(), so.duplicates(), so.checkpoints(), so.reconnects() + 1);
        boolean late;
        synchronized (lock) {
            late = cancelled;
            if (!late) {
                cancelRetry = scheduler.after(wait, this::connect);
            }
        }
        if (late) {
            finish(cancelledEnd());
        }
    }

    private void finish(StreamEnd why) {
        StreamEnd told = why;
        try {
            options.cursors().flush();
        } catch (IOException e) {
            told = listenerFailed(e);
        }
        end.complete(told);
    }

    private boolean isCancelled() {
        synchronized (lock) {
            return cancelled;
        }
    }

    private static StreamEnd cancelledEnd() {
        return new StreamEnd(StreamEnd.Reason.DONE, "cancelled");
    }

    private static StreamEnd listenerFailed(Exception e) {
        return new StreamEnd(
                StreamEnd.Reason.LISTENER_FAILED,
                e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage()));
    }

    static Instant instant(Timestamp timestamp) {
        return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
    }

    /** One attempt: from connecting to the end of the call. */
    private final class Call implements ClientResponseObserver<SubscribeRequest, SubscribeResponse> {
        private final CheckpointLedger ledger;
        private final boolean wholeSnapshot;
        private volatile @Nullable ClientCallStreamObserver<SubscribeRequest> requests;
        private volatile @Nullable Verdict verdict;
        private volatile long heardAtNanos;
        private volatile boolean listening;
        private volatile @Nullable Runnable cancelWatch;

        Call(Optional<Checkpoint> resumedFrom) {
            ledger = resumedFrom.isEmpty() && request.hasCursor()
                    ? CheckpointLedger.ofUnknownCursor()
                    : new CheckpointLedger(resumedFrom);
            wholeSnapshot = resumedFrom.isEmpty() && request.hasSnapshot();
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<SubscribeRequest> stream) {
            requests = stream;
            stream.disableAutoRequestWithInitial(PREFETCH);
            heardAtNanos = scheduler.nanoTime();
            watch(options.silenceMax());
        }

        @Override
        public void onNext(SubscribeResponse message) {
            if (verdict != null) {
                return;
            }
            listening = true;
            try {
                listener.onMessage(message);
                take(message);
            } catch (IntegrityException e) {
                abort(new Verdict.Retry(String.valueOf(e.getMessage()), null, StreamEnd.Reason.INTEGRITY));
            } catch (RuntimeException | IOException e) {
                abort(new Verdict.Stop(listenerFailed(e)));
            }
            heardAtNanos = scheduler.nanoTime();
            listening = false;
            ClientCallStreamObserver<SubscribeRequest> stream = requests;
            if (verdict == null && stream != null) {
                stream.request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {
            over(Failures.of(failure));
        }

        @Override
        public void onCompleted() {
            over(new Verdict.Retry(
                    "the gateway ended the stream without a reason", null, StreamEnd.Reason.UNREACHABLE));
        }

        /** Starts the call, unless it was cancelled before: one that is cancelled while it starts fails in gRPC itself. */
        synchronized void start() {
            if (verdict == null) {
                stub.subscribe(nextRequest(), this);
            }
        }

        /** Cancels the call; what comes after it is ignored, and the first verdict stands. */
        synchronized void abort(Verdict why) {
            if (verdict == null) {
                verdict = why;
            }
            ClientCallStreamObserver<SubscribeRequest> stream = requests;
            if (stream != null) {
                stream.cancel("the subscriber ended the call", null);
            }
        }

        private void over(Verdict otherwise) {
            Verdict own = verdict;
            verdict = own == null ? otherwise : own;
            Runnable watch = cancelWatch;
            if (watch != null) {
                watch.run();
            }
            callEnded(own == null ? otherwise : own);
        }

        private void take(SubscribeResponse message) throws IntegrityException, IOException {
            switch (message.getMessageCase()) {
                case DELIVERY -> take(message.getDelivery());
                case CHECKPOINT -> take(message.getCheckpoint());
                case HEARTBEAT -> take(message.getHeartbeat());
                case SNAPSHOT_COMPLETE -> take(message.getSnapshotComplete());
                case WITHDRAWN -> take(message.getWithdrawn());
                case GAP -> take(message.getGap());
                case POLICY_CHANGED -> listener.onPolicyChanged(message.getPolicyChanged());
                case CLOSING -> take(message.getClosing());
                case MESSAGE_NOT_SET -> {
                    // a later version of the contract: what an old client does not know it need not act on
                }
            }
        }

        private void take(Delivery delivery) throws IntegrityException {
            ReceivedProduct product = verifier.verify(delivery);
            ledger.delivered();
            SubscriptionStatistics so = statistics;
            if (taken.contains(delivery)) {
                statistics = new SubscriptionStatistics(
                        so.products(), so.duplicates() + 1, so.checkpoints(), so.reconnects());
                return;
            }
            listener.onProduct(product);
            taken.add(delivery);
            statistics =
                    new SubscriptionStatistics(so.products() + 1, so.duplicates(), so.checkpoints(), so.reconnects());
        }

        private void take(Checkpoint checkpoint) throws IntegrityException, IOException {
            ledger.check(checkpoint);
            resumeFrom = checkpoint;
            healthy();
            options.cursors().save(checkpoint);
            SubscriptionStatistics so = statistics;
            statistics =
                    new SubscriptionStatistics(so.products(), so.duplicates(), so.checkpoints() + 1, so.reconnects());
            listener.onCheckpoint(checkpoint);
        }

        private void take(Heartbeat heartbeat) throws IOException {
            healthy();
            watermark = heartbeat.hasWatermark() ? heartbeat.getWatermark() : watermark;
            options.cursors().flush();
            Instant upTo = instant(heartbeat.getWatermark());
            Duration lag = Duration.ofNanos(Durations.toNanos(heartbeat.getLag()));
            listener.onCondition(
                    lag.isZero() || lag.isNegative()
                            ? new StreamCondition.UpToDate(upTo)
                            : new StreamCondition.Behind(lag, upTo));
        }

        private void take(SnapshotComplete complete) throws IntegrityException {
            if (wholeSnapshot && complete.getCount() != ledger.deliveriesInCall()) {
                throw new IntegrityException(
                        "snapshot: " + complete.getCount() + " products (received: " + ledger.deliveriesInCall() + ")");
            }
            listener.onSnapshotComplete(complete.getCount());
        }

        private void take(Withdrawn withdrawn) {
            boolean removed = listener.onWithdrawn(withdrawn);
            if (removed && withdrawn.getAcknowledge()) {
                stub.acknowledgeWithdrawal(
                        AcknowledgeWithdrawalRequest.newBuilder()
                                .setProductId(withdrawn.getProductId())
                                .setVersion(withdrawn.getVersion())
                                .build(),
                        new IgnoredAnswer());
            }
        }

        private void take(Gap gap) {
            listener.onCondition(
                    switch (gap.getReason()) {
                        case GAP_REASON_WITHHELD, GAP_REASON_QUOTA -> new StreamCondition.Withheld(gap);
                        case GAP_REASON_TRIMMED, GAP_REASON_DAMAGED, GAP_REASON_UNSPECIFIED, UNRECOGNIZED ->
                            new StreamCondition.Missing(gap);
                    });
        }

        private void take(Closing closing) throws IOException {
            if (!closing.getCursor().isEmpty()) {
                Checkpoint last = ledger.closed(closing.getCursor());
                resumeFrom = last;
                options.cursors().save(last);
            }
            abort(verdict(closing));
        }

        private void healthy() {
            failedAttempts = 0;
            hopelessAttempts = 0;
        }

        /** Looks after {@code wait} whether the gateway has been silent for too long; a slow listener is not silence. */
        private void watch(Duration wait) {
            cancelWatch = scheduler.after(wait, () -> {
                if (verdict != null) {
                    return;
                }
                long silentNanos = listening ? 0 : scheduler.nanoTime() - heardAtNanos;
                Duration left = options.silenceMax().minusNanos(silentNanos);
                if (left.isZero() || left.isNegative()) {
                    abort(new Verdict.Retry(
                            "nothing heard for " + options.silenceMax().toSeconds() + " s, not even a heartbeat",
                            null,
                            StreamEnd.Reason.UNREACHABLE));
                } else {
                    watch(left);
                }
            });
        }
    }

    private static Verdict verdict(Closing closing) {
        String word = closing.getReason().name().replace("CLOSING_REASON_", "");
        String cause = "closing: " + word.toLowerCase(Locale.ROOT).replace('_', ' ');
        Duration after = closing.hasRetryAfter() ? Duration.ofNanos(Durations.toNanos(closing.getRetryAfter())) : null;
        return switch (closing.getReason()) {
            case CLOSING_REASON_REVOKED -> new Verdict.Stop(new StreamEnd(StreamEnd.Reason.REVOKED, cause));
            case CLOSING_REASON_EXPIRED -> new Verdict.Stop(new StreamEnd(StreamEnd.Reason.EXPIRED, cause));
            case CLOSING_REASON_PERMISSION -> new Verdict.Stop(new StreamEnd(StreamEnd.Reason.NOT_PERMITTED, cause));
            case CLOSING_REASON_SHUTDOWN,
                    CLOSING_REASON_EPOCH_UNCONFIRMED,
                    CLOSING_REASON_TOO_SLOW,
                    CLOSING_REASON_INTERNAL,
                    CLOSING_REASON_UNSPECIFIED,
                    UNRECOGNIZED -> new Verdict.Retry(cause, after, StreamEnd.Reason.UNREACHABLE);
        };
    }

    /** The gateway asks again for a withdrawal that it saw no acknowledgement of. */
    private static final class IgnoredAnswer implements StreamObserver<AcknowledgeWithdrawalResponse> {
        @Override
        public void onNext(AcknowledgeWithdrawalResponse value) {}

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    }
}
