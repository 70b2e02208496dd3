package nl.sluis.gateway.rpc;

import com.google.protobuf.ByteString;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.release.Frames;
import nl.sluis.gateway.stream.Subscription;
import nl.sluis.gateway.stream.SubscriptionRefused;
import nl.sluis.gateway.stream.Subscriptions;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;

/** One log of frames, and a cursor into it for each subscription. */
final class FakeSubscriptions implements Subscriptions {
    final BlockingQueue<Cursor> opened = new LinkedBlockingQueue<>();
    volatile boolean confirmed = true;
    /** What is due can't be handed out: the journal does not answer. */
    volatile boolean held;

    private final List<Buffer> log = new ArrayList<>();
    private final List<Cursor> turns = new ArrayList<>();
    private final List<Cursor> live = new CopyOnWriteArrayList<>();

    @Override
    public Subscription open(CallerIdentity caller, SubscribeRequest request, Runnable wakeUp)
            throws SubscriptionRefused {
        if (request.getFilter().equals("nonsense")) {
            throw new SubscriptionRefused("filter", "undeclared reference `nonsense`");
        }
        if (request.getFilter().equals("fault")) {
            throw new IllegalStateException("secret detail");
        }
        Cursor cursor = new Cursor(wakeUp);
        live.add(cursor);
        opened.add(cursor);
        return cursor;
    }

    @Override
    public boolean confirmed() {
        return confirmed;
    }

    /** Releases a product of {@code bytes} to all. */
    void publish(int bytes) {
        Buffer frame = Frames.frame(SubscribeResponse.newBuilder()
                .setDelivery(Delivery.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])))
                .build());
        synchronized (log) {
            log.add(frame);
        }
        live.forEach(cursor -> cursor.wakeUp.run());
    }

    /** Releases many products before anybody is told. */
    void publishAll(int count, int bytes) {
        Buffer frame = Frames.frame(SubscribeResponse.newBuilder()
                .setDelivery(Delivery.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])))
                .build());
        synchronized (log) {
            turns.clear();
            log.addAll(Collections.nCopies(count, frame));
        }
        live.forEach(cursor -> cursor.wakeUp.run());
    }

    /** How many turns others had at most between two turns of one in which it got something. */
    int turnsBetweenTurnsMax() {
        synchronized (log) {
            int most = 0;
            Map<Cursor, Integer> last = new HashMap<>();
            for (int i = 0; i < turns.size(); i++) {
                Integer before = last.put(turns.get(i), i);
                most = before == null ? most : Math.max(most, i - before - 1);
            }
            return most;
        }
    }

    Cursor awaitOpened() throws InterruptedException {
        Cursor cursor = opened.poll(PortUnderTest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (cursor == null) {
            throw new AssertionError("no subscription was opened");
        }
        return cursor;
    }

    final class Cursor implements Subscription {
        final AtomicLong polledBytes = new AtomicLong();
        final java.util.concurrent.CompletableFuture<Void> released = new java.util.concurrent.CompletableFuture<>();
        private final Runnable wakeUp;
        private volatile int position;
        private volatile ClosingReason closing;
        private volatile boolean ended;

        Cursor(Runnable wakeUp) {
            this.wakeUp = wakeUp;
        }

        @Override
        public Buffer poll(int maxBytes) {
            Buffer due = Buffer.buffer();
            if (closing != null && !ended) {
                ended = true;
                return Frames.frame(SubscribeResponse.newBuilder()
                        .setClosing(Closing.newBuilder()
                                .setReason(closing)
                                .setCursor(ByteString.copyFromUtf8("at-" + position)))
                        .build());
            }
            synchronized (log) {
                while (!held && position < log.size() && due.length() < maxBytes) {
                    due.appendBuffer(log.get(position++));
                }
                if (due.length() > 0) {
                    turns.add(this);
                }
            }
            polledBytes.addAndGet(due.length());
            return due;
        }

        @Override
        public boolean behind() {
            synchronized (log) {
                return position < log.size();
            }
        }

        @Override
        public Buffer heartbeat() {
            return Frames.frame(SubscribeResponse.newBuilder()
                    .setHeartbeat(Heartbeat.getDefaultInstance())
                    .build());
        }

        @Override
        public void close(ClosingReason reason) {
            closing = reason;
        }

        @Override
        public boolean ended() {
            return ended;
        }

        @Override
        public void close() {
            live.remove(this);
            released.complete(null);
        }
    }
}
