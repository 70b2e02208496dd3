package nl.sluis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class EmbeddedJournalTest extends JournalContract {
    @TempDir
    Path directory;

    @Override
    Journal open(StoreLimits limits) {
        return EmbeddedJournal.open(directory, clock, limits);
    }

    @Test
    void aDirectoryIsOpenOnlyOnce() {
        assertRefused(() -> open(StoreLimits.DEFAULT), StoreException.Code.ALREADY_OPEN);
        assertThat(journal.failure()).isEmpty();
    }

    /** Property: a reader is told the same whether what it reads is still kept in memory or stands in the file alone. */
    @Test
    void theNewestEntriesReadTheSameFromMemoryAndFromTheFile() throws Exception {
        for (int i = 0; i < 100; i++) {
            List<NewEntry> batch = new ArrayList<>();
            for (int j = 0; j < 10; j++) {
                byte[] payload = new byte[6_000 + j];
                payload[j] = (byte) i;
                batch.add(j % 2 == 0 ? NewEntry.of(payload) : NewEntry.keyed("key " + j, payload));
            }
            await(journal.append(LOG, batch));
        }
        List<Entry> asCommitted = readInPagesOf(7);
        assertThat(asCommitted).hasSize(1_000);
        reopen(StoreLimits.DEFAULT);
        assertThat(readInPagesOf(9)).isEqualTo(asCommitted);
    }

    private List<Entry> readInPagesOf(int entries) {
        List<Entry> read = new ArrayList<>();
        while (read.size() < journal.watermark(LOG)) {
            read.addAll(journal.read(LOG, read.size() + 1, entries));
        }
        return read;
    }

    @Test
    void aFullFileRefusesAppendsLosesNothingAndTakesAgainAfterTrimming() throws Exception {
        reopen(StoreLimits.DEFAULT.withFileBytesMax(400_000));
        long acknowledged = 0;
        StoreException full = null;
        while (full == null && acknowledged < 1_000) {
            try {
                await(journal.append(LOG, NewEntry.of(new byte[1_000])));
                acknowledged++;
            } catch (StoreException e) {
                full = e;
            }
        }
        assertThat(full).isNotNull().extracting(StoreException::code).isEqualTo(StoreException.Code.DISK_FULL);
        assertThat(acknowledged).isBetween(100L, 400L);
        assertThat(journal.failure())
                .as("a full disk is not the end of a journal")
                .isEmpty();
        assertThat(journal.watermark(LOG)).isEqualTo(acknowledged);
        assertThat(journal.read(LOG, 1, 1_000)).hasSize((int) acknowledged);

        await(journal.trim(LOG, Retention.bySize(50_000)));
        assertThat(await(journal.append(LOG, NewEntry.of(new byte[1_000]))).position())
                .isEqualTo(acknowledged + 1);
    }

    @Test
    void aFileThatCantBeWrittenIsRefusedAtStart() throws Exception {
        append("a");
        journal.close();
        SqliteFile.Connector readOnly = (file, settings) -> {
            settings.setReadOnly(true);
            return connect(file, settings);
        };
        assertRefused(
                () -> EmbeddedJournal.open(directory, clock, StoreLimits.DEFAULT, readOnly),
                StoreException.Code.READ_ONLY);
        journal = open(StoreLimits.DEFAULT);
        assertThat(journal.watermark(LOG)).isEqualTo(1);
    }

    @Test
    void aDirectoryThatCantBeMadeIsRefusedAtStart() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        assertRefused(
                () -> EmbeddedJournal.open(file.resolve("journal"), clock, StoreLimits.DEFAULT),
                StoreException.Code.READ_ONLY);
    }

    @Test
    void anotherFileInItsPlaceIsRefusedAtStart() throws Exception {
        journal.close();
        Files.writeString(
                directory.resolve("journal.sqlite"), "not a journal at all, but long enough to look".repeat(200));
        assertRefused(() -> open(StoreLimits.DEFAULT), StoreException.Code.CORRUPT);
        Files.delete(directory.resolve("journal.sqlite"));
        try (Connection foreign = connect(directory.resolve("journal.sqlite"), new SQLiteConfig());
                Statement statement = foreign.createStatement()) {
            statement.execute("pragma application_id = 7");
            statement.execute("create table t(a)");
        }
        assertRefused(() -> open(StoreLimits.DEFAULT), StoreException.Code.CORRUPT);
    }

    @Test
    void settingsThatCouldLoseAcknowledgedEntriesAreRefusedAtStart() {
        journal.close();
        for (String setting : List.of("pragma synchronous = normal", "pragma journal_mode = delete")) {
            SqliteFile.Connector weak = (file, settings) -> {
                Connection connection = connect(file, settings);
                try (Statement statement = connection.createStatement()) {
                    statement.execute(setting);
                }
                return connection;
            };
            assertRefused(
                    () -> EmbeddedJournal.open(directory, clock, StoreLimits.DEFAULT, weak),
                    StoreException.Code.NOT_DURABLE);
        }
    }

    @Test
    void aFailedCommitIsNeverAcknowledgedAndEndsTheJournal() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        journal.close();
        journal = EmbeddedJournal.open(directory, clock, StoreLimits.DEFAULT, failingCommit(broken));
        append("before");
        broken.set(true);
        assertRefused(journal.append(LOG, NewEntry.of(bytes("lost"))), StoreException.Code.IO_FAILED);
        broken.set(false);
        assertRefused(journal.append(LOG, NewEntry.of(bytes("late"))), StoreException.Code.IO_FAILED);
        assertRefused(journal.trim(LOG, Retention.bySize(0)), StoreException.Code.IO_FAILED);
        assertThat(journal.failure()).map(StoreException::code).contains(StoreException.Code.IO_FAILED);
        assertThat(journal.watermark(LOG)).isEqualTo(1);
        assertThat(journal.read(LOG, 1, 10)).hasSize(1);

        reopen(StoreLimits.DEFAULT);
        assertThat(append("after")).isEqualTo(2);
    }

    private static Connection connect(Path file, SQLiteConfig settings) throws SQLException {
        return settings.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    }

    /** Connections on a disk whose sync fails while the switch is on. */
    private static SqliteFile.Connector failingCommit(AtomicBoolean broken) {
        return (file, settings) -> {
            Connection real = connect(file, settings);
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("commit") && broken.get()) {
                            throw new SQLiteException("fsync", SQLiteErrorCode.SQLITE_IOERR_FSYNC);
                        }
                        try {
                            return method.invoke(real, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        };
    }

    @Test
    void aWriteAheadLogCutOrFlippedAnywhereKeepsWhatWasDurableBeforeThere() throws Exception {
        Path wal = directory.resolve("journal.sqlite-wal");
        // closing folds the log in, so that every byte of the log below belongs to the ten appends
        reopen(StoreLimits.DEFAULT);
        List<Long> durableAt = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            append("entry " + i);
            durableAt.add(Files.size(wal));
        }
        Path cutDirectory = directory.resolve("cut");
        long full = Files.size(wal);
        for (long at = 0; at < full; at += 1_373) {
            for (boolean flip : List.of(false, true)) {
                copyJournal(cutDirectory);
                try (RandomAccessFile file = new RandomAccessFile(
                        cutDirectory.resolve("journal.sqlite-wal").toFile(), "rw")) {
                    if (flip) {
                        file.seek(at);
                        int old = file.read();
                        file.seek(at);
                        file.write(~old);
                    } else {
                        file.setLength(at);
                    }
                }
                long cut = at;
                long durable = durableAt.stream().filter(end -> end <= cut).count();
                try (Journal reopened = EmbeddedJournal.open(cutDirectory, clock, StoreLimits.DEFAULT)) {
                    List<Entry> entries = reopened.read(LOG, 1, 100);
                    assertThat(entries.size())
                            .as("cut at %s, flip %s", at, flip)
                            .isGreaterThanOrEqualTo((int) durable);
                    for (int i = 0; i < entries.size(); i++) {
                        assertThat(entries.get(i).payload()).isEqualTo(bytes("entry " + (i + 1)));
                    }
                    assertThat(await(reopened.append(LOG, NewEntry.of(bytes("after"))))
                                    .position())
                            .isEqualTo(entries.size() + 1L);
                }
            }
        }
    }

    private void copyJournal(Path target) throws IOException {
        Files.createDirectories(target);
        Files.deleteIfExists(target.resolve("journal.sqlite-shm"));
        for (String name : List.of("journal.sqlite", "journal.sqlite-wal")) {
            Files.copy(directory.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void everythingAcknowledgedIsThereAfterAKillUnderLoad() throws Exception {
        journal.close();
        int cycles = Integer.getInteger("sluis.kill.cycles", 3);
        long acknowledgedBefore = 0;
        for (int cycle = 0; cycle < cycles; cycle++) {
            List<String> acknowledged = runAndKill(400 + 150 * (cycle % 4));
            journal = open(StoreLimits.DEFAULT);
            for (String line : acknowledged) {
                String[] parts = line.split(" ", -1);
                List<Entry> found = journal.read(LOG, Long.parseLong(parts[0]), 1);
                assertThat(found).as(line).hasSize(1);
                assertThat(found.get(0).payload()).as(line).isEqualTo(KilledWriter.payload(parts[1]));
                NewEntry again = NewEntry.keyed(found.get(0).key(), KilledWriter.payload(parts[1]))
                        .withClientId(parts[1]);
                assertThat(await(journal.append(LOG, again)))
                        .as("a repetition of " + line)
                        .isEqualTo(new Appended(Long.parseLong(parts[0]), true));
            }
            assertThat(journal.watermark(LOG)).isGreaterThanOrEqualTo(acknowledgedBefore + acknowledged.size());
            acknowledgedBefore = journal.watermark(LOG);
            journal.close();
        }
        journal = open(StoreLimits.DEFAULT);
    }

    /** Lines "position id" that a writing child process printed after its futures completed, until it was killed. */
    private List<String> runAndKill(int linesMin) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = child.inputReader(StandardCharsets.US_ASCII)) {
            String line = output.readLine();
            while (line != null) {
                // a line without its end may be half a number
                if (line.endsWith(".")) {
                    lines.add(line.substring(0, line.length() - 1));
                }
                if (lines.size() == linesMin) {
                    // not Process.destroyForcibly: that closes the output, and acknowledgements in the pipe would be
                    // missed
                    child.toHandle().destroyForcibly();
                }
                line = output.readLine();
            }
        }
        assertThat(child.waitFor()).as("exit code of a killed child").isEqualTo(128 + 9);
        assertThat(lines).hasSizeGreaterThanOrEqualTo(linesMin);
        return lines;
    }

    /** A process that appends from eight threads until it is killed. */
    static final class KilledWriter {
        private static final int THREADS = 8;

        private KilledWriter() {}

        static byte[] payload(String id) {
            return bytes((id + " ").repeat(20));
        }

        public static void main(String[] arguments) throws InterruptedException {
            Journal journal = EmbeddedJournal.open(Path.of(arguments[0]), InstantSource.system(), StoreLimits.DEFAULT);
            String run = ProcessHandle.current().pid() + "-" + System.nanoTime();
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int number = t;
                Thread thread = new Thread(() -> {
                    for (int i = 0; true; i++) {
                        String id = run + "-" + number + "-" + i;
                        Appended appended = journal.append(
                                        LOG,
                                        NewEntry.keyed("t" + number, payload(id))
                                                .withClientId(id))
                                .join();
                        printLine(appended.position() + " " + id + ".");
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        private static void printLine(String line) {
            synchronized (KilledWriter.class) {
                System.out.println(line);
            }
        }
    }
}
