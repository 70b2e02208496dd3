package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.embedded.core.ExecutableProvider;

/**
 * A Redis of its own process, from the binary that the test dependency carries or the one that the system property
 * {@code sluis.redis.executable} names; a kill is a real kill.
 */
public final class RedisProcess implements AutoCloseable {
    /** What the journal asks for. */
    public static final List<String> DURABLE =
            List.of("appendonly yes", "appendfsync always", "save \"\"", "maxmemory-policy noeviction");

    /** A cluster's bus listens 10,000 ports higher, which must be a port too. */
    private static final int PORT_MAX = 55_000;

    private static final int STOP_S = 20;
    private static File executable;

    private final List<String> command = new ArrayList<>();
    final int port;
    private Process process;

    private RedisProcess(Path directory, int port, boolean sentinel, List<String> settings) throws IOException {
        Files.createDirectories(directory);
        this.port = port;
        Path file = directory.resolve("redis.conf");
        List<String> lines = new ArrayList<>(settings);
        lines.add("bind 127.0.0.1");
        lines.add("dir " + directory);
        Files.write(file, lines, UTF_8);
        command.add(executable().toString());
        command.add(file.toString());
        if (sentinel) {
            command.add("--sentinel");
        }
    }

    /** Starts one whose files lie in a folder. */
    public static RedisProcess start(Path directory, List<String> settings) throws IOException {
        int port = freePort();
        List<String> lines = new ArrayList<>(settings);
        lines.add("port " + port);
        RedisProcess redis = new RedisProcess(directory, port, false, lines);
        redis.start();
        return redis;
    }

    static RedisProcess startTls(Path directory, List<String> settings) throws IOException {
        int port = freePort();
        List<String> lines = new ArrayList<>(settings);
        lines.add("port 0");
        lines.add("tls-port " + port);
        RedisProcess redis = new RedisProcess(directory, port, false, lines);
        redis.start();
        return redis;
    }

    static RedisProcess startSentinel(Path directory, String master, int masterPort) throws IOException {
        int port = freePort();
        RedisProcess redis = new RedisProcess(
                directory,
                port,
                true,
                List.of(
                        "port " + port,
                        "sentinel monitor " + master + " 127.0.0.1 " + masterPort + " 1",
                        "sentinel down-after-milliseconds " + master + " 500",
                        "sentinel failover-timeout " + master + " 5000"));
        redis.start();
        return redis;
    }

    private static synchronized File executable() throws IOException {
        if (executable == null) {
            String named = System.getProperty("sluis.redis.executable", "");
            executable = named.isEmpty()
                    ? ExecutableProvider.newJarResourceProvider().get()
                    : new File(named);
        }
        return executable;
    }

    static int freePort() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (socket.getLocalPort() < PORT_MAX) {
                    return socket.getLocalPort();
                }
            }
        }
    }

    /** Starts it, the same files and port as before if it was stopped, and returns when it takes connections. */
    public void start() throws IOException {
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = process.inputReader(UTF_8);
        List<String> seen = new ArrayList<>();
        String line = output.readLine();
        while (line != null && !line.contains("Ready to accept connections") && !line.contains("Sentinel ID is")) {
            seen.add(line);
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("redis did not start: " + seen);
        }
        Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), "redis-output");
        drain.setDaemon(true);
        drain.start();
    }

    /** TCP port on loopback; the same after each start. */
    public int port() {
        return port;
    }

    Jedis connect() {
        return new Jedis("127.0.0.1", port);
    }

    /** Kills it, as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(STOP_S, TimeUnit.SECONDS).join();
    }

    /** Puts it to sleep, as a network does that lets nothing through; what was sent meanwhile it takes when it wakes. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int result = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (result != 0) {
            throw new IOException("signal `" + name + "`: exit code `" + result + "` (expected: 0)");
        }
    }

    @Override
    public void close() {
        kill();
    }
}
