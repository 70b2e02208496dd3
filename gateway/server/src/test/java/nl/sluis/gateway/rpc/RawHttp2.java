package nl.sluis.gateway.rpc;

import com.google.rpc.Status;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client that writes HTTP/2 frames as it likes (RFC 9113), for what no honest client does. */
final class RawHttp2 implements AutoCloseable {
    static final int DATA = 0x0;
    static final int HEADERS = 0x1;
    static final int RST_STREAM = 0x3;
    static final int SETTINGS = 0x4;
    static final int PING = 0x6;
    static final int GOAWAY = 0x7;
    static final int WINDOW_UPDATE = 0x8;
    static final int CONTINUATION = 0x9;

    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_BYTES = 5;

    static final int SETTINGS_INITIAL_WINDOW_SIZE = 0x4;
    static final int CANCEL = 0x8;
    static final int ENHANCE_YOUR_CALM = 0xb;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int HEAD_BYTES = 9;
    private static final int SETTING_BYTES = 6;

    private final SSLSocket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
    private Http2Headers lastHeaders;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream();

    /** One frame that the server sent. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean is(int wantedType, int wantedStream) {
            return type == wantedType && stream == wantedStream;
        }

        /** Error code of RST_STREAM and GOAWAY. */
        int errorCode() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /** Connects, and says hello with one setting. */
    RawHttp2(SSLContext tls, int port, int setting, int value) throws IOException {
        socket = (SSLSocket) tls.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout((int) PortUnderTest.PATIENCE.toMillis());
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        unsent.writeBytes(PREFACE.getBytes(StandardCharsets.US_ASCII));
        frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(SETTING_BYTES)
                        .putShort((short) setting)
                        .putInt(value)
                        .array());
        flush();
    }

    /** Adds a frame to what {@link #flush} sends. */
    RawHttp2 frame(int type, int flags, int stream, byte[] payload) {
        unsent.writeBytes(ByteBuffer.allocate(HEAD_BYTES)
                .putShort((short) (payload.length >>> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .array());
        unsent.writeBytes(payload);
        return this;
    }

    RawHttp2 call(int stream, String path, int flags) {
        return frame(HEADERS, flags, stream, headers(path));
    }

    void flush() throws IOException {
        out.write(unsent.toByteArray());
        out.flush();
        unsent.reset();
    }

    Frame next() throws IOException {
        int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        Frame frame = new Frame(type, flags, stream, in.readNBytes(length));
        if (type == HEADERS) {
            decode(frame);
        }
        return frame;
    }

    /** Each block of headers changes the decoder's table, so all are decoded. */
    private void decode(Frame frame) throws IOException {
        int skipped = (frame.flags() & PRIORITY) == 0 ? 0 : PRIORITY_BYTES;
        try {
            lastHeaders = decoder.decodeHeaders(
                    frame.stream(), Unpooled.wrappedBuffer(frame.payload(), skipped, frame.payload().length - skipped));
        } catch (Http2Exception e) {
            throw new IOException(e);
        }
    }

    /** Reads up to the first frame that is wanted; answers the settings on the way. */
    Frame await(Predicate<Frame> wanted) throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.type() == SETTINGS && frame.flags() == 0) {
                acknowledge();
            }
            if (wanted.test(frame)) {
                return frame;
            }
        }
    }

    private void acknowledge() throws IOException {
        try {
            frame(SETTINGS, ACK, 0, new byte[0]).flush();
        } catch (SocketException closed) {
            // what the server said before it closed the connection is still to be read
            unsent.reset();
        }
    }

    /** Reads up to the next headers of a call. */
    Http2Headers awaitHeaders(int stream) throws IOException {
        var unused = await(frame -> frame.is(HEADERS, stream));
        return lastHeaders;
    }

    /** Reads up to the status of a call. */
    Status status(int stream) throws IOException {
        while (true) {
            Http2Headers headers = awaitHeaders(stream);
            if (headers.contains("grpc-status")) {
                CharSequence details = headers.get("grpc-status-details-bin");
                return details == null
                        ? Status.newBuilder()
                                .setCode(headers.getInt("grpc-status"))
                                .build()
                        : Status.parseFrom(Base64.getDecoder().decode(details.toString()));
            }
        }
    }

    /** True where the server has ended the connection, after whatever it still sends. */
    boolean isEnded() {
        try {
            while (true) {
                next();
            }
        } catch (java.net.SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException ended) {
            return true;
        }
    }

    /** Literal fields without index (RFC 7541, 6.2.2): what every decoder must know. */
    static byte[] headers(String path, String... more) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "POST");
        field(block, ":scheme", "https");
        field(block, ":path", path);
        field(block, ":authority", "localhost");
        field(block, "content-type", "application/grpc");
        field(block, "te", "trailers");
        for (int i = 0; i < more.length; i += 2) {
            field(block, more[i], more[i + 1]);
        }
        return block.toByteArray();
    }

    private static void field(ByteArrayOutputStream block, String name, String value) {
        block.write(0);
        text(block, name);
        text(block, value);
    }

    private static void text(ByteArrayOutputStream block, String text) {
        int prefixMax = 127;
        int length = text.length();
        if (length < prefixMax) {
            block.write(length);
        } else {
            block.write(prefixMax);
            for (length -= prefixMax; length >= 128; length >>>= 7) {
                block.write((length & 0x7F) | 0x80);
            }
            block.write(length);
        }
        block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
