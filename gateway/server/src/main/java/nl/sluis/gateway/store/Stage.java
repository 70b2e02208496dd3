package nl.sluis.gateway.store;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stage of the flow: reads one log in order and writes the next, on a thread of its own.
 *
 * <p>What entries make and how far the stage has come are one transaction, so a stage that dies is afterwards exactly
 * before or exactly behind an entry: nothing is lost and nothing doubled. What is too much for one transaction goes in
 * several, the place in the last of them: a stage that dies in between handles that entry again. Where the journal does not
 * answer for a while the stage waits and goes on by itself.
 */
public final class Stage implements Node.Duty {
    /** Entries read at once, and begun before the first of them is done; more would only cost memory. */
    static final int READ_ENTRIES_MAX = 64;

    /** Entries of the output log read at once: nothing comes of them, so only their number of round trips counts. */
    private static final int TAKE_UP_ENTRIES_MAX = 256;

    /** How long what an entry made may wait for what the next entries make: one commit for them all costs less. */
    private static final long COMMIT_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /**
     * How long a stage that gives way rests before an entry: long enough that it takes little from what is more urgent, and
     * short enough that fifty entries a second still pass.
     */
    private static final Duration GIVE_WAY = Duration.ofMillis(20);

    /** Wait before a journal that did not answer is asked again. */
    private static final Duration RETRY = Duration.ofMillis(200);

    /** Entries of one transaction: a screening of a whole catalogue makes thirty thousand for each view. */
    private static final int TRANSACTION_ENTRIES_MAX = 16_384;

