package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static nl.sluis.gateway.rpc.PortUnderTest.GERMAN;
import static nl.sluis.gateway.rpc.PortUnderTest.PATIENCE;
import static nl.sluis.gateway.rpc.RawHttp2.CONTINUATION;
import static nl.sluis.gateway.rpc.RawHttp2.DATA;
import static nl.sluis.gateway.rpc.RawHttp2.END_HEADERS;
import static nl.sluis.gateway.rpc.RawHttp2.GOAWAY;
import static nl.sluis.gateway.rpc.RawHttp2.HEADERS;
import static nl.sluis.gateway.rpc.RawHttp2.RST_STREAM;
import static nl.sluis.gateway.rpc.RawHttp2.SETTINGS;
import static nl.sluis.gateway.rpc.RawHttp2.SETTINGS_INITIAL_WINDOW_SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.Code;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.RevokeCredentialRequest;
import nl.sluis.proto.v1.RevokeCredentialResponse;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is over a limit is refused with its name, and nobody else notices. */
@Timeout(60)
class LimitsTest {
    private static final PartnerLimits LIMITS = PartnerLimits.defaults();
    private static final String CONTRIBUTE = "/sluis.v1.ContributionService/Contribute";
    private static final String SUBSCRIBE = "/sluis.v1.SubscriptionService/Subscribe";

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

    private void start(PartnerLimits limits, int eventLoops) {
        port = new PortUnderTest(
                pki,
                limits,
                eventLoops,
                methods -> methods.unary(
                                TenantServiceGrpc.getGetSelfMethod(),
                                (caller, request) ->
                                        CompletableFuture.completedStage(GetSelfResponse.getDefaultInstance()))
                        .unary(
                                TenantServiceGrpc.getRevokeCredentialMethod(),
                                (caller, request) -> CompletableFuture.completedStage(
                                        RevokeCredentialResponse.getDefaultInstance())));
    }

    @Test
    void aConnectionTooManyIsToldSoAndOthersGoOn() throws Exception {
        start(LIMITS, 2);
        port.quotas.put(DUTCH, new TenantQuota(2, 100, 1_000_000, 1_000_000));
        self(DUTCH);
        self(DUTCH);
        Status refusal = refusalOf(() -> self(DUTCH));
        assertExhausted(refusal, "connections");
        assertThat(port.count("sluis.rpc.refused.connections")).isEqualTo(1);
        self(GERMAN);
    }

    @Test
    void connectionsFarTooManyAreClosedAtOnceAndTheirPlaceComesBack() throws Exception {
        start(LIMITS, 2);
        port.quotas.put(DUTCH, new TenantQuota(1, 100, 1_000_000, 1_000_000));
        try (RawHttp2 first = raw(65_535);
                RawHttp2 told = raw(65_535);
                RawHttp2 closed = raw(65_535)) {
            first.await(frame -> frame.type() == SETTINGS);
            told.await(frame -> frame.type() == SETTINGS);
            assertThat(closed.isEnded()).isTrue();
        }
        port.awaitCount("sluis.rpc.connections", 0);
        self(DUTCH);
    }

    @Test
    void whoSendsTooManyMessagesIsAnsweredForThoseThatWereTaken() throws Exception {
        start(LIMITS, 2);
        port.quotas.put(DUTCH, new TenantQuota(64, 1, 1_000_000, 1_000_000));
        Received<ContributeRequest, ContributeResponse> received = contribute(DUTCH, 2 * TenantQuota.BURST_S, 1);
        assertExhausted(received.status(), "messages");
        // a second may have passed since the first
        assertThat(received.waiting()).isBetween(TenantQuota.BURST_S, TenantQuota.BURST_S + 2);
        assertThat(port.ingest.storedCount()).isEqualTo(received.waiting());
        assertThat(contribute(GERMAN, 2 * TenantQuota.BURST_S, 1).status().getCode())
                .isZero();
    }

    @Test
    void whoSendsTooManyBytesIsRefusedWithATimeToComeBack() throws Exception {
        start(LIMITS, 2);
        port.quotas.put(DUTCH, new TenantQuota(64, 1_000, 100, 1_000_000));
        Received<ContributeRequest, ContributeResponse> received = contribute(DUTCH, 2, 10_000);
        assertExhausted(received.status(), "bytes");
        assertThat(received.waiting()).isEqualTo(1);
        assertThat(contribute(GERMAN, 2, 10_000).status().getCode()).isZero();
    }

