package nl.sluis.benchmarks.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.RedisJournal;
import nl.sluis.gateway.store.RedisSettings;
import nl.sluis.gateway.store.StoreLimits;

/**
 * How many 600-byte records a second become durable when each of 1, 16 or 256 threads waits for its own.
 *
 * <p>Arguments: a directory on the disk to measure, and optionally the port of a Redis on loopback with
 * {@code appendonly yes} and {@code appendfsync always}; where {@code redis-benchmark} is installed, it appends to a stream
 * there, as many at once. The system property {@code waiters} takes one of the numbers alone.
 */
public final class StoreBenchmark {
    private static final int RECORD_BYTES = 600;
    private static final int[] WAITERS = {1, 16, 256};
    private static final int ROUNDS = 3;
    private static final long WARM_UP_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long MEASURED_NS = TimeUnit.SECONDS.toNanos(4);

    private StoreBenchmark() {}

    /** Appends one record of a waiter; completed when it is durable. */
    private interface Store {
        CompletableFuture<?> append(int waiter, long number, byte[] payload);
    }

    /**
     * What was measured: records a second, acknowledgement times, and CPU of this process a record, waiters included; the
     * last says most where others use the machine too.
     */
    private record Result(double perSecond, double p50Ms, double p99Ms, double cpuUs) {}

    /**
     * Runs all measurements and prints a table.
     *
     * @param arguments directory, and optionally a Redis port
     * @throws Exception if a store fails
     */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(arguments[0]), "store-benchmark");
        System.out.printf(
                "%-24s %8s %10s %6s %8s %8s %12s%n",
                "store", "waiters", "records/s", "ratio", "p50 ms", "p99 ms", "CPU us/rec");
        Integer only = Integer.getInteger("waiters");
        for (int waiters : only == null ? WAITERS : new int[] {only}) {
            for (int round = 0; round < ROUNDS; round++) {
                // by turns, because a shared disk is not the same from minute to minute
                Result file = measureFile(directory.resolve("file-" + waiters + "-" + round), waiters);
                print("file append + fdatasync", waiters, file, file);
                print("embedded", waiters, measureEmbedded(directory, waiters, round, false), file);
                print("embedded, client ids", waiters, measureEmbedded(directory, waiters, round, true), file);
                if (arguments.length > 1) {
                    int port = Integer.parseInt(arguments[1]);
                    print("redis, client ids", waiters, measureRedis(port, waiters, round), file);
                    double plain = redisBenchmark(port, waiters);
                    System.out.printf(
                            Locale.ROOT,
                            "%-24s %8d %10.0f %6.2f%n",
                            "redis-benchmark XADD",
                            waiters,
                            plain,
                            plain / file.perSecond());
                }
            }
        }
    }

    private static void print(String store, int waiters, Result result, Result baseline) {
        System.out.printf(
                Locale.ROOT,
                "%-24s %8d %10.0f %6.2f %8.2f %8.2f %12.1f%n",
                store,
                waiters,
                result.perSecond(),
                result.perSecond() / baseline.perSecond(),
                result.p50Ms(),
                result.p99Ms(),
                result.cpuUs());
    }

    private static Result measureFile(Path file, int waiters) throws Exception {
        try (FileLog log = new FileLog(file)) {
            return measure(waiters, (waiter, number, payload) -> log.append(payload));
        } finally {
            Files.delete(file);
        }
    }

    private static Result measureEmbedded(Path directory, int waiters, int round, boolean clientIds) throws Exception {
        Path journalDirectory = directory.resolve("journal-" + waiters + "-" + round + "-" + clientIds);
        try (Journal journal = EmbeddedJournal.open(journalDirectory, InstantSource.system(), StoreLimits.DEFAULT)) {
            return measure(waiters, journalStore(journal, clientIds));
        } finally {
            delete(journalDirectory);
        }
    }

    private static Result measureRedis(int port, int waiters, int round) throws Exception {
        RedisSettings settings = RedisSettings.loopback(port, "benchmark-" + waiters + "-" + round);
        try (Journal journal = RedisJournal.open(settings, InstantSource.system(), StoreLimits.DEFAULT)) {
            return measure(waiters, journalStore(journal, true));
        }
    }

    /** Appends to a stream a second, so many in one pipeline; NaN where the program is not installed. */
    private static double redisBenchmark(int port, int pipelined) throws IOException {
        Process program;
        try {
            program = new ProcessBuilder(
                            "redis-benchmark",
                            "-p",
                            Integer.toString(port),
                            "-c",
                            "1",
                            "-P",
                            Integer.toString(pipelined),
                            "-n",
                            Integer.toString(2_000 + 200 * pipelined),
                            "--csv",
                            "XADD",
                            "redis-benchmark",
                            "*",
                            "p",
                            "x".repeat(RECORD_BYTES))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException notInstalled) {
            return Double.NaN;
        }
        // "command","requests per second",…
        String[] last = {""};
        program.inputReader(US_ASCII).lines().forEach(line -> last[0] = line);
        String[] fields = last[0].split("\",\"", -1);
        if (fields.length < 2) {
            throw new IOException("redis-benchmark said `" + last[0] + "` (expected: a line of CSV)");
        }
        return Double.parseDouble(fields[1]);
    }

    private static Store journalStore(Journal journal, boolean clientIds) {
        return (waiter, number, payload) -> {
            NewEntry entry = NewEntry.of(payload);
            return journal.append(
                    LogName.CONTRIBUTIONS, clientIds ? entry.withClientId("tenant-" + waiter + "/" + number) : entry);
        };
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    private static Result measure(int waiters, Store store) throws InterruptedException {
        long cpuBefore = cpuNs();
        long start = System.nanoTime() + WARM_UP_NS;
        long end = start + MEASURED_NS;
        List<long[]> times = new ArrayList<>();
        LongAdder appended = new LongAdder();
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < waiters; w++) {
            int waiter = w;
            Thread thread = new Thread(() -> {
                long[] own = appendUntil(store, waiter, start, end, appended);
                synchronized (times) {
                    times.add(own);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long[] all = times.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Result(
                all.length / (MEASURED_NS / 1e9),
                all[all.length / 2] / 1e6,
                all[(int) (all.length * 0.99)] / 1e6,
                (cpuNs() - cpuBefore) / 1e3 / appended.sum());
    }

    private static long cpuNs() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    /** Acknowledgement times, nanoseconds, of what was answered between start and end. */
    private static long[] appendUntil(Store store, int waiter, long start, long end, LongAdder appended) {
        byte[] payload = new byte[RECORD_BYTES];
        // not compressible and not equal, as observations are
        new Random(waiter).nextBytes(payload);
        long[] times = new long[1024];
        int count = 0;
        for (long number = 0; true; number++) {
            long sent = System.nanoTime();
            store.append(waiter, number, payload).join();
            long answered = System.nanoTime();
            appended.increment();
            if (answered >= end) {
                return Arrays.copyOf(times, count);
            }
            if (answered >= start) {
                if (count == times.length) {
                    times = Arrays.copyOf(times, 2 * count);
                }
                times[count++] = answered - sent;
            }
        }
    }
}
