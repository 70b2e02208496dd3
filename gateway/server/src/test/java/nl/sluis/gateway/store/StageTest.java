package nl.sluis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageTest {
    private static final long LIMIT_S = 30;

    @TempDir
    private Path folder;

    private final HandMovedClock clock = new HandMovedClock();

    @Test
    void each_entry_is_handled_once_in_order_and_again_after_a_restart_only_restored() throws Exception {
        try (Journal journal = open()) {
            append(journal, "a", "b", "c");
            run(journal, new Recorder(3), 3);
        }
        try (Journal journal = open()) {
            append(journal, "d");
            Recorder second = run(journal, new Recorder(4), 4);

            assertThat(second.restored).containsExactly("a", "b", "c");
            assertThat(second.handled).containsExactly("d");
            assertThat(outputs(journal)).containsExactly("made of a", "made of b", "made of c", "made of d");
        }
    }

    @Test
    void a_stage_that_died_after_its_output_does_not_handle_the_entry_again() throws Exception {
        try (Journal journal = open()) {
            append(journal, "a", "b");
            // what a life that died left: output and place are one transaction, so never one without the other
            journal.advance(
                            LogName.SOLUTIONS,
                            List.of(NewEntry.of("made of a".getBytes(StandardCharsets.UTF_8))),
                            new Progress("test", 1, 1))
                    .join();
            Recorder next = run(journal, new Recorder(2), 2);

            assertThat(next.restored).containsExactly("a");
            assertThat(next.handled).containsExactly("b");
            assertThat(outputs(journal)).containsExactly("made of a", "made of b");
        }
    }

    @Test
    void a_stage_whose_place_another_took_writes_nothing_more() throws Exception {
        try (Journal journal = open()) {
            append(journal, "a");
            Recorder first = new Recorder(2);
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, first);
            stage.start();
            awaitIdle(journal, 1);
            journal.advance(LogName.SOLUTIONS, List.of(), new Progress("test", 2, 0))
                    .join();
            append(journal, "b");
            assertThat(first.seen.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            stage.close();

            assertThat(stage.ended()).isTrue();
            assertThat(outputs(journal)).containsExactly("made of a");
            assertThat(journal.progress(LogName.SOLUTIONS, "test")).isEqualTo(1);
        }
    }

    /** Waits until what entries make is durable. */
    private static void awaitIdle(Journal journal, long outputs) throws Exception {
        LinkedBlockingQueue<Long> heard = new LinkedBlockingQueue<>();
        Journal.Registration registration = journal.onGrowth(LogName.SOLUTIONS, heard::add);
        while (journal.watermark(LogName.SOLUTIONS) < outputs) {
            assertThat(heard.poll(LIMIT_S, TimeUnit.SECONDS)).isNotNull();
        }
        registration.close();
    }

    @Test
    void an_entry_that_cannot_be_handled_is_counted_and_holds_up_nothing() throws Exception {
        try (Journal journal = open()) {
            append(journal, "a", "poison", "c");
            Recorder recorder = new Recorder(3);
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, recorder);
            stage.start();
            assertThat(recorder.seen.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            awaitIdle(journal, 2);
            stage.close();

            assertThat(stage.failures()).isEqualTo(1);
            assertThat(stage.fatal()).isEmpty();
            assertThat(outputs(journal)).containsExactly("made of a", "made of c");
        }
    }

    @Test
    void a_stage_that_gives_way_asks_before_each_entry_and_still_handles_them_all() throws Exception {
        try (Journal journal = open()) {
            append(journal, "a", "b", "c");
            AtomicInteger asked = new AtomicInteger();
            Recorder recorder = new Recorder(3);
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, recorder, () -> {
                asked.incrementAndGet();
                return true;
            });
            stage.start();
            assertThat(recorder.seen.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            awaitIdle(journal, 3);
            stage.close();

            assertThat(recorder.handled).containsExactly("a", "b", "c");
            assertThat(asked).hasValue(3);
        }
    }

    @Test
    void what_retention_takes_while_a_stage_takes_in_older_entries_holds_up_nothing() throws Exception {
        int before = 2 * Stage.READ_ENTRIES_MAX;
        try (Journal journal = open()) {
            append(
                    journal,
                    IntStream.rangeClosed(1, before + 1)
                            .mapToObj(Integer::toString)
                            .toArray(String[]::new));
            journal.advance(LogName.SOLUTIONS, List.of(), new Progress("test", 1, before))
                    .join();
            Recorder recorder = new Recorder(Stage.READ_ENTRIES_MAX + 2) {
                @Override
                public void restore(Entry entry) {
                    journal.trim(LogName.CONTRIBUTIONS, Retention.bySize(0).keepingFrom(before))
                            .join();
                    super.restore(entry);
                }
            };
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, recorder);
            stage.start();
            awaitIdle(journal, 1);
            stage.close();

            assertThat(recorder.restored)
                    .hasSize(Stage.READ_ENTRIES_MAX + 1)
                    .endsWith(Integer.toString(Stage.READ_ENTRIES_MAX), Integer.toString(before));
            assertThat(outputs(journal)).containsExactly("made of " + (before + 1));
        }
    }

    @Test
    void a_stage_that_is_given_up_while_it_takes_up_what_it_wrote_reads_no_further() throws Exception {
        try (Journal journal = open()) {
            journal.append(
                            LogName.SOLUTIONS,
                            IntStream.range(0, 1_000)
                                    .mapToObj(i -> NewEntry.of(new byte[] {1}))
                                    .toList())
                    .join();
            AtomicInteger takenUp = new AtomicInteger();
            CountDownLatch first = new CountDownLatch(1);
            CountDownLatch givenUp = new CountDownLatch(1);
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, new Recorder(0) {
                @Override
                public void takeUp(Entry entry) throws InterruptedException {
                    takenUp.incrementAndGet();
                    first.countDown();
                    givenUp.await();
                }
            });
            stage.start();
            assertThat(first.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
            Thread closer = new Thread(stage::close);
            closer.start();
            while (closer.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            givenUp.countDown();
            closer.join();

            assertThat(takenUp).hasValue(1);
        }
    }

    @Test
    void what_one_entry_makes_may_be_more_than_the_journal_takes_at_once() throws Exception {
        int many = StoreLimits.DEFAULT.queueEntriesMax() + 1;
        try (Journal journal = open()) {
            append(journal, "a");
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, new Stage.Work() {
                @Override
                public void restore(Entry entry) {}

                @Override
                public List<NewEntry> handle(Entry entry) {
                    return Collections.nCopies(many, NewEntry.of(entry.payload()));
                }
            });
            stage.start();
            awaitIdle(journal, many);
            stage.close();

            assertThat(stage.fatal()).isEmpty();
            assertThat(journal.progress(LogName.SOLUTIONS, "test")).isEqualTo(1);
            assertThat(journal.watermark(LogName.SOLUTIONS)).isEqualTo(many);
        }
    }

    @Test
    void what_entries_make_is_written_in_their_order_however_their_work_ends() throws Exception {
        try (Journal journal = open()) {
            append(journal, "a", "b", "c");
            Map<String, CompletableFuture<List<NewEntry>>> running = new ConcurrentHashMap<>();
            CountDownLatch begun = new CountDownLatch(3);
            Recorder recorder = new Recorder(0) {
                @Override
                public Stage.Outcome start(Entry entry) {
                    CompletableFuture<List<NewEntry>> made = new CompletableFuture<>();
                    running.put(new String(entry.payload(), StandardCharsets.UTF_8), made);
                    begun.countDown();
                    return new Stage.Outcome() {
                        @Override
                        public boolean isDone() {
                            return made.isDone();
                        }

                        @Override
                        public List<NewEntry> get() throws Exception {
                            return made.get();
                        }
                    };
                }
            };
            Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, recorder);
            stage.start();
            assertThat(begun.await(LIMIT_S, TimeUnit.SECONDS))
                    .as("all are begun before the first is done")
                    .isTrue();
            running.get("c").complete(List.of(NewEntry.of("made of c".getBytes(StandardCharsets.UTF_8))));
            running.get("b").completeExceptionally(new IllegalStateException("fails later"));
            running.get("a").complete(List.of(NewEntry.of("made of a".getBytes(StandardCharsets.UTF_8))));
            awaitIdle(journal, 2);
            stage.close();

            assertThat(outputs(journal)).containsExactly("made of a", "made of c");
            assertThat(stage.failures()).isEqualTo(1);
            assertThat(stage.position()).isEqualTo(3);
        }
    }

    private Journal open() {
        return EmbeddedJournal.open(folder.resolve("journal"), clock, StoreLimits.DEFAULT);
    }

    private static void append(Journal journal, String... texts) {
        for (String text : texts) {
            journal.append(LogName.CONTRIBUTIONS, NewEntry.of(text.getBytes(StandardCharsets.UTF_8)))
                    .join();
        }
    }

    private static Recorder run(Journal journal, Recorder recorder, int entries) throws Exception {
        Stage stage = new Stage("test", 1, journal, LogName.CONTRIBUTIONS, LogName.SOLUTIONS, recorder);
        stage.start();
        assertThat(recorder.seen.await(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        awaitIdle(journal, entries);
        stage.close();
        assertThat(stage.position()).isEqualTo(entries);
        assertThat(stage.idle()).isTrue();
        return recorder;
    }

    private static List<String> outputs(Journal journal) {
        return journal.read(LogName.SOLUTIONS, 1, 100).stream()
                .map(entry -> new String(entry.payload(), StandardCharsets.UTF_8))
                .toList();
    }

    private static class Recorder implements Stage.Work {
        final List<String> restored = new ArrayList<>();
        final List<String> handled = new ArrayList<>();
        final CountDownLatch seen;

        Recorder(int entries) {
            seen = new CountDownLatch(entries);
        }

        @Override
        public void restore(Entry entry) {
            restored.add(new String(entry.payload(), StandardCharsets.UTF_8));
            seen.countDown();
        }

        @Override
        public List<NewEntry> handle(Entry entry) {
            String text = new String(entry.payload(), StandardCharsets.UTF_8);
            seen.countDown();
            if (text.equals("poison")) {
                throw new IllegalArgumentException("can't be handled");
            }
            handled.add(text);
            return List.of(NewEntry.of(("made of " + text).getBytes(StandardCharsets.UTF_8)));
        }
    }
}
