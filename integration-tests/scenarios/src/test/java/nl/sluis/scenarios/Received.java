package nl.sluis.scenarios;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import nl.sluis.partner.ReceivedProduct;
import nl.sluis.partner.StreamCondition;
import nl.sluis.partner.SubscriptionListener;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Withdrawn;

/** What one subscriber received, message by message. Heartbeats come often, so waiting for any message is enough. */
final class Received implements SubscriptionListener {
    private final List<SubscribeResponse> messages = new ArrayList<>();
    private final List<ReceivedProduct> products = new ArrayList<>();
    private final List<Checkpoint> checkpoints = new ArrayList<>();
    private final boolean removesWithdrawn;
    private Instant upToDate = Instant.MIN;
    private long snapshotCount = -1;

    Received() {
        this(false);
    }

    Received(boolean removesWithdrawn) {
        this.removesWithdrawn = removesWithdrawn;
    }

    @Override
    public boolean onWithdrawn(Withdrawn withdrawn) {
        return removesWithdrawn;
    }

    @Override
    public synchronized void onMessage(SubscribeResponse message) {
        messages.add(message);
        notifyAll();
    }

    @Override
    public synchronized void onProduct(ReceivedProduct product) {
        products.add(product);
        notifyAll();
    }

    @Override
    public synchronized void onCheckpoint(Checkpoint checkpoint) {
        checkpoints.add(checkpoint);
        notifyAll();
    }

    @Override
    public synchronized void onSnapshotComplete(long count) {
        snapshotCount = count;
        notifyAll();
    }

    @Override
    public synchronized void onCondition(StreamCondition condition) {
        if (condition instanceof StreamCondition.UpToDate now) {
            upToDate = now.watermark();
        }
        notifyAll();
    }

    /** Looks at the condition after each message, so it is looked at at least once a heartbeat. */
    synchronized void await(String what, Duration limit, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            long leftMs = (end - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new AssertionError(what + ": not within " + limit);
            }
            wait(leftMs);
        }
    }

    /** Looks at each product once, in their order, until one fulfils the condition: a snapshot may be of many thousands. */
    synchronized void awaitProduct(String what, Duration limit, Predicate<ReceivedProduct> condition)
            throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        await(what, limit, () -> {
            while (next.get() < products.size()) {
                if (condition.test(products.get(next.getAndIncrement()))) {
                    return true;
                }
            }
            return false;
        });
    }

    synchronized boolean isUpToDateSince(Instant time) {
        return !upToDate.isBefore(time);
    }

    synchronized long snapshotCount() {
        return snapshotCount;
    }

    synchronized int count() {
        return products.size();
    }

    synchronized List<ReceivedProduct> products() {
        return List.copyOf(products);
    }

    List<ReceivedProduct> products(ProductKind kind) {
        return products().stream()
                .filter(received -> received.product().getKind() == kind)
                .toList();
    }

    List<ReceivedProduct> tracks() {
        return products(ProductKind.PRODUCT_KIND_TRACK);
    }

    /** Warnings with a probability were contributed; those that the gateway screened have none. */
    List<ReceivedProduct> warnings(Predicate<ConjunctionWarning> which) {
        return products(ProductKind.PRODUCT_KIND_CONJUNCTION).stream()
                .filter(received -> which.test(received.product().getConjunction()))
                .toList();
    }

    synchronized List<SubscribeResponse> messages() {
        return List.copyOf(messages);
    }

    /** The deliveries as they came, whole. */
    List<SubscribeResponse> deliveries() {
        return messages().stream().filter(SubscribeResponse::hasDelivery).toList();
    }

    /** Why the gateway ended the stream; unspecified while it has not. */
    ClosingReason closing() {
        return messages().stream()
                .filter(SubscribeResponse::hasClosing)
                .map(message -> message.getClosing().getReason())
                .findFirst()
                .orElse(ClosingReason.CLOSING_REASON_UNSPECIFIED);
    }

    synchronized Checkpoint lastCheckpoint() {
        return checkpoints.get(checkpoints.size() - 1);
    }
}
