package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task is done by whoever has its partition, also when that changes in the middle, and answered once. */
class RedisTaskQueueTest {
    private static final long LIMIT_S = 30;
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(LIMIT_S);
    private static final String DUTY = "fits-3";
    private static final int PARTITION = 3;
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static RedisProcess redis;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private String namespace = "";

    @BeforeAll
    static void startRedis() throws Exception {
        redis = RedisProcess.start(folder.resolve("redis"), RedisProcess.DURABLE);
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void nameSpace() {
        namespace = "tasks-" + NAMESPACES.incrementAndGet();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        threads.shutdownNow();
    }

    /** A node: its way to Redis, its queue, and the token of the partition once it asked for it. */
    private final class Node {
        final String name;
        final Journal journal;
        final TaskQueue queue;

        Node(String name) {
            this.name = name;
            journal = RedisJournal.open(
                    RedisSettings.loopback(redis.port, namespace), InstantSource.system(), StoreLimits.DEFAULT);
            open.add(0, journal);
            queue = journal.tasks(name, threads).orElseThrow();
            open.add(0, queue);
        }

        /** Takes the partition, once nobody has it. */
        nl.sluis.gateway.store.Node.Duty takePartition(Duration lease, UnaryOperator<byte[]> work) {
            Long token = null;
            long end = System.nanoTime() + LIMIT_NS;
            while (token == null) {
                assertThat(System.nanoTime()).as("the lease before ends").isLessThan(end);
                token = journal.renew(name, List.of(DUTY), lease).tokens().get(DUTY);
            }
            var worker = queue.worker(DUTY, token, PARTITION, work);
            worker.start();
            open.add(0, worker);
            return worker;
        }
    }

    private static UnaryOperator<byte[]> by(String name) {
        return task -> (new String(task, UTF_8) + " by " + name).getBytes(UTF_8);
    }

    private static String answer(CompletableFuture<byte[]> answer) throws Exception {
        return new String(answer.get(LIMIT_S, TimeUnit.SECONDS), UTF_8);
    }

    @Test
    void a_task_is_done_by_the_node_that_has_its_partition_also_where_that_is_the_one_that_gave_it_out()
            throws Exception {
        Node first = new Node("a");
        Node second = new Node("b");
        CompletableFuture<byte[]> early = first.queue.submit(PARTITION, "early".getBytes(UTF_8));
        second.takePartition(Duration.ofMinutes(1), by("b"));

        assertThat(answer(early)).isEqualTo("early by b");
        List<CompletableFuture<byte[]>> many = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            many.add((i % 2 == 0 ? first : second).queue.submit(PARTITION, ("task " + i).getBytes(UTF_8)));
        }
        for (int i = 0; i < 50; i++) {
            assertThat(answer(many.get(i))).isEqualTo("task " + i + " by b");
        }
    }

    @Test
    void what_a_node_left_is_done_by_the_next_and_the_answer_of_the_first_is_refused() throws Exception {
        Node giving = new Node("giving");
        Node slow = new Node("slow");
        Node next = new Node("next");
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        var asleep = slow.takePartition(Duration.ofMillis(1), task -> {
            taken.countDown();
            try {
                awake.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return by("slow").apply(task);
        });
        CompletableFuture<byte[]> answer = giving.queue.submit(PARTITION, "task".getBytes(UTF_8));
        assertThat(taken.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();

        next.takePartition(Duration.ofMinutes(1), by("next"));
        assertThat(answer(answer)).isEqualTo("task by next");

        awake.countDown();
        long end = System.nanoTime() + LIMIT_NS;
        while (!asleep.ended()) {
            assertThat(System.nanoTime()).as("the slow one is shut out").isLessThan(end);
            Thread.onSpinWait();
        }
        assertThat(answer(giving.queue.submit(PARTITION, "later".getBytes(UTF_8))))
                .isEqualTo("later by next");
    }

    @Test
    void a_task_that_nobody_can_answer_any_more_fails() {
        Node node = new Node("a");
        CompletableFuture<byte[]> answer = node.queue.submit(PARTITION, "task".getBytes(UTF_8));
        node.queue.close();
        assertThatThrownBy(answer::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        StoreException.class,
                        failure -> assertThat(failure.code()).isEqualTo(StoreException.Code.CLOSED));
    }
}