    /** Their bytes: a quarter of what the journal's queue takes. */
    private static final long TRANSACTION_BYTES_MAX = 16L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Stage.class);

    private final String name;
    private final long token;
    private final Journal journal;
    private final LogName input;
    private final LogName output;
    private final Work work;
    private final BooleanSupplier pressed;
    private final Thread thread;
    private final Object signal = new Object();
    private final AtomicLong failures = new AtomicLong();
    private volatile long position;
    private volatile boolean closing;
    private volatile @Nullable Throwable fatal;
    private volatile Journal.@Nullable Registration registration;
    // guarded by signal
    private boolean grew;
    // only the stage's own thread uses what follows
    private final Deque<Started> started = new ArrayDeque<>();
    private long handled;
    private long writtenNs;
    private List<NewEntry> unwritten = new ArrayList<>();

    /** An entry that was begun. */
    private record Started(Entry entry, Outcome outcome) {}

    /** What comes of an entry, for the next log. */
    public interface Outcome {
        /** Whether it is there. */
        boolean isDone();

        /** Waits for it. Called once, by the stage's thread, in the order of the entries. */
        List<NewEntry> get() throws Exception;
    }

    /** What a stage does with its entries. Called by one thread. */
    public interface Work extends AutoCloseable {
        /** Takes up an entry of the output log, which an earlier life wrote. Called first, in the order of the entries. */
        default void takeUp(Entry entry) throws Exception {}

        /** Goes on from what was taken up, all there is: nobody else writes there any more. Called once. */
        default void begin() throws Exception {}

        /** Takes in an entry that was handled in an earlier life: it makes no output again. */
        void restore(Entry entry) throws Exception;

        /** Handles an entry and returns what it makes for the next log. */
        List<NewEntry> handle(Entry entry) throws Exception;

        /** Begins to handle an entry. Further ones may be begun before its outcome is asked for. */
        default Outcome start(Entry entry) throws Exception {
            return done(handle(entry));
        }

        /** Whether something other than an entry has changed since, so that {@link #refresh} is due before the next. */
        default boolean isStale() {
            return false;
        }

        /** Takes in what has changed and returns what that makes for the next log. */
        default List<NewEntry> refresh() throws Exception {
            return List.of();
        }

        /** Lets go of what the work holds beside its logs. Called once, last. */
        @Override
        default void close() {}
    }

    /**
     * @param name name of the stage, under which its position is kept; never changed once used
     * @param token fencing token, higher than that of every earlier life of this stage on another node
     * @param journal the journal
     * @param input the log it reads
     * @param output the log it writes
     * @param work what it does
     */
    public Stage(String name, long token, Journal journal, LogName input, LogName output, Work work) {
        this(name, token, journal, input, output, work, () -> false);
    }

    /**
     * The same for a stage that gives way.
     *
     * @param pressed true while others need the processors more than this stage does
     */
    public Stage(
            String name,
            long token,
            Journal journal,
            LogName input,
            LogName output,
            Work work,
            BooleanSupplier pressed) {
        this.pressed = pressed;
        this.name = name;
        this.token = token;
        this.journal = journal;
        this.input = input;
        this.output = output;
        this.work = work;
        this.thread = new Thread(this::run, "sluis-" + name);
        thread.setDaemon(true);
    }

    /** Starts the stage; it first takes in what it handled before. */
    @Override
    public void start() {
        thread.start();
    }

    /** How far the stage is: the position of the last entry whose output is durable. */
    public long position() {
        return position;
    }

    /** True where everything in the input log has been handled. */
    public boolean idle() {
        return position >= journal.watermark(input) && !work.isStale();
    }

    /** Entries that could not be handled and were passed over, since the start. */
    public long failures() {
        return failures.get();
    }

    /** Also where the journal failed for a while in the middle of an entry: what was half done then is begun anew. */
    @Override
    public boolean ended() {
        return fatal instanceof StoreException failure
                && (failure.code() == StoreException.Code.FENCED
                        || failure.code().passing());
    }

    /** What stopped the stage, where it was stopped by a failure. */
    public Optional<Throwable> fatal() {
        return Optional.ofNullable(fatal);
    }

    /** Name of the stage. */
    public String name() {
        return name;
    }

    private void run() {
        try {
            registration = patiently(() -> journal.onGrowth(input, watermark -> wake()));
            long saved = patiently(this::fence);
            takeUpOutput();
            if (closing) {
                return;
            }
            patiently(() -> {
                begin();
                return true;
            });
            long next = Math.max(1, patiently(() -> journal.oldest(input)));
            // what was trimmed unread is lost to this stage, and has been handled by its earlier life if at all
            handled = Math.max(saved, next - 1);
            position = handled;
            while (!closing) {
                List<Entry> entries = read(input, next, READ_ENTRIES_MAX);
                writtenNs = System.nanoTime();
                for (Entry entry : entries) {
                    if (closing) {
                        return;
                    }
                    refreshIfStale();
                    if (entry.position() <= saved) {
                        restore(entry);
                    } else {
                        giveWay();
                        start(entry);
                        finish(false);
                    }
                    next = entry.position() + 1;
                }
                refreshIfStale();
                finish(true);
                write();
                if (entries.isEmpty()) {
                    awaitGrowth(next);
                }
            }
        } catch (StoreException e) {
            if (e.code() == StoreException.Code.FENCED) {
                fatal = e;
                LOG.info("stage stopped: another node runs it, stage={} reason={}", name, e.getMessage());
            } else if (!closing) {
                fatal = e;
                LOG.error("stage stopped: its journal failed, stage={}", name, e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Entry> read(LogName log, long from, int entriesMax) throws InterruptedException {
        return patiently(() -> {
            try {
                return from > journal.watermark(log) ? List.of() : journal.read(log, from, entriesMax);
            } catch (StoreException e) {
                if (e.code() != StoreException.Code.POSITION_TRIMMED) {
                    throw e;
                }
                // it had been handled: retention took it while a later life of this stage took in what stood before it
                return journal.read(log, journal.oldest(log), entriesMax);
            }
        });
    }

    /** Stops where this life ends meanwhile: the next one takes up as much, and several at once would fill the memory. */
    private void takeUpOutput() throws InterruptedException {
        long next = Math.max(1, patiently(() -> journal.oldest(output)));
        List<Entry> entries = read(output, next, TAKE_UP_ENTRIES_MAX);
        while (!entries.isEmpty()) {
            for (Entry entry : entries) {
                if (closing) {
                    return;
                }
                takeUp(entry);
                next = entry.position() + 1;
            }
            entries = read(output, next, TAKE_UP_ENTRIES_MAX);
        }
    }

    private void giveWay() throws InterruptedException {
        if (!pressed.getAsBoolean()) {
            return;
        }
        finish(true);
        write();
        long end = System.nanoTime() + GIVE_WAY.toNanos();
        synchronized (signal) {
            // woken by every commit meanwhile
            for (long left = GIVE_WAY.toNanos(); left > 0 && !closing; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(signal, left);
            }
        }
    }

    /** Makes what a change makes due; outside the count of entries, so under names of its own. */
    private void refreshIfStale() throws InterruptedException {
        if (!work.isStale()) {
            return;
        }
        finish(true);
        if (closing) {
            return;
        }
        write();
        List<NewEntry> made;
        try {
            made = work.refresh();
        } catch (StoreException e) {
            throw e;
        } catch (Exception | StackOverflowError e) {
            failures.incrementAndGet();
            LOG.error("change could not be taken in, stage={}", name, e);
            return;
        }
        if (!made.isEmpty()) {
            String id = name + "/refresh/" + patiently(() -> journal.watermark(output)) + "/";
            List<NewEntry> named = new ArrayList<>(made.size());
            for (NewEntry one : made) {
                named.add(one.clientId().isEmpty() ? one.withClientId(id + named.size()) : one);
            }
            patiently(() -> journal.append(output, named).join());
        }
    }

    /** Shuts out every earlier life of this stage, and says how far they came. */
    private long fence() {
        journal.advance(output, List.of(), new Progress(name, token, 0)).join();
        return journal.progress(output, name);
    }

    private void takeUp(Entry entry) {
        try {
            work.takeUp(entry);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StoreException(
                    StoreException.Code.CORRUPT,
                    name + ": what it wrote at `" + entry.position() + "` can't be read",
                    e);
        }
    }

    private void begin() {
        try {
            work.begin();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StoreException(StoreException.Code.CORRUPT, name + ": what it rests on can't be read", e);
        }
    }

    private void restore(Entry entry) {
        try {
            work.restore(entry);
        } catch (StoreException e) {
            throw e;
        } catch (Exception | StackOverflowError e) {
            passOver(entry, e);
        }
    }

    private void start(Entry entry) {
        Outcome outcome = done(List.of());
        try {
            outcome = work.start(entry);
        } catch (StoreException e) {
            throw e;
        } catch (Exception | StackOverflowError e) {
            passOver(entry, e);
        }
        started.add(new Started(entry, outcome));
    }

    private static Outcome done(List<NewEntry> made) {
        return new Outcome() {
            @Override
            public boolean isDone() {
                return true;
            }

            @Override
            public List<NewEntry> get() {
                return made;
            }
        };
    }

    /**
     * Takes what came of the entries that were begun, in their order.
     *
     * @param all waits for all of them, unless the stage closes; else takes those that are done already
     */
    private void finish(boolean all) throws InterruptedException {
        while (!started.isEmpty()
                && ((all && !closing) || started.element().outcome().isDone())) {
            Started first = started.remove();
            try {
                unwritten.addAll(first.outcome().get());
            } catch (StoreException e) {
                throw e;
            } catch (Exception | StackOverflowError e) {
                passOver(first.entry(), e);
            }
            handled = first.entry().position();
            if (System.nanoTime() - writtenNs > COMMIT_DELAY_NS) {
                write();
            }
        }
    }

    /** Makes durable what was made since the last time, and how far the stage is. */
    private void write() throws InterruptedException {
        if (handled == position) {
            return;
        }
        List<NewEntry> part = new ArrayList<>();
        long bytes = 0;
        for (NewEntry entry : unwritten) {
            if (part.size() == TRANSACTION_ENTRIES_MAX
                    || (!part.isEmpty() && bytes + entry.queueBytes() > TRANSACTION_BYTES_MAX)) {
                ahead(part);
                part = new ArrayList<>();
                bytes = 0;
            }
            part.add(entry);
            bytes += entry.queueBytes();
        }
        advance(part, handled);
        unwritten = new ArrayList<>();
        position = handled;
        writtenNs = System.nanoTime();
    }

    /** Writes a part before the place moves, unless another life has taken over. */
    private void ahead(List<NewEntry> part) throws InterruptedException {
        advance(List.of(), position);
        patiently(() -> journal.append(output, part).join());
    }

    private void advance(List<NewEntry> batch, long place) throws InterruptedException {
        patiently(() ->
                journal.advance(output, batch, new Progress(name, token, place)).join());
    }

    private interface Asking<T> {
        T ask();
    }

    /** Asks until the journal answers; what only a new start or another node can mend ends the stage. */
    private <T> T patiently(Asking<T> asking) throws InterruptedException {
        boolean told = false;
        while (true) {
            try {
                return asking.ask();
            } catch (CompletionException | StoreException e) {
                StoreException failure = StoreException.in(e).orElseThrow(() -> e);
                if (closing || !failure.code().passing()) {
                    throw failure;
                }
                if (!told) {
                    LOG.warn("stage waits for its journal, stage={} reason={}", name, failure.getMessage());
                    told = true;
                }
                synchronized (signal) {
                    signal.wait(RETRY.toMillis());
                }
            }
        }
    }

    /** One entry that can't be handled must not hold up the rest; it stays in its log, and the operator is told. */
    private void passOver(Entry entry, Throwable reason) {
        failures.incrementAndGet();
        LOG.error("entry passed over: it could not be handled, stage={} position={}", name, entry.position(), reason);
    }

    private void awaitGrowth(long next) throws InterruptedException {
        while (!closing && !work.isStale() && patiently(() -> journal.watermark(input)) < next) {
            synchronized (signal) {
                if (!grew) {
                    signal.wait();
                }
                grew = false;
            }
        }
    }

    /** Has the stage look whether its work is stale. */
    public void wake() {
        synchronized (signal) {
            grew = true;
            signal.notifyAll();
        }
    }

    /** Stops after the entry at hand. */
    @Override
    public void close() {
        closing = true;
        wake();
        Journal.Registration registered = registration;
        if (registered != null) {
            registered.close();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        work.close();
    }
}
