package nl.sluis.benchmarks.stream;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * Fan-out, latency and memory of live streams.
 *
 * <pre>
 * fan-out FOLDER 16,64,256 [ROUNDS]  processor time of the server for one message delivered, four servers by turns
 * latency FOLDER                     200 single messages a second to 64: from encoded to received
 * memory FOLDER                      1,000 subscribers of which 100 have stopped reading
 * </pre>
 */
public final class FanOutBenchmark {
    private static final int ROUNDS = 5;
    private static final int DELIVERIES_PER_S = 60_000;
    private static final int ROUND_DELIVERIES = 240_000;
    private static final int WARM_UP_DELIVERIES = 2_000_000;
    private static final int WARM_UP_DELIVERIES_PER_S = 150_000;
    private static final int WINDOW_BYTES = 4 << 20;
    private static final String RELEASES = "releases alone";
    private static final String NATS = "/usr/sbin/nats-server";

    private static final int EVENTS_PER_S = 200;
    private static final int LATENCY_SUBSCRIBERS = 64;
    private static final int LATENCY_EVENTS = 1_000;
    private static final int LATENCY_WARM_UP_EVENTS = 12_000;

    private static final int IDLE_SUBSCRIBERS = 1_000;
    private static final int STOPPED_SUBSCRIBERS = 100;
    private static final int UNREAD_MESSAGES = 2_700;

    private final Path folder;
    private final Vertx vertx = Vertx.vertx();

    private FanOutBenchmark(Path folder) {
        this.folder = folder;
    }

