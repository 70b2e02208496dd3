package nl.sluis.gateway.stream;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.release.DeliveryLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what was released to all who wait for it: gathers it once for those abreast of each other, enters it for all of them
 * in one commit, and wakes each when it may leave. No event loop decides, signs or waits meanwhile.
 */
final class FanOut {
    private static final Logger LOG = LoggerFactory.getLogger(FanOut.class);

    private final DeliveryLog deliveries;

    FanOut(DeliveryLog deliveries) {
        this.deliveries = deliveries;
    }

    /** Serves those who wait; goes on by itself when a product must be read first. */
    void serve(List<Abreast> waiting) {
        if (!waiting.isEmpty()) {
            new Round(waiting).run();
        }
    }

    private final class Round {
        // guarded by this
        private final List<Abreast> waiting;

        Round(List<Abreast> waiting) {
            this.waiting = new ArrayList<>(waiting);
        }

        /** Run again, from any thread, when a product is there. */
        void run() {
            Map<Abreast, Due.Gathered> came = new LinkedHashMap<>();
            synchronized (this) {
                waiting.removeIf(group -> isServed(group, came));
            }
            List<DeliveryLog.Batch> batches = new ArrayList<>();
            came.forEach((group, gathered) -> {
                if (!gathered.products().isEmpty()) {
                    batches.add(new DeliveryLog.Batch(group.tenants(), gathered.products()));
                }
            });
            CompletableFuture<?> entered =
                    batches.isEmpty() ? CompletableFuture.completedFuture(null) : deliveries.enterAll(batches);
            came.forEach((group, gathered) -> {
                group.offer(
                        gathered, gathered.products().isEmpty() ? CompletableFuture.completedFuture(null) : entered);
                if (gathered.products().isEmpty()) {
                    group.wakeAll();
                }
            });
            var unused = entered.whenComplete((done, failure) -> came.forEach((group, gathered) -> {
                if (!gathered.products().isEmpty()) {
                    group.wakeAll();
                }
            }));
        }

        private boolean isServed(Abreast group, Map<Abreast, Due.Gathered> came) {
            try {
                Due.Gathered gathered = group.gather(this::run);
                if (!gathered.waits()) {
                    came.put(group, gathered);
                    return true;
                }
                return false;
            } catch (RuntimeException failure) {
                LOG.atDebug().setCause(failure).log("not gathered for all together");
                group.offerNothing();
                group.wakeAll();
                return true;
            }
        }
    }
}
