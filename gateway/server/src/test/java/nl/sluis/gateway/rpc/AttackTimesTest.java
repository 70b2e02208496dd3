package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.GERMAN;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.StreamObserver;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prints how long each attack waits for its answer, and what it does to the delay of another tenant's stream. */
@Tag("long")
@Timeout(300)
class AttackTimesTest {
    private static final int PRODUCTS = 800;
    private static final long INTERVAL_NANOS = 5_000_000;

    /** Attacks before those that are measured: the compilers' work is not the attack's. */
    private static final int WARM_UP_ATTACKS = 20;

    @TempDir
    private static Path folder;

    private final long[] published = new long[PRODUCTS];
    private final long[] received = new long[PRODUCTS];
    private double calmSeconds;

    private interface Attack {
        void run(Attacks attacks) throws Exception;
    }

    @Test
    void anotherTenantsStreamLosesNothing() throws Exception {
        DevelopmentPki pki = PortUnderTest.pki(folder);
        measure(pki, "warm-up", attacks -> {});
        calmSeconds = measure(pki, "nothing", attacks -> {});
        measure(pki, "rapid reset", Attacks::rapidReset);
        measure(pki, "empty CONTINUATION frames", Attacks::emptyContinuations);
        measure(pki, "2^31-1 length", Attacks::longestMessage);
        measure(pki, "gzip bomb", Attacks::gzipBomb);
        measure(
                pki,
                "100 readers of nothing",
                attacks -> attacks.readersOfNothing(100).close());
        measure(pki, "2,000 half-open handshakes", attacks -> Attacks.awaitEnded(attacks.halfOpenHandshakes()));
    }

    private double measure(DevelopmentPki pki, String name, Attack attack) throws Exception {
        PortUnderTest port = new PortUnderTest(
                pki,
                PartnerLimits.defaults()
                        .withConnectionTimes(Duration.ofSeconds(2), Duration.ofMinutes(10), Duration.ofSeconds(30)),
                methods -> methods.unary(
                        TenantServiceGrpc.getGetSelfMethod(),
                        (caller, request) -> CompletableFuture.completedStage(GetSelfResponse.getDefaultInstance())));
        try {
            return measure(port, name, attack);
        } finally {
            port.close();
        }
    }

    /** Repeats the attack while the bystander is sent 200 products a second. */
    private double measure(PortUnderTest port, String name, Attack attack) throws Exception {
        AtomicInteger count = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(PRODUCTS);
        SubscriptionServiceGrpc.newStub(port.channel(GERMAN))
                .subscribe(SubscribeRequest.getDefaultInstance(), new StreamObserver<>() {
                    @Override
                    public void onNext(SubscribeResponse message) {
                        if (message.hasDelivery() && count.get() < PRODUCTS) {
                            received[count.getAndIncrement()] = System.nanoTime();
                            all.countDown();
                        }
                    }

                    @Override
                    public void onError(Throwable failure) {
                        // what is lost is missed below
                    }

                    @Override
                    public void onCompleted() {
                        // what is lost is missed below
                    }
                });
        port.subscriptions.awaitOpened();
        Attacks attacks = new Attacks(port);
        for (int i = 0; i < WARM_UP_ATTACKS; i++) {
            attack(attacks, attack);
        }
        double before = serverSeconds();
        CompletableFuture<List<Double>> answers = CompletableFuture.supplyAsync(() -> repeat(attacks, attack, all));
        for (int i = 0; i < PRODUCTS; i++) {
            published[i] = System.nanoTime();
            port.subscriptions.publish(600);
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
        assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        List<Double> times = answers.get();
        double used = serverSeconds() - before;
        print(name, times, used - calmSeconds);
        return used;
    }

    /** Processor time of the server's threads so far, s. */
    private static double serverSeconds() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double seconds = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith("vert.x-")) {
                seconds += Math.max(0, threads.getThreadCpuTime(thread.getThreadId())) / 1e9;
            }
        }
        return seconds;
    }

    private static void attack(Attacks attacks, Attack attack) {
        try {
            attack.run(attacks);
        } catch (SocketException ended) {
            // the connection was ended while the rest was still sent: an answer as well
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Double> repeat(Attacks attacks, Attack attack, CountDownLatch end) {
        List<Double> millis = new ArrayList<>();
        do {
            long start = System.nanoTime();
            attack(attacks, attack);
            millis.add((System.nanoTime() - start) / 1e6);
            // ten times a second is hostile enough, and leaves processor time to whom it is about
            LockSupport.parkNanos(100_000_000L);
        } while (end.getCount() > 0);
        return millis;
    }

    @SuppressWarnings("SystemOut")
    private void print(String name, List<Double> answers, double moreSeconds) {
        double[] delays = new double[PRODUCTS];
        for (int i = 0; i < PRODUCTS; i++) {
            delays[i] = (received[i] - published[i]) / 1e6;
        }
        Arrays.sort(delays);
        double[] times =
                answers.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        System.out.println(String.format(
                Locale.ROOT,
                "%-28s answered in %.1f ms (median of %d); bystander p50 %.2f ms, p99 %.2f ms; processor time of the"
                        + " server for an attack %.1f ms",
                name,
                times[times.length / 2],
                times.length,
                delays[PRODUCTS / 2],
                delays[PRODUCTS * 99 / 100],
                moreSeconds * 1e3 / times.length));
    }
}
