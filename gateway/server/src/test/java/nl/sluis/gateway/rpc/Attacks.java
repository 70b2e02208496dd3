package nl.sluis.gateway.rpc;

import static nl.sluis.gateway.rpc.PortUnderTest.DUTCH;
import static nl.sluis.gateway.rpc.RawHttp2.CANCEL;
import static nl.sluis.gateway.rpc.RawHttp2.CONTINUATION;
import static nl.sluis.gateway.rpc.RawHttp2.DATA;
import static nl.sluis.gateway.rpc.RawHttp2.END_HEADERS;
import static nl.sluis.gateway.rpc.RawHttp2.END_STREAM;
import static nl.sluis.gateway.rpc.RawHttp2.GOAWAY;
import static nl.sluis.gateway.rpc.RawHttp2.RST_STREAM;
import static nl.sluis.gateway.rpc.RawHttp2.SETTINGS_INITIAL_WINDOW_SIZE;

import com.google.rpc.Status;
import io.grpc.CallOptions;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.GetSelfResponse;
import nl.sluis.proto.v1.TenantServiceGrpc;

/** What a hostile tenant, or whoever reaches the port, may try. Each returns what it was answered. */
final class Attacks {
    static final int RESETS = 2_000;
    static final int EMPTY_FRAMES = 2_000;
    static final int HALF_OPEN = 2_000;
    static final int BOMB_MIB = 512;

    private static final String SUBSCRIBE = "/sluis.v1.SubscriptionService/Subscribe";
    private static final String CONTRIBUTE = "/sluis.v1.ContributionService/Contribute";
    private static final byte[] EMPTY_REQUEST = new byte[5];

    private final PortUnderTest port;

    Attacks(PortUnderTest port) {
        this.port = port;
    }

    /** Opens calls and resets each at once (CVE-2023-44487). @return error code of the GOAWAY */
    int rapidReset() throws IOException {
        try (RawHttp2 client = client(SETTINGS_INITIAL_WINDOW_SIZE, 65_535)) {
            byte[] cancel = ByteBuffer.allocate(Integer.BYTES).putInt(CANCEL).array();
            for (int i = 0; i < RESETS; i++) {
                client.call(2 * i + 1, SUBSCRIBE, END_HEADERS).frame(RST_STREAM, 0, 2 * i + 1, cancel);
            }
            client.flush();
            int code = client.await(frame -> frame.is(GOAWAY, 0)).errorCode();
            require(client.isEnded(), "connection: open (expected: ended)");
            return code;
        }
    }

    /** A block of headers that never ends, in frames that hold nothing (CVE-2026-33871). @return error code of the GOAWAY */
    int emptyContinuations() throws IOException {
        try (RawHttp2 client = client(SETTINGS_INITIAL_WINDOW_SIZE, 65_535)) {
            client.call(1, SUBSCRIBE, 0);
            for (int i = 0; i < EMPTY_FRAMES; i++) {
                client.frame(CONTINUATION, 0, 1, new byte[0]);
            }
            client.flush();
            int code = client.await(frame -> frame.is(GOAWAY, 0)).errorCode();
            require(client.isEnded(), "connection: open (expected: ended)");
            return code;
        }
    }

    /** Subscribes as often as one connection may and lets nothing come: the windows stay 0. */
    RawHttp2 readersOfNothing(int count) throws IOException {
        RawHttp2 client = client(SETTINGS_INITIAL_WINDOW_SIZE, 0);
        for (int i = 0; i < count; i++) {
            client.call(2 * i + 1, SUBSCRIBE, END_HEADERS).frame(DATA, END_STREAM, 2 * i + 1, EMPTY_REQUEST);
        }
        client.flush();
        return client;
    }

    /** Announces a message of 2^31-1 bytes. @return the status of the call */
    Status longestMessage() throws IOException {
        try (RawHttp2 client = client(SETTINGS_INITIAL_WINDOW_SIZE, 65_535)) {
            byte[] prefix = ByteBuffer.allocate(5)
                    .put((byte) 0)
                    .putInt(Integer.MAX_VALUE)
                    .array();
            client.call(1, CONTRIBUTE, END_HEADERS).frame(DATA, 0, 1, prefix).flush();
            return client.status(1);
        }
    }

    /** Sends half a megabyte that unpacks to half a gigabyte. @return the status of the call */
    Status gzipBomb() throws IOException {
        byte[] bomb = bomb();
        CompressorRegistry compressors = CompressorRegistry.newEmptyInstance();
        compressors.register(new Compressor() {
            @Override
            public String getMessageEncoding() {
                return "gzip";
            }

            @Override
            public OutputStream compress(OutputStream wire) throws IOException {
                wire.write(bomb);
                // whatever the message is, the bomb goes instead
                return OutputStream.nullOutputStream();
            }
        });
        // an empty request would not be compressed
        MethodDescriptor<Document, GetSelfResponse> method = MethodDescriptor.<Document, GetSelfResponse>newBuilder(
                        ProtoUtils.marshaller(Document.getDefaultInstance()),
                        ProtoUtils.marshaller(GetSelfResponse.getDefaultInstance()))
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(TenantServiceGrpc.getGetSelfMethod().getFullMethodName())
                .build();
        ManagedChannel channel = port.channel(DUTCH, builder -> builder.compressorRegistry(compressors));
        try {
            var unused = ClientCalls.blockingUnaryCall(
                    channel,
                    method,
                    CallOptions.DEFAULT.withCompression("gzip"),
                    Document.newBuilder().setName("bomb").build());
            return Status.getDefaultInstance();
        } catch (StatusRuntimeException refused) {
            return Received.statusOf(refused);
        } finally {
            channel.shutdownNow();
        }
    }

    /** A gzip file may have many members: one of a mebibyte of zeros, repeated. */
    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream member = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(member)) {
            gzip.write(new byte[1 << 20]);
        }
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        for (int i = 0; i < BOMB_MIB; i++) {
            member.writeTo(bomb);
        }
        return bomb.toByteArray();
    }

    /** Begins handshakes and never goes on: half of them before the first flight is whole, half after it. */
    List<Socket> halfOpenHandshakes() throws IOException {
        byte[] hello = clientHello();
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < HALF_OPEN; i++) {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.port);
            sockets.add(socket);
            socket.getOutputStream().write(hello, 0, i % 2 == 0 ? hello.length / 2 : hello.length);
        }
        return sockets;
    }

    private byte[] clientHello() throws SSLException {
        SSLEngine engine = port.sslContext(DUTCH).createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.position()];
        hello.flip().get(bytes);
        return bytes;
    }

    /** Waits until the server has ended every one of the connections. */
    static void awaitEnded(List<Socket> sockets) {
        byte[] chunk = new byte[4096];
        for (Socket socket : sockets) {
            try (socket) {
                socket.setSoTimeout((int) PortUnderTest.PATIENCE.toMillis());
                while (socket.getInputStream().read(chunk) >= 0) {
                    // its first flight, or an alert
                }
            } catch (java.net.SocketTimeoutException stillOpen) {
                throw new UncheckedIOException(stillOpen);
            } catch (IOException reset) {
                // that ends it too
            }
        }
    }

    private RawHttp2 client(int setting, int value) throws IOException {
        return new RawHttp2(port.sslContext(DUTCH), port.port, setting, value);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
