package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static nl.sluis.gateway.rpc.PortUnderTest.GERMAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.Status;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.GetBundleRequest;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.GetTreeHeadRequest;
import nl.sluis.proto.v1.ListTenantsRequest;
import nl.sluis.proto.v1.ListTenantsResponse;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.RevokeCredentialRequest;
import nl.sluis.proto.v1.RevokeCredentialResponse;
import nl.sluis.proto.v1.ScreenTrajectoryRequest;
import nl.sluis.proto.v1.ScreenTrajectoryResponse;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CallsTest {
    private static final int STREAMED = 500;

    @TempDir
    private static Path folder;

    private static DevelopmentPki pki;

    private PortUnderTest port;
    private ManagedChannel channel;

    @BeforeAll
    static void makePki() throws Exception {
        pki = PortUnderTest.pki(folder);
    }

    @BeforeEach
    void start() {
        port = new PortUnderTest(pki, PartnerLimits.defaults(), CallsTest::methods);
        channel = port.channel(DUTCH);
    }

    @AfterEach
    void stop() throws Exception {
        port.close();
    }

    private static Methods.Builder methods(Methods.Builder methods) {
        return methods.unary(
                        TenantServiceGrpc.getGetSelfMethod(),
                        (caller, request) -> CompletableFuture.completedStage(
                                caller.tenant().nation().equals("nld") ? GetSelfResponse.getDefaultInstance() : null))
                .<ListTenantsRequest, ListTenantsResponse>unary(
                        TenantServiceGrpc.getListTenantsMethod(), (caller, request) -> {
                            throw new IllegalStateException("the database password is secret");
                        })
                .<RevokeCredentialRequest, RevokeCredentialResponse>unary(
                        TenantServiceGrpc.getRevokeCredentialMethod(),
                        (caller, request) -> CompletableFuture.failedStage(
                                Errors.invalidField("reason", "absent (expected: why, at least ten letters) é%")))
                .serverStream(CatalogueServiceGrpc.getScreenTrajectoryMethod(), (caller, request, responses) -> {
                    for (int i = 0; i < STREAMED; i++) {
                        responses.send(ScreenTrajectoryResponse.getDefaultInstance());
                    }
                    responses.complete();
                })
                .unary(AuditServiceGrpc.getGetTreeHeadMethod(), (caller, request) -> new CompletableFuture<>());
    }

    @Test
    void aUnaryCallComesBack() {
        assertThat(TenantServiceGrpc.newBlockingStub(channel).getSelf(GetSelfRequest.getDefaultInstance()))
                .isEqualTo(GetSelfResponse.getDefaultInstance());
        // it is counted when the answer has left, and that may be here by then
        long limitNs = System.nanoTime() + java.util.concurrent.TimeUnit.SECONDS.toNanos(30);
        while (port.count("sluis.rpc.calls", "method", "sluis.v1.TenantService/GetSelf", "code", "OK") < 1
                && System.nanoTime() < limitNs) {
            Thread.onSpinWait();
        }
        assertThat(port.count("sluis.rpc.calls", "method", "sluis.v1.TenantService/GetSelf", "code", "OK"))
                .isEqualTo(1);
    }

    @Test
    void aServerStreamComesWholeAndEnds() throws Exception {
        Received<ScreenTrajectoryRequest, ScreenTrajectoryResponse> received = Received.reading();
        CatalogueServiceGrpc.newStub(channel).screenTrajectory(ScreenTrajectoryRequest.getDefaultInstance(), received);
        assertThat(received.status().getCode()).isZero();
        assertThat(received.waiting()).isEqualTo(STREAMED);
    }

    @Test
    void aMethodOfTheContractWithoutHandlerSaysThatItIsNotImplemented() {
        Status status = refusalOf(
                () -> PolicyServiceGrpc.newBlockingStub(channel).getBundle(GetBundleRequest.getDefaultInstance()));
        assertThat(status.getCode()).isEqualTo(Code.UNIMPLEMENTED_VALUE);
        assertThat(status.getMessage()).contains("sluis.v1.PolicyService/GetBundle", "not implemented");
    }

    @Test
    void everyMethodOfThePublishedContractIsThere() throws Exception {
        Set<String> published = new HashSet<>();
        try (InputStream in = GetSelfRequest.class.getResourceAsStream("/sluis/v1/descriptors.binpb")) {
            for (var file : FileDescriptorSet.parseFrom(in).getFileList()) {
                file.getServiceList()
                        .forEach(service -> service.getMethodList()
                                .forEach(method -> published.add(
                                        file.getPackage() + "." + service.getName() + "/" + method.getName())));
            }
        }
        assertThat(Methods.builder().build().names()).isNotEmpty().isEqualTo(published);
    }

    @Test
    void fieldViolationsReachTheClient() throws Exception {
        Status status = refusalOf(() -> TenantServiceGrpc.newBlockingStub(channel)
                .revokeCredential(RevokeCredentialRequest.getDefaultInstance()));
        assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        assertThat(status.getMessage()).isEqualTo("reason: absent (expected: why, at least ten letters) é%");
        assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo("INVALID_FIELD");
        assertThat(status.getDetails(1)
                        .unpack(BadRequest.class)
                        .getFieldViolations(0)
                        .getField())
                .isEqualTo("reason");
    }

    @Test
    void anUnexpectedFailureTellsTheCallerAReferenceAndNoMore() {
        Status status = refusalOf(
                () -> TenantServiceGrpc.newBlockingStub(channel).listTenants(ListTenantsRequest.getDefaultInstance()));
        assertThat(status.getCode()).isEqualTo(Code.INTERNAL_VALUE);
        assertThat(status.getMessage()).isEqualTo("internal error, reference `ref-1`");
    }

    @Test
    void aForbiddenMethodAndOneThatDoesNotExistAreAnsweredAlike() {
        port.forbidden.add("sluis.v1.TenantService/GetSelf");
        Status forbidden = refusalOf(
                () -> TenantServiceGrpc.newBlockingStub(channel).getSelf(GetSelfRequest.getDefaultInstance()));
        MethodDescriptor<GetSelfRequest, GetSelfResponse> missing = TenantServiceGrpc.getGetSelfMethod().toBuilder()
                .setFullMethodName("sluis.v1.TenantService/GetSecrets")
                .build();
        Status unknown = refusalOf(() -> ClientCalls.blockingUnaryCall(
                channel, missing, io.grpc.CallOptions.DEFAULT, GetSelfRequest.getDefaultInstance()));
        assertThat(forbidden.getCode()).isEqualTo(Code.PERMISSION_DENIED_VALUE);
        assertThat(unknown).isEqualTo(forbidden);
    }

    @Test
    void aRequestOfFiveMegabytesIsTooLarge() throws Exception {
        Status status = refusalOf(() -> TenantServiceGrpc.newBlockingStub(channel)
                .revokeCredential(RevokeCredentialRequest.newBuilder()
                        .setReason("x".repeat(5_000_000))
                        .build()));
        assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
        assertThat(status.getDetails(1)
                        .unpack(QuotaFailure.class)
                        .getViolations(0)
                        .getSubject())
                .isEqualTo("message bytes");
    }

    @Test
    void aSmallGzipThatUnpacksToTooMuchIsTooLarge() {
        Status status = refusalOf(() -> TenantServiceGrpc.newBlockingStub(channel)
                .withCompression("gzip")
                .revokeCredential(RevokeCredentialRequest.newBuilder()
                        .setReason("x".repeat(50_000_000))
                        .build()));
        assertThat(status.getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED_VALUE);
        assertThat(status.getMessage()).startsWith("decompressed message bytes");
    }

    @Test
    void aCompressedRequestIsRead() {
        assertThat(TenantServiceGrpc.newBlockingStub(channel)
                        .withCompression("gzip")
                        .getSelf(GetSelfRequest.getDefaultInstance()))
                .isEqualTo(GetSelfResponse.getDefaultInstance());
    }

    @Test
    void aCallersDeadlineEndsTheCall() {
        Status status = refusalOf(() -> AuditServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                .getTreeHead(GetTreeHeadRequest.getDefaultInstance()));
        assertThat(status.getCode()).isEqualTo(Code.DEADLINE_EXCEEDED_VALUE);
    }

    @Test
    void aCallerThatWasShutOutIsNobody() {
        TenantServiceGrpc.newBlockingStub(channel).getSelf(GetSelfRequest.getDefaultInstance());
        port.shutOut.add(DUTCH);
        Status status = refusalOf(
                () -> TenantServiceGrpc.newBlockingStub(channel).getSelf(GetSelfRequest.getDefaultInstance()));
        assertThat(status.getCode()).isEqualTo(Code.UNAUTHENTICATED_VALUE);
        assertThat(status.getDetailsCount()).isZero();
    }

    @Test
    void aNullAnswerIsAFaultOfOurs() {
        Status status = refusalOf(() ->
                TenantServiceGrpc.newBlockingStub(port.channel(GERMAN)).getSelf(GetSelfRequest.getDefaultInstance()));
        assertThat(status.getCode()).isEqualTo(Code.INTERNAL_VALUE);
    }

    @Test
    void contributionsAreAnsweredAsEachBecomesDurable() throws Exception {
        port.ingest.hold();
        Received<ContributeRequest, ContributeResponse> received = Received.reading();
        StreamObserver<ContributeRequest> requests =
                ContributionServiceGrpc.newStub(channel).contribute(received);
        requests.onNext(item("a"));
        requests.onNext(item("b"));
        requests.onNext(ContributeRequest.getDefaultInstance());
        requests.onCompleted();
        assertThat(received.next().getRefused().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        port.ingest.awaitWaiting(2);
        port.ingest.commitNewest();
        assertThat(received.next().getClientId()).isEqualTo("b");
        assertThat(received.end).isNotDone();
        port.ingest.commitNewest();
        assertThat(received.next().getClientId()).isEqualTo("a");
        assertThat(received.status().getCode()).isZero();
    }

    @Test
    void aContributorIsReadNoFasterThanItsItemsBecomeDurable() throws Exception {
        int inFlight = PartnerLimits.defaults().maxItemsInFlight();
        int all = 3 * inFlight;
        port.ingest.hold();
        Received<ContributeRequest, ContributeResponse> received = Received.reading();
        StreamObserver<ContributeRequest> requests =
                ContributionServiceGrpc.newStub(channel).contribute(received);
        for (int i = 0; i < all; i++) {
            requests.onNext(item("item-" + i));
        }
        requests.onCompleted();
        int committed = 0;
        while (committed < all) {
            port.ingest.awaitWaiting(Math.min(inFlight, all - committed));
            assertThat(port.ingest.waitingCount()).isLessThanOrEqualTo(inFlight);
            committed += port.ingest.commitAll();
        }
        assertThat(received.status().getCode()).isZero();
        assertThat(received.waiting()).isEqualTo(all);
    }

    @Test
    void aFaultOfTheStoreEndsTheStreamAfterTheOtherAnswers() throws Exception {
        port.ingest.hold();
        Received<ContributeRequest, ContributeResponse> received = Received.reading();
        StreamObserver<ContributeRequest> requests =
                ContributionServiceGrpc.newStub(channel).contribute(received);
        requests.onNext(item("before"));
        requests.onNext(item("disk-fault"));
        port.ingest.awaitWaiting(2);
        port.ingest.commitNewest();
        port.ingest.commitNewest();
        assertThat(received.next().getClientId()).isEqualTo("before");
        assertThat(received.status().getCode()).isEqualTo(Code.INTERNAL_VALUE);
        assertThat(received.status().getMessage()).doesNotContain("secret");
    }

    @Test
    void aCancelledContributionStreamLosesNothingThatWasTaken() throws Exception {
        port.ingest.hold();
        Received<ContributeRequest, ContributeResponse> received = Received.reading();
        ContributionServiceGrpc.newStub(channel).contribute(received).onNext(item("kept"));
        port.ingest.awaitWaiting(1);
        received.cancel();
        assertThat(received.status().getCode()).isEqualTo(Code.CANCELLED_VALUE);
        port.ingest.commitAll();
        assertThat(port.ingest.storedCount()).isEqualTo(1);
    }

    @Test
    void aMessageThatIsNoneIsNamedByItsPlace() throws Exception {
        Received<Document, ContributeResponse> received = Received.reading();
        MethodDescriptor<Document, ContributeResponse> wrong =
                MethodDescriptor.<Document, ContributeResponse>newBuilder(
                                io.grpc.protobuf.ProtoUtils.marshaller(Document.getDefaultInstance()),
                                io.grpc.protobuf.ProtoUtils.marshaller(ContributeResponse.getDefaultInstance()))
                        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                        .setFullMethodName("sluis.v1.ContributionService/Contribute")
                        .build();
        StreamObserver<Document> requests =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(wrong, io.grpc.CallOptions.DEFAULT), received);
        // a contribution's field 1 is a message; this name is none
        requests.onNext(Document.newBuilder()
                .setNameBytes(ByteString.copyFromUtf8("\u0001\u0001\u0001"))
                .build());
        assertThat(received.status().getCode()).isEqualTo(Code.INVALID_ARGUMENT_VALUE);
        assertThat(received.status().getMessage()).startsWith("item 1 of the stream");
    }

    private static ContributeRequest item(String clientId) {
        return ContributeRequest.newBuilder()
                .setContribution(Contribution.newBuilder().setClientId(clientId))
                .build();
    }

    private static Status refusalOf(Runnable call) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(failure).isNotNull();
        return Received.statusOf(failure);
    }
}
