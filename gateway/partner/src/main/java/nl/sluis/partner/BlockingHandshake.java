package nl.sluis.partner;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** One client's handshake of an engine over a socket, on the calling thread. */
final class BlockingHandshake {
    /** Steps of one handshake; an honest one takes some twenty. */
    private static final int STEPS_MAX = 1000;

    private final SSLEngine engine;
    private final Socket socket;
    private final ByteBuffer received;
    private final ByteBuffer toSend;
    private final ByteBuffer plain;

    BlockingHandshake(SSLEngine engine, Socket socket) {
        this.engine = engine;
        this.socket = socket;
        this.received =
                ByteBuffer.allocate(engine.getSession().getPacketBufferSize()).limit(0);
        this.toSend = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        this.plain = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
    }

    /**
     * Runs until the handshake is over.
     *
     * @param hello is shown what the server sends
     * @throws SSLException if the handshake fails, the server falls silent or hangs up
     * @throws IOException if the connection fails
     */
    void run(ServerHello hello) throws IOException {
        engine.setUseClientMode(true);
        engine.beginHandshake();
        for (int step = 0; step < STEPS_MAX; step++) {
            HandshakeStatus status = engine.getHandshakeStatus();
            switch (status) {
                case NEED_WRAP -> send();
                case NEED_TASK -> engine.getDelegatedTask().run();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> receive(hello);
                case FINISHED, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
        throw new SSLException("the handshake does not end");
    }

    private void send() throws IOException {
        toSend.clear();
        try {
            engine.wrap(ByteBuffer.allocate(0), toSend);
        } finally {
            // an alert too
            socket.getOutputStream().write(toSend.array(), 0, toSend.position());
            socket.getOutputStream().flush();
        }
    }

    private void receive(ServerHello hello) throws IOException {
        SSLEngineResult.Status status = unwrap();
        if (status == SSLEngineResult.Status.CLOSED) {
            throw new SSLException("the server closed the connection during the handshake");
        }
        if (status != SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            return;
        }
        received.compact();
        try {
            int count = socket.getInputStream().read(received.array(), received.position(), received.remaining());
            if (count < 0) {
                throw new EOFException();
            }
            hello.take(ByteBuffer.wrap(received.array(), received.position(), count));
            received.position(received.position() + count);
        } catch (SocketTimeoutException e) {
            throw new SSLException("the server does not answer", e);
        } catch (EOFException e) {
            throw new SSLException("the server closed the connection during the handshake", e);
        } finally {
            received.flip();
        }
    }

    private SSLEngineResult.Status unwrap() throws SSLException {
        plain.clear();
        return engine.unwrap(received, plain).getStatus();
    }
}
