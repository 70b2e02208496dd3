package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ExtensionRequest;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.certs.DevelopmentPki;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HealthAndReflectionTest {
    private static final List<String> SERVICES = List.of(
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
            "sluis.v1.AuditService",
            "sluis.v1.CatalogueService",
            "sluis.v1.ContributionService",
            "sluis.v1.PolicyService",
            "sluis.v1.SensorService",
            "sluis.v1.SubscriptionService",
            "sluis.v1.TenantService");

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
        port = new PortUnderTest(pki, PartnerLimits.defaults(), methods -> methods);
        channel = port.channel(DUTCH);
    }

    @AfterEach
    void stop() throws Exception {
        port.close();
    }

    @Test
    void healthSaysWhetherTheGatewayServes() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        assertThat(health.check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.SERVING);
        port.serving.set(false);
        assertThat(health.check(service("sluis.v1.CatalogueService")).getStatus())
                .isEqualTo(ServingStatus.NOT_SERVING);
        assertThatThrownBy(() -> health.check(service("no.such.Service")))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageStartingWith("NOT_FOUND");
    }

    @Test
    void aWatcherOfHealthIsToldEachChange() throws Exception {
        Received<HealthCheckRequest, HealthCheckResponse> received = Received.reading();
        HealthGrpc.newStub(channel).watch(HealthCheckRequest.getDefaultInstance(), received);
        assertThat(received.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        port.serving.set(false);
        assertThat(received.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        received.cancel();
    }

    @Test
    void reflectionListsAllServicesAndAnswersManyQuestionsOnOneStream() throws Exception {
        Received<ServerReflectionRequest, ServerReflectionResponse> received = Received.reading();
        StreamObserver<ServerReflectionRequest> questions =
                ServerReflectionGrpc.newStub(channel).serverReflectionInfo(received);
        questions.onNext(
                ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(received.next().getListServicesResponse().getServiceList().stream()
                        .map(ServiceResponse::getName))
                .containsExactlyElementsOf(SERVICES);
        for (String service : SERVICES) {
            questions.onNext(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol(service)
                    .build());
            List<String> packages = new ArrayList<>();
            for (ByteString file : received.next().getFileDescriptorResponse().getFileDescriptorProtoList()) {
                packages.add(FileDescriptorProto.parseFrom(file).getPackage());
            }
            assertThat(packages.get(0)).isEqualTo(service.substring(0, service.lastIndexOf('.')));
        }
        questions.onNext(ServerReflectionRequest.newBuilder()
                .setFileByFilename("sluis/v1/orbit.proto")
                .build());
        assertThat(received.next().hasFileDescriptorResponse()).isTrue();
        questions.onNext(ServerReflectionRequest.newBuilder()
                .setAllExtensionNumbersOfType("google.protobuf.FieldOptions")
                .build());
        int sensitivity = received.next().getAllExtensionNumbersResponse().getExtensionNumber(0);
        questions.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingExtension(ExtensionRequest.newBuilder()
                        .setContainingType("google.protobuf.FieldOptions")
                        .setExtensionNumber(sensitivity))
                .build());
        assertThat(received.next().hasFileDescriptorResponse()).isTrue();
        questions.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("no.such.Thing")
                .build());
        assertThat(received.next().getErrorResponse().getErrorMessage()).contains("no.such.Thing");
        questions.onCompleted();
        assertThat(received.status().getCode()).isZero();
    }

    @Test
    void theOlderVersionOfReflectionAnswersTheSame() throws Exception {
        Received<
                        io.grpc.reflection.v1alpha.ServerReflectionRequest,
                        io.grpc.reflection.v1alpha.ServerReflectionResponse>
                received = Received.reading();
        var questions =
                io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel).serverReflectionInfo(received);
        questions.onNext(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setListServices("")
                .build());
        assertThat(received.next().getListServicesResponse().getServiceCount()).isEqualTo(SERVICES.size());
        questions.onCompleted();
        assertThat(received.status().getCode()).isZero();
    }

    private static HealthCheckRequest service(String name) {
        return HealthCheckRequest.newBuilder().setService(name).build();
    }
}
