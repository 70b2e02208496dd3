package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import nl.sluis.gateway.store.RedisConnections.RedisKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.XAddParams;
import redis.clients.jedis.params.XAutoClaimParams;
import redis.clients.jedis.params.XReadGroupParams;
import redis.clients.jedis.params.XReadParams;
import redis.clients.jedis.resps.StreamEntryBinary;

/**
 * Tasks in Redis: a stream with a consumer group for each partition, a stream of answers for each node that gives tasks out.
 *
 * <p>A partition has one consumer, whoever holds its lease. So whatever is pending at another was abandoned, and is claimed at
 * once; should that other still do it, its answer is refused by its token.
 */
@SuppressWarnings("ArrayAsKeyOfSetOrMap") // as Jedis has the fields of an entry: they are gone through, never looked up
final class RedisTaskQueue implements TaskQueue {
    private static final Logger LOG = LoggerFactory.getLogger(RedisTaskQueue.class);

    /** A task without an answer for so long is not waited for: a fit that takes longer is an exception. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);

    /** Answers that nobody has taken for so long belong to a node that is gone. */
    private static final Duration ANSWERS_KEPT = Duration.ofMinutes(10);

    /** How long a worker waits at the server before it looks for what was abandoned, milliseconds. */
    private static final int LOOK_AGAIN_MS = 500;

    /** Wait before a Redis that did not answer is asked again, milliseconds. */
    private static final int RECONNECT_MS = 200;

    /** Answers fetched in one round trip. */
    private static final int ANSWERS_AT_ONCE = 16;

    private static final byte[] GROUP = bytes("workers");
    private static final byte[] NODE = bytes("o");
    private static final byte[] NUMBER = bytes("n");
    private static final byte[] TASK = bytes("t");
    private static final byte[] ANSWER = bytes("a");
    private static final RedisScript ANSWER_SCRIPT = RedisScript.load("answer.lua");

    /** Tasks, answers and leases share its hash slot. */
    private static final LogName SLOT = LogName.POLICIES;

    private final RedisConnections connections;
    private final RedisKeys keys;
    private final String node;
    private final Executor here;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<String, CompletableFuture<byte[]>> unanswered = new ConcurrentHashMap<>();
    private final Map<Integer, Worker> workers = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread answers = new Thread(this::takeAnswers, "redis-answers");

    /** @param here does the tasks of the partitions that this node holds */
    RedisTaskQueue(RedisConnections connections, String node, Executor here) {
        this.connections = connections;
        this.keys = connections.keys(SLOT);
        this.node = node;
        this.here = here;
        answers.setDaemon(true);
        answers.start();
    }

