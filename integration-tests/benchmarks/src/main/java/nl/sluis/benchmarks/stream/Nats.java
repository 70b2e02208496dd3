package nl.sluis.benchmarks.stream;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** A nats-server with mutual TLS, and one who publishes to it, for it does not publish itself. */
final class Nats implements AutoCloseable {
    private final ServerProcess server;
    // kept: a client that nothing refers to is closed, and its connections with it
    private final NetClient client;
    private final NetSocket publisher;

    private Nats(ServerProcess server, NetClient client, NetSocket publisher) {
        this.server = server;
        this.client = client;
        this.publisher = publisher;
    }

    static Nats start(Vertx vertx, String program, Path folder) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path gateway = folder.resolve("pki").resolve("gateway");
        Path config = Files.writeString(
                folder.resolve("nats.conf"),
                "host: 127.0.0.1\nport: " + port + "\ntls {\n  cert_file: \"" + gateway.resolve("certificate.pem")
                        + "\"\n  key_file: \"" + gateway.resolve("key.pem") + "\"\n  ca_file: \""
                        + folder.resolve("roots.pem") + "\"\n  verify: true\n}\n");
        ServerProcess server =
                ServerProcess.program(port, folder.resolve("nats.log"), List.of(program, "-c", config.toString()));
        AtomicReference<NetSocket> publisher = new AtomicReference<>();
        for (int attempt = 0; !listens(port) && attempt < 100; attempt++) {
            LockSupport.parkNanos(50_000_000L);
        }
        NetClient client = vertx.createNetClient();
        Subscribers.natsSocket(vertx, client, port, World.credential(folder, 0), socket -> {
            socket.write("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
            publisher.set(socket);
        });
        return new Nats(server, client, Objects.requireNonNull(publisher.get()));
    }

    private static boolean listens(int port) {
        try (java.net.Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    ServerProcess server() {
        return server;
    }

    void publish(int bursts, int messages, long intervalNanos) {
        Buffer burst = Buffer.buffer();
        for (int i = 0; i < messages; i++) {
            burst.appendBytes(("PUB products " + World.MESSAGE_BYTES + "\r\n").getBytes(StandardCharsets.US_ASCII))
                    .appendBytes(World.message(i).toByteArray())
                    .appendBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        long next = System.nanoTime();
        for (int i = 0; i < bursts; i++) {
            publisher.write(burst);
            next += intervalNanos;
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
