package nl.sluis.partner;

import static nl.sluis.partner.FakeGateway.checkpoint;
import static nl.sluis.partner.RecordingListener.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import nl.sluis.proto.v1.AnyOf;
import nl.sluis.proto.v1.Closing;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.SnapshotComplete;
import nl.sluis.proto.v1.StartSnapshot;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.Withdrawn;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A subscription against a gateway that misbehaves on purpose, over real mutual TLS. */
class SubscriptionTest {
    private static final SubscribeRequest NOW = SubscribeRequest.getDefaultInstance();
    private static final SubscribeRequest SNAPSHOT = SubscribeRequest.newBuilder()
            .setSnapshot(StartSnapshot.getDefaultInstance())
            .build();
    private static final Set<ClosingReason> FOR_GOOD = Set.of(
            ClosingReason.CLOSING_REASON_REVOKED,
            ClosingReason.CLOSING_REASON_EXPIRED,
            ClosingReason.CLOSING_REASON_PERMISSION);

    @TempDir
    static Path folder;

    private static FakeGateway gateway;

    private final ManualScheduler scheduler = new ManualScheduler();
    private final RecordingListener listener = new RecordingListener();
    private PartnerClient client;

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(folder.resolve("pki"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void open() throws ContextFileException {
        gateway.subscriptions.clear();
        gateway.requests.clear();
        gateway.acknowledged.clear();
        client = gateway.client(scheduler);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void aStreamDroppedInTheMiddleOfABatchGoesOnAfterItsLastCheckpointAndRepeatsAreDropped() throws Exception {
        script(track("a"), track("b"), checkpoint(1, 2, "after-b"), track("c"), failure(Status.UNAVAILABLE));
        script(track("c"), track("d"), checkpoint(2, 4, "after-d"));
        Subscription subscription = client.subscribe(NOW, listener);

        assertThat(gateway.nextRequest().hasCursor()).isFalse();
        StreamCondition.Broken broken = listener.nextCondition(StreamCondition.Broken.class);
        assertThat(broken.cause()).startsWith("unavailable");
        assertThat(broken.retryIn()).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        ManualScheduler.Task retry = scheduler.takeRetry();
        assertThat(retry.delay()).isEqualTo(broken.retryIn());
        retry.run();

        assertThat(gateway.nextRequest().getCursor().toStringUtf8()).isEqualTo("after-b");
        next(listener.checkpoints);
        next(listener.checkpoints);
        assertThat(listener.products).containsExactly("a", "b", "c", "d");
        assertThat(subscription.statistics()).isEqualTo(new SubscriptionStatistics(4, 1, 2, 1));
    }

    @Test
    void aResumedCallMayCountItsCheckpointsAnew() throws Exception {
        script(
                track("a"),
                checkpoint(1, 1, "after-a"),
                track("b"),
                checkpoint(2, 2, "after-b"),
                failure(Status.ABORTED));
        script(track("c"), checkpoint(1, 1, "after-c"), track("d"), checkpoint(2, 2, "after-d"));
        client.subscribe(NOW, listener);
        scheduler.takeRetry().run();
        for (int i = 0; i < 4; i++) {
            next(listener.checkpoints);
        }
        assertThat(listener.products).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aRepeatedDeliveryIsCountedButNotTold() throws Exception {
        script(track("a"), track("a"), track("b"), track("a"), checkpoint(1, 4, "x"));
        Subscription subscription = client.subscribe(NOW, listener);
        next(listener.checkpoints);
        assertThat(listener.products).containsExactly("a", "b");
        assertThat(subscription.statistics().duplicates()).isEqualTo(2);
    }

    @Test
    void anotherVariantOfTheSameVersionIsNoRepeat() throws Exception {
        SubscribeResponse one = track("a");
        SubscribeResponse other = SubscribeResponse.newBuilder()
                .setDelivery(gateway.delivery(nl.sluis.proto.v1.Product.newBuilder()
                        .setProductId("a")
                        .setVersion(1)
                        .setKind(nl.sluis.proto.v1.ProductKind.PRODUCT_KIND_TRACK)
                        .addRedactedFields("track.contributors")
                        .build()))
                .build();
        script(one, other, checkpoint(1, 2, "x"));
        client.subscribe(NOW, listener);
        next(listener.checkpoints);
        assertThat(listener.products).containsExactly("a", "a");
    }

    @Test
    void aSkippedCheckpointIsALossAndTheStreamGoesBackToTheLastGoodOne() throws Exception {
        script(track("a"), checkpoint(1, 1, "good"), track("b"), checkpoint(3, 2, "bad"), track("c"));
        script(track("b"), checkpoint(2, 2, "better"));
        client.subscribe(NOW, listener);
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .isEqualTo("checkpoint sequence: 3 (expected: 2)");
        scheduler.takeRetry().run();
        gateway.nextRequest();
        assertThat(gateway.nextRequest().getCursor().toStringUtf8()).isEqualTo("good");
        next(listener.checkpoints);
        assertThat(next(listener.checkpoints).getCursor().toStringUtf8()).isEqualTo("better");
        assertThat(listener.products).containsExactly("a", "b");
    }

    @Test
    void aCountThatDoesNotAgreeIsALoss() throws Exception {
        script(track("a"), checkpoint(1, 2, "bad"));
        client.subscribe(NOW, listener);
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .isEqualTo("checkpoint 1: 2 products delivered (received: 1)");
    }

    @Test
    void aSnapshotThatIsNotCompleteIsALoss() throws Exception {
        script(
                track("a"),
                SubscribeResponse.newBuilder()
                        .setSnapshotComplete(SnapshotComplete.newBuilder().setCount(2))
                        .build());
        client.subscribe(SNAPSHOT, listener);
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .isEqualTo("snapshot: 2 products (received: 1)");
    }

    @ParameterizedTest
    @EnumSource(value = ClosingReason.class, mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
    void closingIsObeyed(ClosingReason reason) throws Exception {
        Closing.Builder closing =
                Closing.newBuilder().setReason(reason).setCursor(ByteString.copyFromUtf8("closed-at"));
        if (!FOR_GOOD.contains(reason)) {
            closing.getRetryAfterBuilder().setSeconds(30);
        }
        script(track("a"), SubscribeResponse.newBuilder().setClosing(closing).build());
        script(track("b"), checkpoint(1, 2, "x"));
        Subscription subscription = client.subscribe(NOW, listener);
        if (FOR_GOOD.contains(reason)) {
            StreamEnd end = ended(subscription.end());
            assertThat(end.reason())
                    .isIn(StreamEnd.Reason.REVOKED, StreamEnd.Reason.EXPIRED, StreamEnd.Reason.NOT_PERMITTED);
            assertThat(gateway.requests).hasSize(1);
        } else {
            ManualScheduler.Task retry = scheduler.takeRetry();
            assertThat(retry.delay()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(36));
            retry.run();
            gateway.nextRequest();
            assertThat(gateway.nextRequest().getCursor().toStringUtf8()).isEqualTo("closed-at");
            next(listener.checkpoints);
            assertThat(listener.products).containsExactly("a", "b");
        }
    }

    @Test
    void aTamperedPayloadNeverReachesTheListenerAndEndsTheSubscriptionWhenItStays() throws Exception {
        Delivery good = gateway.trackDelivery("a");
        Delivery bad = good.toBuilder()
                .setPayload(good.getPayload().concat(ByteString.copyFrom(new byte[] {0x7a, 0})))
                .build();
        for (int i = 0; i < 3; i++) {
            script(SubscribeResponse.newBuilder().setDelivery(bad).build());
        }
        Subscription subscription = client.subscribe(NOW, listener);
        scheduler.takeRetry().run();
        scheduler.takeRetry().run();
        StreamEnd end = ended(subscription.end());
        assertThat(end.reason()).isEqualTo(StreamEnd.Reason.INTEGRITY);
        assertThat(end.message()).startsWith("product a version 1: payload digest ");
        assertThat(listener.products).isEmpty();
    }

    @Test
    void aWidenedLabelIsRefusedWhereTheSigningKeyIsKnown() throws Exception {
        Delivery good = gateway.trackDelivery("a");
        Delivery.Builder bad = good.toBuilder();
        bad.getBoundLabelBuilder()
                .getLabelBuilder()
                .getPartsBuilder(0)
                .setRelease(0, AnyOf.newBuilder().addMembers("ALL"));
        script(SubscribeResponse.newBuilder().setDelivery(bad).build());
        client.subscribe(NOW, listener);
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .isEqualTo("product a version 1: label signature does not verify");
    }

    @Test
    void aLabelWithoutSignatureOrOfAnUnknownKeyIsRefusedWhereTheSigningKeyIsKnown() throws Exception {
        Delivery.Builder unsigned = gateway.trackDelivery("a").toBuilder();
        unsigned.getBoundLabelBuilder().clearSignature().clearAlgorithm().clearKeyId();
        script(SubscribeResponse.newBuilder().setDelivery(unsigned).build());
        client.subscribe(NOW, listener);
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .contains("expected: `Ed25519` by a known key");
    }

    @Test
    void aProductSaysHowFarItWasChecked() throws Exception {
        script(track("a"));
        client.subscribe(NOW, listener);
        assertThat(next(listener.arrivals).integrity()).isEqualTo(ReceivedProduct.Integrity.SIGNATURE);

        script(track("b"));
        try (PartnerClient keyless = PartnerClient.open(gateway.context())) {
            keyless.subscribe(NOW, listener);
            assertThat(next(listener.arrivals).integrity()).isEqualTo(ReceivedProduct.Integrity.DIGEST);
        }
    }

    @Test
    void anEmptyStreamAlwaysHasAnExplanation() throws Exception {
        script(
                heartbeat(100, 0),
                heartbeat(101, 7),
                gap(GapReason.GAP_REASON_WITHHELD),
                gap(GapReason.GAP_REASON_QUOTA),
                gap(GapReason.GAP_REASON_TRIMMED),
                gap(GapReason.GAP_REASON_DAMAGED));
        client.subscribe(NOW, listener);
        assertThat(listener.nextCondition(StreamCondition.UpToDate.class).watermark())
                .isEqualTo(Instant.ofEpochSecond(100));
        assertThat(listener.nextCondition(StreamCondition.Behind.class).lag()).isEqualTo(Duration.ofSeconds(7));
        listener.nextCondition(StreamCondition.Withheld.class);
        listener.nextCondition(StreamCondition.Withheld.class);
        listener.nextCondition(StreamCondition.Missing.class);
        listener.nextCondition(StreamCondition.Missing.class);
    }

    @Test
    void silenceIsABrokenStream() throws Exception {
        script();
        client.subscribe(NOW, listener);
        gateway.nextRequest();
        ManualScheduler.Task watch = scheduler.takeWatch();
        scheduler.advance(Duration.ofSeconds(59));
        watch.run();
        ManualScheduler.Task rest = scheduler.take(Duration.ofSeconds(1)::equals);
        scheduler.advance(Duration.ofSeconds(1));
        rest.run();
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .isEqualTo("nothing heard for 60 s, not even a heartbeat");
    }

    @Test
    void aStreamThatBeganNowGoesOnFromTheLastWatermarkWhereItHasNoCursor() throws Exception {
        script(heartbeat(100, 0), failure(Status.UNAVAILABLE));
        script();
        client.subscribe(NOW, listener);
        scheduler.takeRetry().run();
        gateway.nextRequest();
        assertThat(gateway.nextRequest().getTime())
                .isEqualTo(Timestamp.newBuilder().setSeconds(100).build());
    }

    @Test
    void waitsDoubleUntilTheStreamIsHealthyAgain() throws Exception {
        for (int i = 0; i < 3; i++) {
            script(failure(Status.UNAVAILABLE));
        }
        script(checkpoint(1, 0, "healthy"), failure(Status.UNAVAILABLE));
        client.subscribe(NOW, listener);
        for (int ceilingMs : new int[] {500, 1000, 2000, 500}) {
            ManualScheduler.Task retry = scheduler.takeRetry();
            assertThat(retry.delay()).isBetween(Duration.ofMillis(ceilingMs / 2), Duration.ofMillis(ceilingMs));
            retry.run();
        }
    }

    @Test
    void aSlowListenerHoldsTheGatewayBack() throws Exception {
        int total = 20_000;
        AtomicInteger sent = new AtomicInteger();
        CountDownLatch full = new CountDownLatch(1);
        gateway.subscriptions.add((request, answers) -> {
            ByteString padding = ByteString.copyFrom(new byte[8192]);
            answers.setOnReadyHandler(() -> {
                while (answers.isReady() && sent.get() < total) {
                    answers.onNext(SubscribeResponse.newBuilder()
                            .setHeartbeat(Heartbeat.newBuilder()
                                    .setUnknownFields(com.google.protobuf.UnknownFieldSet.newBuilder()
                                            .addField(
                                                    15,
                                                    com.google.protobuf.UnknownFieldSet.Field.newBuilder()
                                                            .addLengthDelimited(padding)
                                                            .build())
                                            .build()))
                            .build());
                    sent.incrementAndGet();
                }
                if (!answers.isReady()) {
                    full.countDown();
                }
            });
        });
        CountDownLatch mayGoOn = new CountDownLatch(1);
        CountDownLatch taken = new CountDownLatch(total);
        client.subscribe(NOW, new SubscriptionListener() {
            @Override
            public void onProduct(ReceivedProduct product) {}

            @Override
            public void onCondition(StreamCondition condition) {
                try {
                    mayGoOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                taken.countDown();
            }
        });
        assertThat(full.await(20, TimeUnit.SECONDS)).isTrue();
        // 64 messages of prefetch and HTTP/2 windows of 1 MiB at most are on their way, of 160 MB in all
        assertThat(sent.get()).isLessThan(2_000);
        mayGoOn.countDown();
        assertThat(taken.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aListenerMayEndTheSubscription() throws Exception {
        script(track("a"), track("b"), track("c"));
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        CountDownLatch subscribed = new CountDownLatch(1);
        subscription.set(client.subscribe(NOW, product -> {
            listener.onProduct(product);
            try {
                subscribed.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            subscription.get().cancel();
        }));
        subscribed.countDown();
        assertThat(ended(subscription.get().end()).reason()).isEqualTo(StreamEnd.Reason.DONE);
        assertThat(listener.products).containsExactly("a");
    }

    @Test
    void aSubscriptionCanBeCancelledWhileItWaits() throws Exception {
        script(failure(Status.UNAVAILABLE));
        Subscription subscription = client.subscribe(NOW, listener);
        listener.nextCondition(StreamCondition.Broken.class);
        ManualScheduler.Task retry = scheduler.takeRetry();
        subscription.cancel();
        assertThat(ended(subscription.end()).reason()).isEqualTo(StreamEnd.Reason.DONE);
        retry.run();
        assertThat(gateway.requests).hasSize(1);
    }

    /** gRPC throws at the start of such a call and never reports its end: the end that once did not come. */
    @Test
    void aCallThatIsCancelledBeforeItStartsEndsTheSubscription() throws Exception {
        AtomicReference<Subscription> subscription = new AtomicReference<>();
        Channel cancelling = ClientInterceptors.intercept(client.channel(), new ClientInterceptor() {
            @Override
            public <Q, R> ClientCall<Q, R> interceptCall(
                    MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
                return new ForwardingClientCall.SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<R> responses, Metadata headers) {
                        subscription.get().cancel();
                        super.start(responses, headers);
                    }
                };
            }
        });
        subscription.set(new Subscription(
                SubscriptionServiceGrpc.newStub(cancelling),
                NOW,
                listener,
                SubscriptionOptions.DEFAULT,
                new DeliveryVerifier(List.of()),
                scheduler,
                new Random(1)));

        subscription.get().start();

        assertThat(ended(subscription.get().end()).reason()).isEqualTo(StreamEnd.Reason.DONE);
        assertThat(gateway.requests).isEmpty();
    }

    @Test
    void theFirstCheckpointAfterACursorAloneSaysWhatItsNumbersWere() throws Exception {
        script(checkpoint(8, 20, "x"), track("a"), checkpoint(9, 21, "y"), track("b"), checkpoint(10, 23, "z"));
        client.subscribe(
                SubscribeRequest.newBuilder()
                        .setCursor(ByteString.copyFromUtf8("w"))
                        .build(),
                listener);

        next(listener.checkpoints);
        next(listener.checkpoints);
        assertThat(listener.nextCondition(StreamCondition.Broken.class).cause())
                .as("one product of the last two was lost on the way")
                .contains("23 products delivered (received: 22)");
    }

    @Test
    void aListenerThatFailsEndsTheSubscriptionAndTheCursorStaysBeforeWhatItDidNotTake() throws Exception {
        script(track("a"), checkpoint(1, 1, "after-a"), track("b"), checkpoint(2, 2, "after-b"));
        Path file = folder.resolve("failing.cursor");
        Subscription subscription = client.subscribe(
                NOW,
                product -> {
                    if (product.product().getProductId().equals("b")) {
                        throw new IllegalStateException("disk full");
                    }
                },
                SubscriptionOptions.DEFAULT.withCursors(new CursorFile(file)));
        StreamEnd end = ended(subscription.end());
        assertThat(end.toString()).isEqualTo("listener failed: IllegalStateException: disk full");
        assertThat(new CursorFile(file).load().orElseThrow().getCursor().toStringUtf8())
                .isEqualTo("after-a");
    }

    @Test
    void aSavedCursorOutlivesTheProcess() throws Exception {
        Path file = folder.resolve("saved.cursor");
        script(track("a"), checkpoint(1, 1, "one"), track("b"), checkpoint(2, 2, "two"));
        Subscription first =
                client.subscribe(NOW, listener, SubscriptionOptions.DEFAULT.withCursors(new CursorFile(file)));
        next(listener.checkpoints);
        next(listener.checkpoints);
        first.cancel();
        ended(first.end());
        gateway.nextRequest();

        script();
        client.subscribe(SNAPSHOT, listener, SubscriptionOptions.DEFAULT.withCursors(new CursorFile(file)));
        assertThat(gateway.nextRequest().getCursor().toStringUtf8()).isEqualTo("two");
    }

    @Test
    void aFileThatIsNoCursorIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("text.cursor"), "not a cursor");
        assertThatThrownBy(() ->
                        client.subscribe(NOW, listener, SubscriptionOptions.DEFAULT.withCursors(new CursorFile(file))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("text.cursor");
    }

    @Test
    void aRefusedFilterEndsTheSubscriptionWithItsField() throws Exception {
        com.google.rpc.Status status = com.google.rpc.Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .setMessage("filter does not compile")
                .addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(BadRequest.FieldViolation.newBuilder()
                                .setField("filter")
                                .setDescription("`prodct` is unknown (expected: `product`)"))
                        .build()))
                .build();
        gateway.subscriptions.add((request, answers) -> answers.onError(StatusProto.toStatusRuntimeException(status)));
        StreamEnd end = ended(client.subscribe(NOW, listener).end());
        assertThat(end.reason()).isEqualTo(StreamEnd.Reason.REFUSED);
        assertThat(end.violations())
                .containsExactly(new Violation("filter", "`prodct` is unknown (expected: `product`)"));
    }

    @Test
    void anExhaustedQuotaIsWaitedForAndATooLargeRequestIsNot() throws Exception {
        com.google.rpc.Status quota = com.google.rpc.Status.newBuilder()
                .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                .addDetails(Any.pack(com.google.rpc.RetryInfo.newBuilder()
                        .setRetryDelay(com.google.protobuf.Duration.newBuilder().setSeconds(20))
                        .build()))
                .build();
        gateway.subscriptions.add((request, answers) -> answers.onError(StatusProto.toStatusRuntimeException(quota)));
        script(failure(Status.RESOURCE_EXHAUSTED));
        Subscription subscription = client.subscribe(NOW, listener);
        ManualScheduler.Task retry = scheduler.takeRetry();
        assertThat(retry.delay()).isBetween(Duration.ofSeconds(20), Duration.ofSeconds(24));
        retry.run();
        assertThat(ended(subscription.end()).reason()).isEqualTo(StreamEnd.Reason.REFUSED);
    }

    @Test
    void aCertificateOfACaThatTheGatewayDoesNotTrustIsGivenUpAfterThreeAttempts() throws Exception {
        var stranger = gateway.pki.tenant("deu", "radar-site");
        PartnerContext context = PartnerContext.of(
                gateway.endpoint(), stranger.gatewayRootPem(), stranger.certificatePem(), stranger.keyPem(), null);
        try (PartnerClient refused =
                new PartnerClient(Channels.open(context), java.util.List.of(), scheduler, new java.util.Random(1))) {
            Subscription subscription = refused.subscribe(NOW, listener);
            scheduler.takeRetry().run();
            scheduler.takeRetry().run();
            assertThat(ended(subscription.end()).reason()).isEqualTo(StreamEnd.Reason.TLS);
        }
    }

    @Test
    void aGatewayOfAnUntrustedRootIsGivenUpAfterThreeAttempts() throws Exception {
        var tenant = gateway.pki.tenant("nld", "ssa-centre");
        PartnerContext context = PartnerContext.of(
                gateway.endpoint(),
                gateway.pki.trustFolder().resolve("deu").resolve("root.pem"),
                tenant.certificatePem(),
                tenant.keyPem(),
                null);
        try (PartnerClient wary =
                new PartnerClient(Channels.open(context), java.util.List.of(), scheduler, new java.util.Random(1))) {
            Subscription subscription = wary.subscribe(NOW, listener);
            scheduler.takeRetry().run();
            scheduler.takeRetry().run();
            assertThat(ended(subscription.end()).reason()).isEqualTo(StreamEnd.Reason.TLS);
        }
    }

    @Test
    void aWithdrawalIsAcknowledgedOnceTheListenerSaysItIsRemoved() throws Exception {
        script(SubscribeResponse.newBuilder()
                .setWithdrawn(
                        Withdrawn.newBuilder().setProductId("a").setVersion(3).setAcknowledge(true))
                .build());
        client.subscribe(NOW, listener);
        assertThat(next(gateway.acknowledged).getVersion()).isEqualTo(3);
    }

    @Test
    void closingTheClientEndsItsSubscriptions() throws Exception {
        script(track("a"));
        Subscription subscription = client.subscribe(NOW, listener);
        next(listener.arrivals);
        client.close();
        assertThat(ended(subscription.end()).reason()).isEqualTo(StreamEnd.Reason.DONE);
    }

    private static StreamEnd ended(CompletionStage<StreamEnd> end) throws Exception {
        return end.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private SubscribeResponse track(String productId) {
        return gateway.track(productId);
    }

    /** Sends these messages; a status ends the call. */
    private static void script(Object... steps) {
        gateway.subscriptions.add((request, answers) -> {
            for (Object step : steps) {
                if (step instanceof Status status) {
                    answers.onError(status.asRuntimeException());
                    return;
                }
                answers.onNext((SubscribeResponse) step);
            }
        });
    }

    private static Status failure(Status status) {
        return status.withDescription("on purpose");
    }

    private static SubscribeResponse heartbeat(long watermarkS, long lagS) {
        return SubscribeResponse.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder()
                        .setWatermark(Timestamp.newBuilder().setSeconds(watermarkS))
                        .setLag(com.google.protobuf.Duration.newBuilder().setSeconds(lagS)))
                .build();
    }

    private static SubscribeResponse gap(GapReason reason) {
        return SubscribeResponse.newBuilder()
                .setGap(Gap.newBuilder().setReason(reason))
                .build();
    }
}