    @Override
    public CompletableFuture<byte[]> submit(int partition, byte[] task) {
        Worker own = workers.get(partition);
        if (own != null) {
            return own.done(task);
        }
        String number = Long.toString(numbers.incrementAndGet());
        CompletableFuture<byte[]> answer = new CompletableFuture<>();
        unanswered.put(number, answer);
        var unused = answer.orTimeout(ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((done, failure) -> unanswered.remove(number));
        if (closed.getCount() == 0) {
            answer.completeExceptionally(new StoreException(StoreException.Code.CLOSED, "task: the queue is closed"));
            return answer;
        }
        Map<byte[], byte[]> fields = new LinkedHashMap<>();
        fields.put(NODE, bytes(node));
        fields.put(NUMBER, bytes(number));
        fields.put(TASK, task);
        try {
            connections.with(
                    "give out a task",
                    SLOT,
                    server -> server.xadd(keys.tasks(partition), XAddParams.xAddParams(), fields));
        } catch (StoreException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private void takeAnswers() {
        while (closed.getCount() > 0) {
            try {
                // always all that there are: what was taken is gone, and ids may go back when a replica takes over
                List<StreamEntryBinary> found = connections.with(
                        "wait for answers",
                        SLOT,
                        server -> entries(server.xreadBinary(
                                XReadParams.xReadParams()
                                        .block(RedisJournal.BLOCK_MS)
                                        .count(ANSWERS_AT_ONCE),
                                Map.of(keys.answers(node), new StreamEntryID(0, 0)))));
                for (StreamEntryBinary one : found) {
                    CompletableFuture<byte[]> waiting = unanswered.get(text(field(one, NUMBER)));
                    if (waiting != null) {
                        waiting.complete(field(one, ANSWER));
                    }
                }
                forget(found);
            } catch (StoreException e) {
                LOG.debug("answers not read, reason={}", e.getMessage());
                pause();
            }
        }
    }

    private void forget(List<StreamEntryBinary> taken) {
        if (!taken.isEmpty()) {
            byte[][] ids =
                    taken.stream().map(one -> bytes(one.getID().toString())).toArray(byte[][]::new);
            connections.with("forget answers", SLOT, server -> server.xdel(keys.answers(node), ids));
        }
    }

    private void pause() {
        try {
            if (closed.await(RECONNECT_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("tasks end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Node.Duty worker(String duty, long token, int partition, UnaryOperator<byte[]> work) {
        return new Worker(duty, token, partition, work);
    }

    @Override
    public void close() {
        closed.countDown();
        workers.values().forEach(Worker::close);
        unanswered
                .values()
                .forEach(one -> one.completeExceptionally(
                        new StoreException(StoreException.Code.CLOSED, "task: the queue is closed")));
    }

    /** Does the tasks of one partition. */
    private final class Worker implements Node.Duty {
        private final String duty;
        private final long token;
        private final int partition;
        private final UnaryOperator<byte[]> work;
        private final Thread thread;
        private CompletableFuture<byte[]> last = CompletableFuture.completedFuture(new byte[0]);
        private volatile boolean closing;
        private volatile boolean fenced;

        Worker(String duty, long token, int partition, UnaryOperator<byte[]> work) {
            this.duty = duty;
            this.token = token;
            this.partition = partition;
            this.work = work;
            this.thread = new Thread(this::run, "sluis-" + duty);
            thread.setDaemon(true);
        }

        @Override
        public void start() {
            workers.put(partition, this);
            thread.start();
        }

        @Override
        public boolean ended() {
            return fenced;
        }

        /** Ends after the task at hand, whose answer then comes too late or not: it is done again. */
        @Override
        public void close() {
            closing = true;
            workers.remove(partition, this);
        }

        /** Does a task when those before it are done. */
        private synchronized CompletableFuture<byte[]> done(byte[] task) {
            last = last.handleAsync((before, failure) -> work.apply(task), here);
            return last;
        }

        private void run() {
            boolean joined = false;
            while (!closing && !fenced && closed.getCount() > 0) {
                try {
                    if (!joined) {
                        connections.with("join workers", SLOT, this::join);
                        joined = true;
                    }
                    for (StreamEntryBinary one : connections.with("take a task", SLOT, this::next)) {
                        if (!closing) {
                            answer(one);
                        }
                    }
                } catch (StoreException e) {
                    LOG.debug("no task taken, partition={} reason={}", partition, e.getMessage());
                    // a Redis that lost its data knows of no group
                    joined = false;
                    pause();
                }
            }
        }

        private boolean join(Jedis server) {
            try {
                server.xgroupCreate(keys.tasks(partition), GROUP, bytes("0"), true);
                return true;
            } catch (JedisDataException e) {
                if (!String.valueOf(e.getMessage()).startsWith("BUSYGROUP")) {
                    throw e;
                }
                return false;
            }
        }

        /** What another has abandoned, else what is new. */
        private List<StreamEntryBinary> next(Jedis server) {
            List<Object> claimed = server.xautoclaim(
                    keys.tasks(partition),
                    GROUP,
                    bytes(node),
                    0,
                    bytes("0"),
                    XAutoClaimParams.xAutoClaimParams().count(1));
            List<StreamEntryBinary> abandoned = claimed(claimed);
            return abandoned.isEmpty()
                    ? entries(server.xreadGroupBinary(
                            GROUP,
                            bytes(node),
                            XReadGroupParams.xReadGroupParams().count(1).block(LOOK_AGAIN_MS),
                            Map.of(keys.tasks(partition), StreamEntryID.XREADGROUP_UNDELIVERED_ENTRY)))
                    : abandoned;
        }

        private void answer(StreamEntryBinary task) {
            byte[] answer = done(field(task, TASK)).join();
            Object taken = connections.with(
                    "answer a task",
                    SLOT,
                    server -> ANSWER_SCRIPT.run(
                            server,
                            List.of(keys.leases(), keys.tasks(partition), keys.answers(text(field(task, NODE)))),
                            List.of(
                                    bytes(duty),
                                    bytes(Long.toString(token)),
                                    GROUP,
                                    bytes(task.getID().toString()),
                                    field(task, NUMBER),
                                    answer,
                                    bytes(Long.toString(ANSWERS_KEPT.toSeconds())))));
            if (Long.valueOf(0).equals(taken)) {
                fenced = true;
                LOG.info("partition lost: another node has it, partition={} token={}", partition, token);
            }
        }
    }

    private static List<StreamEntryBinary> entries(List<Map.Entry<byte[], List<StreamEntryBinary>>> found) {
        return found == null || found.isEmpty() ? List.of() : found.get(0).getValue();
    }

    /** From {@code [cursor, [[id, [field, value, …]], …], …]}. */
    private static List<StreamEntryBinary> claimed(List<Object> reply) {
        List<StreamEntryBinary> entries = new ArrayList<>();
        for (Object raw : (List<?>) reply.get(1)) {
            if (raw == null) {
                // deleted, and still pending
                continue;
            }
            List<?> entry = (List<?>) raw;
            List<?> flat = (List<?>) entry.get(1);
            Map<byte[], byte[]> fields = new LinkedHashMap<>();
            for (int i = 0; i < flat.size(); i += 2) {
                fields.put((byte[]) flat.get(i), (byte[]) flat.get(i + 1));
            }
            entries.add(new StreamEntryBinary(new StreamEntryID((byte[]) entry.get(0)), fields));
        }
        return entries;
    }

    private static byte[] field(StreamEntryBinary entry, byte[] name) {
        return entry.getFields().entrySet().stream()
                .filter(field -> Arrays.equals(field.getKey(), name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new StoreException(
                        StoreException.Code.CORRUPT, "task " + entry.getID() + ": no `" + text(name) + "`"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
