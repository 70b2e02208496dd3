package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import nl.sluis.gateway.FlowUnderTest.MovedClock;
import nl.sluis.gateway.FlowUnderTest.Reader;
import nl.sluis.gateway.hazard.ElementScreening;
import nl.sluis.gateway.identity.Role;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.stream.Subscription;
import nl.sluis.journal.v1.StoredAuditEntry;
import nl.sluis.journal.v1.StoredDeliveries;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.WithdrawRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Subscriptions that look only when they are woken, as those on event loops do. */
class FanOutTest {
    private static final String CATALOGUE = "nld/catalogue";
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    private static final List<String> TENANTS = List.of("nor/north-watch", "deu/space-watch", "lux/acme-space");
    private static final int BATCH_BYTES = 2_000;
    private static final int ROUNDS = 15;
    private static final long LIMIT_S = 30;

    private static final List<SubscribeRequest> REQUESTS = List.of(
            SubscribeRequest.getDefaultInstance(),
            SubscribeRequest.newBuilder()
                    .addKinds(ProductKind.PRODUCT_KIND_CONJUNCTION)
                    .build(),
            SubscribeRequest.newBuilder()
                    .addKinds(ProductKind.PRODUCT_KIND_TRACK)
                    .build(),
            SubscribeRequest.newBuilder()
                    .setFilter("product.conjunction.miss_distance_m > 20.0")
                    .build());

    @TempDir
    private Path folder;

    private final ExecutorService loops = Executors.newFixedThreadPool(2);
    private int contributed;

    @AfterEach
    void endLoops() {
        loops.shutdownNow();
    }

    @Test
    void who_looks_only_when_woken_gets_all_that_one_gets_who_always_looks_and_nothing_before_it_is_accounted_for()
            throws Exception {
        Random random = new Random(17);
        try (FlowUnderTest flow = new FlowUnderTest(
                folder, new MovedClock(), elements -> new ElementScreening.Found(List.of(), List.of()))) {
            Account account = new Account(flow);
            List<Reader> looking = new ArrayList<>();
            List<Woken> woken = new ArrayList<>();
            for (String tenant : TENANTS) {
                for (SubscribeRequest request : REQUESTS) {
                    looking.add(flow.subscribe(tenant, request));
                    woken.add(new Woken(flow, account, tenant, request));
                    woken.add(new Woken(flow, account, tenant, request));
                }
            }
            for (int round = 0; round < ROUNDS; round++) {
                List<String> ids = new ArrayList<>();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    ids.add(contribute(flow));
                }
                if (random.nextBoolean()) {
                    // now and then all stand at the end again before more comes
                    flow.settle();
                }
                if (random.nextInt(8) == 0) {
                    flow.changes()
                            .withdraw(
                                    FlowUnderTest.caller(CATALOGUE, Role.CONTRIBUTOR),
                                    WithdrawRequest.newBuilder()
                                            .setContributionId(ids.get(0))
                                            .setReason("mislabelled")
                                            .build())
                            .toCompletableFuture()
                            .get(LIMIT_S, TimeUnit.SECONDS);
                }
                if (random.nextInt(10) == 0) {
                    flow.settle();
                    flow.subscriptions().policyChanged(round);
                }
            }
            for (int i = 0; i < looking.size(); i++) {
                List<String> all = content(looking.get(i).read().messages);
                assertThat(woken.get(2 * i).awaitContent(all.size())).isEqualTo(all);
                assertThat(woken.get(2 * i + 1).awaitContent(all.size())).isEqualTo(all);
            }
            assertThat(content(looking.get(0).messages)).hasSizeGreaterThan(2 * ROUNDS);
            assertThat(account.missing()).isZero();
        }
    }

    /** What is delivered and withdrawn; of what was withdrawn the notice alone, for who looks later gets no more. */
    private static List<String> content(List<SubscribeResponse> messages) {
        Set<String> withdrawn = messages.stream()
                .filter(SubscribeResponse::hasWithdrawn)
                .map(message -> message.getWithdrawn().getProductId())
                .collect(Collectors.toSet());
        List<String> content = new ArrayList<>();
        for (SubscribeResponse message : messages) {
            if (message.hasWithdrawn()) {
                content.add("withdrawn " + message.getWithdrawn().getProductId());
            } else if (message.hasDelivery()
                    && !withdrawn.contains(message.getDelivery().getProductId())) {
                content.add(message.getDelivery().getProductId());
            }
        }
        return content;
    }

    private String contribute(FlowUnderTest flow) {
        contributed++;
        return flow.contributeWarning(CATALOGUE, flow.label(PUBLIC), contributed);
    }

    /** Counts deliveries in the audit log, and those that were there before their entry. */
    private static final class Account {
        private final FlowUnderTest flow;
        private final Map<String, Long> balances = new HashMap<>();
        private long read;
        private int missing;

        Account(FlowUnderTest flow) {
            this.flow = flow;
        }

        synchronized void delivered(String tenant, long count) throws InvalidProtocolBufferException {
            for (Entry entry : flow.journal().read(LogName.AUDIT, read + 1, Integer.MAX_VALUE)) {
                StoredDeliveries batch =
                        StoredAuditEntry.parseFrom(entry.payload()).getDeliveries();
                batch.getTenantsList()
                        .forEach(name -> balances.merge(name, (long) batch.getDeliveriesCount(), Long::sum));
                read = entry.position();
            }
            if (balances.merge(tenant, -count, Long::sum) < 0) {
                missing++;
            }
        }

        synchronized int missing() {
            return missing;
        }
    }

    /** A subscription on an event loop: one look for each time it is woken, until there is nothing. */
    private final class Woken {
        private final Account account;
        private final String tenant;
        private final List<SubscribeResponse> messages = new ArrayList<>();
        private final AtomicInteger wakes = new AtomicInteger();
        private final CountDownLatch open = new CountDownLatch(1);
        private final Subscription subscription;

        Woken(FlowUnderTest flow, Account account, String tenant, SubscribeRequest request) throws Exception {
            this.account = account;
            this.tenant = tenant;
            this.subscription =
                    flow.subscriptions().open(FlowUnderTest.caller(tenant, Role.SUBSCRIBER), request, this::wakeUp);
            open.countDown();
            wakeUp();
        }

        private void wakeUp() {
            if (wakes.getAndIncrement() == 0) {
                loops.execute(this::look);
            }
        }

        private void look() {
            try {
                open.await();
                int seen;
                do {
                    seen = wakes.get();
                    Buffer frames = subscription.poll(BATCH_BYTES);
                    while (frames.length() > 0) {
                        take(FlowUnderTest.parse(frames));
                        frames = subscription.poll(BATCH_BYTES);
                    }
                } while (!wakes.compareAndSet(seen, 0));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private synchronized void take(List<SubscribeResponse> some) throws InvalidProtocolBufferException {
            account.delivered(
                    tenant, some.stream().filter(SubscribeResponse::hasDelivery).count());
            messages.addAll(some);
            notifyAll();
        }

        synchronized List<String> awaitContent(int count) throws InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
            while (content(messages).size() < count && System.nanoTime() < end) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, end - System.nanoTime()));
            }
            return content(messages);
        }
    }
}
