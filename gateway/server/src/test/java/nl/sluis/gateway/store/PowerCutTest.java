package nl.sluis.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The power goes at any write or sync, and the disk keeps any part of what was not synced. Nothing that was acknowledged
 * is lost, what was not is there whole or not at all, and the journal goes on.
 */
class PowerCutTest {
    private static final LogName LOG = LogName.CONTRIBUTIONS;
    private static final LogName MADE = LogName.SOLUTIONS;
    private static final long SEED = Long.getLong("sluis.powercut.seed", 1);
    private static final int CUTS_SHORT = 40;
    private static final int CUTS_LONG = Integer.getInteger("sluis.powercut.cuts", 1_000);

    /** Operations before the fault, drawn evenly up to this: a run of the load has a few more. */
    private static final int OPERATIONS_MAX = 260;

    private static final List<FaultyDisk.Fault> FAULTS =
            List.of(FaultyDisk.Fault.POWER_CUT, FaultyDisk.Fault.IO_ERROR, FaultyDisk.Fault.NO_ROOM);
    private static final int BATCHES = 60;

    /** Small, so that every run folds the write-ahead log in and starts it again several times. */
    private static final StoreLimits LIMITS = StoreLimits.DEFAULT.withWalBytesMax(160 << 10);

    @TempDir
    private static Path folder;

    private static FaultyDisk disk;
    private static Path template;

    private final HandMovedClock clock = new HandMovedClock();

    @BeforeAll
    static void install() throws Exception {
        disk = FaultyDisk.install();
        template = folder.resolve("template");
        try (Journal journal = EmbeddedJournal.open(template, new HandMovedClock(), LIMITS)) {
            journal.append(LOG, NewEntry.of(new byte[0])).join();
        }
    }

    @AfterAll
    static void remove() {
        disk.close();
    }

    @Test
    void a_power_cut_loses_nothing_that_was_acknowledged() throws Exception {
        cut(CUTS_SHORT);
    }

    @Test
    @Tag("long")
    void a_thousand_power_cuts_lose_nothing_that_was_acknowledged() throws Exception {
        cut(CUTS_LONG);
    }

    private void cut(int cuts) throws Exception {
        Map<FaultyDisk.Fault, Integer> counts = new HashMap<>();
        long acknowledged = 0;
        for (int i = 0; i < cuts; i++) {
            long seed = SEED * 1_000_003 + i;
            Random random = new Random(seed);
            FaultyDisk.Fault fault = FAULTS.get(i % FAULTS.size());
            acknowledged += run(seed, random, fault);
            counts.merge(fault, 1, Integer::sum);
        }
        System.out.printf("power cuts, seed %d: %s, %d batches acknowledged, none lost%n", SEED, counts, acknowledged);
    }

    /** One batch of the load, the position of the reader that made it or 0, and its answer. */
    private record Sent(List<NewEntry> entries, int made, CompletableFuture<List<Appended>> answer) {
        LogName log() {
            return made > 0 ? MADE : LOG;
        }
    }

    private long run(long seed, Random random, FaultyDisk.Fault fault) throws Exception {
        Path directory = copy(folder.resolve("run"));
        Path after = empty(folder.resolve("after"));
        disk.begin(directory, fault, random.nextInt(OPERATIONS_MAX));
        List<Sent> sent = new ArrayList<>();
        try (Journal journal = EmbeddedJournal.open(directory, clock, LIMITS)) {
            load(journal, random, sent);
        } catch (StoreException e) {
            assertThat(e.code())
                    .as("seed %s: opening", seed)
                    .isIn(StoreException.Code.IO_FAILED, StoreException.Code.DISK_FULL, StoreException.Code.READ_ONLY);
        }
        disk.restore(after, random);
        disk.end();
        try (Journal journal = EmbeddedJournal.open(after, clock, LIMITS)) {
            assertWhole(seed, journal, sent);
            assertThat(journal.append(LOG, NewEntry.of(new byte[1])).join().position())
                    .as("seed %s: goes on", seed)
                    .isEqualTo(journal.watermark(LOG));
        } catch (StoreException | CompletionException e) {
            fail("seed " + seed + ", fault " + fault, e);
        }
        return sent.stream().filter(one -> succeeded(one.answer())).count();
    }

