package nl.sluis.gateway.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One reading connection, used by one thread at a time; each call is one snapshot. */
final class SqliteReader implements AutoCloseable {
    private final Connection connection;
    private final long readBytesMax;

    SqliteReader(Connection connection, long readBytesMax) {
        this.connection = connection;
        this.readBytesMax = readBytesMax;
    }

    List<Entry> read(LogName log, long fromPosition, int entriesMax) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("select position, recorded_at, key, payload from"
                + " entries_" + log.stored() + " where position >= ? order by position limit ?")) {
            head(log).requireReadable(log, fromPosition);
            select.setLong(1, fromPosition);
            select.setInt(2, entriesMax);
            List<Entry> entries = new ArrayList<>();
            long bytes = 0;
            try (ResultSet row = select.executeQuery()) {
                while (bytes < readBytesMax && row.next()) {
                    Entry entry = entry(row);
                    long expected = fromPosition + entries.size();
                    if (entry.position() != expected) {
                        throw hole(log, expected);
                    }
                    entries.add(entry);
                    bytes += entry.payload().length;
                }
            }
            return entries;
        } finally {
            endSnapshot();
        }
    }

    Optional<Entry> find(LogName log, String clientId) throws SQLException {
        return one(
                "select position, recorded_at, key, payload from entries_" + log.stored() + " where client_id = ?",
                clientId);
    }

    Optional<Entry> latest(LogName log, String key) throws SQLException {
        return one(latest(log) + " where l.key = ?", key);
    }

    private static String latest(LogName log) {
        return "select l.position, l.recorded_at, l.key, coalesce(l.payload, e.payload) from latest_" + log.stored()
                + " l left join entries_" + log.stored() + " e on e.position = l.position";
    }

    private Optional<Entry> one(String query, String value) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setString(1, value);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Optional.of(entry(row)) : Optional.empty();
            }
        } finally {
            endSnapshot();
        }
    }

    long scanLatest(LogName log, Consumer<Entry> visitor) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(latest(log))) {
            long watermark = head(log).watermark();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    visitor.accept(entry(row));
                }
            }
            return watermark;
        } finally {
            endSnapshot();
        }
    }

    long firstRecordedSince(LogName log, long micros) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select recorded_at from entries_" + log.stored() + " where position = ?")) {
            Head head = head(log);
            long low = head.oldest();
            long high = head.next();
            while (low < high) {
                long middle = low + (high - low) / 2;
                select.setLong(1, middle);
                try (ResultSet row = select.executeQuery()) {
                    if (!row.next()) {
                        throw hole(log, middle);
                    }
                    if (row.getLong(1) >= micros) {
                        high = middle;
                    } else {
                        low = middle + 1;
                    }
                }
            }
            return low;
        } finally {
            endSnapshot();
        }
    }

    long progress(LogName log, String reader) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select position from progress where log = ? and reader = ?")) {
            select.setString(1, log.stored());
            select.setString(2, reader);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        } finally {
            endSnapshot();
        }
    }

    private Head head(LogName log) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select oldest, next, bytes, recorded_at from heads where log = ?")) {
            select.setString(1, log.stored());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? new Head(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4))
                        : Head.EMPTY;
            }
        }
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(row.getLong(1), Timestamps.fromMicros(row.getLong(2)), row.getString(3), row.getBytes(4));
    }

    static StoreException hole(LogName log, long position) {
        return new StoreException(
                StoreException.Code.CORRUPT,
                log.stored() + ": no entry at position `" + position + "` (expected: positions without holes)");
    }

    /** Lets the write-ahead log be folded in: an open snapshot holds it back. */
    private void endSnapshot() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