    @Test
    void anItemThatIsTooLargeEndsTheStreamAfterTheAnswersOfThoseBefore() throws Exception {
        start(LIMITS, 2);
        port.ingest.hold();
        Received<ContributeRequest, ContributeResponse> received = Received.reading();
        StreamObserver<ContributeRequest> requests =
                ContributionServiceGrpc.newStub(port.channel(DUTCH)).contribute(received);
        requests.onNext(item(1, 1));
        requests.onNext(item(2, LIMITS.maxMessageBytes()));
        port.ingest.awaitWaiting(1);
        port.ingest.commitAll();
        assertThat(received.next().hasAccepted()).isTrue();
        assertThat(received.status().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
    }

    @Test
    void unfinishedRequestsOfATenantAreBoundedTogether() throws Exception {
        start(LIMITS, 2);
        port.quotas.put(DUTCH, new TenantQuota(64, 1_000, 1_000_000, 50_000));
        byte[] part = new byte[16_000];
        ByteBuffer.wrap(part).put((byte) 0).putInt(1_000_000);
        try (RawHttp2 client = raw(65_535)) {
            for (int stream = 1; stream <= 7; stream += 2) {
                client.call(stream, CONTRIBUTE, END_HEADERS).frame(DATA, 0, stream, part);
            }
            client.flush();
            assertExhausted(client.status(7), "unfinished request bytes");
            client.frame(RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8})
                    .call(9, CONTRIBUTE, END_HEADERS)
                    .frame(DATA, 0, 9, part)
                    .call(11, CONTRIBUTE, END_HEADERS)
                    .frame(DATA, 0, 11, part)
                    .flush();
            // the ninth has the place of the first
            assertExhausted(client.status(11), "unfinished request bytes");
        }
        self(GERMAN);
    }

    @Test
    void whatUnpacksToMoreThanItsRatioAllowsIsRefusedBelowTheLimitOfAMessage() {
        start(LIMITS, 2);
        Status status = refusalOf(() -> TenantServiceGrpc.newBlockingStub(port.channel(DUTCH))
                .withCompression("gzip")
                .revokeCredential(RevokeCredentialRequest.newBuilder()
                        .setReason("x".repeat(LIMITS.maxMessageBytes() / 4))
                        .build()));
        assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
        assertThat(status.getMessage()).startsWith("decompressed message bytes of ");
    }

    @Test
    void headersThatAreTooLargeEndTheirCallAlone() throws Exception {
        start(LIMITS, 2);
        try (RawHttp2 client = raw(65_535)) {
            large(client, 1, LIMITS.maxHeaderListBytes());
            // request header fields too large (RFC 6585)
            assertThat(client.awaitHeaders(1).status()).hasToString("431");
            client.call(3, CONTRIBUTE, END_HEADERS).flush();
            assertThat(client.awaitHeaders(3).status()).hasToString("200");
        }
    }

    @Test
    void headersThatAreFarTooLargeEndTheConnection() throws Exception {
        start(LIMITS, 2);
        try (RawHttp2 client = raw(65_535)) {
            large(client, 1, 2 * LIMITS.maxHeaderListBytes());
            client.await(frame -> frame.is(GOAWAY, 0));
            assertThat(client.isEnded()).isTrue();
        }
        self(DUTCH);
    }

    private static void large(RawHttp2 client, int stream, int bytes) throws Exception {
        int frameMax = 16_384;
        byte[] headers = RawHttp2.headers(CONTRIBUTE, "x-large", "x".repeat(bytes));
        client.frame(HEADERS, 0, stream, Arrays.copyOf(headers, frameMax));
        for (int at = frameMax; at < headers.length; at += frameMax) {
            int end = Math.min(headers.length, at + frameMax);
            client.frame(
                    CONTINUATION,
                    end == headers.length ? END_HEADERS : 0,
                    stream,
                    Arrays.copyOfRange(headers, at, end));
        }
        client.flush();
    }

    @Test
    void aConnectionWithoutACallIsClosedAndOneWithACallIsNot() throws Exception {
        start(LIMITS.withConnectionTimes(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofMillis(50)), 2);
        try (RawHttp2 busy = raw(65_535);
                RawHttp2 idle = raw(65_535)) {
            busy.call(1, CONTRIBUTE, END_HEADERS).flush();
            busy.await(frame -> frame.is(HEADERS, 1));
            idle.await(frame -> frame.is(GOAWAY, 0));
            assertThat(idle.isEnded()).isTrue();
            busy.call(3, CONTRIBUTE, END_HEADERS).flush();
            busy.await(frame -> frame.is(HEADERS, 3));
        }
    }

