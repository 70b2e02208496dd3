package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static nl.sluis.gateway.store.StoreException.Code.CLOSED;
import static nl.sluis.gateway.store.StoreException.Code.CORRUPT;
import static nl.sluis.gateway.store.StoreException.Code.NOT_REPLICATED;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import nl.sluis.gateway.store.RedisConnections.Durability;
import nl.sluis.gateway.store.RedisConnections.RedisKeys;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.util.KeyValue;

/**
 * The journal in Redis, for several gateways at once: a stream per log with position {@code n} as id {@code n-1}, a hash
 * of latest values, a hash of client ids. A script gives the positions, so any node may append.
 *
 * <p>What is answered was synced by the primary ({@code appendfsync always}, checked at start and after each failover)
 * and, with {@code replicasMin} above zero, had reached that many replicas ({@code WAIT}; from Redis 7.2 their disks,
 * {@code WAITAOF}). Still lost is what only the primary's disk held if that is lost, with {@code replicasMin} 0; and with
 * {@code WAIT}, what reached replicas that lose power together with the primary before their own sync.
 */
public final class RedisJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(RedisJournal.class);

    /** How long a listening connection waits at the server, milliseconds; a dead network is noticed soon after. */
    static final int BLOCK_MS = 2_000;

    /** Wait before a listening connection is opened again, milliseconds. */
    private static final int RECONNECT_MS = 200;

    /** Entries fetched in one round trip: bounds the reply, whose payloads may be large. */
    private static final int FETCH_ENTRIES = 256;

    /** Entries deleted in one script run: about a millisecond, because Redis does nothing else meanwhile. */
    private static final int TRIM_STEP_ENTRIES = 500;

    /**
     * Entries appended in one script run: some milliseconds. Redis syncs after each piece of some kilobytes that it has read,
     * but never within a script, so that one run is one sync.
     */
    private static final int APPEND_ENTRIES = 256;

    private static final RedisScript APPEND = RedisScript.load("append.lua");
    private static final RedisScript TRIM = RedisScript.load("trim.lua");
    private static final RedisScript SEARCH = RedisScript.load("search.lua");
    private static final RedisScript RENEW = RedisScript.load("renew.lua");
    private static final RedisScript FORGET = RedisScript.load("forget.lua");

    private final RedisConnections connections;
    private final InstantSource clock;
    private final StoreLimits limits;
    private final GroupWriter writer;
    private final Map<LogName, Watcher> watchers = new EnumMap<>(LogName.class);
    // only the writer's thread uses it: where the scan of latest values of an unfinished trim stands
    private final Map<LogName, byte[]> forgetting = new EnumMap<>(LogName.class);
    private final CountDownLatch closed = new CountDownLatch(1);

    private RedisJournal(RedisConnections connections, InstantSource clock, StoreLimits limits) {
        this.connections = connections;
        this.clock = clock;
        this.limits = limits;
        this.writer = new GroupWriter("redis-journal", new Engine(), limits);
    }

    /**
     * Connects, and refuses a Redis that could lose acknowledged entries.
     *
     * @param settings where it is
     * @param clock gives {@link Entry#recordedAt}
     * @param limits bounds of queue and commits
     * @return the journal
     * @throws StoreException UNREACHABLE, ACCESS_DENIED, NOT_DURABLE or CORRUPT
     */
    public static RedisJournal open(RedisSettings settings, InstantSource clock, StoreLimits limits) {
        RedisConnections connections = new RedisConnections(settings);
        try {
            RedisJournal journal = new RedisJournal(connections, clock, limits);
            for (LogName log : LogName.values()) {
                journal.requireWhole(log);
            }
            journal.writer.start();
            return journal;
        } catch (RuntimeException e) {
            SqliteFile.closeAfter(connections, e);
            throw e;
        }
    }

    /**
     * Finds at start what a flush or an eviction would otherwise show only to a late reader. Other nodes append and trim
     * meanwhile: what was there before, and was not trimmed behind, must be counted in between.
     */
    private void requireWhole(LogName log) {
        long next = head(log).next();
        long found = connections.with(
                "open " + log.stored(),
                log,
                server -> server.xlen(connections.keys(log).entries()));
        long expected = next - head(log).oldest();
        if (found < expected) {
            throw new StoreException(CORRUPT, log.stored() + ": `" + found + "` entries (expected: " + expected + ")");
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
        String action = "read progress of " + reader;
        requireOpen(action);
        return connections.with(action, log, server -> {
            byte[] position = server.hget(connections.keys(log).head(), bytes("position:" + reader));
            return position == null ? 0 : number(position);
        });
    }

    @Override
    public List<Entry> read(LogName log, long fromPosition, int entriesMax) {
        if (entriesMax <= 0) {
            throw new IllegalArgumentException("entriesMax: `" + entriesMax + "` (expected: more than zero)");
        }
        String action = "read " + log.stored();
        requireOpen(action);
        if (fromPosition < 1) {
            head(log).requireReadable(log, fromPosition);
        }
        return connections.with(action, log, server -> {
            List<Entry> entries = new ArrayList<>();
            long bytes = 0;
            while (entries.size() < entriesMax && bytes < limits.readBytesMax()) {
                long from = fromPosition + entries.size();
                List<Entry> page = fetch(server, log, from, Math.min(FETCH_ENTRIES, entriesMax - entries.size()));
                for (Entry entry : page) {
                    if (bytes >= limits.readBytesMax()) {
                        break;
                    }
                    entries.add(entry);
                    bytes += entry.payload().length;
                }
                if (page.isEmpty()) {
                    break;
                }
            }
            return entries;
        });
    }

    /** Entries from a position on; a range that begins later was trimmed, which Redis itself does not say. */
    private List<Entry> fetch(Jedis server, LogName log, long from, int count) {
        // a second try, because an append may come between the range and the head
        for (int attempt = 0; attempt < 2; attempt++) {
            List<Entry> entries = new ArrayList<>();
            for (Object raw : server.xrange(connections.keys(log).entries(), id(from), bytes("+"), count)) {
                entries.add(entry(raw));
            }
            if (!entries.isEmpty() && entries.get(0).position() == from) {
                for (int i = 0; i < entries.size(); i++) {
                    if (entries.get(i).position() != from + i) {
                        throw SqliteReader.hole(log, from + i);
                    }
                }
                return entries;
            }
            Head head = head(server, log);
            head.requireReadable(log, from);
            if (from == head.next()) {
                return List.of();
            }
        }
        throw SqliteReader.hole(log, from);
    }

    @Override
    public Optional<Entry> find(LogName log, String clientId) {
        String action = "find in " + log.stored();
        requireOpen(action);
        return connections.with(action, log, server -> {
            byte[] position = server.hget(connections.keys(log).clientIds(), bytes(clientId));
            if (position == null) {
                return Optional.empty();
            }
            byte[] id = id(number(position));
            // trimmed between the two calls: then it is no longer there
            return server.xrange(connections.keys(log).entries(), id, id, 1).stream()
                    .map(RedisJournal::entry)
                    .findFirst();
        });
    }

    @Override
    public Optional<Entry> latest(LogName log, String key) {
        String action = "read latest of " + log.stored();
        requireOpen(action);
        return connections.with(action, log, server -> {
            byte[] value = server.hget(connections.keys(log).latest(), bytes(key));
            return value == null ? Optional.empty() : Optional.of(latestEntry(log, key, value));
        });
    }

    @Override
    public long scanLatest(LogName log, Consumer<Entry> visitor) {
        String action = "scan latest of " + log.stored();
        requireOpen(action);
        return connections.with(action, log, server -> {
            long watermark = head(server, log).watermark();
            byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
            do {
                ScanResult<Map.Entry<byte[], byte[]>> page =
                        server.hscan(connections.keys(log).latest(), cursor, new ScanParams().count(FETCH_ENTRIES));
                for (Map.Entry<byte[], byte[]> each : page.getResult()) {
                    visitor.accept(latestEntry(log, text(each.getKey()), each.getValue()));
                }
                cursor = page.getCursorAsBytes();
            } while (!Arrays.equals(cursor, ScanParams.SCAN_POINTER_START_BINARY));
            return watermark;
        });
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
        String action = "search " + log.stored();
        requireOpen(action);
        // a time between two microseconds must not find the one before it
        byte[] micros = bytes(Long.toString(Timestamps.toMicros(instant.plusNanos(999))));
        return connections.with(action, log, server ->
                (Long) SEARCH.run(server, connections.keys(log).all(), List.of(micros)));
    }

    @Override
    public CompletableFuture<Long> trim(LogName log, Retention retention) {
        return writer.trim(log, retention);
    }

    @Override
    public Registration onGrowth(LogName log, LongConsumer listener) {
        Registration registration = writer.onGrowth(log, listener);
        synchronized (watchers) {
            if (closed.getCount() > 0 && !watchers.containsKey(log)) {
                Watcher watcher = new Watcher(log, head(log).watermark());
                watchers.put(log, watcher);
                watcher.start();
            }
        }
        return registration;
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public Round renew(String node, List<String> duties, Duration length) {
        String action = "renew leases";
        requireOpen(action);
        RedisKeys keys = connections.keys(LogName.POLICIES);
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(bytes(node));
        arguments.add(bytes(Long.toString(length.toMillis())));
        duties.forEach(duty -> arguments.add(bytes(duty)));
        try (Connection connection = connections.take(action, LogName.POLICIES)) {
            Pipeline pipeline = new Pipeline(connection);
            pipeline.scriptLoad(RENEW.body(), keys.head());
            Response<Object> response = pipeline.evalsha(RENEW.sha(), List.of(keys.leases(), keys.head()), arguments);
            Replication replication = new Replication(pipeline, connections, connections.durability(connection));
            pipeline.sync();
            List<?> reply = list(response.get());
            StoreException shortfall = replication.shortfall(LogName.POLICIES);
            if (shortfall != null) {
                throw shortfall;
            }
            Map<String, Long> tokens = new HashMap<>();
            for (int i = 0; i < duties.size(); i++) {
                long token = (Long) reply.get(i + 1);
                if (token > 0) {
                    tokens.put(duties.get(i), token);
                }
            }
            return new Round(tokens, (Long) reply.get(0));
        } catch (JedisException e) {
            throw connections.failed(action, e);
        }
    }

    @Override
    public Optional<TaskQueue> tasks(String node, Executor here) {
        return Optional.of(new RedisTaskQueue(connections, node, here));
    }

    @Override
    public Optional<StoreException> failure() {
        return writer.failure();
    }

    @Override
    public void close() {
        writer.close();
        synchronized (watchers) {
            if (closed.getCount() == 0) {
                return;
            }
            closed.countDown();
            watchers.values().forEach(Watcher::stop);
        }
        connections.close();
    }

    private void requireOpen(String action) {
        if (closed.getCount() == 0) {
            throw new StoreException(CLOSED, action + ": the journal is closed");
        }
    }

    private Head head(LogName log) {
        String action = "read head of " + log.stored();
        requireOpen(action);
        return connections.with(action, log, server -> head(server, log));
    }

    private Head head(Jedis server, LogName log) {
        List<byte[]> found =
                server.hmget(connections.keys(log).head(), bytes("oldest"), bytes("next"), bytes("bytes"), bytes("at"));
        if (found.get(1) == null) {
            return Head.EMPTY;
        }
        return new Head(number(found.get(0)), number(found.get(1)), number(found.get(2)), number(found.get(3)));
    }

    private static byte[] id(long position) {
        return bytes(position + "-1");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static long number(byte[] digits) {
        return Long.parseLong(new String(digits, US_ASCII));
    }

    private static List<?> list(Object raw) {
        return (List<?>) raw;
    }

    /** From {@code [id, [t, …, b, …, k, …, c, …, p, …]]}. */
    private static Entry entry(Object raw) {
        List<?> parts = list(raw);
        String id = text((byte[]) parts.get(0));
        List<?> fields = list(parts.get(1));
        return new Entry(
                Long.parseLong(id.substring(0, id.indexOf('-'))),
                Timestamps.fromMicros(number((byte[]) fields.get(1))),
                text((byte[]) fields.get(5)),
                (byte[]) fields.get(9));
    }

    /** From {@code position, space, micros, space, payload}. */
    private static Entry latestEntry(LogName log, String key, byte[] value) {
        int first = indexOfSpace(log, value, 0);
        int second = indexOfSpace(log, value, first + 1);
        return new Entry(
                number(Arrays.copyOfRange(value, 0, first)),
                Timestamps.fromMicros(number(Arrays.copyOfRange(value, first + 1, second))),
                key,
                Arrays.copyOfRange(value, second + 1, value.length));
    }

    private static int indexOfSpace(LogName log, byte[] value, int from) {
        for (int i = from; i < value.length; i++) {
            if (value[i] == ' ') {
                return i;
            }
        }
        throw new StoreException(
                CORRUPT, log.stored() + ": a latest value of `" + value.length + "` bytes (expected: position, time)");
    }

    /** What the writer's thread does here. */
    private final class Engine implements GroupWriter.Engine {

        @Override
        public List<GroupWriter.Outcome> commit(List<GroupWriter.Batch> group) {
            byte[] now = bytes(Long.toString(Timestamps.toMicros(clock.instant())));
            Map<LogName, List<GroupWriter.Batch>> byServer = new EnumMap<>(LogName.class);
            for (GroupWriter.Batch batch : group) {
                // one server syncs the whole pipeline once; in a cluster each log may be on another
                LogName slot = connections.oneServer() ? LogName.CONTRIBUTIONS : batch.log();
                byServer.computeIfAbsent(slot, key -> new ArrayList<>()).add(batch);
            }
            // by identity: equality would compare all payloads
            IdentityHashMap<GroupWriter.Batch, GroupWriter.Outcome> outcomes = new IdentityHashMap<>();
            byServer.forEach((slot, batches) -> {
                try {
                    commit(slot, batches, now, outcomes);
                } catch (StoreException e) {
                    batches.forEach(batch -> outcomes.putIfAbsent(batch, new GroupWriter.Outcome(null, e)));
                }
            });
            List<GroupWriter.Outcome> inOrder = new ArrayList<>(group.size());
            for (GroupWriter.Batch batch : group) {
                GroupWriter.Outcome outcome = outcomes.get(batch);
                if (outcome == null) {
                    throw new IllegalStateException("batch without outcome in `" + batch.log() + "`");
                }
                inOrder.add(outcome);
            }
            return inOrder;
        }

        private void commit(
                LogName slot,
                List<GroupWriter.Batch> batches,
                byte[] now,
                IdentityHashMap<GroupWriter.Batch, GroupWriter.Outcome> outcomes) {
            String action = "append";
            try (Connection connection = connections.take(action, slot)) {
                Pipeline pipeline = new Pipeline(connection);
                // once per group and cheap; the server may have been restarted since
                pipeline.scriptLoad(APPEND.body(), connections.keys(slot).head());
                List<List<GroupWriter.Batch>> runs = runs(batches);
                List<Response<Object>> replies = new ArrayList<>();
                for (List<GroupWriter.Batch> run : runs) {
                    RedisKeys keys = connections.keys(run.get(0).log());
                    replies.add(pipeline.evalsha(APPEND.sha(), keys.all(), arguments(now, run)));
                }
                Replication replication = new Replication(pipeline, connections, connections.durability(connection));
                pipeline.sync();
                for (int i = 0; i < runs.size(); i++) {
                    outcomes(runs.get(i), replies.get(i), replication, outcomes);
                }
            } catch (JedisException e) {
                throw connections.failed(action, e);
            }
        }

        /** Batches of one log that one script run appends, in their order. */
        private static List<List<GroupWriter.Batch>> runs(List<GroupWriter.Batch> batches) {
            List<List<GroupWriter.Batch>> runs = new ArrayList<>();
            Map<LogName, List<GroupWriter.Batch>> open = new EnumMap<>(LogName.class);
            Map<LogName, Integer> entries = new EnumMap<>(LogName.class);
            for (GroupWriter.Batch batch : batches) {
                int size = batch.entries().size();
                List<GroupWriter.Batch> run = open.get(batch.log());
                if (run == null || entries.merge(batch.log(), size, Integer::sum) > APPEND_ENTRIES) {
                    run = new ArrayList<>();
                    runs.add(run);
                    open.put(batch.log(), run);
                    entries.put(batch.log(), size);
                }
                run.add(batch);
            }
            return runs;
        }

        private static List<byte[]> arguments(byte[] now, List<GroupWriter.Batch> run) {
            List<byte[]> arguments = new ArrayList<>();
            arguments.add(now);
            for (GroupWriter.Batch batch : run) {
                Progress progress = batch.progress();
                arguments.add(bytes(Integer.toString(batch.entries().size())));
                arguments.add(bytes(progress == null ? "" : progress.reader()));
                arguments.add(bytes(progress == null ? "0" : Long.toString(progress.token())));
                arguments.add(bytes(progress == null ? "0" : Long.toString(progress.position())));
                for (NewEntry entry : batch.entries()) {
                    arguments.add(bytes(entry.clientId()));
                    arguments.add(bytes(entry.key()));
                    arguments.add(entry.payload());
                }
            }
            return arguments;
        }

        private void outcomes(
                List<GroupWriter.Batch> run,
                Response<Object> response,
                Replication replication,
                IdentityHashMap<GroupWriter.Batch, GroupWriter.Outcome> outcomes) {
            List<?> replies;
            try {
                replies = list(response.get());
            } catch (JedisDataException e) {
                StoreException failure =
                        connections.failed("append to " + run.get(0).log().stored(), e);
                run.forEach(batch -> outcomes.put(batch, new GroupWriter.Outcome(null, failure)));
                return;
            }
            for (int i = 0; i < run.size(); i++) {
                outcomes.put(run.get(i), outcome(run.get(i), list(replies.get(i)), replication));
            }
        }

        private static GroupWriter.Outcome outcome(GroupWriter.Batch batch, List<?> reply, Replication replication) {
            String verdict = text((byte[]) reply.get(0));
            Progress progress = batch.progress();
            if (verdict.equals("fenced") && progress != null) {
                return new GroupWriter.Outcome(null, SqliteWriter.fenced(batch.log(), progress, (Long) reply.get(1)));
            }
            if (verdict.equals("corrupt")) {
                return new GroupWriter.Outcome(null, SqliteReader.hole(batch.log(), (Long) reply.get(1)));
            }
            if (verdict.equals("reused")) {
                String id = batch.entries()
                        .get(((Long) reply.get(1)).intValue() - 1)
                        .clientId();
                long position = (Long) reply.get(2);
                return new GroupWriter.Outcome(
                        null,
                        SqliteWriter.reused(
                                batch.log(),
                                id,
                                position == 0 ? "an entry of the same batch" : "position " + position));
            }
            StoreException shortfall = replication.shortfall(batch.log());
            if (shortfall != null) {
                return new GroupWriter.Outcome(null, shortfall);
            }
            List<Appended> appended = new ArrayList<>();
            for (int i = 1; i < reply.size(); i += 2) {
                appended.add(new Appended((Long) reply.get(i), (Long) reply.get(i + 1) == 1));
            }
            return new GroupWriter.Outcome(appended, null);
        }

        @Override
        public GroupWriter.TrimStep trim(LogName log, Retention retention) {
            long now = Timestamps.toMicros(clock.instant());
            RedisKeys keys = connections.keys(log);
            return connections.with("trim " + log.stored(), log, server -> {
                List<?> reply = list(TRIM.run(
                        server,
                        keys.all(),
                        List.of(
                                bytes(Long.toString(now - retention.ageMaxMicros())),
                                bytes(Long.toString(retention.bytesMax())),
                                bytes(Integer.toString(TRIM_STEP_ENTRIES)),
                                bytes(Long.toString(retention.keepFrom())))));
                long oldest = (Long) reply.get(0);
                boolean done = (Long) reply.get(1) == 1;
                return new GroupWriter.TrimStep(
                        oldest, done && forgetPage(server, log, now - retention.latestAgeMaxMicros()));
            });
        }

        /** Deletes the old ones of one page of latest values; true if it was the last page. */
        private boolean forgetPage(Jedis server, LogName log, long recordedMin) {
            byte[] latest = connections.keys(log).latest();
            byte[] cursor = forgetting.getOrDefault(log, ScanParams.SCAN_POINTER_START_BINARY);
            ScanResult<Map.Entry<byte[], byte[]>> page =
                    server.hscan(latest, cursor, new ScanParams().count(TRIM_STEP_ENTRIES));
            List<byte[]> old = new ArrayList<>();
            for (Map.Entry<byte[], byte[]> each : page.getResult()) {
                Entry entry = latestEntry(log, text(each.getKey()), each.getValue());
                if (Timestamps.toMicros(entry.recordedAt()) < recordedMin) {
                    old.add(each.getKey());
                    old.add(bytes(Long.toString(entry.position())));
                }
            }
            if (!old.isEmpty()) {
                FORGET.run(server, List.of(latest), old);
            }
            if (Arrays.equals(page.getCursorAsBytes(), ScanParams.SCAN_POINTER_START_BINARY)) {
                forgetting.remove(log);
                return true;
            }
            forgetting.put(log, page.getCursorAsBytes());
            return false;
        }
    }

    /** The answer of the replicas to what a pipeline wrote before it was asked for. */
    private static final class Replication {
        private final int replicasMin;
        private final @Nullable Response<Long> inMemory;
        private final @Nullable Response<KeyValue<Long, Long>> onDisk;

        Replication(Pipeline pipeline, RedisConnections connections, Durability offered) {
            replicasMin = connections.replicasMin();
            boolean aof = offered == Durability.WAITAOF;
            // half the reply's timeout, so that the shortfall is told and not a broken connection
            long waitMs = Math.max(1, connections.timeoutMs() / 2);
            inMemory = replicasMin > 0 && !aof ? pipeline.waitReplicas(replicasMin, waitMs) : null;
            onDisk = aof ? pipeline.waitAOF(1, replicasMin, waitMs) : null;
        }

        @Nullable
        StoreException shortfall(LogName log) {
            long replicas = replicasMin;
            if (inMemory != null) {
                replicas = inMemory.get();
            } else if (onDisk != null) {
                KeyValue<Long, Long> synced = onDisk.get();
                replicas = synced.getKey() < 1 ? -1 : synced.getValue();
            }
            return replicas >= replicasMin
                    ? null
                    : new StoreException(
                            NOT_REPLICATED,
                            log.stored() + ": on `" + replicas + "` replicas (expected: " + replicasMin
                                    + "; append again with the same client ids)");
        }
    }

    /** Waits at the server for entries of one log, whichever node appends them. */
    private final class Watcher implements Runnable {
        private final LogName log;
        private final Thread thread;
        private long seen;
        private boolean told;
        private volatile @Nullable Connection waiting;

        Watcher(LogName log, long seen) {
            this.log = log;
            this.seen = seen;
            this.thread = new Thread(this, "redis-journal-" + log.stored());
            thread.setDaemon(true);
        }

        void start() {
            thread.start();
        }

        void stop() {
            Connection connection = waiting;
            if (connection != null) {
                try {
                    connection.forceDisconnect();
                } catch (IOException e) {
                    LOG.atWarn()
                            .setCause(e)
                            .addKeyValue("log", log.stored())
                            .log("a listening connection did not close");
                }
            }
        }

        @Override
        public void run() {
            while (closed.getCount() > 0) {
                try (Connection connection = connections.take("listen to " + log.stored(), log)) {
                    waiting = connection;
                    watch(new Jedis(connection));
                } catch (JedisException | StoreException e) {
                    if (closed.getCount() > 0) {
                        // once until it answers again: a minute without Redis is five of them a second for each log
                        LOG.atLevel(told ? Level.DEBUG : Level.WARN)
                                .addKeyValue("log", log.stored())
                                .addKeyValue("reason", e.getMessage())
                                .log("listening to a log failed, trying again");
                        told = true;
                        pause();
                    }
                } finally {
                    waiting = null;
                }
            }
        }

        private void watch(Jedis server) {
            while (closed.getCount() > 0) {
                // asked first: what came while no connection listened must be told too
                long watermark = head(server, log).watermark();
                told = false;
                if (watermark != seen) {
                    seen = watermark;
                    writer.grew(log, watermark);
                }
                server.xreadBinary(
                        XReadParams.xReadParams().block(BLOCK_MS).count(1),
                        Map.of(connections.keys(log).entries(), new StreamEntryID(watermark, 1)));
            }
        }

        private void pause() {
            try {
                if (closed.await(RECONNECT_MS, TimeUnit.MILLISECONDS)) {
                    LOG.atDebug().addKeyValue("log", log.stored()).log("listening to a log ended");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
