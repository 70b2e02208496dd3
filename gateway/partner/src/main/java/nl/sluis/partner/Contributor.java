package nl.sluis.partner;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import nl.sluis.partner.Failures.Verdict;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.ContributionServiceGrpc.ContributionServiceStub;
import org.jspecify.annotations.Nullable;

/**
 * Sends contributions over one stream that it opens again when it breaks. What was not answered is sent again under the
 * same client id, which the gateway recognises; so each item is stored once, and every item gets one answer.
 */
public final class Contributor implements AutoCloseable {
    private final ContributionServiceStub stub;
    private final ContributorOptions options;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final CompletableFuture<StreamEnd> end = new CompletableFuture<>();

    private final Object lock = new Object();
    private final Map<String, Pending> unanswered = new LinkedHashMap<>();
    private final Deque<Pending> unsent = new ArrayDeque<>();
    private long unansweredBytes;
    private @Nullable Call current;
    private @Nullable Runnable cancelRetry;
    private @Nullable StreamEnd ended;
    private boolean completing;
    private int failedAttempts;

    Contributor(ContributionServiceStub stub, ContributorOptions options, Scheduler scheduler, RandomGenerator random) {
        this.stub = stub;
        this.options = options;
        this.scheduler = scheduler;
        this.random = random;
    }

    /**
     * Sends an item; waits while the window is full.
     *
     * @param item a contribution with a client id that no unanswered item has
     * @return the gateway's answer; fails with {@link StreamEndedException} if the stream ends for good before it
     * @throws IllegalArgumentException if the client id is empty or in flight
     */
    public CompletionStage<ContributionOutcome> submit(Contribution item) throws InterruptedException {
        Pending pending = new Pending(item);
        if (item.getClientId().isEmpty()) {
            throw new IllegalArgumentException("contribution: no client id");
        }
        synchronized (lock) {
            if (completing) {
                throw new IllegalStateException("contribution `" + item.getClientId() + "` after complete()");
            }
            if (unanswered.containsKey(item.getClientId())) {
                throw new IllegalArgumentException("contribution: client id `" + item.getClientId() + "` is in flight");
            }
            while (ended == null && !hasRoom(pending.bytes)) {
                lock.wait();
            }
            if (ended != null) {
                pending.answer.completeExceptionally(new StreamEndedException(ended));
                return pending.answer.minimalCompletionStage();
            }
            unanswered.put(item.getClientId(), pending);
            unansweredBytes += pending.bytes;
            unsent.add(pending);
            sendWhatFits();
        }
        return pending.answer.minimalCompletionStage();
    }

    /** Says that nothing more comes. The stage completes once all is answered, or the stream ended for good. */
    public CompletionStage<StreamEnd> complete() {
        synchronized (lock) {
            completing = true;
            halfCloseIfDone();
        }
        return end.minimalCompletionStage();
    }

    /** Ends the stream now. Unanswered items fail; the gateway may have stored them all the same. */
    @Override
    public void close() {
        finish(new StreamEnd(StreamEnd.Reason.DONE, "closed by the contributor"));
    }

    CompletionStage<StreamEnd> end() {
        return end.minimalCompletionStage();
    }

    void connect() {
        Call call = new Call();
        synchronized (lock) {
            cancelRetry = null;
            if (ended != null) {
                return;
            }
            current = call;
            unsent.clear();
            unsent.addAll(unanswered.values());
        }
        stub.contribute(call);
        synchronized (lock) {
            halfCloseIfDone();
        }
    }

    private boolean hasRoom(long bytes) {
        return unanswered.isEmpty()
                || (unanswered.size() < options.windowItems() && unansweredBytes + bytes <= options.windowBytes());
    }

    /** Sends what the transport takes; under the lock. */
    private void sendWhatFits() {
        Call call = current;
        while (call != null && call.isReady() && !unsent.isEmpty()) {
            call.send(unsent.remove().item);
        }
    }

    /** Under the lock. */
    private void halfCloseIfDone() {
        Call call = current;
        if (completing && unanswered.isEmpty() && call != null) {
            call.halfClose();
        }
    }

