package nl.sluis.benchmarks.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.gateway.Gateway;
import nl.sluis.gateway.release.Frames;
import nl.sluis.proto.v1.SubscribeRequest;

/**
 * From a new revocation list to the last byte of the streams that it ends: a whole gateway in a process of its own, 256 live
 * streams of 16 tenants, nearly all of them on resumed TLS sessions. One tenant's 16 streams are revoked at a time and opened
 * anew under a new certificate; at the end all 256 at once.
 *
 * <p>Argument: a directory.
 */
public final class RevocationBenchmark {
    private static final int STREAMS_OF_A_TENANT = 16;
    private static final int ROUNDS = 16;
    private static final int WINDOW_BYTES = 64 << 10;
    private static final long PATIENCE_S = 60;
    private static final String UNAUTHENTICATED = "16";

    private final Vertx vertx = Vertx.vertx();
    private final DevelopmentPki pki;
    private final Process gateway;
    private final int port;
    private final Credential[] credentials = new Credential[World.TENANTS];
    private final List<List<Stream>> streams = new ArrayList<>();
    private int opened;
    private int resumed;

    private RevocationBenchmark(Path folder) throws IOException {
        pki = World.certificates(folder);
        Path policy = Files.createDirectories(folder.resolve("policy"));
        for (Map.Entry<String, byte[]> file : World.policy().entrySet()) {
            Files.write(policy.resolve(file.getKey()), file.getValue());
        }
        Path config = folder.resolve("gateway.yaml");
        try (InputStream in = Objects.requireNonNull(Gateway.class.getResourceAsStream("/demo/gateway.yaml"))) {
            Files.writeString(config, new String(in.readAllBytes(), UTF_8) + "  policy-unsigned-allowed: true\n");
        }
        gateway = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "nl.sluis.gateway.Sluis",
                        "gateway",
                        "--config",
                        config.toString())
                .redirectError(folder.resolve("gateway.log").toFile())
                .start();
        port = listening(gateway.inputReader(UTF_8));
    }

    private static int listening(BufferedReader output) throws IOException {
        String start = "gateway: partners on port ";
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(start)) {
                return Integer.parseInt(line.substring(start.length(), line.indexOf(',')));
            }
        }
        throw new IOException("gateway: did not start; see its log");
    }

    /** Measures and prints. */
    public static void main(String[] arguments) throws Exception {
        RevocationBenchmark benchmark =
                new RevocationBenchmark(Files.createTempDirectory(Path.of(arguments[0]), "revocation-"));
        try {
            benchmark.run();
        } finally {
            benchmark.gateway.destroy();
        }
        System.exit(0);
    }

    /** One live stream; its client is kept, for one that nothing refers to is closed. */
    private static final class Stream {
        private final HttpClient client;
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile long lastByteNanos;

        Stream(HttpClient client) {
            this.client = client;
        }

        void follow(HttpClientResponse response) {
            response.handler(bytes -> lastByteNanos = System.nanoTime());
            response.exceptionHandler(reset -> ended.countDown());
            response.endHandler(end -> {
                // trailers are the last bytes
                lastByteNanos = System.nanoTime();
                ended.countDown();
            });
        }
    }

    private void run() throws Exception {
        for (int tenant = 0; tenant < World.TENANTS; tenant++) {
            String[] name = World.tenant(tenant).split("/", -1);
            credentials[tenant] = pki.tenant(name[0], name[1]);
            streams.add(open(credentials[tenant], STREAMS_OF_A_TENANT));
        }
        long[] oneTenant = new long[0];
        for (int round = 0; round < ROUNDS; round++) {
            int tenant = round % World.TENANTS;
            oneTenant = joined(oneTenant, revoked(List.of(tenant)));
            reopen(tenant, round);
        }
        row("16 of 256 streams, " + ROUNDS + " times", oneTenant);
        row(
                "all 256 streams at once",
                revoked(IntStream.range(0, World.TENANTS).boxed().toList()));
        print("%d of %d connections resumed a TLS session", resumed, opened);
    }

    private static long[] joined(long[] some, long[] more) {
        long[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }

    /** Revokes tenants; how long each of their streams went on from when its new list was about to be there, ns. */
    private long[] revoked(List<Integer> tenants) throws Exception {
        Map<Integer, Long> start = new HashMap<>();
        for (int tenant : tenants) {
            start.put(tenant, System.nanoTime());
            pki.revoke(credentials[tenant]);
        }
        List<Long> nanos = new ArrayList<>();
        for (int tenant : tenants) {
            for (Stream stream : streams.get(tenant)) {
                if (!stream.ended.await(PATIENCE_S, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("stream of `" + World.tenant(tenant) + "`: goes on");
                }
                nanos.add(stream.lastByteNanos - Objects.requireNonNull(start.get(tenant)));
            }
        }
        for (int tenant : tenants) {
            refuse(tenant);
        }
        for (int tenant = 0; tenant < World.TENANTS; tenant++) {
            for (Stream stream : streams.get(tenant)) {
                if (!tenants.contains(tenant) && stream.ended.getCount() == 0) {
                    throw new IllegalStateException(
                            "stream of `" + World.tenant(tenant) + "`: ended (expected: goes on)");
                }
            }
        }
        return nanos.stream().mapToLong(Long::longValue).toArray();
    }

    /** A session from before the revocation lets nobody back in. */
    private void refuse(int tenant) throws InterruptedException {
        HttpClient client = streams.get(tenant).get(0).client;
        String status;
        try {
            status = await(client.request(Subscribers.subscribing(port))
                            .compose(request -> request.send(Frames.frame(SubscribeRequest.getDefaultInstance()))))
                    .getHeader("grpc-status");
        } catch (IllegalStateException notConnected) {
            return;
        }
        if (!UNAUTHENTICATED.equals(status)) {
            throw new IllegalStateException(
                    "`" + World.tenant(tenant) + "`: status `" + status + "` (expected: shut out)");
        }
    }

    private void reopen(int tenant, int round) throws Exception {
        streams.get(tenant).get(0).client.close();
        credentials[tenant] = pki.issue(
                PkiRequest.Tenant.parse(World.tenant(tenant) + ":subscriber"), "renewed-" + tenant + "-" + round);
        streams.set(tenant, open(credentials[tenant], STREAMS_OF_A_TENANT));
    }

    /** Opens streams of one tenant one after another, so that all but the first find a session. */
    private List<Stream> open(Credential credential, int count) throws InterruptedException {
        HttpClient client = Subscribers.httpClient(vertx, credential.folder(), WINDOW_BYTES);
        List<Stream> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Stream stream = new Stream(client);
            long startedMs = System.currentTimeMillis();
            HttpClientRequest request = await(client.request(Subscribers.subscribing(port)));
            opened++;
            if (request.connection().sslSession().getCreationTime() < startedMs) {
                resumed++;
            }
            await(request.send(Frames.frame(SubscribeRequest.getDefaultInstance()))
                    .onSuccess(stream::follow));
            all.add(stream);
        }
        return all;
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void row(String what, long[] nanos) {
        Arrays.sort(nanos);
        print(
                "%-30s p50 %.0f ms, p99 %.0f ms, longest %.0f ms (%d streams)",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                nanos[nanos.length - 1] / 1e6,
                nanos.length);
    }

    @SuppressWarnings({"SystemOut", "AnnotateFormatMethod"})
    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
