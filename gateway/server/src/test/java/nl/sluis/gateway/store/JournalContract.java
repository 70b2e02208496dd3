package nl.sluis.gateway.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every engine must do; a subclass says how to open one on storage that outlives closing. */
abstract class JournalContract {
    static final LogName LOG = LogName.CONTRIBUTIONS;
    private static final int WAIT_S = 20;

    final HandMovedClock clock = new HandMovedClock();
    Journal journal;

    /** Opens the journal on the storage of this test, empty the first time. */
    abstract Journal open(StoreLimits limits) throws Exception;

    @BeforeEach
    void openFirst() throws Exception {
        journal = open(StoreLimits.DEFAULT);
    }

    @AfterEach
    void closeLast() {
        journal.close();
    }

    void reopen(StoreLimits limits) throws Exception {
        journal.close();
        journal = open(limits);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static <T> T await(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(WAIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    long append(String text) throws Exception {
        return await(journal.append(LOG, NewEntry.of(bytes(text)))).position();
    }

    static void assertRefused(CompletableFuture<?> answer, StoreException.Code code) {
        assertThatThrownBy(() -> await(answer))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    static void assertRefused(Runnable call, StoreException.Code code) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void positionsCountFromOneInEachLogWithoutHoles() throws Exception {
        assertThat(append("a")).isEqualTo(1);
        assertThat(await(journal.append(LOG, List.of(NewEntry.of(bytes("b")), NewEntry.of(bytes("c"))))))
                .containsExactly(new Appended(2, false), new Appended(3, false));
        assertThat(await(journal.append(LogName.AUDIT, NewEntry.of(bytes("d")))).position())
                .isEqualTo(1);
        assertThat(journal.watermark(LOG)).isEqualTo(3);
        assertThat(journal.watermark(LogName.PRODUCTS)).isZero();
        assertThat(journal.oldest(LogName.PRODUCTS)).isEqualTo(1);
    }

    @Test
    void whatWasAppendedIsReadBackToTheByteAlsoAfterReopening() throws Exception {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        Instant at = clock.instant();
        String key = "objet/42 {é} \u0000 \uD83D\uDEF0";
        await(journal.append(LOG, List.of(NewEntry.keyed(key, all), NewEntry.of(new byte[0]))));
        List<Entry> expected = List.of(new Entry(1, at, key, all), new Entry(2, at, "", new byte[0]));

        assertThat(journal.read(LOG, 1, 10)).isEqualTo(expected);
        reopen(StoreLimits.DEFAULT);
        assertThat(journal.read(LOG, 1, 10)).isEqualTo(expected);
        assertThat(journal.latest(LOG, key)).contains(expected.get(0));
        assertThat(append("next")).isEqualTo(3);
    }

    @Test
    void readingStopsAtTheNumberAskedForAndAtAPageOfBytes() throws Exception {
        StoreLimits d = StoreLimits.DEFAULT;
        reopen(new StoreLimits(
                d.groupEntriesMax(),
                d.groupBytesMax(),
                d.queueEntriesMax(),
                d.queueBytesMax(),
                d.payloadBytesMax(),
                250,
                d.walBytesMax(),
                d.fileBytesMax()));
        for (int i = 0; i < 5; i++) {
            await(journal.append(LOG, NewEntry.of(new byte[100])));
        }
        assertThat(journal.read(LOG, 2, 2)).extracting(Entry::position).containsExactly(2L, 3L);
        assertThat(journal.read(LOG, 1, 100)).extracting(Entry::position).containsExactly(1L, 2L, 3L);
        assertThat(journal.read(LOG, 6, 100)).isEmpty();
    }

    @Test
    void anEmptyBatchIsAnsweredAtOnce() throws Exception {
        assertThat(await(journal.append(LOG, List.of()))).isEmpty();
        assertThat(journal.watermark(LOG)).isZero();
    }

    @Test
    void theSameClientIdWithTheSameContentGetsTheSamePositionAlsoAfterReopening() throws Exception {
        NewEntry entry = NewEntry.keyed("k", bytes("a")).withClientId("tenant/1");
        append("before");
        assertThat(await(journal.append(LOG, entry))).isEqualTo(new Appended(2, false));
        append("after");
        assertThat(await(journal.append(LOG, entry))).isEqualTo(new Appended(2, true));
        reopen(StoreLimits.DEFAULT);
        assertThat(await(journal.append(LOG, List.of(NewEntry.of(bytes("x")), entry, entry))))
                .containsExactly(new Appended(4, false), new Appended(2, true), new Appended(2, true));
        assertThat(await(journal.append(LogName.PRODUCTS, entry))).isEqualTo(new Appended(1, false));
    }

    @Test
    void theSameClientIdTwiceInOneBatchIsOneEntry() throws Exception {
        NewEntry entry = NewEntry.of(bytes("a")).withClientId("1");
        assertThat(await(journal.append(LOG, List.of(entry, entry))))
                .containsExactly(new Appended(1, false), new Appended(1, true));
        assertThat(journal.watermark(LOG)).isEqualTo(1);
    }

    @Test
    void aReusedClientIdRefusesItsWholeBatchAndNoOther() throws Exception {
        NewEntry first = NewEntry.keyed("k", bytes("a")).withClientId("1");
        await(journal.append(LOG, first));
        var good = journal.append(LOG, NewEntry.of(bytes("good")));
        var otherBytes = journal.append(
                LOG,
                List.of(
                        NewEntry.keyed("k", bytes("b")),
                        NewEntry.keyed("k", bytes("b")).withClientId("1")));
        var otherKey = journal.append(LOG, NewEntry.keyed("l", bytes("a")).withClientId("1"));
        var twins = journal.append(
                LOG,
                List.of(
                        NewEntry.of(bytes("x")).withClientId("2"),
                        NewEntry.of(bytes("y")).withClientId("2")));
        var alsoGood = journal.append(LOG, NewEntry.of(bytes("also good")));

        assertRefused(otherBytes, StoreException.Code.CLIENT_ID_REUSED);
        assertRefused(otherKey, StoreException.Code.CLIENT_ID_REUSED);
        assertRefused(twins, StoreException.Code.CLIENT_ID_REUSED);
        assertThat(await(good).position()).isEqualTo(2);
        assertThat(await(alsoGood).position()).isEqualTo(3);
        assertThat(journal.latest(LOG, "k")).map(Entry::position).contains(1L);
        assertThat(await(journal.append(LOG, NewEntry.of(bytes("y")).withClientId("2")))
                        .duplicate())
                .isFalse();
    }

    @Test
    void anEntryIsFoundByItsClientIdUntilItIsTrimmed() throws Exception {
        append("before");
        await(journal.append(LOG, NewEntry.of(bytes("a")).withClientId("1")));
        assertThat(journal.find(LOG, "1"))
                .hasValueSatisfying(entry -> assertThat(entry.position()).isEqualTo(2));
        assertThat(journal.find(LOG, "2")).isEmpty();
        assertThat(journal.find(LogName.PRODUCTS, "1")).isEmpty();
        await(journal.trim(LOG, Retention.bySize(0)));
        assertThat(journal.find(LOG, "1")).isEmpty();
    }

    @Test
    void whatAReaderMadeAndHowFarItCameAreOneTransactionAlsoAfterReopening() throws Exception {
        assertThat(journal.progress(LOG, "stage")).isZero();
        assertThat(await(journal.advance(LOG, List.of(NewEntry.of(bytes("a"))), new Progress("stage", 1, 7))))
                .containsExactly(new Appended(1, false));
        reopen(StoreLimits.DEFAULT);
        assertThat(journal.progress(LOG, "stage")).isEqualTo(7);
        assertThat(journal.progress(LOG, "other")).isZero();
        assertThat(journal.progress(LogName.PRODUCTS, "stage")).isZero();

        assertThat(await(journal.advance(LOG, List.of(NewEntry.of(bytes("a"))), new Progress("stage", 1, 7))))
                .as("a repetition of what was not known to be durable")
                .isEmpty();
        assertThat(await(journal.advance(LOG, List.of(), new Progress("stage", 1, 9))))
                .isEmpty();
        assertThat(journal.progress(LOG, "stage")).isEqualTo(9);
        assertThat(journal.watermark(LOG)).isEqualTo(1);
    }

    @Test
    void aReaderWhosePlaceWasTakenWritesNothingMore() throws Exception {
        await(journal.advance(LOG, List.of(NewEntry.of(bytes("a"))), new Progress("stage", 1, 1)));
        await(journal.advance(LOG, List.of(), new Progress("stage", 2, 0)));
        assertRefused(
                journal.advance(LOG, List.of(NewEntry.of(bytes("late"))), new Progress("stage", 1, 2)),
                StoreException.Code.FENCED);
        assertRefused(journal.advance(LOG, List.of(), new Progress("stage", 1, 1)), StoreException.Code.FENCED);
        assertThat(await(journal.advance(LOG, List.of(NewEntry.of(bytes("b"))), new Progress("other", 1, 1))))
                .as("another reader's tokens are its own")
                .hasSize(1);
        assertThat(await(journal.advance(LOG, List.of(NewEntry.of(bytes("c"))), new Progress("stage", 2, 2))))
                .hasSize(1);
        assertThat(journal.progress(LOG, "stage")).isEqualTo(2);
        assertThat(journal.read(LOG, 1, 10))
                .extracting(Entry::payload)
                .containsExactly(bytes("a"), bytes("b"), bytes("c"));
    }

    @Test
    void theLatestValueOfAKeyIsTheLastAppended() throws Exception {
        await(journal.append(
                LOG,
                List.of(
                        NewEntry.keyed("k", bytes("1")),
                        NewEntry.keyed("l", bytes("2")),
                        NewEntry.keyed("k", bytes("3")))));
        assertThat(journal.latest(LOG, "k")).map(Entry::position).contains(3L);
        assertThat(journal.latest(LOG, "absent")).isEmpty();
        assertThat(journal.latest(LogName.PRODUCTS, "k")).isEmpty();

        Map<String, Long> seen = new HashMap<>();
        assertThat(journal.scanLatest(LOG, entry -> seen.put(entry.key(), entry.position())))
                .isEqualTo(3);
        assertThat(seen).isEqualTo(Map.of("k", 3L, "l", 2L));
    }

    @Test
    void aPositionBeyondTheEndIsRefused() throws Exception {
        append("a");
        assertThat(journal.read(LOG, 2, 1)).isEmpty();
        assertRefused(() -> journal.read(LOG, 3, 1), StoreException.Code.POSITION_BEYOND_END);
    }

    @Test
    void trimmingByAgeLeavesAGapThatAReaderIsTold() throws Exception {
        await(journal.append(LOG, NewEntry.keyed("k", bytes("old")).withClientId("1")));
        clock.move(Duration.ofHours(2));
        append("new");
        assertThat(await(journal.trim(LOG, Retention.byAge(Duration.ofHours(1)))))
                .isEqualTo(2);

        assertThat(journal.oldest(LOG)).isEqualTo(2);
        assertRefused(() -> journal.read(LOG, 1, 10), StoreException.Code.POSITION_TRIMMED);
        assertThat(journal.read(LOG, 2, 10)).hasSize(1);
        assertThat(journal.latest(LOG, "k"))
                .as("latest values outlive their entries")
                .isPresent();
        assertThat(await(journal.append(LOG, NewEntry.of(bytes("other")).withClientId("1"))))
                .as("client ids go with their entries")
                .isEqualTo(new Appended(3, false));
    }

    @Test
    void trimmingBySizeKeepsTheNewestThatFit() throws Exception {
        for (int i = 0; i < 10; i++) {
            await(journal.append(LOG, NewEntry.of(new byte[100])));
        }
        assertThat(await(journal.trim(LOG, Retention.bySize(1_000)))).isEqualTo(1);
        assertThat(await(journal.trim(LOG, Retention.bySize(0).keepingFrom(3))))
                .as("what somebody has yet to read stays")
                .isEqualTo(3);
        assertThat(await(journal.trim(LOG, Retention.bySize(399)))).isEqualTo(8);
        assertThat(await(journal.trim(LOG, Retention.bySize(300)))).isEqualTo(8);
    }

    @Test
    void positionsGoOnAfterEverythingWasTrimmed() throws Exception {
        append("a");
        append("b");
        assertThat(await(journal.trim(LOG, Retention.bySize(0)))).isEqualTo(3);
        reopen(StoreLimits.DEFAULT);
        assertThat(journal.watermark(LOG)).isEqualTo(2);
        assertThat(journal.oldest(LOG)).isEqualTo(3);
        assertThat(journal.read(LOG, 3, 1)).isEmpty();
        assertThat(append("c")).isEqualTo(3);
    }

    @Test
    void latestValuesGoWhenTheirOwnAgeIsReached() throws Exception {
        await(journal.append(LOG, NewEntry.keyed("old", bytes("1"))));
        clock.move(Duration.ofDays(3));
        await(journal.append(LOG, NewEntry.keyed("new", bytes("2"))));
        await(journal.trim(LOG, new Retention(Duration.ofDays(9), Long.MAX_VALUE, Duration.ofDays(1), Long.MAX_VALUE)));
        assertThat(journal.oldest(LOG)).isEqualTo(1);
        assertThat(journal.latest(LOG, "old")).isEmpty();
        assertThat(journal.latest(LOG, "new")).isPresent();
    }

    @Test
    void aLongLogIsTrimmedInSteps() throws Exception {
        List<NewEntry> batch = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            batch.add(NewEntry.keyed("k" + i, new byte[10]).withClientId("c" + i));
        }
        await(journal.append(LOG, batch));
        clock.move(Duration.ofDays(1));
        var trimmed = journal.trim(LOG, new Retention(Duration.ZERO, Long.MAX_VALUE, Duration.ZERO, Long.MAX_VALUE));
        var appended = journal.append(LOG, NewEntry.of(bytes("meanwhile")));
        assertThat(await(trimmed)).isEqualTo(5_001);
        assertThat(await(appended).position()).isEqualTo(5_001);
        List<Entry> left = new ArrayList<>();
        journal.scanLatest(LOG, left::add);
        assertThat(left).isEmpty();
    }

    @Test
    void theAuditLogIsNeverTrimmed() throws Exception {
        await(journal.append(LogName.AUDIT, NewEntry.of(bytes("a"))));
        assertRefused(journal.trim(LogName.AUDIT, Retention.bySize(0)), StoreException.Code.NOT_TRIMMABLE);
        assertThat(journal.oldest(LogName.AUDIT)).isEqualTo(1);
    }

    @Test
    void recordedTimesDoNotStepBackWithTheClock() throws Exception {
        Instant first = clock.instant();
        append("a");
        clock.move(Duration.ofHours(-5));
        append("b");
        reopen(StoreLimits.DEFAULT);
        append("c");
        assertThat(await(journal.trim(LOG, Retention.byAge(Duration.ofMinutes(1)))))
                .as("nothing is old on a clock that stepped back")
                .isEqualTo(1);
        clock.move(Duration.ofHours(6));
        append("d");

        assertThat(journal.read(LOG, 1, 10))
                .extracting(Entry::recordedAt)
                .containsExactly(first, first, first, first.plus(Duration.ofHours(1)));
    }

    @Test
    void aTimeIsFoundAmongRecordedTimes() throws Exception {
        Instant start = clock.instant();
        for (int i = 0; i < 6; i++) {
            append("a");
            clock.move(Duration.ofSeconds(10));
        }
        await(journal.trim(LOG, Retention.byAge(Duration.ofSeconds(50))));

        assertThat(journal.firstRecordedSince(LOG, Instant.EPOCH)).isEqualTo(2);
        assertThat(journal.firstRecordedSince(LOG, start.plusSeconds(20))).isEqualTo(3);
        assertThat(journal.firstRecordedSince(LOG, start.plusSeconds(20).plusNanos(1)))
                .isEqualTo(4);
        assertThat(journal.firstRecordedSince(LOG, start.plusSeconds(51))).isEqualTo(7);
        assertThat(journal.firstRecordedSince(LogName.PRODUCTS, start)).isEqualTo(1);
    }

    @Test
    void aListenerHearsOfGrowthUntilItsRegistrationEnds() throws Exception {
        LinkedBlockingQueue<Long> heard = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Long> heardByOther = new LinkedBlockingQueue<>();
        Journal.Registration registration = journal.onGrowth(LOG, heard::add);
        journal.onGrowth(LogName.PRODUCTS, heardByOther::add);
        journal.onGrowth(LOG, watermark -> {
            throw new IllegalStateException("a broken listener");
        });
        append("a");
        assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo(1);
        append("b");
        assertThat(heard.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo(2);

        registration.close();
        registration.close();
        append("c");
        // the listener of another log is called after that of this one would have been
        await(journal.append(LogName.PRODUCTS, NewEntry.of(bytes("d"))));
        assertThat(heardByOther.poll(WAIT_S, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(heard).isEmpty();
    }

    @Test
    void aFullQueueRefusesAndTakesAgainAfterAnswers() throws Exception {
        reopen(StoreLimits.DEFAULT.withQueueEntriesMax(4));
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        journal.onGrowth(LOG, watermark -> {
            called.countDown();
            awaitQuietly(release);
        });
        List<CompletableFuture<Appended>> taken = new ArrayList<>();
        taken.add(journal.append(LOG, NewEntry.of(bytes("a"))));
        assertThat(called.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
        // while the listener holds the answers back, the queue fills; the first may or may not have been answered
        CompletableFuture<Appended> refused = null;
        while (refused == null && taken.size() < 10) {
            CompletableFuture<Appended> next = journal.append(LOG, NewEntry.of(bytes("b")));
            if (next.isCompletedExceptionally()) {
                refused = next;
            } else {
                taken.add(next);
            }
        }
        assertThat(taken).hasSizeBetween(4, 5);
        assertRefused(refused, StoreException.Code.OVERLOADED);
        release.countDown();
        for (int i = 0; i < taken.size(); i++) {
            assertThat(await(taken.get(i)).position()).isEqualTo(i + 1L);
        }
        assertThat(append("c")).isEqualTo(taken.size() + 1L);
    }

    @Test
    void aListenerMayCloseTheJournalAndWhatWasTakenIsKept() throws Exception {
        CountDownLatch taken = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        journal.onGrowth(LOG, watermark -> {
            awaitQuietly(taken);
            journal.close();
            closed.countDown();
        });
        CompletableFuture<Appended> first = journal.append(LOG, NewEntry.of(bytes("a")));
        CompletableFuture<Appended> second = journal.append(LOG, NewEntry.of(bytes("b")));
        taken.countDown();
        assertThat(closed.await(WAIT_S, TimeUnit.SECONDS)).isTrue();
        assertThat(await(first).position()).isEqualTo(1);
        assertThat(await(second).position()).isEqualTo(2);
        assertRefused(journal.append(LOG, NewEntry.of(bytes("c"))), StoreException.Code.CLOSED);

        reopen(StoreLimits.DEFAULT);
        assertThat(journal.read(LOG, 1, 10)).hasSize(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(WAIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatIsTooLargeIsRefusedAtOnce() {
        byte[] large = new byte[StoreLimits.DEFAULT.payloadBytesMax() + 1];
        assertRefused(journal.append(LOG, NewEntry.of(large)), StoreException.Code.TOO_LARGE);
        NewEntry full = NewEntry.of(new byte[StoreLimits.DEFAULT.payloadBytesMax()]);
        assertRefused(journal.append(LOG, java.util.Collections.nCopies(17, full)), StoreException.Code.TOO_LARGE);
        assertThat(journal.watermark(LOG)).isZero();
    }

    @Test
    void closingAnswersWhatWasQueuedAndClosingAgainDoesNothing() throws Exception {
        List<CompletableFuture<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            answers.add(journal.append(LOG, NewEntry.of(bytes("a" + i))));
        }
        journal.close();
        journal.close();
        for (int i = 0; i < answers.size(); i++) {
            assertThat(await(answers.get(i)).position()).isEqualTo(i + 1L);
        }
        assertRefused(journal.append(LOG, NewEntry.of(bytes("late"))), StoreException.Code.CLOSED);
        assertRefused(journal.trim(LOG, Retention.bySize(0)), StoreException.Code.CLOSED);
        assertRefused(() -> journal.read(LOG, 1, 1), StoreException.Code.CLOSED);
        journal = open(StoreLimits.DEFAULT);
        assertThat(journal.watermark(LOG)).isEqualTo(500);
    }

    @Test
    void manyAppendersTogetherGetEachPositionOnce() throws Exception {
        int threads = 8;
        int each = 100;
        List<CompletableFuture<List<Long>>> appenders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            String name = "t" + t;
            appenders.add(CompletableFuture.supplyAsync(
                    () -> {
                        List<Long> positions = new ArrayList<>();
                        for (int i = 0; i < each; i++) {
                            positions.add(journal.append(
                                            LOG,
                                            NewEntry.keyed(name, bytes(name + i))
                                                    .withClientId(name + "/" + i))
                                    .join()
                                    .position());
                        }
                        return positions;
                    },
                    command -> new Thread(command, name).start()));
        }
        List<Long> all = new ArrayList<>();
        for (CompletableFuture<List<Long>> appender : appenders) {
            List<Long> positions = await(appender);
            assertThat(positions).isSorted();
            all.addAll(positions);
        }
        assertThat(all).doesNotHaveDuplicates().hasSize(threads * each);
        assertThat(journal.watermark(LOG)).isEqualTo((long) threads * each);
        assertThat(journal.latest(LOG, "t3").map(Entry::payload)).contains(bytes("t3" + (each - 1)));
    }

    @Test
    void aRandomHistoryEndsAsTheReferenceSays() throws Exception {
        playRandomHistory(LogName.CONTRIBUTIONS, 1);
        playRandomHistory(LogName.SOLUTIONS, 2);
        playRandomHistory(LogName.PRODUCTS, 3);
    }

    private void playRandomHistory(LogName log, long seed) throws Exception {
        Random random = new Random(seed);
        ReferenceJournal reference = new ReferenceJournal();
        for (int step = 0; step < 300; step++) {
            String where = "seed " + seed + " step " + step;
            switch (random.nextInt(12)) {
                case 0 -> clock.move(Duration.ofSeconds(random.nextInt(120) - 30));
                case 1 -> {
                    Retention retention = new Retention(
                            Duration.ofSeconds(random.nextInt(600)),
                            random.nextInt(2_000),
                            Duration.ofSeconds(random.nextInt(2_000)),
                            random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(300));
                    reference.trim(retention, clock.instant());
                    assertThat(await(journal.trim(log, retention))).as(where).isEqualTo(reference.oldest());
                }
                case 2 -> {
                    if (step % 7 == 0) {
                        reopen(StoreLimits.DEFAULT);
                    }
                }
                default -> {
                    List<NewEntry> batch = randomBatch(random);
                    List<Appended> expected = reference.append(batch, clock.instant());
                    var answer = journal.append(log, batch);
                    if (expected == null) {
                        assertRefused(answer, StoreException.Code.CLIENT_ID_REUSED);
                    } else {
                        assertThat(await(answer)).as(where).isEqualTo(expected);
                    }
                }
            }
            assertThat(journal.watermark(log)).as(where).isEqualTo(reference.next - 1);
            assertThat(journal.oldest(log)).as(where).isEqualTo(reference.oldest());
        }
        assertThat(journal.read(log, reference.oldest(), 10_000))
                .as("seed " + seed)
                .isEqualTo(List.copyOf(reference.entries.values()));
        Map<String, Entry> latest = new HashMap<>();
        journal.scanLatest(log, entry -> latest.put(entry.key(), entry));
        assertThat(latest).as("seed " + seed).isEqualTo(reference.latest);
    }

    private static List<NewEntry> randomBatch(Random random) {
        List<NewEntry> batch = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            String key = random.nextBoolean() ? "" : "key" + random.nextInt(8);
            // few different ids and contents, so that repetition and reuse both happen
            String id = random.nextInt(3) > 0 ? "" : "id" + random.nextInt(40);
            byte[] payload = new byte[random.nextInt(60)];
            if (id.isEmpty()) {
                random.nextBytes(payload);
            } else {
                key = "";
                payload = bytes(random.nextInt(10) == 0 ? "other" : id);
            }
            batch.add(new NewEntry(key, payload, id));
        }
        return batch;
    }
}
