package nl.sluis.gateway.stream;

import com.google.protobuf.ByteString;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.PolicyChanged;
import nl.sluis.proto.v1.QuotaLeft;
import nl.sluis.proto.v1.SnapshotComplete;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import org.jspecify.annotations.Nullable;

/**
 * A cursor into an audience's own log. What is due is gathered into a batch, the batch is entered in the audit log, and
 * handed out when the entry is durable: under load batches grow, so that their number stays small.
 */
final class LiveSubscription implements Subscription {
    private static final Duration RETRY_AFTER_SHUTDOWN = Duration.ofSeconds(2);

    private final Abreast.Member member;
    private final Plan plan;
    private final Variants variants;
    private final DeliveryLog deliveries;
    private final Reading reading;
    private final InstantSource clock;
    private final Runnable wakeUp;
    private final Deque<SubscribeResponse> notDelivered = new ArrayDeque<>();
    private final AtomicReference<@Nullable ClosingReason> closing = new AtomicReference<>();
    private final AtomicReference<@Nullable PolicyUpdate> policy = new AtomicReference<>();

    private volatile Due due;
    // null while it does not wait for what comes
    private volatile @Nullable Abreast abreast;
    private long[] snapshot;
    private boolean snapshotAnnounced;
    private long sequence;
    private Progress progress;
    private @Nullable Batch batch;
    private boolean ended;
    private volatile boolean closed;

    /**
     * Where a subscription starts.
     *
     * @param binding digest of what is asked for beside start and text
     * @param text which text stands beside a product
     * @param opening what is said first
     * @param snapshot indexes to send first
     * @param announce whether the end of the snapshot is announced
     * @param next index to go on with
     * @param sequence number of the last checkpoint of the subscription that this one resumes; else 0
     * @param delivered products delivered by the subscription that this one resumes; else 0
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Plan(
            ByteString binding,
            TextForm text,
            List<SubscribeResponse> opening,
            long[] snapshot,
            boolean announce,
            long next,
            long sequence,
            long delivered) {}

    /** The tenant's side: its cursors, what it is asked to answer, and how far it has read. */
    interface Reading {
        /** A cursor at an index of the audience's log. */
        byte[] cursor(Audience audience, long next, long sequence, long delivered);

        /** A message of the audience's log as this tenant is told it. */
        SubscribeResponse told(SubscribeResponse message);

        /** What is left of the audience's quotas. */
        List<QuotaLeft> quotasLeft(Audience audience);

        /** The tenant is another audience now; it was sent all entries of the former one before an index. */
        void left(Audience audience, long next);

        /** The subscription is over; it was sent all entries before an index. */
        void end(Audience audience, long next);
    }

    /**
     * Another policy, and the audience that the tenant is under it.
     *
     * @param change what is told
     * @param audience the audience
     * @param log its log
     */
    private record PolicyUpdate(PolicyChanged change, Audience audience, AudienceLog log) {}

    /**
     * How far the subscription is.
     *
     * @param snapshotNext next place of the snapshot's indexes
     * @param snapshotDelivered products delivered of the snapshot
     * @param next next index after the snapshot
     * @param delivered products delivered in all
     */
    record Progress(int snapshotNext, long snapshotDelivered, long next, long delivered) {
        Progress ofSnapshot(boolean isDelivery) {
            int one = isDelivery ? 1 : 0;
            return new Progress(snapshotNext + 1, snapshotDelivered + one, next, delivered + one);
        }

        Progress live(boolean isDelivery) {
            return new Progress(snapshotNext, snapshotDelivered, next + 1, delivered + (isDelivery ? 1 : 0));
        }

        Progress at(long index) {
            return new Progress(snapshotNext, snapshotDelivered, index, delivered);
        }

        /** Whether the snapshot is not over. */
        boolean isIn(long[] snapshot) {
            return snapshotNext < snapshot.length;
        }

        /** Behind what another subscriber gathered, maybe, from the same index. */
        Progress after(Due.Gathered gathered) {
            return new Progress(
                    snapshotNext,
                    snapshotDelivered,
                    gathered.after().next(),
                    delivered + gathered.products().size());
        }
    }

    /**
     * What is to be sent next.
     *
     * @param frames deliveries and what stands between them
     * @param after where the subscription is when they are sent
     * @param entered completes when they stand in the audit log
     */
    private record Batch(Buffer frames, Progress after, CompletableFuture<?> entered) {}

