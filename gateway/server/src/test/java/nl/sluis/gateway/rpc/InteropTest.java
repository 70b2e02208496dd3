package nl.sluis.gateway.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.testing.integration.AbstractInteropTest;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.TestServiceImpl;
import io.vertx.core.http.HttpServer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The interop client of gRPC, over mutual TLS, against its test service on the HTTP server, the TLS and the call handling of
 * the partner port: the 22 cases that grpc-java's own server passes. A case is named as in gRPC's list of interop tests.
 */
class InteropTest {
    /** The largest message of the cases, and some bytes around it. */
    private static final int MESSAGE_BYTES_MAX = 11 << 20;

    /** What the cases compress are zeros, which shrink to a thousandth. */
    private static final int DECOMPRESSION_RATIO_MAX = 1_000;

    /** Iterations of the soaks, as many as gRPC's client makes unless told otherwise. */
    private static final int SOAK_ITERATIONS = 10;

    /** Calls of pick_first_unary, which all must reach one server. */
    private static final int PICK_FIRST_CALLS = 100;

    @TempDir
    private static Path folder;

    private static PortUnderTest port;
    private static HttpServer server;
    private static ScheduledExecutorService executor;

    private interface Case {
        void run(Client client) throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        port = new PortUnderTest(PortUnderTest.pki(folder), PartnerLimits.defaults(), methods -> methods);
        executor = Executors.newScheduledThreadPool(1);
        PartnerLimits limits = wider(PartnerLimits.defaults());
        ServerServiceDefinition service =
                ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors());
        server = PartnerServer.httpServer(port.vertx, limits, port.tls)
                .requestHandler(new GrpcJavaService(port.vertx, limits, service)::enter);
        server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(PortUnderTest.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() throws Exception {
        executor.shutdownNow();
        port.close();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        Map<String, Case> cases = new LinkedHashMap<>();
        cases.put("empty_unary", AbstractInteropTest::emptyUnary);
        cases.put("large_unary", AbstractInteropTest::largeUnary);
        cases.put("client_compressed_unary_noprobe", client -> client.clientCompressedUnary(false));
        cases.put("server_compressed_unary", AbstractInteropTest::serverCompressedUnary);
        cases.put("client_streaming", AbstractInteropTest::clientStreaming);
        cases.put("client_compressed_streaming_noprobe", client -> client.clientCompressedStreaming(false));
        cases.put("server_streaming", AbstractInteropTest::serverStreaming);
        cases.put("server_compressed_streaming", AbstractInteropTest::serverCompressedStreaming);
        cases.put("ping_pong", AbstractInteropTest::pingPong);
        cases.put("empty_stream", AbstractInteropTest::emptyStream);
        cases.put("custom_metadata", AbstractInteropTest::customMetadata);
        cases.put("status_code_and_message", AbstractInteropTest::statusCodeAndMessage);
        cases.put("special_status_message", AbstractInteropTest::specialStatusMessage);
        cases.put("unimplemented_method", AbstractInteropTest::unimplementedMethod);
        cases.put("unimplemented_service", AbstractInteropTest::unimplementedService);
        cases.put("cancel_after_begin", AbstractInteropTest::cancelAfterBegin);
        cases.put("cancel_after_first_response", AbstractInteropTest::cancelAfterFirstResponse);
        cases.put("timeout_on_sleeping_server", AbstractInteropTest::timeoutOnSleepingServer);
        cases.put("very_large_request", AbstractInteropTest::veryLargeRequest);
        cases.put("pick_first_unary", Client::pickFirstUnary);
        cases.put("rpc_soak", Client::rpcSoak);
        cases.put("channel_soak", Client::channelSoak);
        return cases.entrySet().stream().map(one -> DynamicTest.dynamicTest(one.getKey(), () -> run(one.getValue())));
    }

    private static PartnerLimits wider(PartnerLimits limits) {
        return new PartnerLimits(
                MESSAGE_BYTES_MAX,
                DECOMPRESSION_RATIO_MAX,
                limits.maxSubscribeRequestBytes(),
                limits.maxItemsInFlight(),
                limits.maxBatchBytes(),
                limits.maxUnsentBytes(),
                limits.maxStreamsPerConnection(),
                limits.maxHeaderListBytes(),
                limits.maxSmallContinuationFrames(),
                limits.maxResetsPerWindow(),
                limits.resetWindow(),
                limits.handshakeTimeout(),
                limits.idleTimeout(),
                limits.requestTimeout(),
                limits.heartbeatInterval(),
                limits.stallTimeout(),
                limits.closeWindow(),
                limits.pingInterval(),
                limits.pingTimeout());
    }

    private static void run(Case one) throws Exception {
        Client client = new Client();
        client.setUp();
        try {
            one.run(client);
        } finally {
            client.tearDown();
        }
    }

    private static final class Client extends AbstractInteropTest {
        @Override
        protected ManagedChannelBuilder<?> createChannelBuilder() {
            throw new UnsupportedOperationException("the channel is made at once");
        }

        @Override
        protected ManagedChannel createChannel() {
            return port.channel(
                    PortUnderTest.DUTCH,
                    server.actualPort(),
                    builder -> builder.maxInboundMessageSize(MESSAGE_BYTES_MAX));
        }

        @Override
        protected boolean metricsExpected() {
            return false;
        }

        /** Like the next two said in prose by gRPC; its own code for them is private. */
        void pickFirstUnary() {
            SimpleRequest request = SimpleRequest.newBuilder()
                    .setResponseSize(1)
                    .setFillServerId(true)
                    .setPayload(Payload.newBuilder().setBody(ByteString.copyFrom(new byte[1])))
                    .build();
            String server = blockingStub.unaryCall(request).getServerId();
            for (int i = 0; i < PICK_FIRST_CALLS; i++) {
                assertThat(blockingStub.unaryCall(request).getServerId()).isEqualTo(server);
            }
        }

        void rpcSoak() throws Exception {
            for (int i = 0; i < SOAK_ITERATIONS; i++) {
                largeUnary();
            }
        }

        void channelSoak() throws Exception {
            for (int i = 0; i < SOAK_ITERATIONS; i++) {
                largeUnary();
                tearDown();
                setUp();
            }
        }
    }
}
