package nl.sluis.gateway.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The file of an embedded journal: its lock, its connections with the settings that durability rests on, its errors. */
final class SqliteFile implements AutoCloseable {
    private static final String FILE_NAME = "journal.sqlite";
    private static final String LOCK_NAME = "journal.lock";

    /** "Slui" as a number: tells our file from any other SQLite file. */
    private static final int APPLICATION_ID = 0x536c7569;

    private static final int SCHEMA_VERSION = 2;

    /** Only recovery after a kill makes a connection wait for another, milliseconds. */
    private static final int BUSY_TIMEOUT_MS = 10_000;

    /** The write-ahead log is cut back to this when a slow reader let it grow, bytes. */
    private static final int WAL_BYTES_KEPT = 64 << 20;

    private static final int WRITER_CACHE_KIB = 32_768;
    private static final int READER_CACHE_KIB = 4_096;

    /** Opens connections; a test hands in one that fails. */
    interface Connector {
        Connection connect(Path file, SQLiteConfig settings) throws SQLException;
    }

    private final Path file;
    private final Connector connector;
    private final StoreLimits limits;
    private final FileChannel lockChannel;

    private SqliteFile(Path file, Connector connector, StoreLimits limits, FileChannel lockChannel) {
        this.file = file;
        this.connector = connector;
        this.limits = limits;
        this.lockChannel = lockChannel;
    }

