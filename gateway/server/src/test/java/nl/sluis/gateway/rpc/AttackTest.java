package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static nl.sluis.gateway.rpc.PortUnderTest.GERMAN;
import static nl.sluis.gateway.rpc.PortUnderTest.PATIENCE;
import static nl.sluis.gateway.rpc.RawHttp2.ENHANCE_YOUR_CALM;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import com.google.rpc.QuotaFailure;
import com.google.rpc.Status;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each attack is answered, costs less than 64 MB, and takes nothing from another tenant's stream. */
@Timeout(60)
class AttackTest {
    private static final long GROWTH_BYTES_MAX = 64_000_000;
    private static final int PRODUCTS = 2_000;
    private static final int PRODUCT_BYTES = 600;
    private static final PartnerLimits LIMITS = PartnerLimits.defaults()
            .withStreamTimes(Duration.ofSeconds(15), Duration.ofSeconds(1))
            .withConnectionTimes(Duration.ofSeconds(3), Duration.ofMinutes(10), Duration.ofSeconds(30));

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    private PortUnderTest port;
    private Attacks attacks;
    private Received<SubscribeRequest, SubscribeResponse> bystander;
    private long bytesBefore;

    @BeforeAll
    static void makePki() throws Exception {
        pki = PortUnderTest.pki(folder);
    }

    @BeforeEach
    void start() throws Exception {
        port = new PortUnderTest(
                pki,
                LIMITS,
                methods -> methods.unary(
                        TenantServiceGrpc.getGetSelfMethod(),
                        (caller, request) -> CompletableFuture.completedStage(GetSelfResponse.getDefaultInstance())));
        attacks = new Attacks(port);
        bystander = Received.reading();
        SubscriptionServiceGrpc.newStub(port.channel(GERMAN))
                .subscribe(SubscribeRequest.getDefaultInstance(), bystander);
        port.subscriptions.awaitOpened();
        port.subscriptions.publish(PRODUCT_BYTES);
        bystander.next();
        bytesBefore = heldBytes();
    }

    @AfterEach
    void stop() throws Exception {
        port.close();
    }

    @Test
    void streamsThatAreResetAtOnceEndTheConnection() throws Exception {
        CompletableFuture<Integer> code = during(attacks::rapidReset);
        theBystanderLosesNothing();
        assertThat(code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(port.count("sluis.rpc.calls", "method", "sluis.v1.SubscriptionService/Subscribe"))
                .isLessThanOrEqualTo(LIMITS.maxResetsPerWindow() + LIMITS.maxStreamsPerConnection());
        memoryIsBounded();
    }

    @Test
    void headersThatNeverEndEndTheConnection() throws Exception {
        CompletableFuture<Integer> code = during(attacks::emptyContinuations);
        theBystanderLosesNothing();
        assertThat(code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ENHANCE_YOUR_CALM);
        assertThat(port.count("sluis.rpc.calls")).isZero();
        memoryIsBounded();
    }

    @Test
    void aHundredReadersOfNothingCostTheirLimitAndAreReset() throws Exception {
        int readers = LIMITS.maxStreamsPerConnection();
        try (RawHttp2 client = attacks.readersOfNothing(readers)) {
            List<FakeSubscriptions.Cursor> cursors = new ArrayList<>();
            for (int i = 0; i < readers; i++) {
                cursors.add(port.subscriptions.awaitOpened());
            }
            theBystanderLosesNothing();
            memoryIsBounded();
            for (FakeSubscriptions.Cursor cursor : cursors) {
                cursor.released.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertThat(cursor.polledBytes.get())
                        .isLessThanOrEqualTo(LIMITS.maxUnsentBytes() + LIMITS.maxBatchBytes() + PRODUCT_BYTES);
            }
            for (int i = 0; i < readers; i++) {
                RawHttp2.Frame reset = client.await(frame -> frame.type() == RawHttp2.RST_STREAM);
                assertThat(reset.errorCode()).isEqualTo(RawHttp2.CANCEL);
            }
            assertThat(port.count("sluis.rpc.subscription.stalls")).isEqualTo(readers);
        }
    }

    @Test
    void theLongestLengthIsRefusedBeforeItsBytesAreWaitedFor() throws Exception {
        CompletableFuture<Status> status = during(attacks::longestMessage);
        theBystanderLosesNothing();
        assertExhausted(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), "message bytes");
        memoryIsBounded();
    }

    @Test
    void aGzipBombIsNotUnpacked() throws Exception {
        CompletableFuture<Status> status = during(attacks::gzipBomb);
        theBystanderLosesNothing();
        assertExhausted(status.get(PATIENCE.toSeconds(), TimeUnit.SECONDS), "decompressed message bytes");
        memoryIsBounded();
    }

    @Test
    void handshakesThatStopAreEndedAndKeepNobodyOut() throws Exception {
        List<Socket> sockets = attacks.halfOpenHandshakes();
        theBystanderLosesNothing();
        assertThat(handshakeThreads())
                .isBetween(1L, Math.max(1L, Runtime.getRuntime().availableProcessors() / 2));
        assertThat(TenantServiceGrpc.newBlockingStub(port.channel(DUTCH)).getSelf(GetSelfRequest.getDefaultInstance()))
                .isEqualTo(GetSelfResponse.getDefaultInstance());
        memoryIsBounded();
        Attacks.awaitEnded(sockets);
        assertThat(port.count("sluis.rpc.connections")).isEqualTo(2);
    }

    private static long handshakeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vert.x-internal-blocking-"))
                .count();
    }

    private interface Attack<A> {
        A run() throws Exception;
    }

    /** Runs the attack beside what follows. */
    private static <A> CompletableFuture<A> during(Attack<A> attack) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return attack.run();
            } catch (Exception e) {
                throw new java.util.concurrent.CompletionException(e);
            }
        });
    }

    private void theBystanderLosesNothing() throws Exception {
        for (int i = 0; i < PRODUCTS; i++) {
            port.subscriptions.publish(PRODUCT_BYTES);
        }
        for (int i = 0; i < PRODUCTS; i++) {
            assertThat(bystander.next().getDelivery().getPayload().size()).isEqualTo(PRODUCT_BYTES);
        }
        assertThat(bystander.end).isNotDone();
    }

    private void memoryIsBounded() {
        assertThat(heldBytes() - bytesBefore).isLessThan(GROWTH_BYTES_MAX);
    }

    /** What is held on the heap and in direct buffers, by server and clients alike. */
    private static long heldBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + Math.max(0, PlatformDependent.usedDirectMemory());
    }

    private static void assertExhausted(Status status, String subject) throws Exception {
        assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
        assertThat(status.getDetails(1)
                        .unpack(QuotaFailure.class)
                        .getViolations(0)
                        .getSubject())
                .startsWith(subject);
    }
}
