package nl.sluis.partner;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.Withdrawn;

/** Remembers what a subscription told it, and lets a test wait for it. */
final class RecordingListener implements SubscriptionListener {
    private static final long LIMIT_S = 20;

    final List<String> products = new CopyOnWriteArrayList<>();
    final BlockingQueue<ReceivedProduct> arrivals = new LinkedBlockingQueue<>();
    final BlockingQueue<StreamCondition> conditions = new LinkedBlockingQueue<>();
    final BlockingQueue<Checkpoint> checkpoints = new LinkedBlockingQueue<>();

    @Override
    public void onProduct(ReceivedProduct product) {
        products.add(product.product().getProductId());
        arrivals.add(product);
    }

    @Override
    public void onCheckpoint(Checkpoint checkpoint) {
        checkpoints.add(checkpoint);
    }

    @Override
    public void onCondition(StreamCondition condition) {
        conditions.add(condition);
    }

    @Override
    public boolean onWithdrawn(Withdrawn withdrawn) {
        return true;
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T value = queue.poll(LIMIT_S, TimeUnit.SECONDS);
        if (value == null) {
            throw new AssertionError("nothing within " + LIMIT_S + " s");
        }
        return value;
    }

    <C extends StreamCondition> C nextCondition(Class<C> type) throws InterruptedException {
        return type.cast(next(conditions));
    }
}
