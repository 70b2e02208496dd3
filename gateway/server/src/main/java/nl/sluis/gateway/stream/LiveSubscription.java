package nl.sluis.gateway.stream;

import com.google.protobuf.ByteString;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.release.Variants;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.SnapshotComplete;
import nl.sluis.proto.v1.SubscribeResponse;
import org.jspecify.annotations.Nullable;

/**
 * A cursor into an audience's own log. What is due is gathered into a batch, the batch is entered in the audit log, and
 * handed out when the entry is durable: under load batches grow, so that their number stays small.
 */
final class LiveSubscription implements Subscription {
    private static final Duration RETRY_AFTER_SHUTDOWN = Duration.ofSeconds(2);

    private final TenantId tenant;
    private final Audience audience;
    private final AudienceLog log;
    private final Filter filter;
    private final Variants variants;
    private final DeliveryLog deliveries;
    private final Plan plan;
    private final Function<Cursors.Place, byte[]> cursor;
    private final InstantSource clock;
    private final Runnable wakeUp;
    private final AtomicReference<@Nullable ClosingReason> closing = new AtomicReference<>();

    private boolean snapshotAnnounced;
    private long sequence;
    private Progress progress;
    private @Nullable Batch batch;
    private boolean ended;

    /**
     * Where a subscription starts.
     *
     * @param snapshot indexes to send first
     * @param announce whether the end of the snapshot is announced
     * @param live index to go on with
     * @param delivered products delivered by the subscription that this one resumes
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Plan(int[] snapshot, boolean announce, int live, long delivered) {}

    /**
     * How far the subscription is.
     *
     * @param snapshotNext next place of the snapshot's indexes
     * @param snapshotDelivered products delivered of the snapshot
     * @param next next index after the snapshot
     * @param delivered products delivered in all
     * @param caughtUpTo when there was last nothing more to send
     */
    private record Progress(
            int snapshotNext,
            long snapshotDelivered,
            int next,
            long delivered,
            @Nullable Instant caughtUpTo) {}

    /**
     * What is to be sent next.
     *
     * @param frames deliveries
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
            Function<Cursors.Place, byte[]> cursor,
            InstantSource clock,
            Runnable wakeUp) {
        this.tenant = tenant;
        this.audience = audience;
        this.log = log;
        this.filter = filter;
        this.variants = variants;
        this.deliveries = deliveries;
        this.plan = plan;
        this.cursor = cursor;
        this.clock = clock;
        this.wakeUp = wakeUp;
        this.progress = new Progress(0, 0, plan.live(), plan.delivered(), null);
        this.snapshotAnnounced = !plan.announce();
        log.addListener(wakeUp);
    }

    @Override
    public Buffer poll(int maxBytes) {
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
        if (batch == null) {
            batch = gather(maxBytes);
        }
        if (batch != null) {
            if (!batch.entered().isDone()) {
                return out;
            }
            // throws what the journal failed with, and the stream ends: nothing leaves that is not entered
            batch.entered().join();
            out.appendBuffer(batch.frames());
            progress = batch.after();
            batch = null;
        }
        // a subscription can be resumed from its first moment: a checkpoint stands at its start
        if (out.length() > 0 || sequence == 0) {
            out.appendBuffer(checkpoint());
        }
        if (!snapshotAnnounced && progress.snapshotNext() == plan.snapshot().length) {
            snapshotAnnounced = true;
            out.appendBuffer(frame(SubscribeResponse.newBuilder()
                    .setSnapshotComplete(SnapshotComplete.newBuilder().setCount(progress.snapshotDelivered()))));
        }
        return out;
    }

    /** What is due, up to a size; null where nothing is. What was looked at and is not for this subscriber is passed. */
    private @Nullable Batch gather(int maxBytes) {
        Buffer frames = Buffer.buffer();
        List<Variants.Found.Ready> due = new ArrayList<>();
        int snapshotNext = progress.snapshotNext();
        int next = progress.next();
        int ofSnapshot = 0;
        Instant caughtUpTo = progress.caughtUpTo();
        while (frames.length() < maxBytes) {
            boolean inSnapshot = snapshotNext < plan.snapshot().length;
            if (!inSnapshot && next >= log.size()) {
                caughtUpTo = clock.instant();
                break;
            }
            int index = inSnapshot ? plan.snapshot()[snapshotNext] : next;
            Variants.Found found = variants.find(audience, log.position(index), wakeUp);
            if (found instanceof Variants.Found.Loading) {
                break;
            }
            if (inSnapshot) {
                snapshotNext++;
            } else {
                next++;
            }
            if (found instanceof Variants.Found.Ready ready && filter.matches(ready.product())) {
                frames.appendBuffer(ready.frame());
                due.add(ready);
                ofSnapshot += inSnapshot ? 1 : 0;
            }
        }
        Progress after = new Progress(
                snapshotNext,
                progress.snapshotDelivered() + ofSnapshot,
                next,
                progress.delivered() + due.size(),
                caughtUpTo);
        if (due.isEmpty()) {
            progress = after;
            return null;
        }
        CompletableFuture<?> entered = deliveries.enter(tenant, due);
        var unused = entered.whenComplete((done, failure) -> wakeUp.run());
        return new Batch(frames, after, entered);
    }

    /** In the middle of a snapshot a cursor points at its start: resuming repeats rather than misses. */
    private byte[] cursor() {
        boolean inSnapshot = progress.snapshotNext() < plan.snapshot().length;
        int place = inSnapshot ? plan.snapshot()[0] : progress.next();
        return cursor.apply(new Cursors.Place(place, progress.delivered()));
    }

    private Buffer checkpoint() {
        return frame(SubscribeResponse.newBuilder()
                .setCheckpoint(Checkpoint.newBuilder()
                        .setSequence(++sequence)
                        .setDelivered(progress.delivered())
                        .setCursor(ByteString.copyFrom(cursor()))));
    }

    @Override
    public Buffer heartbeat() {
        Heartbeat.Builder heartbeat = Heartbeat.newBuilder();
        Instant now = clock.instant();
        Instant watermark = batch == null && progress.next() >= log.size() ? now : progress.caughtUpTo();
        if (watermark != null) {
            heartbeat.setWatermark(Times.timestamp(watermark));
            heartbeat.setLag(Times.duration(Duration.between(watermark, now)));
        }
        return frame(SubscribeResponse.newBuilder().setHeartbeat(heartbeat));
    }

    private Buffer closingFrame(ClosingReason reason) {
        Closing.Builder last = Closing.newBuilder().setReason(reason).setCursor(ByteString.copyFrom(cursor()));
        if (reason == ClosingReason.CLOSING_REASON_SHUTDOWN
                || reason == ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED
                || reason == ClosingReason.CLOSING_REASON_TOO_SLOW) {
            last.setRetryAfter(Times.duration(RETRY_AFTER_SHUTDOWN));
        }
        return frame(SubscribeResponse.newBuilder().setClosing(last));
    }

    private static Buffer frame(SubscribeResponse.Builder message) {
        return Frames.frame(message.build());
    }

    @Override
    public void close(ClosingReason reason) {
        if (closing.compareAndSet(null, reason)) {
            wakeUp.run();
        }
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public void close() {
        log.removeListener(wakeUp);
    }
}