    LiveSubscription(
            TenantId tenant,
            Audience audience,
            AudienceLog log,
            Filter filter,
            Variants variants,
            DeliveryLog deliveries,
            Plan plan,
            Reading reading,
            InstantSource clock,
            Runnable wakeUp) {
        this.member = new Abreast.Member(tenant, wakeUp);
        this.due = new Due(audience, log, filter, plan.text(), variants);
        this.plan = plan;
        this.variants = variants;
        this.deliveries = deliveries;
        this.reading = reading;
        this.clock = clock;
        this.wakeUp = wakeUp;
        this.snapshot = plan.snapshot();
        this.snapshotAnnounced = !plan.announce();
        this.sequence = plan.sequence();
        this.progress = new Progress(0, 0, plan.next(), plan.delivered());
        notDelivered.addAll(plan.opening());
        // a subscription can be resumed from its first moment: a checkpoint stands at its start
        notDelivered.add(checkpoint());
    }

    @Override
    public Buffer poll(int maxBytes) {
        try {
            return dueNow(maxBytes);
        } catch (StoreException | CompletionException e) {
            StoreException.Code code = StoreException.in(e).orElseThrow(() -> e).code();
            if (code != StoreException.Code.UNREACHABLE && code != StoreException.Code.NOT_REPLICATED) {
                throw e;
            }
            // nobody confirms now that the policy is the newest; the cursor stands before what is not entered
            close(ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED);
            return dueNow(maxBytes);
        }
    }

    private Buffer dueNow(int maxBytes) {
        Buffer out = Buffer.buffer();
        if (ended) {
            return out;
        }
        ClosingReason reason = closing.get();
        if (reason != null) {
            // a batch that waits for its entry is not sent: the cursor stands before it
            out.appendBuffer(closingFrame(reason));
            ended = true;
            return out;
        }
        takeUpPolicy();
        while (!notDelivered.isEmpty()) {
            out.appendBuffer(Frames.frame(notDelivered.remove()));
        }
        if (abreast != null && !takeShared(abreast)) {
            return out;
        }
        if (batch == null) {
            batch = next(maxBytes);
        }
        if (batch != null) {
            if (!batch.entered().isDone()) {
                return out;
            }
            // throws what the journal failed with, and the stream ends: nothing leaves that is not entered
            batch.entered().join();
            progress = batch.after();
            Buffer checkpoint = Frames.frame(checkpoint());
            // of its own size, so that nothing is copied again to grow
            out = Buffer.buffer(out.length() + batch.frames().length() + checkpoint.length())
                    .appendBuffer(out)
                    .appendBuffer(batch.frames())
                    .appendBuffer(checkpoint);
            batch = null;
        }
        if (!snapshotAnnounced && !progress.isIn(snapshot)) {
            snapshotAnnounced = true;
            out.appendBuffer(frame(SubscribeResponse.newBuilder()
                    .setSnapshotComplete(SnapshotComplete.newBuilder().setCount(progress.snapshotDelivered()))));
        }
        return out;
    }

    /**
     * What is due, up to a size. Null where nothing is: then the subscription stands abreast of others and is woken with
     * what comes; or where it waits for a product. What was looked at and is not for this subscriber is passed.
     */
    private @Nullable Batch next(int maxBytes) {
        while (!closed) {
            SharedBatches.Place place = new SharedBatches.Place(progress.next(), plan.binding(), plan.text(), maxBytes);
            Due here = due;
            if (!here.isDue(progress, snapshot)) {
                abreast = here.log().join(place, wake -> here.gatherForAll(place, wake), member);
                if (abreast != null) {
                    return null;
                }
                continue;
            }
            Due.Gathered gathered = progress.isIn(snapshot)
                    ? gather(maxBytes)
                    : here.log().batches().at(place, variants.standing(), clock.millis(), () -> gather(maxBytes));
            Progress after = progress.isIn(snapshot) ? gathered.after() : progress.after(gathered);
            if (gathered.frames().length() > 0) {
                return entered(gathered, after);
            }
            progress = after;
            if (gathered.waits()) {
                return null;
            }
        }
        return null;
    }

    private Due.Gathered gather(int maxBytes) {
        return due.gather(progress, snapshot, maxBytes, reading::told, wakeUp);
    }

    private Batch entered(Due.Gathered gathered, Progress after) {
        CompletableFuture<?> entered = gathered.products().isEmpty()
                ? CompletableFuture.completedFuture(null)
                : deliveries.enter(member.tenant(), gathered.products());
        if (!entered.isDone()) {
            var unused = entered.whenComplete((done, failure) -> wakeUp.run());
        }
        return new Batch(gathered.frames(), after, entered);
    }

