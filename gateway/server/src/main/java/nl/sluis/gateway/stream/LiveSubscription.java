package nl.sluis.gateway.stream;

import com.google.protobuf.ByteString;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import nl.sluis.gateway.item.Times;
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

/** A cursor into an audience's own log. */
final class LiveSubscription implements Subscription {
    private static final Duration RETRY_AFTER_SHUTDOWN = Duration.ofSeconds(2);

    private final Audience audience;
    private final AudienceLog log;
    private final Filter filter;
    private final Variants variants;
    private final Plan plan;
    private final Function<Cursors.Place, byte[]> cursor;
    private final InstantSource clock;
    private final Runnable wakeUp;
    private final AtomicReference<@Nullable ClosingReason> closing = new AtomicReference<>();

    private int snapshotNext;
    private boolean snapshotAnnounced;
    private long snapshotDelivered;
    private int next;
    private long delivered;
    private long sequence;
    private @Nullable Instant caughtUpTo;
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

    LiveSubscription(
            Audience audience,
            AudienceLog log,
            Filter filter,
            Variants variants,
            Plan plan,
            Function<Cursors.Place, byte[]> cursor,
            InstantSource clock,
            Runnable wakeUp) {
        this.audience = audience;
        this.log = log;
        this.filter = filter;
        this.variants = variants;
        this.plan = plan;
        this.cursor = cursor;
        this.clock = clock;
        this.wakeUp = wakeUp;
        this.next = plan.live();
        this.delivered = plan.delivered();
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
        if (reason == null) {
            // a subscription can be resumed from its first moment: a checkpoint stands at its start
            int count = sendDue(out, maxBytes);
            if (count > 0 || sequence == 0) {
                out.appendBuffer(checkpoint());
            }
            if (!snapshotAnnounced && snapshotNext == plan.snapshot().length) {
                snapshotAnnounced = true;
                out.appendBuffer(frame(SubscribeResponse.newBuilder()
                        .setSnapshotComplete(SnapshotComplete.newBuilder().setCount(snapshotDelivered))));
            }
        } else {
            out.appendBuffer(closingFrame(reason));
            ended = true;
        }
        return out;
    }

    private int sendDue(Buffer out, int maxBytes) {
        int count = 0;
        while (out.length() < maxBytes) {
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
                out.appendBuffer(ready.frame());
                delivered++;
                count++;
                if (inSnapshot) {
                    snapshotDelivered++;
                }
            }
        }
        return count;
    }

    /** In the middle of a snapshot a cursor points at its start: resuming repeats rather than misses. */
    private byte[] cursor() {
        boolean inSnapshot = snapshotNext < plan.snapshot().length;
        int place = inSnapshot ? plan.snapshot()[0] : next;
        return cursor.apply(new Cursors.Place(place, delivered));
    }

    private Buffer checkpoint() {
        return frame(SubscribeResponse.newBuilder()
                .setCheckpoint(Checkpoint.newBuilder()
                        .setSequence(++sequence)
                        .setDelivered(delivered)
                        .setCursor(ByteString.copyFrom(cursor()))));
    }

    @Override
    public Buffer heartbeat() {
        Heartbeat.Builder heartbeat = Heartbeat.newBuilder();
        Instant now = clock.instant();
        Instant watermark = next >= log.size() ? now : caughtUpTo;
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