    private static void load(Journal journal, Random random, List<Sent> sent) {
        int made = 0;
        for (int i = 0; i < BATCHES; i++) {
            List<NewEntry> entries = new ArrayList<>();
            for (int e = 1 + random.nextInt(4); e > 0; e--) {
                byte[] payload = new byte[random.nextInt(3_000)];
                random.nextBytes(payload);
                entries.add(new NewEntry("key" + random.nextInt(5), payload, "id-" + i + "-" + e));
            }
            boolean advance = random.nextInt(3) == 0;
            CompletableFuture<List<Appended>> answer = advance
                    ? journal.advance(MADE, entries, new Progress("stage", 1, ++made))
                    : journal.append(LOG, entries);
            sent.add(new Sent(entries, advance ? made : 0, answer));
            // now and then the client waits, so that groups of all sizes are committed
            if (random.nextInt(3) == 0) {
                var unused = answer.handle((appended, failure) -> appended).join();
            }
            if (random.nextInt(20) == 0) {
                var unused = journal.trim(LOG, Retention.bySize(60_000))
                        .handle((oldest, failure) -> oldest)
                        .join();
            }
        }
        sent.forEach(one -> one.answer().handle((appended, failure) -> appended).join());
        disk.cut();
    }

    private static boolean succeeded(CompletableFuture<?> answer) {
        return answer.isDone() && !answer.isCompletedExceptionally();
    }

    private static void assertWhole(long seed, Journal journal, List<Sent> sent) {
        Map<Long, Entry> entries = all(journal, LOG);
        Map<Long, Entry> made = all(journal, MADE);
        long progress = 0;
        for (Sent one : sent) {
            LogName log = one.log();
            Map<Long, Entry> stored = log == MADE ? made : entries;
            if (succeeded(one.answer())) {
                List<Appended> places = one.answer().join();
                for (int i = 0; i < places.size(); i++) {
                    long position = places.get(i).position();
                    if (position >= journal.oldest(log)) {
                        assertThat(stored.get(position))
                                .as("seed %s: acknowledged at %s", seed, position)
                                .isNotNull()
                                .extracting(Entry::payload)
                                .isEqualTo(one.entries().get(i).payload());
                    }
                }
            } else {
                long present = one.entries().stream()
                        .filter(entry -> journal.find(log, entry.clientId()).isPresent())
                        .count();
                assertThat(present)
                        .as("seed %s: a batch is there whole or not at all", seed)
                        .isIn(0L, (long) one.entries().size());
            }
            if (log == MADE
                    && journal.find(log, one.entries().get(0).clientId()).isPresent()) {
                progress = one.made();
            }
        }
        assertThat(journal.progress(MADE, "stage"))
                .as("seed %s: progress goes with what was made", seed)
                .isEqualTo(progress);
        Map<String, Long> latest = new HashMap<>();
        made.values().forEach(entry -> latest.merge(entry.key(), entry.position(), Math::max));
        latest.forEach((key, position) -> assertThat(journal.latest(MADE, key))
                .as("seed %s: latest value of %s", seed, key)
                .contains(made.get(position)));
    }

    private static Map<Long, Entry> all(Journal journal, LogName log) {
        Map<Long, Entry> all = new HashMap<>();
        long next = journal.oldest(log);
        while (next <= journal.watermark(log)) {
            for (Entry entry : journal.read(log, next, 1_000)) {
                all.put(entry.position(), entry);
                next = entry.position() + 1;
            }
        }
        return all;
    }

    private static Path copy(Path target) throws IOException {
        empty(target);
        try (var present = Files.list(template)) {
            for (Path file : present.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private static Path empty(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var old = Files.walk(directory)) {
                for (Path file : old.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        return Files.createDirectories(directory);
    }
}
