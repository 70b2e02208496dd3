package nl.sluis.benchmarks.stream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** A server in a process of its own. */
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final OutputStream in;
    private final Map<Path, Long> nanosOfThreads = new HashMap<>();
    private int port;

    private ServerProcess(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.in = process.getOutputStream();
    }

    /** Starts this class path's {@link StreamServer} in a JVM with a heap of 512 MiB. */
    static ServerProcess java(String kind, Path folder) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms512m",
                        "-Xmx512m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StreamServer.class.getName(),
                        kind,
                        folder.toString())
                .redirectError(folder.resolve(kind + ".log").toFile())
                .start();
        ServerProcess server = new ServerProcess(process);
        server.port = Integer.parseInt(server.answer("port"));
        return server;
    }

    /** Starts another program that listens at a known port. */
    static ServerProcess program(int port, Path log, List<String> command) throws IOException {
        ServerProcess server = new ServerProcess(
                new ProcessBuilder(command).redirectError(log.toFile()).start());
        server.port = port;
        return server;
    }

    int port() {
        return port;
    }

    /** Tells the server something and waits for the answer that starts with a word; returns the rest of it. */
    String ask(String command, String word) throws IOException {
        in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
        return answer(word);
    }

    private String answer(String word) throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(word)) {
                return line.substring(word.length()).trim();
            }
        }
        throw new IOException("server: ended (expected: `" + word + "`); see its log");
    }

    /**
     * Processor time of its threads so far, ns, as the scheduler counts it; without those of the compiler, which are at work
     * longer than one can wait. A thread that has ended counts as it was seen last.
     */
    long cpuNanos() throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            threads.forEach(thread -> threadNanos(thread).ifPresent(nanos -> nanosOfThreads.put(thread, nanos)));
        }
        return nanosOfThreads.values().stream().mapToLong(Long::longValue).sum();
    }

    private static OptionalLong threadNanos(Path thread) {
        try {
            if (Files.readString(thread.resolve("comm"), StandardCharsets.US_ASCII)
                    .contains(" CompilerThre")) {
                return OptionalLong.empty();
            }
            String text = Files.readString(thread.resolve("schedstat"), StandardCharsets.US_ASCII);
            return OptionalLong.of(Long.parseLong(text.substring(0, text.indexOf(' '))));
        } catch (NoSuchFileException ended) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Memory of the process that is not shared with others, bytes. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("memory of process " + process.pid() + ": not stated");
    }

    @Override
    public void close() {
        process.destroy();
    }
}
