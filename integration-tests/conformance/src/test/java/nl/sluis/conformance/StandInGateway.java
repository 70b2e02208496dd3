package nl.sluis.conformance;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.partner.PartnerContext;
import nl.sluis.proto.v1.AuditServiceGrpc;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.Heartbeat;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.Role;
import nl.sluis.proto.v1.SensorServiceGrpc;
import nl.sluis.proto.v1.SnapshotComplete;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.Tenant;
import nl.sluis.proto.v1.TenantServiceGrpc;
import org.jspecify.annotations.Nullable;

/** The smallest gateway that keeps every promise, or breaks one. */
final class StandInGateway implements AutoCloseable {
    /** Promises that it can break, by the requirement's number. */
    enum Broken {
        NOTHING,
        TLS_1,
        TLS_2,
        RPC_1,
        RPC_2,
        RPC_4,
        SUB_2,
        SUB_3,
        SUB_4,
        CON_1,
        CON_2;

        String requirement() {
            return name().replace('_', '-');
        }
    }

    private final DevelopmentPki pki;
    private final Broken broken;
    private final Role role;
    private final Server server;

    @SuppressWarnings("deprecation") // reflection v1alpha, which most tools still ask for
    StandInGateway(DevelopmentPki pki, Broken broken, Role role) throws Exception {
        this.pki = pki;
        this.broken = broken;
        this.role = role;
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus("", ServingStatus.SERVING);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.configure(SslContextBuilder.forServer(
                                pki.gateway().certificatePem().toFile(),
                                pki.gateway().keyPem().toFile()))
                        .protocols(
                                broken == Broken.TLS_2 ? new String[] {"TLSv1.2", "TLSv1.3"} : new String[] {"TLSv1.3"})
                        .trustManager(pki.trustFolder()
                                .resolve("nld")
                                .resolve("root.pem")
                                .toFile())
                        .clientAuth(broken == Broken.TLS_1 ? ClientAuth.OPTIONAL : ClientAuth.REQUIRE)
                        .build())
                .intercept(new Closed())
                .addService(new Tenants())
                .addService(new Subscriptions())
                .addService(new Contributions())
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(io.grpc.protobuf.services.ProtoReflectionService.newInstance());
        for (BindableService service : List.<BindableService>of(
                new AuditServiceGrpc.AuditServiceImplBase() {},
                new CatalogueServiceGrpc.CatalogueServiceImplBase() {},
                new PolicyServiceGrpc.PolicyServiceImplBase() {})) {
            builder.addService(service);
        }
        if (broken != Broken.RPC_2) {
            builder.addService(new SensorServiceGrpc.SensorServiceImplBase() {});
        }
        if (broken != Broken.RPC_1) {
            builder.fallbackHandlerRegistry(new Unlisted());
        }
        server = builder.build().start();
    }

    PartnerContext context() {
        var tenant = pki.tenant("nld", "ssa-centre");
        return PartnerContext.of(
                "localhost:" + server.getPort(),
                tenant.gatewayRootPem(),
                tenant.certificatePem(),
                tenant.keyPem(),
                null);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static Status notOpen() {
        return Status.PERMISSION_DENIED.withDescription("this method is not open to the caller");
    }

    private static com.google.rpc.Status violation(String field) {
        return com.google.rpc.Status.newBuilder()
                .setCode(Code.INVALID_ARGUMENT_VALUE)
                .addDetails(Any.pack(BadRequest.newBuilder()
                        .addFieldViolations(
                                BadRequest.FieldViolation.newBuilder().setField(field))
                        .build()))
                .build();
    }

    private final class Tenants extends TenantServiceGrpc.TenantServiceImplBase {
        @Override
        public void getSelf(GetSelfRequest request, StreamObserver<GetSelfResponse> answer) {
            try {
                byte[] der = pki.tenant("nld", "ssa-centre").certificate().getEncoded();
                String fingerprint = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(der));
                answer.onNext(GetSelfResponse.newBuilder()
                        .setTenant(Tenant.newBuilder()
                                .setTenantId("nld/ssa-centre")
                                .addRoles(role))
                        .setCertificateSha256(broken == Broken.RPC_4 ? "00" : fingerprint)
                        .build());
                answer.onCompleted();
            } catch (java.security.GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    private final class Subscriptions extends SubscriptionServiceGrpc.SubscriptionServiceImplBase {
        @Override
        public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> answers) {
            if (!request.getFilter().isEmpty() && broken != Broken.SUB_2) {
                answers.onError(StatusProto.toStatusRuntimeException(violation("filter")));
            } else if (request.hasCursor() && broken != Broken.SUB_3) {
                answers.onError(StatusProto.toStatusRuntimeException(violation("cursor")));
            } else if (broken == Broken.SUB_4) {
                answers.onCompleted();
            } else {
                answers.onNext(SubscribeResponse.newBuilder()
                        .setHeartbeat(Heartbeat.getDefaultInstance())
                        .build());
                answers.onNext(SubscribeResponse.newBuilder()
                        .setSnapshotComplete(SnapshotComplete.getDefaultInstance())
                        .build());
            }
        }
    }

    private final class Contributions extends ContributionServiceGrpc.ContributionServiceImplBase {
        @Override
        public StreamObserver<ContributeRequest> contribute(StreamObserver<ContributeResponse> answers) {
            return new StreamObserver<>() {
                @Override
                public void onNext(ContributeRequest request) {
                    String id = request.getContribution().getClientId();
                    if (broken == Broken.CON_1) {
                        answers.onError(Status.INVALID_ARGUMENT.asRuntimeException());
                        return;
                    }
                    String field = id.isEmpty() && broken != Broken.CON_2 ? "client_id" : "label";
                    answers.onNext(ContributeResponse.newBuilder()
                            .setClientId(id)
                            .setRefused(violation(field))
                            .build());
                }

                @Override
                public void onError(Throwable t) {}

                @Override
                public void onCompleted() {
                    if (broken != Broken.CON_1) {
                        answers.onCompleted();
                    }
                }
            };
        }
    }

    /** Keeps the officers' service shut. */
    private static final class Closed implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            if (call.getMethodDescriptor().getFullMethodName().startsWith("sluis.v1.PolicyService/")) {
                call.close(notOpen(), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return next.startCall(call, headers);
        }
    }

    /** Answers for methods that do not exist. */
    private static final class Unlisted extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
            MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(name)
                    .setRequestMarshaller(new Nothing())
                    .setResponseMarshaller(new Nothing())
                    .build();
            return ServerMethodDefinition.create(method, (call, headers) -> {
                call.close(notOpen(), new Metadata());
                return new ServerCall.Listener<>() {};
            });
        }
    }

    private static final class Nothing implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }
}
