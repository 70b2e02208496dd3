package nl.sluis.gateway.store;

import static nl.sluis.gateway.store.StoreException.Code.CLIENT_ID_REUSED;
import static nl.sluis.gateway.store.StoreException.Code.FENCED;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one writing connection. A group is one transaction; its heads become the journal's only
 * after its commit. After any failure the owner throws the writer away: closing it rolls back.
 */
final class SqliteWriter implements AutoCloseable {
    /** Entries deleted in one transaction: about 10 ms, so that an append waits no longer than that. */
    private static final int TRIM_STEP_ENTRIES = 2_000;

    private final Connection connection;
    private final Map<LogName, Statements> statements = new EnumMap<>(LogName.class);
    private final PreparedStatement saveHead;
    private final PreparedStatement findProgress;
    private final PreparedStatement saveProgress;

    SqliteWriter(Connection connection) throws SQLException {
        this.connection = connection;
        for (LogName log : LogName.values()) {
            statements.put(log, new Statements(connection, log));
        }
        saveHead = connection.prepareStatement(
                "insert or replace into heads(log, oldest, next, bytes, recorded_at) values (?, ?, ?, ?, ?)");
        findProgress = connection.prepareStatement("select token, position from progress where log = ? and reader = ?");
        saveProgress = connection.prepareStatement(
                "insert or replace into progress(log, reader, token, position) values (?, ?, ?, ?)");
    }

    /** The statements of one log; closed with the connection. */
    private static final class Statements {
        final PreparedStatement byClientId;
        final PreparedStatement insert;
        final PreparedStatement saveLatest;
        final PreparedStatement keepLatest;
        final PreparedStatement deleteBelow;
        final PreparedStatement deleteLatest;
        final PreparedStatement marks;

        Statements(Connection connection, LogName log) throws SQLException {
            String entries = "entries_" + log.stored();
            String latest = "latest_" + log.stored();
            byClientId = connection.prepareStatement(
                    "select position, key, payload from " + entries + " where client_id = ?");
            insert = connection.prepareStatement("insert into " + entries
                    + "(position, recorded_at, bytes_before, key, client_id, payload) values (?, ?, ?, ?, ?, ?)"
                    + " on conflict(client_id) where client_id is not null do nothing");
            saveLatest = connection.prepareStatement("insert into " + latest
                    + "(key, position, recorded_at, payload) values (?, ?, ?, null) on conflict(key) do update set"
                    + " position = excluded.position, recorded_at = excluded.recorded_at, payload = null");
            keepLatest = connection.prepareStatement("update " + latest + " set payload = (select payload from "
                    + entries + " where position = " + latest + ".position) where key in (select key from " + entries
                    + " where position < ? and key <> '') and position < ?");
            deleteBelow = connection.prepareStatement("delete from " + entries + " where position < ?");
            deleteLatest = connection.prepareStatement("delete from " + latest + " where rowid in (select rowid from "
                    + latest + " where recorded_at < ? limit " + TRIM_STEP_ENTRIES + ")");
            marks = connection.prepareStatement(
                    "select recorded_at, bytes_before from " + entries + " where position = ?");
        }
    }

