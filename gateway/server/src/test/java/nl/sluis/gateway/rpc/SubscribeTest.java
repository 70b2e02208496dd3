package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static nl.sluis.gateway.rpc.PortUnderTest.GERMAN;
import static nl.sluis.gateway.rpc.PortUnderTest.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscribeResponse.MessageCase;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SubscribeTest {
    private static final int PRODUCT_BYTES = 600;
    private static final PartnerLimits LIMITS = PartnerLimits.defaults();

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    private PortUnderTest port;

    @BeforeAll
    static void makePki() throws Exception {
        pki = PortUnderTest.pki(folder);
    }

    @AfterEach
    void stop() throws Exception {
        port.close();
    }

    private void start(PartnerLimits limits) {
        port = new PortUnderTest(pki, limits, methods -> methods);
    }

    @Test
    void productsComeAsTheyAreReleased() throws Exception {
        start(LIMITS);
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(port.channel(DUTCH), "");
        port.subscriptions.awaitOpened();
        for (int i = 0; i < 1000; i++) {
            port.subscriptions.publish(PRODUCT_BYTES);
        }
        for (int i = 0; i < 1000; i++) {
            assertThat(received.next().getDelivery().getPayload().size()).isEqualTo(PRODUCT_BYTES);
        }
        assertThat(port.count("sluis.rpc.subscription.messages")).isEqualTo(1000);
        assertThat(port.count("sluis.rpc.subscriptions")).isEqualTo(1);
        received.cancel();
    }

    @Test
    void aBacklogComesInFewWrites() throws Exception {
        start(LIMITS);
        for (int i = 0; i < 1000; i++) {
            port.subscriptions.publish(PRODUCT_BYTES);
        }
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(port.channel(DUTCH), "");
        for (int i = 0; i < 1000; i++) {
            received.next();
        }
        double batches = 1000.0 * PRODUCT_BYTES / LIMITS.maxBatchBytes();
        assertThat(port.count("sluis.rpc.subscription.writes")).isLessThan(2 * batches);
        received.cancel();
    }

    @Test
    void aSilentSubscriptionGetsHeartbeats() throws Exception {
        start(LIMITS.withStreamTimes(Duration.ofMillis(100), LIMITS.stallTimeout()));
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(port.channel(DUTCH), "");
        assertThat(received.next().getMessageCase()).isEqualTo(MessageCase.HEARTBEAT);
        assertThat(received.next().getMessageCase()).isEqualTo(MessageCase.HEARTBEAT);
        received.cancel();
    }

    @Test
    void aNodeThatCannotConfirmItsPolicyEndsStreamsAlsoThoseThatAreBehind() throws Exception {
        start(LIMITS.withStreamTimes(Duration.ofMillis(100), LIMITS.stallTimeout()));
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(port.channel(DUTCH), "");
        port.subscriptions.awaitOpened();
        port.subscriptions.held = true;
        port.subscriptions.publish(PRODUCT_BYTES);
        assertThat(received.next().getMessageCase()).isEqualTo(MessageCase.HEARTBEAT);
        port.subscriptions.confirmed = false;
        SubscribeResponse last = received.next();
        while (last.hasHeartbeat()) {
            last = received.next();
        }
        assertThat(last.getClosing().getReason()).isEqualTo(ClosingReason.CLOSING_REASON_EPOCH_UNCONFIRMED);
        assertThat(received.status().getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
    }

    @Test
    void aRequestThatIsNotAcceptableIsRefusedWithItsField() throws Exception {
        start(LIMITS);
        var status = subscribe(port.channel(DUTCH), "nonsense").status();
        assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        assertThat(status.getDetails(1)
                        .unpack(BadRequest.class)
                        .getFieldViolations(0)
                        .getField())
                .isEqualTo("filter");
        assertThat(subscribe(port.channel(DUTCH), "fault").status().getMessage())
                .startsWith("internal error, reference");
        assertThat(subscribe(port.channel(DUTCH), "x".repeat(LIMITS.maxSubscribeRequestBytes()))
                        .status()
                        .getCode())
                .isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    }

    @Test
    void aCancelledSubscriptionIsReleased() throws Exception {
        start(LIMITS);
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(port.channel(DUTCH), "");
        FakeSubscriptions.Cursor cursor = port.subscriptions.awaitOpened();
        port.subscriptions.publish(PRODUCT_BYTES);
        received.next();
        received.cancel();
        cursor.released.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(port.count("sluis.rpc.subscriptions")).isZero();
    }

    @Test
    void aSubscriptionWhoseConnectionIsLostIsReleased() throws Exception {
        start(LIMITS);
        ManagedChannel channel = port.channel(DUTCH);
        subscribe(channel, "");
        FakeSubscriptions.Cursor cursor = port.subscriptions.awaitOpened();
        channel.shutdownNow();
        cursor.released.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aReaderThatStopsCostsABoundedAmountWhileAnotherGoesOn() throws Exception {
        start(LIMITS);
        Received<SubscribeRequest, SubscribeResponse> stopped = Received.notReading();
        SubscriptionServiceGrpc.newStub(port.channel(DUTCH)).subscribe(SubscribeRequest.getDefaultInstance(), stopped);
        FakeSubscriptions.Cursor slow = port.subscriptions.awaitOpened();
        Received<SubscribeRequest, SubscribeResponse> reading = subscribe(port.channel(GERMAN), "");
        FakeSubscriptions.Cursor quick = port.subscriptions.awaitOpened();
        int products = 20_000;
        for (int i = 0; i < products; i++) {
            port.subscriptions.publish(PRODUCT_BYTES);
        }
        for (int i = 0; i < products; i++) {
            reading.next();
        }
        assertThat(quick.polledBytes.get()).isGreaterThan((long) products * PRODUCT_BYTES);
        // what the client's own window of 64 KiB took, what may be unsent, and one batch
        assertThat(slow.polledBytes.get())
                .isLessThanOrEqualTo((64 << 10) + LIMITS.maxUnsentBytes() + LIMITS.maxBatchBytes() + PRODUCT_BYTES);
        stopped.request(products);
        for (int i = 0; i < products; i++) {
            stopped.next();
        }
        reading.cancel();
        stopped.cancel();
    }

    @Test
    void aReaderThatTakesNothingForTooLongIsReset() throws Exception {
        start(LIMITS.withStreamTimes(LIMITS.heartbeatInterval(), Duration.ofMillis(300)));
        for (int i = 0; i < 1000; i++) {
            port.subscriptions.publish(PRODUCT_BYTES);
        }
        Received<SubscribeRequest, SubscribeResponse> stopped = Received.notReading();
        SubscriptionServiceGrpc.newStub(port.channel(DUTCH)).subscribe(SubscribeRequest.getDefaultInstance(), stopped);
        FakeSubscriptions.Cursor cursor = port.subscriptions.awaitOpened();
        cursor.released.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(port.count("sluis.rpc.subscription.stalls")).isEqualTo(1);
    }

    @Test
    void aRevokedCallersStreamsEndWithTheReasonAndOthersGoOn() throws Exception {
        start(LIMITS);
        ManagedChannel revokedChannel = port.channel(DUTCH);
        Received<SubscribeRequest, SubscribeResponse> revoked = subscribe(revokedChannel, "");
        port.subscriptions.awaitOpened();
        Received<SubscribeRequest, SubscribeResponse> other = subscribe(port.channel(GERMAN), "");
        port.subscriptions.awaitOpened();
        port.shutOut.add(DUTCH);
        int closed = port.server
                .closeWhere(caller -> caller.tenant().equals(DUTCH), ClosingReason.CLOSING_REASON_REVOKED)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(closed).isEqualTo(1);
        assertThat(revoked.next().getClosing().getReason()).isEqualTo(ClosingReason.CLOSING_REASON_REVOKED);
        assertThat(revoked.status().getCode()).isEqualTo(Code.UNAUTHENTICATED_VALUE);
        assertThat(port.count("sluis.rpc.connections")).isEqualTo(1);
        port.subscriptions.publish(PRODUCT_BYTES);
        assertThat(other.next().hasDelivery()).isTrue();
        assertThat(other.end).isNotDone();
        other.cancel();
    }

    @Test
    void aRevokedCallerThatDoesNotReadIsCutOff() throws Exception {
        start(LIMITS);
        for (int i = 0; i < 1000; i++) {
            port.subscriptions.publish(PRODUCT_BYTES);
        }
        Received<SubscribeRequest, SubscribeResponse> stopped = Received.notReading();
        SubscriptionServiceGrpc.newStub(port.channel(DUTCH)).subscribe(SubscribeRequest.getDefaultInstance(), stopped);
        FakeSubscriptions.Cursor cursor = port.subscriptions.awaitOpened();
        port.server
                .closeWhere(caller -> true, ClosingReason.CLOSING_REASON_REVOKED)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(cursor.released).isDone();
        assertThat(port.count("sluis.rpc.connections")).isZero();
    }

    @Test
    void aStricterPermissionEndsStreamsAndLeavesTheConnection() throws Exception {
        start(LIMITS);
        ManagedChannel channel = port.channel(DUTCH);
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(channel, "");
        port.subscriptions.awaitOpened();
        port.server
                .closeWhere(caller -> true, ClosingReason.CLOSING_REASON_PERMISSION)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(received.next().getClosing().getReason()).isEqualTo(ClosingReason.CLOSING_REASON_PERMISSION);
        assertThat(channel.getState(false)).isEqualTo(ConnectivityState.READY);
    }

    @Test
    void shutdownEndsStreamsWithTheirCursorAndTakesNoMoreCalls() throws Exception {
        start(LIMITS);
        ManagedChannel channel = port.channel(DUTCH);
        Received<SubscribeRequest, SubscribeResponse> received = subscribe(channel, "");
        port.subscriptions.awaitOpened();
        port.subscriptions.publish(PRODUCT_BYTES);
        received.next();
        assertThat(port.serving.isServing()).isTrue();
        port.server.shutdown(Duration.ofSeconds(5)).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(port.serving.isServing()).isFalse();
        var closing = received.next().getClosing();
        assertThat(closing.getReason()).isEqualTo(ClosingReason.CLOSING_REASON_SHUTDOWN);
        assertThat(closing.getCursor().toStringUtf8()).isEqualTo("at-1");
        assertThat(received.status().getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
        assertThat(port.count("sluis.rpc.connections")).isZero();
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> TenantServiceGrpc.newBlockingStub(channel).getSelf(GetSelfRequest.getDefaultInstance()))
                .isInstanceOf(io.grpc.StatusRuntimeException.class);
    }

    private static Received<SubscribeRequest, SubscribeResponse> subscribe(ManagedChannel channel, String filter) {
        Received<SubscribeRequest, SubscribeResponse> received = Received.reading();
        SubscriptionServiceGrpc.newStub(channel)
                .subscribe(SubscribeRequest.newBuilder().setFilter(filter).build(), received);
        return received;
    }
}
