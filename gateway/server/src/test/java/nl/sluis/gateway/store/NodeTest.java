package nl.sluis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes share their stages, one node runs a stage at a time, and a node sends only while it knows that it may. */
class NodeTest {
    private static final List<String> DUTIES = List.of("first", "second", "third");
    private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final AtomicInteger NAMESPACES = new AtomicInteger();

    @TempDir
    private static Path folder;

    private static RedisProcess redis;

    private final String namespace = "nodes-" + NAMESPACES.incrementAndGet();
    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1_000);
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void startRedis() throws Exception {
        redis = RedisProcess.start(folder.resolve("redis"), RedisProcess.DURABLE);
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private Journal journal() {
        Journal journal = RedisJournal.open(
                RedisSettings.loopback(redis.port, namespace), InstantSource.system(), StoreLimits.DEFAULT);
        open.add(journal);
        return journal;
    }

    private Node node(String name) {
        Journal journal = journal();
        Node node = new Node(journal, name, nanoTime::get, () -> 0);
        for (String duty : DUTIES) {
            node.add(
                    duty,
                    token -> new Stage(duty, token, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, new Idle()));
        }
        open.add(0, node);
        return node;
    }

    /** Lets nodes renew by turns, each a question to Redis, until something is so. */
    private static void renewUntil(String what, BooleanSupplier condition, Node... nodes) {
        long end = System.nanoTime() + LIMIT_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            for (Node node : nodes) {
                node.renew();
            }
        }
    }

    @Test
    void a_node_alone_runs_everything_and_shares_with_one_that_comes() {
        Node first = node("a");
        first.renew();
        assertThat(first.stages()).hasSize(3);

        Node second = node("b");
        renewUntil(
                "stages are shared",
                () -> first.stages().size() == 2 && second.stages().size() == 1,
                first,
                second);
        DUTIES.forEach(duty -> assertThat(first.stage(duty).isPresent())
                .as(duty)
                .isNotEqualTo(second.stage(duty).isPresent()));
    }

    @Test
    void a_node_that_sleeps_is_replaced_and_can_write_nothing_more() {
        Node sleeper = node("a");
        sleeper.renew();
        Node other = node("b");
        renewUntil("the other has everything", () -> other.stages().size() == 3, other);

        Stage asleep = sleeper.stage("first").orElseThrow();
        Journal journal = journal();
        long end = System.nanoTime() + LIMIT_NS;
        while (!asleep.ended()) {
            assertThat(System.nanoTime()).as("the sleeper is shut out").isLessThan(end);
            journal.append(LogName.CONTRIBUTIONS, NewEntry.of(new byte[1])).join();
        }
        renewUntil("the sleeper takes part again", () -> sleeper.stages().size() == 1, sleeper, other);
    }

    @Test
    void a_node_may_send_for_the_length_of_a_lease_after_it_asked() {
        Node node = node("a");
        assertThat(node.isConfirmed()).as("nothing is known yet").isFalse();
        node.renew();
        assertThat(node.isConfirmed()).isTrue();
        nanoTime.addAndGet(Node.LEASE.toNanos() - 1);
        assertThat(node.isConfirmed()).isTrue();
        nanoTime.addAndGet(1);
        assertThat(node.isConfirmed()).as("the lease is over").isFalse();
        node.renew();
        assertThat(node.isConfirmed()).isTrue();
    }

    @Test
    void a_node_that_does_not_apply_the_newest_policy_may_not_send() {
        AtomicLong applied = new AtomicLong();
        Journal journal = journal();
        Node node = new Node(journal, "a", nanoTime::get, applied::get);
        journal.append(LogName.POLICIES, NewEntry.of(new byte[1])).join();
        node.renew();
        assertThat(node.isConfirmed()).isFalse();
        applied.set(1);
        node.renew();
        assertThat(node.isConfirmed()).isTrue();
    }

    @Test
    void a_node_that_redis_does_not_answer_may_not_send_once_its_lease_is_over() throws Exception {
        try (RedisProcess own = RedisProcess.start(folder.resolve("own"), RedisProcess.DURABLE);
                Journal journal = RedisJournal.open(
                        RedisSettings.loopback(own.port, namespace), InstantSource.system(), StoreLimits.DEFAULT)) {
            Node node = new Node(journal, "a", nanoTime::get, () -> 0);
            node.renew();
            own.kill();
            nanoTime.addAndGet(Node.LEASE.toNanos());
            node.renew();
            assertThat(node.isConfirmed()).isFalse();
            own.start();
            renewUntil("it resumes by itself", node::isConfirmed, node);
        }
    }

    @Test
    void a_stage_that_its_journal_failed_for_a_while_is_begun_anew() {
        Journal journal = journal();
        AtomicInteger lives = new AtomicInteger();
        Node node = new Node(journal, "a", nanoTime::get, () -> 0);
        node.add("first", token -> {
            boolean fails = lives.incrementAndGet() == 1;
            return new Stage("first", token, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, new Idle() {
                @Override
                public List<NewEntry> handle(Entry entry) {
                    if (fails) {
                        throw new StoreException(StoreException.Code.UNREACHABLE, "read: no answer");
                    }
                    return List.of(NewEntry.of(entry.payload()));
                }
            });
        });
        open.add(0, node);
        journal.append(LogName.CONTRIBUTIONS, NewEntry.of(new byte[1])).join();
        renewUntil("the entry is handled", () -> journal.watermark(LogName.SOLUTIONS) == 1, node);
        assertThat(lives).hasValue(2);
    }

    /** Work that makes nothing. */
    private static class Idle implements Stage.Work {
        @Override
        public void restore(Entry entry) {
            // nothing to take in
        }

        @Override
        public List<NewEntry> handle(Entry entry) {
            return List.of();
        }
    }
}
