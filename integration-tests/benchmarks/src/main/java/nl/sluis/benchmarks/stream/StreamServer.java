package nl.sluis.benchmarks.stream;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** A server that is measured: started as a process of its own and told by lines on its standard input what to publish. */
interface StreamServer {
    /** TCP port on loopback. */
    int port();

    /** Publishes so many messages at once. */
    void publish(int messages) throws Exception;

    /** When each message so far was encoded, {@link System#nanoTime()}; empty where nobody asked. */
    long[] encodedNanos();

    /** Starts the server that the first argument names, in the folder of the second, and does what it is told. */
    @SuppressWarnings("SystemOut")
    static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        StreamServer server = switch (arguments[0]) {
            case "sluis" -> new SluisServer(folder);
            case "grpc-java" -> new GrpcJavaServer(folder);
            case "tls" -> new TlsServer(folder);
            default -> throw new IllegalArgumentException("server: `" + arguments[0] + "`");
        };
        System.out.println("port " + server.port());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "publish" -> {
                    bursts(server, Integer.parseInt(words[1]), Integer.parseInt(words[2]), Long.parseLong(words[3]));
                    System.out.println("published");
                }
                case "encoded" -> {
                    StringBuilder times = new StringBuilder("encoded");
                    for (long nanos : server.encodedNanos()) {
                        times.append(' ').append(nanos);
                    }
                    System.out.println(times);
                }
                case "memory" -> System.out.println("memory " + heapBytes() + " " + directBytes());
                default -> throw new IllegalArgumentException("command: `" + line + "`");
            }
        }
        System.exit(0);
    }

    private static void bursts(StreamServer server, int bursts, int messages, long intervalNanos) throws Exception {
        long next = System.nanoTime();
        for (int burst = 0; burst < bursts; burst++) {
            server.publish(messages);
            next += intervalNanos;
            for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private static long heapBytes() {
        long least = Long.MAX_VALUE;
        // what two collections leave
        for (int i = 0; i < 2; i++) {
            System.gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