    private void answered(ContributeResponse response) {
        Pending pending;
        synchronized (lock) {
            pending = unanswered.remove(response.getClientId());
            if (pending == null) {
                return;
            }
            failedAttempts = 0;
            unansweredBytes -= pending.bytes;
            lock.notifyAll();
        }
        pending.answer.complete(ContributionOutcome.of(response));
        synchronized (lock) {
            halfCloseIfDone();
        }
    }

    private void callEnded(Call call, Verdict verdict) {
        boolean allDone;
        synchronized (lock) {
            if (call != current) {
                return;
            }
            current = null;
            allDone = completing && unanswered.isEmpty();
        }
        if (allDone) {
            finish(new StreamEnd(StreamEnd.Reason.DONE, "everything is answered"));
        } else if (verdict instanceof Verdict.Stop stop) {
            finish(stop.end());
        } else if (verdict instanceof Verdict.Retry retry) {
            retry(retry);
        }
    }

    private void retry(Verdict.Retry retry) {
        int attempt;
        synchronized (lock) {
            attempt = ++failedAttempts;
        }
        boolean hopeless = retry.reason() == StreamEnd.Reason.TLS && attempt >= Subscription.HOPELESS_ATTEMPTS_MAX;
        if (hopeless || attempt >= options.backoff().attemptsMax()) {
            finish(new StreamEnd(retry.reason(), retry.cause()));
            return;
        }
        Duration wait = retry.after() == null
                ? options.backoff().delay(attempt, random)
                : Backoff.atLeast(retry.after(), random);
        options.onInterruption().accept(new StreamCondition.Broken(retry.cause(), attempt, wait));
        synchronized (lock) {
            if (ended == null) {
                cancelRetry = scheduler.after(wait, this::connect);
            }
        }
    }

    private void finish(StreamEnd why) {
        List<Pending> lost;
        Call call;
        synchronized (lock) {
            if (ended != null) {
                return;
            }
            ended = why;
            lost = new ArrayList<>(unanswered.values());
            unanswered.clear();
            unsent.clear();
            call = current;
            current = null;
            if (cancelRetry != null) {
                cancelRetry.run();
            }
            lock.notifyAll();
        }
        if (call != null) {
            call.cancel();
        }
        lost.forEach(pending -> pending.answer.completeExceptionally(new StreamEndedException(why)));
        end.complete(why);
    }

    private static final class Pending {
        final Contribution item;
        final long bytes;
        final CompletableFuture<ContributionOutcome> answer = new CompletableFuture<>();

        Pending(Contribution item) {
            this.item = item;
            this.bytes = item.getSerializedSize();
        }
    }

    /** One attempt: from connecting to the end of the call. */
    private final class Call implements ClientResponseObserver<ContributeRequest, ContributeResponse> {
        private volatile @Nullable ClientCallStreamObserver<ContributeRequest> requests;
        private boolean halfClosed;

        @Override
        public void beforeStart(ClientCallStreamObserver<ContributeRequest> stream) {
            requests = stream;
            stream.setOnReadyHandler(() -> {
                synchronized (lock) {
                    if (current == this) {
                        sendWhatFits();
                    }
                }
            });
        }

        boolean isReady() {
            ClientCallStreamObserver<ContributeRequest> stream = requests;
            return stream != null && stream.isReady();
        }

        void send(Contribution item) {
            ClientCallStreamObserver<ContributeRequest> stream = requests;
            if (stream != null) {
                stream.onNext(
                        ContributeRequest.newBuilder().setContribution(item).build());
            }
        }

        void halfClose() {
            ClientCallStreamObserver<ContributeRequest> stream = requests;
            if (stream != null && !halfClosed) {
                halfClosed = true;
                stream.onCompleted();
            }
        }

        void cancel() {
            ClientCallStreamObserver<ContributeRequest> stream = requests;
            if (stream != null) {
                stream.cancel("the contributor ended the call", null);
            }
        }

        @Override
        public void onNext(ContributeResponse response) {
            answered(response);
        }

        @Override
        public void onError(Throwable failure) {
            callEnded(this, Failures.of(failure));
        }

        @Override
        public void onCompleted() {
            callEnded(
                    this,
                    new Verdict.Retry(
                            "the gateway ended the stream without a reason", null, StreamEnd.Reason.UNREACHABLE));
        }
    }
}
