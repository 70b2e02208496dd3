package nl.sluis.benchmarks.stream;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import nl.sluis.gateway.release.Frames;

/** The floor: the same frames, written to each connection at once with TLS and nothing else. */
final class TlsServer implements StreamServer {
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Times encoded = new Times();
    private final Channel server;
    private int number;

    TlsServer(Path folder) throws Exception {
        Path gateway = folder.resolve("pki").resolve("gateway");
        SslContext tls = SslContextBuilder.forServer(
                        gateway.resolve("certificate.pem").toFile(),
                        gateway.resolve("key.pem").toFile())
                .sslProvider(SslProvider.OPENSSL)
                .trustManager(folder.resolve("roots.pem").toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .protocols("TLSv1.3")
                .build();
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(SluisServer.EVENT_LOOPS, NioIoHandler.newFactory());
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                        connections.add(channel);
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .sync()
                .channel();
    }

    @Override
    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @Override
    public void publish(int messages) {
        ByteBuf burst = Unpooled.directBuffer(messages * (World.MESSAGE_BYTES + Frames.PREFIX_BYTES));
        for (int i = 0; i < messages; i++) {
            burst.writeBytes(Frames.frame(World.message(number++)).getBytes());
            encoded.now();
        }
        // a duplicate for each connection, no copy
        var unused = connections.writeAndFlush(burst);
    }

    @Override
    public long[] encodedNanos() {
        return encoded.all();
    }
}
