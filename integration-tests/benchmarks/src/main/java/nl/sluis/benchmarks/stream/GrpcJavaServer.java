package nl.sluis.benchmarks.stream;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;

/** An ordinary server of grpc-java: generated stub, one {@code onNext} for each message and subscriber, no policy. */
final class GrpcJavaServer implements StreamServer {
    private final List<StreamObserver<SubscribeResponse>> subscribers = new CopyOnWriteArrayList<>();
    private final Times encoded = new Times();
    private final Server server;
    private int number;

    @SuppressWarnings("deprecation") // the shaded Netty is 4.1, which has no other event loops
    GrpcJavaServer(Path folder) throws IOException {
        Path gateway = folder.resolve("pki").resolve("gateway");
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sslContext(GrpcSslContexts.forServer(
                                gateway.resolve("certificate.pem").toFile(),
                                gateway.resolve("key.pem").toFile())
                        .trustManager(folder.resolve("roots.pem").toFile())
                        .clientAuth(ClientAuth.REQUIRE)
                        .protocols("TLSv1.3")
                        .build())
                // as many threads as the gateway has
                .bossEventLoopGroup(new NioEventLoopGroup(1))
                .workerEventLoopGroup(new NioEventLoopGroup(SluisServer.EVENT_LOOPS))
                .channelType(NioServerSocketChannel.class)
                .addService(new SubscriptionServiceGrpc.SubscriptionServiceImplBase() {
                    @Override
                    public void subscribe(SubscribeRequest request, StreamObserver<SubscribeResponse> responses) {
                        subscribers.add(responses);
                        // headers go with the first message, and tell the client that it has subscribed
                        responses.onNext(SubscribeResponse.getDefaultInstance());
                    }
                })
                .build()
                .start();
    }

    @Override
    public int port() {
        return server.getPort();
    }

    @Override
    public void publish(int messages) {
        SubscribeResponse[] burst = new SubscribeResponse[messages];
        for (int i = 0; i < messages; i++) {
            burst[i] = World.message(number++);
            encoded.now();
        }
        for (StreamObserver<SubscribeResponse> subscriber : subscribers) {
            for (SubscribeResponse message : burst) {
                subscriber.onNext(message);
            }
        }
    }

    @Override
    public long[] encodedNanos() {
        return encoded.all();
    }
}