    /** What was gathered and entered for all who stood abreast; false while nothing is. */
    private boolean takeShared(Abreast waited) {
        Abreast.Offer offer = waited.offer();
        if (offer == null) {
            return false;
        }
        abreast = null;
        Progress after = progress.after(offer.gathered());
        if (offer.gathered().frames().length() > 0) {
            batch = new Batch(offer.gathered().frames(), after, offer.entered());
        } else {
            progress = after;
        }
        return true;
    }

    @Override
    public boolean behind() {
        return due.isDue(progress, snapshot);
    }

    /** Other rules hold: under them the tenant may be another audience, whose latest products it then gets. */
    private void takeUpPolicy() {
        PolicyUpdate update = policy.getAndSet(null);
        if (update == null) {
            return;
        }
        // what was gathered and not yet sent is decided again
        batch = null;
        leave();
        notDelivered.add(
                SubscribeResponse.newBuilder().setPolicyChanged(update.change()).build());
        Due before = due;
        due = new Due(update.audience(), update.log(), before.filter(), plan.text(), variants);
        if (update.log() != before.log()) {
            reading.left(before.audience(), progress.next());
            AudienceLog.Snapshot now = update.log().snapshot();
            snapshot = now.indexes();
            progress = new Progress(0, progress.snapshotDelivered(), now.end(), progress.delivered());
        }
    }

    private void leave() {
        Abreast waited = abreast;
        if (waited != null) {
            due.log().leave(waited, member);
            abreast = null;
        }
    }

    /** Whether it reads a log, or will from the next poll on. */
    boolean isOf(AudienceLog candidate) {
        PolicyUpdate update = policy.get();
        return (update == null ? due.log() : update.log()) == candidate;
    }

    /** Tells of another policy at the next poll. May be called on any thread. */
    void policyChanged(PolicyChanged change, Audience audienceNow, AudienceLog logNow) {
        policy.set(new PolicyUpdate(change, audienceNow, logNow));
        wakeUp.run();
    }

    /** In the middle of a snapshot a cursor points at its start: resuming repeats rather than misses. */
    private ByteString cursor() {
        long place = progress.isIn(snapshot) ? snapshot[0] : progress.next();
        return ByteString.copyFrom(reading.cursor(due.audience(), place, sequence, progress.delivered()));
    }

    private SubscribeResponse checkpoint() {
        sequence++;
        return SubscribeResponse.newBuilder()
                .setCheckpoint(Checkpoint.newBuilder()
                        .setSequence(sequence)
                        .setDelivered(progress.delivered())
                        .setCursor(cursor()))
                .build();
    }

    @Override
    public Buffer heartbeat() {
        Instant now = clock.instant();
        // all before what is due next was sent
        Due here = due;
        Instant watermark = here.isDue(progress, snapshot)
                ? earlier(
                        here.releasedAt(Math.max(
                                Due.index(progress, snapshot), here.log().first())),
                        now)
                : now;
        return frame(SubscribeResponse.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder()
                        .addAllQuotas(reading.quotasLeft(due.audience()))
                        .setWatermark(Times.timestamp(watermark))
                        .setLag(Times.duration(Duration.between(watermark, now)))));
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }

    private Buffer closingFrame(ClosingReason reason) {
        Closing.Builder last = Closing.newBuilder().setReason(reason).setCursor(cursor());
        if (reason == ClosingReason.CLOSING_REASON_SHUTDOWN
                || reason == ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED
                || reason == ClosingReason.CLOSING_REASON_TOO_SLOW) {
            last.setRetryAfter(Times.duration(RETRY_AFTER_SHUTDOWN));
        }
        return frame(SubscribeResponse.newBuilder().setClosing(last));
    }

    /** A gap; without a start where it is not known since when something is missing. */
    static SubscribeResponse.Builder gapMessage(GapReason reason, @Nullable Instant from, Instant to) {
        Gap.Builder gap = Gap.newBuilder().setReason(reason).setTo(Times.timestamp(to));
        if (from != null) {
            gap.setFrom(Times.timestamp(from));
        }
        return SubscribeResponse.newBuilder().setGap(gap);
    }

    static Buffer gap(GapReason reason, @Nullable Instant from, Instant to) {
        return frame(gapMessage(reason, from, to));
    }

    private static Buffer frame(SubscribeResponse.Builder message) {
        return Frames.frame(message.build());
    }

    @Override
    public void close(ClosingReason reason) {
        if (closing.compareAndSet(null, Objects.requireNonNull(reason))) {
            wakeUp.run();
        }
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            leave();
            reading.end(due.audience(), progress.next());
        }
    }
}