    /** Measures what the first argument names and prints it. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory(Path.of(arguments[1]), "fan-out-");
        World.certificates(folder);
        roots(folder);
        FanOutBenchmark benchmark = new FanOutBenchmark(folder);
        switch (arguments[0]) {
            case "fan-out" -> {
                int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : ROUNDS;
                for (String subscribers : arguments[2].split(",", -1)) {
                    benchmark.fanOut(Integer.parseInt(subscribers), rounds);
                }
            }
            case "latency" -> benchmark.latency();
            case "memory" -> benchmark.memory();
            default -> throw new IllegalArgumentException("measurement: `" + arguments[0] + "`");
        }
        System.exit(0);
    }

    /** All authorities in one file, for the servers that know no trust folder. */
    private static void roots(Path folder) throws IOException {
        StringBuilder all = new StringBuilder();
        try (var files = Files.walk(folder.resolve("pki").resolve("trust"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".pem")).toList()) {
                all.append(Files.readString(file));
            }
        }
        Files.writeString(folder.resolve("roots.pem"), all);
    }

    /** One of the servers, with its subscribers. */
    private interface Contestant extends AutoCloseable {
        ServerProcess server();

        Subscribers subscribers();

        void publish(int bursts, int messages, long intervalNanos) throws IOException;

        @Override
        void close();
    }

    private Map<String, Contestant> start(int subscribers, boolean timed, String... names)
            throws IOException, InterruptedException {
        Map<String, Contestant> contestants = new LinkedHashMap<>();
        for (String name : names) {
            Subscribers clients = new Subscribers(vertx, folder, timed);
            if (name.equals("nats-server")) {
                if (!Files.isExecutable(Path.of(NATS))) {
                    row(name, "not installed");
                    continue;
                }
                Nats nats = Nats.start(vertx, NATS, folder);
                clients.nats(nats.server().port(), subscribers);
                contestants.put(name, new NatsContestant(nats, clients));
            } else {
                ServerProcess server = ServerProcess.java(name, folder);
                if (name.equals("tls")) {
                    clients.tls(server.port(), subscribers);
                } else {
                    clients.grpc(server.port(), subscribers, WINDOW_BYTES);
                }
                contestants.put(name, new JavaContestant(server, clients));
            }
        }
        return contestants;
    }

    private record NatsContestant(Nats nats, Subscribers subscribers) implements Contestant {
        @Override
        public ServerProcess server() {
            return nats.server();
        }

        @Override
        public void publish(int bursts, int messages, long intervalNanos) {
            nats.publish(bursts, messages, intervalNanos);
        }

        @Override
        public void close() {
            nats.close();
        }
    }

    private record JavaContestant(ServerProcess server, Subscribers subscribers) implements Contestant {
        @Override
        public void publish(int bursts, int messages, long intervalNanos) throws IOException {
            server.ask("publish " + bursts + " " + messages + " " + intervalNanos, "published");
        }

        @Override
        public void close() {
            server.close();
        }
    }

    private void fanOut(int subscribers, int rounds) throws Exception {
        Map<String, Contestant> contestants = start(subscribers, false, "sluis", "tls", "nats-server", "grpc-java");
        // what the others have not: releases that are durable, and nobody there to get them
        Contestant releases =
                new JavaContestant(ServerProcess.java("sluis", folder), new Subscribers(vertx, folder, false));
        contestants.put(RELEASES, releases);
        Map<String, List<Double>> micros = new LinkedHashMap<>();
        for (Map.Entry<String, Contestant> one : contestants.entrySet()) {
            microsPerDelivery(one.getValue(), subscribers, WARM_UP_DELIVERIES, WARM_UP_DELIVERIES_PER_S);
            micros.put(one.getKey(), new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Contestant> one : contestants.entrySet()) {
                of(micros, one.getKey())
                        .add(microsPerDelivery(one.getValue(), subscribers, ROUND_DELIVERIES, DELIVERIES_PER_S));
            }
        }
        contestants.values().forEach(Contestant::close);
        List<Double> all = of(micros, "sluis");
        List<Double> sending = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            sending.add(all.get(round) - of(micros, RELEASES).get(round));
        }
        for (Map.Entry<String, List<Double>> one : micros.entrySet()) {
            row(
                    subscribers + " " + one.getKey(),
                    range(one.getValue()) + " us a message; sluis to it " + range(ratios(all, one.getValue()))
                            + ", without its releases " + range(ratios(sending, one.getValue())));
        }
        row(subscribers + " sluis without releases", range(sending) + " us a message");
    }

    private static List<Double> ratios(List<Double> some, List<Double> others) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < some.size(); round++) {
            ratios.add(some.get(round) / others.get(round));
        }
        return ratios;
    }

    private static double microsPerDelivery(Contestant one, int subscribers, int deliveries, int perS)
            throws Exception {
        int bursts = Math.max(1, deliveries / (subscribers * World.BURST));
        long intervalNanos = (long) (1e9 * subscribers * World.BURST / perS);
        long all = one.subscribers().received()
                + (long) bursts * World.BURST * one.subscribers().count();
        long before = one.server().cpuNanos();
        one.publish(bursts, World.BURST, intervalNanos);
        one.subscribers().await(all);
        return (one.server().cpuNanos() - before) / 1e3 / ((double) bursts * World.BURST * subscribers);
    }

    private void latency() throws Exception {
        Map<String, Contestant> contestants = start(LATENCY_SUBSCRIBERS, true, "sluis", "grpc-java");
        Map<String, List<Double>> medians = new LinkedHashMap<>();
        Map<String, List<Double>> tails = new LinkedHashMap<>();
        Map<String, List<Double>> micros = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            int events = round == 0 ? LATENCY_WARM_UP_EVENTS : LATENCY_EVENTS;
            for (Map.Entry<String, Contestant> named : contestants.entrySet()) {
                Contestant one = named.getValue();
                long all = one.subscribers().received() + (long) events * LATENCY_SUBSCRIBERS;
                long before = one.server().cpuNanos();
                one.publish(events, 1, 1_000_000_000L / EVENTS_PER_S);
                one.subscribers().await(all);
                if (round > 0) {
                    double[] millis = latencies(one, events);
                    medians.computeIfAbsent(named.getKey(), none -> new ArrayList<>())
                            .add(millis[millis.length / 2]);
                    tails.computeIfAbsent(named.getKey(), none -> new ArrayList<>())
                            .add(millis[(int) (millis.length * 0.99)]);
                    micros.computeIfAbsent(named.getKey(), none -> new ArrayList<>())
                            .add((one.server().cpuNanos() - before) / 1e3 / events / LATENCY_SUBSCRIBERS);
                }
            }
        }
        contestants.values().forEach(Contestant::close);
        for (String name : medians.keySet()) {
            row(
                    name,
                    "p50 " + range(of(medians, name)) + " ms, p99 " + range(of(tails, name)) + " ms, "
                            + range(of(micros, name)) + " us a message");
        }
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            ratios.add(of(tails, "sluis").get(round) / of(tails, "grpc-java").get(round));
        }
        row("p99, sluis to grpc-java", range(ratios));
    }

    /** From encoded to received, of the last events, ms, sorted. */
    private static double[] latencies(Contestant one, int events) throws IOException {
        long[] encoded = LongStream.of(
                        Arrays.stream(one.server().ask("encoded", "encoded").split(" ", -1))
                                .mapToLong(Long::parseLong)
                                .toArray())
                .toArray();
        double[] millis = new double[events * LATENCY_SUBSCRIBERS];
        int at = 0;
        for (long[] received : one.subscribers().receivedNanos()) {
            for (int i = 1; i <= events; i++) {
                millis[at++] = (received[received.length - i] - encoded[encoded.length - i]) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis;
    }

    private void memory() throws Exception {
        ServerProcess server = ServerProcess.java("sluis", folder);
        // the first connections and messages load classes and fill pools that stay
        Subscribers first = new Subscribers(vertx, folder, false);
        first.grpc(server.port(), World.TENANTS, 64 << 10);
        server.ask("publish 10 " + World.BURST + " 10000000", "published");
        first.await(10L * World.BURST * World.TENANTS);
        long[] before = memory(server);
        Subscribers clients = new Subscribers(vertx, folder, false);
        clients.grpc(server.port(), IDLE_SUBSCRIBERS, 64 << 10);
        long[] idle = memory(server);
        row("an idle subscriber", kilobytes(idle, before, IDLE_SUBSCRIBERS));
        clients.stopReading(STOPPED_SUBSCRIBERS);
        int bursts = UNREAD_MESSAGES / World.BURST;
        server.ask("publish " + bursts + " " + World.BURST + " 450000000", "published");
        clients.await((long) (IDLE_SUBSCRIBERS - STOPPED_SUBSCRIBERS) * bursts * World.BURST);
        long[] stopped = memory(server);
        row(
                "a subscriber that stopped reading, " + bursts * World.BURST + " messages unread",
                kilobytes(stopped, idle, STOPPED_SUBSCRIBERS));
        row(
                "1,000 subscribers, 100 of them stopped",
                String.format(
                        Locale.ROOT,
                        "heap %.1f MB, process %.1f MB more than without",
                        (stopped[0] - before[0]) / 1e6,
                        (stopped[1] - before[1]) / 1e6));
        server.close();
    }

    /** Heap after collections, and memory of the process; the heap is touched from the start, so they do not overlap. */
    private static long[] memory(ServerProcess server) throws IOException {
        long heap = Long.parseLong(server.ask("memory", "memory").split(" ", -1)[0]);
        return new long[] {heap, server.residentBytes()};
    }

    private static String kilobytes(long[] after, long[] before, int subscribers) {
        return String.format(
                Locale.ROOT,
                "%.1f kB (heap %.1f, outside it %.1f)",
                (after[0] - before[0] + after[1] - before[1]) / 1e3 / subscribers,
                (after[0] - before[0]) / 1e3 / subscribers,
                (after[1] - before[1]) / 1e3 / subscribers);
    }

    private static List<Double> of(Map<String, List<Double>> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static String range(List<Double> values) {
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return String.format(Locale.ROOT, "%.2f-%.2f", least, most);
    }

    @SuppressWarnings("SystemOut")
    private static void row(String what, String value) {
        System.out.println(String.format(Locale.ROOT, "%-30s %s", what, value));
    }
}