    Map<LogName, Head> loadHeads() throws SQLException {
        Map<LogName, Head> heads = new EnumMap<>(LogName.class);
        try (PreparedStatement select =
                connection.prepareStatement("select oldest, next, bytes, recorded_at from heads where log = ?")) {
            for (LogName log : LogName.values()) {
                select.setString(1, log.stored());
                try (ResultSet row = select.executeQuery()) {
                    heads.put(
                            log,
                            row.next()
                                    ? new Head(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4))
                                    : Head.EMPTY);
                }
            }
        }
        connection.commit();
        return heads;
    }

    /**
     * Appends a group durably.
     *
     * @param heads ends of all logs; those of the group's logs are replaced
     * @param nowMicros the journal's clock
     * @param committed gets the entries of each log, in order
     * @return one outcome per batch
     */
    List<GroupWriter.Outcome> commit(
            List<GroupWriter.Batch> group,
            Map<LogName, Head> heads,
            long nowMicros,
            Map<LogName, List<Entry>> committed)
            throws SQLException {
        List<GroupWriter.Outcome> outcomes = new ArrayList<>(group.size());
        Map<LogName, Head> touched = new EnumMap<>(LogName.class);
        for (GroupWriter.Batch batch : group) {
            LogName log = batch.log();
            Progress progress = batch.progress();
            Progress known = progress == null ? null : progressOf(log, progress.reader());
            if (progress != null && known != null && known.token() > progress.token()) {
                outcomes.add(new GroupWriter.Outcome(null, fenced(log, progress, known.token())));
                continue;
            }
            if (progress != null && known != null && known.position() >= progress.position()) {
                saveProgress(log, new Progress(progress.reader(), progress.token(), known.position()));
                outcomes.add(new GroupWriter.Outcome(List.of(), null));
                continue;
            }
            Head before = touched.getOrDefault(log, heads.getOrDefault(log, Head.EMPTY));
            Map<String, Appended> taken = new HashMap<>();
            List<Appended> appended = new ArrayList<>(batch.entries().size());
            // a batch of one is inserted without looking first: the index finds a taken client id on the way
            boolean look = batch.entries().size() > 1;
            StoreException refusal = look ? findClientIds(log, batch.entries(), taken) : null;
            Head after = refusal == null
                    ? insert(log, batch.entries(), taken, before, nowMicros, appended, committed)
                    : null;
            if (refusal == null && after == null) {
                refusal = findClientIds(log, batch.entries(), taken);
                appended.addAll(taken.values());
            }
            if (after != null) {
                touched.put(log, after);
            }
            if (refusal == null && progress != null) {
                saveProgress(log, progress);
            }
            outcomes.add(
                    refusal == null ? new GroupWriter.Outcome(appended, null) : new GroupWriter.Outcome(null, refusal));
        }
        for (Map.Entry<LogName, Head> each : touched.entrySet()) {
            saveHead(each.getKey(), each.getValue());
        }
        connection.commit();
        heads.putAll(touched);
        return outcomes;
    }

    /** Looks up the client ids of a batch while nothing of it is written, so that a refusal needs no undo. */
    private @Nullable StoreException findClientIds(LogName log, List<NewEntry> entries, Map<String, Appended> known)
            throws SQLException {
        Map<String, NewEntry> inBatch = new HashMap<>();
        for (NewEntry entry : entries) {
            String id = entry.clientId();
            if (id.isEmpty()) {
                continue;
            }
            NewEntry twin = entries.size() == 1 ? null : inBatch.put(id, entry);
            if (twin != null) {
                if (!twin.sameContent(entry.key(), entry.payload())) {
                    return reused(log, id, "an entry of the same batch");
                }
                continue;
            }
            PreparedStatement byClientId = of(log).byClientId;
            byClientId.setString(1, id);
            try (ResultSet row = byClientId.executeQuery()) {
                if (row.next()) {
                    long position = row.getLong(1);
                    if (!entry.sameContent(row.getString(2), row.getBytes(3))) {
                        return reused(log, id, "position " + position);
                    }
                    known.put(id, new Appended(position, true));
                }
            }
        }
        return null;
    }

    static StoreException reused(LogName log, String id, String holder) {
        return new StoreException(
                CLIENT_ID_REUSED,
                log.stored() + ": client id `" + id + "` came with other content (expected: the content of " + holder
                        + ")");
    }

    /** The log's end afterwards; null, with nothing written, if the client id of a batch of one is taken. */
    private @Nullable Head insert(
            LogName log,
            List<NewEntry> entries,
            Map<String, Appended> known,
            Head before,
            long nowMicros,
            List<Appended> appended,
            Map<LogName, List<Entry>> inserted)
            throws SQLException {
        long recordedAt = Math.max(nowMicros, before.recordedAtMicros());
        long position = before.next();
        long bytes = before.bytes();
        Instant recorded = Timestamps.fromMicros(recordedAt);
        List<Entry> ofThisLog = inserted.computeIfAbsent(log, none -> new ArrayList<>());
        Statements ofLog = of(log);
        Map<String, Long> latest = new LinkedHashMap<>();
        for (NewEntry entry : entries) {
            Appended earlier = known.get(entry.clientId());
            if (earlier != null) {
                appended.add(earlier);
                continue;
            }
            ofLog.insert.setLong(1, position);
            ofLog.insert.setLong(2, recordedAt);
            ofLog.insert.setLong(3, bytes);
            ofLog.insert.setString(4, entry.key());
            ofLog.insert.setString(5, entry.clientId().isEmpty() ? null : entry.clientId());
            ofLog.insert.setBytes(6, entry.payload());
            if (ofLog.insert.executeUpdate() == 0) {
                if (entries.size() == 1) {
                    return null;
                }
                throw new IllegalStateException(
                        "client id at position `" + position + "` is taken (expected: looked up)");
            }
            if (!entry.key().isEmpty()) {
                latest.put(entry.key(), position);
            }
            appended.add(new Appended(position, false));
            ofThisLog.add(new Entry(position, recorded, entry.key(), entry.payload()));
            if (entries.size() > 1 && !entry.clientId().isEmpty()) {
                known.put(entry.clientId(), new Appended(position, true));
            }
            position++;
            bytes += entry.payload().length;
        }
        // of many entries of one key the last alone is looked up later
        for (Map.Entry<String, Long> one : latest.entrySet()) {
            ofLog.saveLatest.setString(1, one.getKey());
            ofLog.saveLatest.setLong(2, one.getValue());
            ofLog.saveLatest.setLong(3, recordedAt);
            ofLog.saveLatest.executeUpdate();
        }
        return position == before.next() ? before : new Head(before.oldest(), position, bytes, recordedAt);
    }

    private @Nullable Progress progressOf(LogName log, String reader) throws SQLException {
        findProgress.setString(1, log.stored());
        findProgress.setString(2, reader);
        try (ResultSet row = findProgress.executeQuery()) {
            return row.next() ? new Progress(reader, row.getLong(1), row.getLong(2)) : null;
        }
    }

    static StoreException fenced(LogName log, Progress progress, long token) {
        return new StoreException(
                FENCED,
                log.stored() + ": `" + progress.reader() + "` has token `" + progress.token() + "` (expected: at least "
                        + token + ")");
    }

    private void saveProgress(LogName log, Progress progress) throws SQLException {
        saveProgress.setString(1, log.stored());
        saveProgress.setString(2, progress.reader());
        saveProgress.setLong(3, progress.token());
        saveProgress.setLong(4, progress.position());
        saveProgress.executeUpdate();
    }

    private void saveHead(LogName log, Head head) throws SQLException {
        saveHead.setString(1, log.stored());
        saveHead.setLong(2, head.oldest());
        saveHead.setLong(3, head.next());
        saveHead.setLong(4, head.bytes());
        saveHead.setLong(5, head.recordedAtMicros());
        saveHead.executeUpdate();
    }

    /** Deletes one step's worth of what the retention does not keep. */
    GroupWriter.TrimStep trim(LogName log, Head head, Retention retention, long nowMicros) throws SQLException {
        long recordedMin = nowMicros - retention.ageMaxMicros();
        long bytesBeforeMin = head.bytes() - retention.bytesMax();
        long target = Math.max(
                head.oldest(), Math.min(retention.keepFrom(), firstKept(log, head, recordedMin, bytesBeforeMin)));
        long oldest = Math.min(target, head.oldest() + TRIM_STEP_ENTRIES);
        Statements ofLog = of(log);
        if (oldest > head.oldest()) {
            ofLog.keepLatest.setLong(1, oldest);
            ofLog.keepLatest.setLong(2, oldest);
            ofLog.keepLatest.executeUpdate();
            ofLog.deleteBelow.setLong(1, oldest);
            ofLog.deleteBelow.executeUpdate();
            saveHead(log, head.withOldest(oldest));
        }
        ofLog.deleteLatest.setLong(1, nowMicros - retention.latestAgeMaxMicros());
        int latestDeleted = ofLog.deleteLatest.executeUpdate();
        connection.commit();
        return new GroupWriter.TrimStep(oldest, oldest == target && latestDeleted < TRIM_STEP_ENTRIES);
    }

    private long firstKept(LogName log, Head head, long recordedMin, long bytesBeforeMin) throws SQLException {
        long low = head.oldest();
        long high = head.next();
        PreparedStatement marks = of(log).marks;
        while (low < high) {
            long middle = low + (high - low) / 2;
            marks.setLong(1, middle);
            try (ResultSet row = marks.executeQuery()) {
                if (!row.next()) {
                    throw SqliteReader.hole(log, middle);
                }
                if (row.getLong(1) >= recordedMin && row.getLong(2) >= bytesBeforeMin) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
        }
        return low;
    }

    private Statements of(LogName log) {
        Statements found = statements.get(log);
        if (found == null) {
            throw new IllegalStateException("log: `" + log + "` (expected: one known at start)");
        }
        return found;
    }

    void fold() throws SQLException {
        // not inside the transaction that the driver keeps open
        connection.setAutoCommit(true);
        SqliteFile.fold(connection);
        connection.setAutoCommit(false);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
