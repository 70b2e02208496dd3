package nl.sluis.partner;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.DelegatingSslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSslContextOption;
import io.grpc.netty.shaded.io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.proto.v1.AcknowledgeWithdrawalRequest;
import nl.sluis.proto.v1.AcknowledgeWithdrawalResponse;
import nl.sluis.proto.v1.AnyOf;
import nl.sluis.proto.v1.BoundLabel;
import nl.sluis.proto.v1.Checkpoint;
import nl.sluis.proto.v1.ContributeRequest;
import nl.sluis.proto.v1.ContributeResponse;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.GetSelfRequest;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ListWithdrawalsRequest;
import nl.sluis.proto.v1.ListWithdrawalsResponse;
import nl.sluis.proto.v1.Owner;
import nl.sluis.proto.v1.PolicyPart;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.RelabelRequest;
import nl.sluis.proto.v1.RelabelResponse;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import nl.sluis.proto.v1.TenantServiceGrpc;
import nl.sluis.proto.v1.Withdrawal;
import org.jspecify.annotations.Nullable;

/** A gateway over real mutual TLS that does what a test tells it, well or badly. */
public final class FakeGateway implements AutoCloseable {
    private static final long LIMIT_S = 20;

    /** What a subscription gets; one script for each call, in order. */
    public final BlockingQueue<BiConsumer<SubscribeRequest, ServerCallStreamObserver<SubscribeResponse>>>
            subscriptions = new LinkedBlockingQueue<>();

    /** What a stream of contributions gets; one script for each call, in order. */
    public final BlockingQueue<Function<StreamObserver<ContributeResponse>, StreamObserver<ContributeRequest>>>
            contributions = new LinkedBlockingQueue<>();

    /** Every request to subscribe, in order. */
    public final BlockingQueue<SubscribeRequest> requests = new LinkedBlockingQueue<>();

    /** Every acknowledged withdrawal. */
    public final BlockingQueue<AcknowledgeWithdrawalRequest> acknowledged = new LinkedBlockingQueue<>();

    /** Every request for another label. */
    public final BlockingQueue<RelabelRequest> relabelled = new LinkedBlockingQueue<>();

    /** What is answered to whoever lists withdrawals, a page each. */
    public final List<Withdrawal> withdrawals = new CopyOnWriteArrayList<>();

    /** The answer to GetSelf; unimplemented while it is the default. */
    public volatile GetSelfResponse self = GetSelfResponse.getDefaultInstance();

    /** The key that signs labels. */
    public final KeyPair signingKey;

    /** Health, as the gateway tells it. */
    public final HealthStatusManager health = new HealthStatusManager();

    /** Certificates, bad ones too. */
    public final DevelopmentPki pki;

    /** What it staples; nothing while null. */
    public volatile byte @Nullable [] ocspResponse;

    private final Server server;
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();

    /** Starts on a free port of the loopback; certificates go below this folder. */
    public FakeGateway(Path folder) throws IOException, GeneralSecurityException {
        this(DevelopmentPki.create(
                PkiRequest.of(
                        "nld",
                        PkiRequest.Tenant.parse("nld/ssa-centre:contributor,subscriber"),
                        PkiRequest.Tenant.parse("deu/radar-site:contributor")),
                folder,
                Clock.systemUTC(),
                new SecureRandom()));
    }

    private FakeGateway(DevelopmentPki pki) throws IOException, GeneralSecurityException {
        this.pki = pki;
        signingKey = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        health.setStatus("", HealthCheckResponse.ServingStatus.SERVING);
        Path trusted = pki.trustFolder().resolve("nld").resolve("root.pem");
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(stapling(
                        GrpcSslContexts.configure(io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder.forServer(
                                        pki.gateway().certificatePem().toFile(),
                                        pki.gateway().keyPem().toFile()))
                                .protocols("TLSv1.3")
                                .option(OpenSslContextOption.GROUPS, new String[] {"X25519MLKEM768", "X25519"})
                                .enableOcsp(true)
                                .trustManager(trusted.toFile())
                                .clientAuth(ClientAuth.REQUIRE)
                                .build()))
                .addService(new Subscriptions())
                .addService(new Contributions())
                .addService(new Tenants())
                .addService(new Policies())
                .addService(health.getHealthService())
                .build()
                .start();
    }

    private SslContext stapling(SslContext plain) {
        return new DelegatingSslContext(plain) {
            @Override
            protected void initEngine(SSLEngine engine) {
                byte[] response = ocspResponse;
                if (response != null) {
                    ((ReferenceCountedOpenSslEngine) engine).setOcspResponse(response);
                }
            }
        };
    }

    /** Where it listens. */
    public String endpoint() {
        return "localhost:" + server.getPort();
    }

    /** The context of its good tenant. */
    public PartnerContext context() {
        Credential tenant = pki.tenant("nld", "ssa-centre");
        return PartnerContext.of(endpoint(), tenant.gatewayRootPem(), tenant.certificatePem(), tenant.keyPem(), null);
    }

    /** A client of its good tenant that checks signatures. */
    public PartnerClient client(Scheduler scheduler) throws ContextFileException {
        return new PartnerClient(
                Channels.open(context()), List.of(signingKey.getPublic()), scheduler, new java.util.Random(1));
    }