    @Test
    void theLastSubscriberHasItsTurnAfterABatchOfEachOfTheOthers() throws Exception {
        start(LIMITS, 1);
        int greedy = 5;
        int products = 2_000;
        List<ManagedChannel> channels = new ArrayList<>();
        List<Received<SubscribeRequest, SubscribeResponse>> others = new ArrayList<>();
        for (int i = 0; i <= greedy; i++) {
            channels.add(port.channel(i < greedy ? DUTCH : GERMAN, builder -> builder.flowControlWindow(8 << 20)));
            Received<SubscribeRequest, SubscribeResponse> received = Received.reading();
            SubscriptionServiceGrpc.newStub(channels.get(i)).subscribe(SubscribeRequest.getDefaultInstance(), received);
            others.add(received);
            port.subscriptions.awaitOpened();
        }
        port.subscriptions.publishAll(products, 600);
        for (Received<SubscribeRequest, SubscribeResponse> received : others) {
            for (int i = 0; i < products; i++) {
                received.next();
            }
        }
        // between two turns of one, each of the others has at most two: its own wake-up and one that a write made
        assertThat(port.subscriptions.turnsBetweenTurnsMax()).isLessThanOrEqualTo(2 * greedy);
    }

    @Test
    void aStopSaysItIsNotReadyThenGoAwayThenTheCursorThenUnavailable() throws Exception {
        start(LIMITS, 2);
        CompletableFuture<Double> subscriptionsWhenNotReady = new CompletableFuture<>();
        port.serving.onChange(() -> subscriptionsWhenNotReady.complete(port.count("sluis.rpc.subscriptions")));
        try (RawHttp2 client = raw(65_535)) {
            client.call(1, SUBSCRIBE, END_HEADERS)
                    .frame(DATA, RawHttp2.END_STREAM, 1, new byte[5])
                    .flush();
            port.subscriptions.awaitOpened();
            client.awaitHeaders(1);
            var stopped = port.server.shutdown(Duration.ofSeconds(5)).toCompletableFuture();
            RawHttp2.Frame goAway = client.await(frame -> frame.is(GOAWAY, 0) || frame.is(DATA, 1));
            assertThat(goAway.type()).isEqualTo(GOAWAY);
            assertThat(goAway.errorCode()).isZero();
            RawHttp2.Frame closing = client.await(frame -> frame.is(DATA, 1));
            assertThat(SubscribeResponse.parseFrom(Arrays.copyOfRange(closing.payload(), 5, closing.payload().length))
                            .getClosing()
                            .getCursor()
                            .toStringUtf8())
                    .isEqualTo("at-0");
            Status status = client.status(1);
            assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE_VALUE);
            assertThat(status.getDetails(1).is(RetryInfo.class)).isTrue();
            assertThat(client.isEnded()).isTrue();
            stopped.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
        }
        assertThat(subscriptionsWhenNotReady).isCompletedWithValue(1.0);
    }

    private void self(TenantId tenant) {
        var unused =
                TenantServiceGrpc.newBlockingStub(port.channel(tenant)).getSelf(GetSelfRequest.getDefaultInstance());
    }

    private RawHttp2 raw(int windowBytes) throws Exception {
        return new RawHttp2(port.sslContext(DUTCH), port.port, SETTINGS_INITIAL_WINDOW_SIZE, windowBytes);
    }

    private Received<ContributeRequest, ContributeResponse> contribute(TenantId tenant, int items, int bytes) {
        Received<ContributeRequest, ContributeResponse> received = Received.reading();
        StreamObserver<ContributeRequest> requests =
                ContributionServiceGrpc.newStub(port.channel(tenant)).contribute(received);
        for (int i = 0; i < items; i++) {
            requests.onNext(item(i, bytes));
        }
        requests.onCompleted();
        return received;
    }

    private static ContributeRequest item(int number, int bytes) {
        return ContributeRequest.newBuilder()
                .setContribution(Contribution.newBuilder().setClientId(number + "-" + "x".repeat(bytes)))
                .build();
    }

    private static Status refusalOf(Runnable call) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(failure).isNotNull();
        return Received.statusOf(failure);
    }

    private static void assertExhausted(Status status, String subject) throws Exception {
        assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
        assertThat(status.getDetails(1)
                        .unpack(QuotaFailure.class)
                        .getViolations(0)
                        .getSubject())
                .isEqualTo(subject);
        assertThat(status.getDetails(2).unpack(RetryInfo.class).getRetryDelay().getSeconds())
                .isPositive();
    }
}
