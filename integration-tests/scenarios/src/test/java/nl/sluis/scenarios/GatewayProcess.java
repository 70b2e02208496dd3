package nl.sluis.scenarios;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code sluis gateway} in a process of its own, so that it can be killed; its log goes to a file beside. */
final class GatewayProcess implements AutoCloseable {
    private static final int STOP_S = 30;

    private final Path config;
    private final Map<String, String> environment;
    private Process process;
    private int adminPort;

    private GatewayProcess(Path config, Map<String, String> environment) {
        this.config = config;
        this.environment = environment;
    }

    static GatewayProcess start(Path config) throws IOException {
        return start(config, Map.of());
    }

    /** @param environment is added to this process's own */
    static GatewayProcess start(Path config, Map<String, String> environment) throws IOException {
        GatewayProcess gateway = new GatewayProcess(config, environment);
        gateway.start();
        return gateway;
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts it, again after a kill, and returns when it listens. */
    void start() throws IOException {
        Path folder = config.toAbsolutePath().getParent();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                // a life of seconds: compiling thoroughly costs more than it brings
                "-XX:TieredStopAtLevel=1",
                // as it logs in operation, and not as tests do
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                "nl.sluis.gateway.Sluis",
                "gateway",
                "--config",
                config.toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("gateway.log").toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
        BufferedReader output = process.inputReader(UTF_8);
        String line = output.readLine();
        while (line != null && !line.startsWith("gateway: partners on port")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("the gateway did not start, see " + folder.resolve("gateway.log"));
        }
        Thread drain = new Thread(() -> output.lines().forEach(ignored -> {}), "gateway-output");
        drain.setDaemon(true);
        drain.start();
        adminPort = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
    }

    /** The sum of a metric over its tags; 0 where there is none yet. */
    double metric(String name) throws IOException, InterruptedException {
        return metric(adminPort, name);
    }

    /** The same of a gateway whose operator's port is known. */
    static double metric(int adminPort, String name) throws IOException, InterruptedException {
        String all = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return all.lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(STOP_S, TimeUnit.SECONDS).join();
    }

    /** Puts it to sleep: none of its threads runs, and its clock goes on. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** Wakes it. */
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