    /** A delivery with a label that is bound and signed. */
    public Delivery delivery(Product product) {
        ByteString payload = product.toByteString();
        BoundLabel unsigned = BoundLabel.newBuilder()
                .setLabel(label())
                .setPayloadSha256(DeliveryVerifier.sha256(payload.toByteArray()))
                .setAlgorithm("Ed25519")
                .setKeyId(DeliveryVerifier.sha256(signingKey.getPublic().getEncoded()))
                .build();
        return Delivery.newBuilder()
                .setProductId(product.getProductId())
                .setVersion(product.getVersion())
                .setKind(product.getKind())
                .setPayload(payload)
                .setBoundLabel(unsigned.toBuilder().setSignature(sign(DeliveryVerifier.deterministic(unsigned))))
                .build();
    }

    /** A delivery of an empty track with this identifier, version 1. */
    public Delivery trackDelivery(String productId) {
        return delivery(Product.newBuilder()
                .setProductId(productId)
                .setVersion(1)
                .setKind(ProductKind.PRODUCT_KIND_TRACK)
                .setCreated(Timestamp.newBuilder().setSeconds(1_793_534_400L))
                .setDataMode(DataMode.DATA_MODE_REAL)
                .build());
    }

    /** The same as a message of a stream. */
    public SubscribeResponse track(String productId) {
        return SubscribeResponse.newBuilder()
                .setDelivery(trackDelivery(productId))
                .build();
    }

    /** A checkpoint. */
    public static SubscribeResponse checkpoint(long sequence, long delivered, String cursor) {
        return SubscribeResponse.newBuilder()
                .setCheckpoint(Checkpoint.newBuilder()
                        .setSequence(sequence)
                        .setDelivered(delivered)
                        .setCursor(ByteString.copyFromUtf8(cursor)))
                .build();
    }

    /** The next request to subscribe. */
    public SubscribeRequest nextRequest() throws InterruptedException {
        SubscribeRequest request = requests.poll(LIMIT_S, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("nobody subscribed within " + LIMIT_S + " s; faults: " + faults);
        }
        return request;
    }

    static Label label() {
        return Label.newBuilder()
                .addParts(PolicyPart.newBuilder()
                        .setPolicyOid("1.3.26.1.3.1")
                        .setSpifVersion(1)
                        .setClassificationLacv(1)
                        .addRelease(AnyOf.newBuilder().addMembers("NATO").addMembers("SWE")))
                .addOwners(Owner.newBuilder().setNation("NLD").setTenant("ssa-centre"))
                .setDataMode(DataMode.DATA_MODE_REAL)
                .build();
    }

    private ByteString sign(byte[] bytes) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(signingKey.getPrivate());
            signature.update(bytes);
            return ByteString.copyFrom(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Subscriptions extends SubscriptionServiceGrpc.SubscriptionServiceImplBase {
        @Override
        public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> answers) {
            requests.add(request);
            var script = subscriptions.poll();
            if (script != null) {
                script.accept(request, (ServerCallStreamObserver<SubscribeResponse>) answers);
            }
        }

        @Override
        public void acknowledgeWithdrawal(
                AcknowledgeWithdrawalRequest request, StreamObserver<AcknowledgeWithdrawalResponse> answer) {
            acknowledged.add(request);
            answer.onNext(AcknowledgeWithdrawalResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    private final class Contributions extends ContributionServiceGrpc.ContributionServiceImplBase {
        @Override
        public StreamObserver<ContributeRequest> contribute(StreamObserver<ContributeResponse> answers) {
            var script = contributions.poll();
            if (script == null) {
                faults.add(new AssertionError("a stream of contributions without a script"));
                answers.onError(Status.INTERNAL.asRuntimeException());
                return new Contributing(item -> {}, () -> {});
            }
            return script.apply(answers);
        }

        @Override
        public void relabel(RelabelRequest request, StreamObserver<RelabelResponse> answer) {
            relabelled.add(request);
            answer.onNext(RelabelResponse.newBuilder()
                    .setRelabelled(Timestamp.newBuilder().setSeconds(1_793_534_400L))
                    .build());
            answer.onCompleted();
        }
    }

    private final class Policies extends PolicyServiceGrpc.PolicyServiceImplBase {
        @Override
        public void listWithdrawals(ListWithdrawalsRequest request, StreamObserver<ListWithdrawalsResponse> answer) {
            int page = request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
            ListWithdrawalsResponse.Builder response = ListWithdrawalsResponse.newBuilder();
            if (page < withdrawals.size()) {
                response.addWithdrawals(withdrawals.get(page)).setNextPageToken(Integer.toString(page + 1));
            }
            answer.onNext(response.build());
            answer.onCompleted();
        }
    }

    private final class Tenants extends TenantServiceGrpc.TenantServiceImplBase {
        @Override
        public void getSelf(GetSelfRequest request, StreamObserver<GetSelfResponse> answer) {
            if (self.equals(GetSelfResponse.getDefaultInstance())) {
                super.getSelf(request, answer);
                return;
            }
            answer.onNext(self);
            answer.onCompleted();
        }
    }

    /** The gateway's side of a stream of contributions. */
    public record Contributing(java.util.function.Consumer<ContributeRequest> onItem, Runnable onEnd)
            implements StreamObserver<ContributeRequest> {
        @Override
        public void onNext(ContributeRequest value) {
            onItem.accept(value);
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
            onEnd.run();
        }
    }
}
