package nl.sluis.gateway.store;

import static nl.sluis.gateway.store.StoreException.Code.CLOSED;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in one SQLite file in write-ahead mode with {@code synchronous=FULL}.
 *
 * <p>One thread writes and commits groups; readers have their own connections and never wait for it. If the process is
 * killed, every answered append is there at the next start; what was not answered is there or not, batch by batch.
 */
public final class EmbeddedJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedJournal.class);

    /** Reads that run at once; a fifth waits. Each costs a cache of 4 MiB. */
    private static final int READERS = 4;

    private static final long ONLY_TOKEN = 1;

    private final SqliteFile file;
    private final InstantSource clock;
    private final StoreLimits limits;
    private final Map<LogName, Head> heads = new ConcurrentHashMap<>();
    private final Map<LogName, Tail> tails = new ConcurrentHashMap<>();
    private final GroupWriter writer;
    private final WalFolding folding;
    private final Semaphore readersFree = new Semaphore(READERS);
    private final ConcurrentLinkedDeque<SqliteReader> readers = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;
    // only the writer's thread uses it once that runs; close() does after it ended
    private SqliteWriter session;

    private EmbeddedJournal(SqliteFile file, SqliteWriter session, InstantSource clock, StoreLimits limits) {
        this.file = file;
        this.session = session;
        this.clock = clock;
        this.limits = limits;
        this.writer = new GroupWriter("journal", new Engine(), limits);
        this.folding = new WalFolding(file, limits.walBytesMax());
    }

    /**
     * Opens the journal of a directory, creating both where absent.
     *
     * @param directory on a local disk, for this process alone
     * @param clock gives {@link Entry#recordedAt}
     * @param limits bounds of queue, commits and file
     * @return the journal, after recovery
     * @throws StoreException ALREADY_OPEN, READ_ONLY, CORRUPT, NOT_DURABLE, DISK_FULL or IO_FAILED
     */
    public static EmbeddedJournal open(Path directory, InstantSource clock, StoreLimits limits) {
        return open(
                directory,
                clock,
                limits,
                (path, settings) -> settings.createConnection("jdbc:sqlite:" + path.toAbsolutePath()));
    }

    static EmbeddedJournal open(
            Path directory, InstantSource clock, StoreLimits limits, SqliteFile.Connector connector) {
        SqliteFile file = SqliteFile.lock(directory, connector, limits);
        SqliteWriter session = null;
        EmbeddedJournal journal = null;
        try {
            var connection = file.openWriter();
            try {
                SqliteFile.prepare(connection);
                session = new SqliteWriter(connection);
            } catch (SQLException | RuntimeException e) {
                SqliteFile.closeAfter(connection, e);
                throw e;
            }
            file.syncDirectory();
            journal = new EmbeddedJournal(file, session, clock, limits);
            journal.heads.putAll(session.loadHeads());
            for (int i = 0; i < READERS; i++) {
                journal.readers.push(new SqliteReader(file.openReader(), limits.readBytesMax()));
            }
            journal.writer.start();
            return journal;
        } catch (SQLException | RuntimeException e) {
            if (journal != null) {
                journal.readers.forEach(reader -> SqliteFile.closeAfter(reader, e));
            }
            if (session != null) {
                SqliteFile.closeAfter(session, e);
            }
            SqliteFile.closeAfter(file, e);
            throw e instanceof SQLException sql
                    ? SqliteFile.translate("open journal `" + directory + "`", sql)
                    : (RuntimeException) e;
        }
    }

    @Override
    public CompletableFuture<List<Appended>> append(LogName log, List<NewEntry> batch) {
        return writer.append(log, batch, null);
    }

    @Override
    public CompletableFuture<List<Appended>> advance(LogName log, List<NewEntry> batch, Progress progress) {
        return writer.append(log, batch, progress);
    }

    @Override
    public long progress(LogName log, String reader) {
        return withReader("read progress of " + reader, reading -> reading.progress(log, reader));
    }

    @Override
    public List<Entry> read(LogName log, long fromPosition, int entriesMax) {
        if (entriesMax <= 0) {
            throw new IllegalArgumentException("entriesMax: `" + entriesMax + "` (expected: more than zero)");
        }
        List<Entry> newest = newest(log, fromPosition, entriesMax);
        return newest.isEmpty()
                ? withReader("read " + log.stored(), reader -> reader.read(log, fromPosition, entriesMax))
                : newest;
    }

    private List<Entry> newest(LogName log, long fromPosition, int entriesMax) {
        return closed || fromPosition < head(log).oldest()
                ? List.of()
                : tail(log).from(fromPosition, entriesMax, limits.readBytesMax());
    }

    private Tail tail(LogName log) {
        return tails.computeIfAbsent(log, none -> new Tail());
    }

    @Override
    public Optional<Entry> find(LogName log, String clientId) {
        return withReader("find in " + log.stored(), reader -> reader.find(log, clientId));
    }

    @Override
    public Optional<Entry> latest(LogName log, String key) {
        return withReader("read latest of " + log.stored(), reader -> reader.latest(log, key));
    }

    @Override
    public long scanLatest(LogName log, Consumer<Entry> visitor) {
        return withReader("scan latest of " + log.stored(), reader -> reader.scanLatest(log, visitor));
    }

    @Override
    public long watermark(LogName log) {
        return head(log).watermark();
    }

    @Override
    public long oldest(LogName log) {
        return head(log).oldest();
    }

    @Override
    public long firstRecordedSince(LogName log, Instant instant) {
        // a time between two microseconds must not find the one before it
        long micros = Timestamps.toMicros(instant.plusNanos(999));
        return withReader("search " + log.stored(), reader -> reader.firstRecordedSince(log, micros));
    }

    @Override
    public CompletableFuture<Long> trim(LogName log, Retention retention) {
        return writer.trim(log, retention);
    }

    @Override
    public Registration onGrowth(LogName log, LongConsumer listener) {
        return writer.onGrowth(log, listener);
    }

    @Override
    public boolean shared() {
        return false;
    }

    /** The directory's lock is the lease: whoever has it holds everything. */
    @Override
    public Round renew(String node, List<String> duties, Duration length) {
        Map<String, Long> tokens = new HashMap<>();
        duties.forEach(duty -> tokens.put(duty, ONLY_TOKEN));
        return new Round(tokens, watermark(LogName.POLICIES));
    }

    @Override
    public Optional<StoreException> failure() {
        return writer.failure();
    }

    private Head head(LogName log) {
        return heads.getOrDefault(log, Head.EMPTY);
    }

    private interface Reading<T> {
        T with(SqliteReader reader) throws SQLException;
    }

    private <T> T withReader(String action, Reading<T> reading) {
        readersFree.acquireUninterruptibly();
        try {
            SqliteReader reader = closed ? null : readers.poll();
            if (reader == null) {
                throw new StoreException(CLOSED, action + ": the journal is closed");
            }
            try {
                return reading.with(reader);
            } catch (SQLException e) {
                throw SqliteFile.translate(action, e);
            } finally {
                readers.push(reader);
            }
        } finally {
            readersFree.release();
        }
    }

    @Override
    public void close() {
        writer.close();
        readersFree.acquireUninterruptibly(READERS);
        try {
            if (closed) {
                return;
            }
            closed = true;
            folding.close();
            // the writer goes last: the last connection folds the write-ahead log into the file
            readers.forEach(EmbeddedJournal::closeQuietly);
            closeQuietly(session);
            file.close();
        } finally {
            readersFree.release(READERS);
        }
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            // what was answered is durable already: a failed close loses nothing
            LOG.atWarn().setCause(e).log("a connection of the journal did not close");
        }
    }

    /** What the writer's thread does here. */
    private final class Engine implements GroupWriter.Engine {

        @Override
        public List<GroupWriter.Outcome> commit(List<GroupWriter.Batch> group) {
            Map<LogName, List<Entry>> committed = new EnumMap<>(LogName.class);
            List<GroupWriter.Outcome> outcomes =
                    withSession("commit", writing -> writing.commit(group, heads, now(), committed));
            committed.forEach((log, entries) -> tail(log).add(entries));
            folding.written(group.stream().mapToLong(GroupWriter.Batch::bytes).sum());
            return outcomes;
        }

        @Override
        public void tidy() {
            if (folding.due()) {
                withSession("fold", writing -> {
                    writing.fold();
                    return true;
                });
            }
        }

        @Override
        public GroupWriter.TrimStep trim(LogName log, Retention retention) {
            return withSession("trim " + log.stored(), writing -> {
                Head head = head(log);
                GroupWriter.TrimStep step = writing.trim(log, head, retention, now());
                heads.put(log, head.withOldest(step.oldest()));
                return step;
            });
        }

        private long now() {
            return Timestamps.toMicros(clock.instant());
        }
    }

    private interface Writing<T> {
        T with(SqliteWriter writing) throws SQLException;
    }

    /** A failed transaction is never repaired: its connection goes, and with it everything uncommitted. */
    private <T> T withSession(String action, Writing<T> writing) {
        try {
            return writing.with(session);
        } catch (SQLException e) {
            StoreException failure = SqliteFile.translate(action, e);
            SqliteFile.closeAfter(session, failure);
            if (!failure.code().fatal()) {
                try {
                    session = new SqliteWriter(file.openWriter());
                } catch (SQLException again) {
                    failure = SqliteFile.translate("reopen after failed " + action, again);
                    failure.addSuppressed(e);
                }
            }
            throw failure;
        }
    }
}
