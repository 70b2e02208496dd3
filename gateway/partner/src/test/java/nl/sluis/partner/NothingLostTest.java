package nl.sluis.partner;

import static nl.sluis.partner.FakeGateway.checkpoint;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever the stream does, a subscriber takes every product once and in order. Histories by seed; the seed is printed. */
class NothingLostTest {
    private static final int HISTORIES = 60;
    private static final int PRODUCTS = 40;

    @TempDir
    Path folder;

    @Test
    void everyProductIsTakenOnceAndInOrder() throws Exception {
        try (FakeGateway gateway = new FakeGateway(folder.resolve("pki"));
                PartnerClient client = gateway.client(new Impatient())) {
            List<SubscribeResponse> products = new ArrayList<>();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < PRODUCTS; i++) {
                products.add(gateway.track("product-" + i));
                expected.add("product-" + i);
            }
            for (int seed = 0; seed < HISTORIES; seed++) {
                History history = new History(gateway, products, new Random(seed));
                history.arm();
                CompletableFuture<Void> all = new CompletableFuture<>();
                List<String> taken = new ArrayList<>();
                SubscribeRequest request = SubscribeRequest.newBuilder()
                        .setSnapshot(StartSnapshot.getDefaultInstance())
                        .build();
                Subscription subscription = client.subscribe(request, product -> {
                    taken.add(product.product().getProductId());
                    if (taken.size() >= PRODUCTS) {
                        all.complete(null);
                    }
                });
                subscription.end().thenAccept(end -> all.completeExceptionally(new AssertionError(end.toString())));
                assertThat(all)
                        .describedAs("seed %d, log %s", seed, history.log)
                        .succeedsWithin(20, TimeUnit.SECONDS);
                subscription.cancel();
                subscription.end().toCompletableFuture().get(20, TimeUnit.SECONDS);
                assertThat(taken).describedAs("seed %d", seed).isEqualTo(expected);
                gateway.subscriptions.clear();
            }
        }
    }

    /** A gateway's log of products, read through a stream with faults. Two faults of integrity never come in a row. */
    private static final class History {
        private final FakeGateway gateway;
        private final List<SubscribeResponse> products;
        private final Random random;
        private final boolean countsAnew;
        final List<String> log = new ArrayList<>();
        private boolean lastWasIntegrity;

        History(FakeGateway gateway, List<SubscribeResponse> products, Random random) {
            this.gateway = gateway;
            this.products = products;
            this.random = random;
            this.countsAnew = random.nextBoolean();
        }

        void arm() {
            gateway.subscriptions.add(this::call);
        }

        private void call(SubscribeRequest request, ServerCallStreamObserver<SubscribeResponse> answers) {
            arm();
            String[] position = request.hasCursor()
                    ? request.getCursor().toStringUtf8().split(":", -1)
                    : new String[] {"0", "0", "0"};
            int next = Integer.parseInt(position[0]);
            long sequence = countsAnew ? 0 : Long.parseLong(position[1]);
            long delivered = countsAnew ? 0 : Long.parseLong(position[2]);
            log.add("from " + next);
            int batches = 1 + random.nextInt(4);
            for (int batch = 0; batch < batches; batch++) {
                int size = 1 + random.nextInt(6);
                for (int i = 0; i < size && next < products.size(); i++) {
                    answers.onNext(products.get(next));
                    delivered++;
                    if (random.nextInt(10) == 0) {
                        answers.onNext(products.get(random.nextInt(next + 1)));
                        delivered++;
                    }
                    next++;
                    if (random.nextInt(15) == 0) {
                        log.add("drop at " + next);
                        lastWasIntegrity = false;
                        answers.onError(Status.UNAVAILABLE.asRuntimeException());
                        return;
                    }
                }
                boolean breaks = !lastWasIntegrity && random.nextInt(8) == 0;
                lastWasIntegrity = breaks;
                long skipped = breaks ? 1 : 0;
                sequence += 1 + skipped;
                answers.onNext(checkpoint(sequence, delivered, next + ":" + sequence + ":" + delivered));
                if (breaks) {
                    log.add("skipped checkpoint before " + next);
                    return;
                }
            }
            log.add("closing at " + next);
            lastWasIntegrity = false;
            answers.onNext(SubscribeResponse.newBuilder()
                    .setClosing(Closing.newBuilder().setReason(ClosingReason.CLOSING_REASON_SHUTDOWN))
                    .build());
            answers.onCompleted();
        }
    }

    /** Runs retries at once; silence never comes. */
    private static final class Impatient implements Scheduler {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Runnable after(Duration delay, Runnable task) {
            if (delay.compareTo(SubscriptionOptions.DEFAULT.silenceMax()) < 0) {
                ForkJoinPool.commonPool().execute(task);
            }
            return () -> {};
        }

        @Override
        public void close() {}
    }
}
