package nl.sluis.gateway.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stage of the flow: reads one log in order and writes the next, on a thread of its own.
 *
 * <p>What an entry makes is appended under ids that follow from the entry's position, and the stage's own position is
 * saved afterwards. So a stage that dies between the two does the entry again, and the journal recognises the repeats:
 * nothing is lost and nothing doubled, as long as the work is a function of the entries before.
 */
public final class Stage implements AutoCloseable {
    /** Entries read at once; more would only cost memory. */
    private static final int READ_ENTRIES_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Stage.class);

    private final String name;
    private final Journal journal;
    private final LogName input;
    private final LogName output;
    private final Work work;
    private final Thread thread;
    private final Object signal = new Object();
    private final AtomicLong failures = new AtomicLong();
    private volatile long position;
    private volatile boolean closing;
    private volatile @Nullable Throwable fatal;
    private Journal.@Nullable Registration registration;

    /** What a stage does with its entries. Called by one thread. */
    public interface Work {
        /** Takes in an entry that was handled in an earlier life: it makes no output again. */
        void restore(Entry entry) throws Exception;

        /** Handles an entry and returns what it makes for the next log. */
        List<NewEntry> handle(Entry entry) throws Exception;

        /** Whether something other than an entry has changed since, so that {@link #refresh} is due before the next. */
        default boolean isStale() {
            return false;
        }

        /** Takes in what has changed and returns what that makes for the next log. */
        default List<NewEntry> refresh() throws Exception {
            return List.of();
        }
    }

    /**
     * @param name name of the stage, under which its position is kept; never changed once used
     * @param journal the journal
     * @param input the log it reads
     * @param output the log it writes
     * @param work what it does
     */
    public Stage(String name, Journal journal, LogName input, LogName output, Work work) {
        this.name = name;
        this.journal = journal;
        this.input = input;
        this.output = output;
        this.work = work;
        this.thread = new Thread(this::run, "sluis-" + name);
        thread.setDaemon(true);
    }

    /** Starts the stage; it first takes in what it handled before. */
    public void start() {
        registration = journal.onGrowth(input, watermark -> wake());
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
            long saved = savedPosition();
            long next = Math.max(1, journal.oldest(input));
            while (!closing) {
                List<Entry> entries =
                        next > journal.watermark(input) ? List.of() : journal.read(input, next, READ_ENTRIES_MAX);
                for (Entry entry : entries) {
                    if (closing) {
                        return;
                    }
                    refreshIfStale();
                    if (entry.position() <= saved) {
                        restore(entry);
                    } else {
                        handle(entry);
                    }
                    position = entry.position();
                    next = entry.position() + 1;
                }
                refreshIfStale();
                if (entries.isEmpty()) {
                    awaitGrowth(next);
                } else if (position > saved) {
                    savePosition();
                }
            }
        } catch (StoreException | CompletionException e) {
            if (!closing) {
                fatal = e;
                LOG.error("stage stopped: its journal failed, stage={}", name, e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void refreshIfStale() {
        if (!work.isStale()) {
            return;
        }
        try {
            List<NewEntry> made = work.refresh();
            if (!made.isEmpty()) {
                journal.append(output, made).join();
            }
        } catch (StoreException | CompletionException e) {
            throw e;
        } catch (Exception | StackOverflowError e) {
            failures.incrementAndGet();
            LOG.error("change could not be taken in, stage={}", name, e);
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

    private void handle(Entry entry) {
        List<NewEntry> made;
        try {
            made = work.handle(entry);
        } catch (StoreException e) {
            throw e;
        } catch (Exception | StackOverflowError e) {
            passOver(entry, e);
            made = List.of();
        }
        if (!made.isEmpty()) {
            List<NewEntry> named = new ArrayList<>(made.size());
            for (int i = 0; i < made.size(); i++) {
                NewEntry one = made.get(i);
                named.add(one.clientId().isEmpty() ? one.withClientId(name + "/" + entry.position() + "/" + i) : one);
            }
            journal.append(output, named).join();
        }
    }

    /** One entry that can't be handled must not hold up the rest; it stays in its log, and the operator is told. */
    private void passOver(Entry entry, Throwable reason) {
        failures.incrementAndGet();
        LOG.error("entry passed over: it could not be handled, stage={} position={}", name, entry.position(), reason);
    }

    private long savedPosition() {
        return journal.latest(LogName.CURSORS, "stage/" + name)
                .map(entry -> ByteBuffer.wrap(entry.payload()).getLong())
                .orElse(0L);
    }

    private void savePosition() {
        byte[] bytes = ByteBuffer.allocate(Long.BYTES).putLong(position).array();
        journal.append(LogName.CURSORS, NewEntry.keyed("stage/" + name, bytes)).join();
    }

    private void awaitGrowth(long next) throws InterruptedException {
        synchronized (signal) {
            while (!closing && journal.watermark(input) < next && !work.isStale()) {
                signal.wait();
            }
        }
    }

    /** Has the stage look whether its work is stale. */
    public void wake() {
        synchronized (signal) {
            signal.notifyAll();
        }
    }

    /** Stops after the entry at hand. */
    @Override
    public void close() {
        closing = true;
        wake();
        if (registration != null) {
            registration.close();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
