package nl.sluis.benchmarks.stream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import nl.sluis.gateway.release.Frames;
import nl.sluis.proto.v1.SubscribeRequest;

/** The clients of one server: each a connection of its own, counting messages and reading nothing else. */
final class Subscribers {
    /** Smaller messages are heartbeats and checkpoints. */
    private static final int DELIVERY_BYTES_MIN = 400;

    private static final long PATIENCE_S = 60;

    private final Vertx vertx;
    private final Path folder;
    private final AtomicLong received = new AtomicLong();
    private final List<Times> times = new ArrayList<>();
    private final Map<String, HttpClient> clients = new HashMap<>();
    // a client that nothing refers to is closed, and its connections with it
    private final List<NetClient> netClients = new ArrayList<>();
    private final List<HttpClientResponse> responses = new ArrayList<>();
    private final boolean timed;

    /** @param timed whether the moment of each message is kept */
    Subscribers(Vertx vertx, Path folder, boolean timed) {
        this.vertx = vertx;
        this.folder = folder;
        this.timed = timed;
    }

    /** Opens gRPC subscriptions; with a window of so many bytes for what is not read. */
    void grpc(int port, int count, int windowBytes) throws InterruptedException {
        List<Future<?>> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Counter counter = counter();
            Path credential = World.credential(folder, i);
            opened.add(clients.computeIfAbsent(
                            credential.toString(), name -> httpClient(vertx, credential, windowBytes))
                    .request(subscribing(port))
                    .compose(request -> request.send(Frames.frame(SubscribeRequest.getDefaultInstance()))
                            .onSuccess(response -> {
                                response.handler(counter::frames);
                                synchronized (responses) {
                                    responses.add(response);
                                }
                            })));
            // connections one after another: a wave of handshakes would measure something else
            await(opened.get(i));
        }
    }

    /** A request for a subscription, still without its message. */
    static RequestOptions subscribing(int port) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(port)
                .setSsl(true)
                .setURI("/sluis.v1.SubscriptionService/Subscribe")
                .putHeader("content-type", "application/grpc")
                .putHeader("te", "trailers");
    }

    /** Lets the first of the subscribers read nothing any more. */
    void stopReading(int count) {
        synchronized (responses) {
            responses.subList(0, count).forEach(HttpClientResponse::pause);
        }
    }

    /** Opens bare TLS connections. */
    void tls(int port, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Counter counter = counter();
            NetClient client = vertx.createNetClient(new io.vertx.core.net.NetClientOptions()
                    .setSsl(true)
                    .setTrustOptions(trust(World.credential(folder, i)))
                    .setKeyCertOptions(key(World.credential(folder, i)))
                    .setHostnameVerificationAlgorithm("")
                    .setEnabledSecureTransportProtocols(java.util.Set.of("TLSv1.3")));
            netClients.add(client);
            await(client.connect(port, "127.0.0.1").onSuccess(socket -> socket.handler(counter::frames)));
        }
    }

    /** Opens connections to nats-server, which turn to TLS after its greeting. */
    void nats(int port, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            Counter counter = counter();
            CountDownLatch subscribed = new CountDownLatch(1);
            NetClient client = vertx.createNetClient();
            netClients.add(client);
            natsSocket(vertx, client, port, World.credential(folder, i), socket -> {
                socket.handler(data -> {
                    if (subscribed.getCount() > 0
                            && data.toString(StandardCharsets.US_ASCII).contains("PONG")) {
                        subscribed.countDown();
                        return;
                    }
                    counter.natsMessages(data);
                });
                socket.write("CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB products 1\r\nPING\r\n");
            });
            await(subscribed);
        }
    }

    /** Connects to nats-server and hands out the socket once it speaks TLS. */
    static void natsSocket(
            Vertx vertx, NetClient client, int port, Path credential, java.util.function.Consumer<NetSocket> ready)
            throws InterruptedException {
        ClientSSLOptions tls = new ClientSSLOptions()
                .setTrustOptions(trust(credential))
                .setKeyCertOptions(key(credential))
                .setHostnameVerificationAlgorithm("");
        CountDownLatch open = new CountDownLatch(1);
        // on an event loop, so that the greeting can't come before its handler
        vertx.runOnContext(ignored -> client.connect(port, "127.0.0.1")
                .onSuccess(socket -> socket.handler(greeting -> {
                    socket.handler(data -> {});
                    socket.upgradeToSsl(tls)
                            .onSuccess(done -> {
                                ready.accept(socket);
                                open.countDown();
                            })
                            .onFailure(Throwable::printStackTrace);
                })));
        await(open);
    }

    /** How many there are. */
    int count() {
        return times.size();
    }

    /** Messages of all subscribers so far. */
    long received() {
        return received.get();
    }

    /** Waits until all subscribers together have so many messages. */
    void await(long messages) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (received.get() < messages) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("messages: `" + received + "` (expected: " + messages + ")");
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** When each subscriber got each message. */
    List<long[]> receivedNanos() {
        return times.stream().map(Times::all).toList();
    }

    private Counter counter() {
        Times own = new Times();
        times.add(own);
        return new Counter(own);
    }

    /** Of one tenant; each of its requests has a connection of its own. */
    static HttpClient httpClient(Vertx vertx, Path credential, int windowBytes) {
        return vertx.createHttpClient(
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setTrustOptions(trust(credential))
                        .setKeyCertOptions(key(credential))
                        .setVerifyHost(false)
                        .setHttp2MultiplexingLimit(1)
                        .setHttp2ConnectionWindowSize(2 * windowBytes)
                        .setInitialSettings(new Http2Settings().setInitialWindowSize(windowBytes)),
                new PoolOptions().setHttp2MaxSize(10_000));
    }

    private static PemTrustOptions trust(Path credential) {
        return new PemTrustOptions()
                .addCertPath(credential.resolve("gateway-root.pem").toString());
    }

    private static PemKeyCertOptions key(Path credential) {
        return new PemKeyCertOptions()
                .setCertPath(credential.resolve("certificate.pem").toString())
                .setKeyPath(credential.resolve("key.pem").toString());
    }

    private static void await(Future<?> future) throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        future.onComplete(result -> done.countDown());
        await(done);
        if (future.failed()) {
            throw new IllegalStateException("connection failed", future.cause());
        }
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        if (!latch.await(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("connection: not in " + PATIENCE_S + " s");
        }
    }

    /** Counts the messages of one connection; lives on its event loop. */
    private final class Counter {
        private static final int NATS_LINE_MAX = 64;

        private final Times own;
        private final byte[] head = new byte[NATS_LINE_MAX];
        private int headBytes;
        private long bodyLeft;

        Counter(Times own) {
            this.own = own;
        }

        private void one() {
            received.incrementAndGet();
            if (timed) {
                own.now();
            }
        }

        /** Five bytes of prefix, then the message. */
        void frames(Buffer data) {
            int at = 0;
            int end = data.length();
            while (at < end) {
                if (bodyLeft > 0) {
                    int take = (int) Math.min(bodyLeft, end - at);
                    at += take;
                    bodyLeft -= take;
                    if (bodyLeft == 0 && headBytes == 1) {
                        one();
                    }
                    if (bodyLeft == 0) {
                        headBytes = 0;
                    }
                    continue;
                }
                head[headBytes++] = data.getByte(at++);
                if (headBytes == Frames.PREFIX_BYTES) {
                    bodyLeft = ByteBuffer.wrap(head).getInt(1) & 0xFFFF_FFFFL;
                    headBytes = bodyLeft >= DELIVERY_BYTES_MIN ? 1 : 0;
                }
            }
        }

        /** A line that ends with the length, then the message and a line end. */
        void natsMessages(Buffer data) {
            int at = 0;
            int end = data.length();
            while (at < end) {
                if (bodyLeft > 0) {
                    int take = (int) Math.min(bodyLeft, end - at);
                    at += take;
                    bodyLeft -= take;
                    if (bodyLeft == 0) {
                        one();
                    }
                    continue;
                }
                byte next = data.getByte(at++);
                if (next != '\n') {
                    head[headBytes++] = next;
                    continue;
                }
                String line = new String(head, 0, headBytes, StandardCharsets.US_ASCII).trim();
                headBytes = 0;
                if (line.startsWith("MSG ")) {
                    bodyLeft = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)) + 2;
                }
            }
        }
    }
}