    /** Takes the directory for this process alone. */
    static SqliteFile lock(Path directory, Connector connector, StoreLimits limits) {
        try {
            Files.createDirectories(directory);
            FileChannel channel =
                    FileChannel.open(directory.resolve(LOCK_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new StoreException(
                        StoreException.Code.ALREADY_OPEN,
                        "journal `" + directory + "` is open in another process (expected: one gateway per directory)");
            }
            return new SqliteFile(directory.resolve(FILE_NAME), connector, limits, channel);
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Code.READ_ONLY, "journal `" + directory + "` can't be created or locked", e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Makes new directory entries durable: SQLite syncs its own files, not the directories above them. */
    void syncDirectory() {
        Path directory = file.toAbsolutePath().getParent();
        sync(directory);
        sync(directory == null ? null : directory.getParent());
    }

    private static void sync(@Nullable Path directory) {
        if (directory == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Code.IO_FAILED, "journal: directory `" + directory + "` can't be synced", e);
        }
    }

    private static SQLiteConfig durable() {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setJournalMode(SQLiteConfig.JournalMode.WAL);
        settings.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        settings.setBusyTimeout(BUSY_TIMEOUT_MS);
        return settings;
    }

    Connection openWriter() throws SQLException {
        SQLiteConfig settings = durable();
        settings.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        settings.setCacheSize(-WRITER_CACHE_KIB);
        settings.setJournalSizeLimit(WAL_BYTES_KEPT);
        // else the driver asks after each insert which row it made, for nobody
        settings.setGetGeneratedKeys(false);
        Connection connection = connector.connect(file, settings);
        try {
            try (Statement statement = connection.createStatement()) {
                long pageBytes = pragma(statement, "page_size");
                // folded in by the journal, or single commits would take as long as that takes
                statement.execute("pragma wal_autocheckpoint = 0");
                long pagesMax = Math.max(1, limits.fileBytesMax() / pageBytes);
                statement.execute("pragma max_page_count = " + Math.min(pagesMax, 0xfffffffeL));
                requireDurable(statement);
            }
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            closeAfter(connection, e);
            throw e;
        }
    }

    Connection openReader() throws SQLException {
        SQLiteConfig settings = new SQLiteConfig();
        settings.setReadOnly(true);
        settings.setBusyTimeout(BUSY_TIMEOUT_MS);
        settings.setCacheSize(-READER_CACHE_KIB);
        Connection connection = connector.connect(file, settings);
        try {
            // two selects of one read must see one snapshot
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            closeAfter(connection, e);
            throw e;
        }
    }

    /** Copies what is committed from the write-ahead log to the file, beside a writer. */
    void fold() throws SQLException {
        try (Connection connection = connector.connect(file, durable())) {
            fold(connection);
        }
    }

    /** The same on a connection without a transaction. */
    static void fold(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma wal_checkpoint(passive)");
        }
    }

    static void closeAfter(AutoCloseable resource, Exception failure) {
        try {
            resource.close();
        } catch (Exception e) {
            failure.addSuppressed(e);
        }
    }

    private static void requireDurable(Statement statement) throws SQLException {
        try (ResultSet mode = statement.executeQuery("pragma journal_mode")) {
            String found = mode.next() ? mode.getString(1) : "";
            if (!found.equals("wal")) {
                throw new StoreException(
                        StoreException.Code.NOT_DURABLE,
                        "journal: journal_mode `" + found + "` (expected: wal; is the directory on a local disk?)");
            }
        }
        long synchronous = pragma(statement, "synchronous");
        if (synchronous != 2) {
            throw new StoreException(
                    StoreException.Code.NOT_DURABLE, "journal: synchronous `" + synchronous + "` (expected: 2, FULL)");
        }
    }

    /** Creates the tables in an empty file, and refuses a file that is not ours. */
    static void prepare(Connection writer) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            long application = pragma(statement, "application_id");
            long version = pragma(statement, "user_version");
            if (application == 0 && version == 0) {
                statement.execute("pragma application_id = " + APPLICATION_ID);
                statement.execute("""
                        create table heads(
                          log text primary key, oldest integer not null, next integer not null,
                          bytes integer not null, recorded_at integer not null) without rowid""");
                statement.execute("""
                        create table progress(
                          log text not null, reader text not null, token integer not null, position integer not null,
                          primary key (log, reader)) without rowid""");
            } else if (application != APPLICATION_ID || version != SCHEMA_VERSION) {
                throw new StoreException(
                        StoreException.Code.CORRUPT,
                        "journal: application `" + application + "` version `" + version + "` (expected: "
                                + APPLICATION_ID + " version " + SCHEMA_VERSION + ")");
            }
            // written at every start: a file that can't be written is found now, not at the first contribution
            statement.execute("pragma user_version = " + SCHEMA_VERSION);
            for (LogName log : LogName.values()) {
                statement.execute("create table if not exists entries_" + log.stored() + """
                        (position integer primary key, recorded_at integer not null, bytes_before integer not null,
                         key text not null, client_id text, payload blob not null)""");
                statement.execute("create unique index if not exists client_ids_" + log.stored() + " on entries_"
                        + log.stored() + "(client_id) where client_id is not null");
                // the payload stands here only once its entry was trimmed: nothing is written twice
                statement.execute("create table if not exists latest_" + log.stored() + """
                        (key text primary key, position integer not null, recorded_at integer not null,
                         payload blob)""");
            }
        }
        writer.commit();
    }

    private static long pragma(Statement statement, String name) throws SQLException {
        try (ResultSet row = statement.executeQuery("pragma " + name)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** Says what an SQLite failure means for the journal. */
    static StoreException translate(String action, SQLException e) {
        StoreException.Code code = StoreException.Code.IO_FAILED;
        String result = "SQL state " + e.getSQLState();
        if (e instanceof SQLiteException sqlite) {
            SQLiteErrorCode found = sqlite.getResultCode();
            result = found.name();
            if (result.startsWith("SQLITE_READONLY")
                    || result.startsWith("SQLITE_CANTOPEN")
                    || result.startsWith("SQLITE_PERM")) {
                code = StoreException.Code.READ_ONLY;
            } else if (result.startsWith("SQLITE_CORRUPT") || result.startsWith("SQLITE_NOTADB")) {
                code = StoreException.Code.CORRUPT;
            } else if (found == SQLiteErrorCode.SQLITE_FULL) {
                code = StoreException.Code.DISK_FULL;
            }
        }
        return new StoreException(code, action + ": " + result, e);
    }

    @Override
    public void close() {
        try {
            lockChannel.close();
        } catch (IOException e) {
            throw new StoreException(StoreException.Code.IO_FAILED, "journal: the lock can't be released", e);
        }
    }
}
