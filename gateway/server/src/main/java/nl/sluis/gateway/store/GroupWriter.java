package nl.sluis.gateway.store;

import static nl.sluis.gateway.store.StoreException.Code.CLOSED;
import static nl.sluis.gateway.store.StoreException.Code.IO_FAILED;
import static nl.sluis.gateway.store.StoreException.Code.NOT_TRIMMABLE;
import static nl.sluis.gateway.store.StoreException.Code.OVERLOADED;
import static nl.sluis.gateway.store.StoreException.Code.TOO_LARGE;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that commits what is queued as a group, and one that answers, so that the next commit runs meanwhile.
 *
 * <p>Entries count against the queue's bounds until they are answered. After a fatal failure nothing more is committed:
 * what is queued and what comes later ends in that failure.
 */
final class GroupWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupWriter.class);

    /** What an engine does for the writer, always on the writer's thread. */
    interface Engine {
        /**
         * Commits a group; throws a {@link StoreException} if nothing of it may be acknowledged.
         *
         * @return one outcome per batch
         */
        List<Outcome> commit(List<Batch> group);

        /** Deletes one step's worth of old entries. */
        TrimStep trim(LogName log, Retention retention);

        /** Does what need not delay the answers of the commit before. */
        default void tidy() {}
    }

    /** Entries of one call, all for one log, and how far the reader who made them has come. */
    record Batch(
            LogName log,
            List<NewEntry> entries,
            @Nullable Progress progress,
            CompletableFuture<List<Appended>> answer,
            long bytes) {}

    /** What became of a batch; exactly one of the two is there. */
    record Outcome(
            @Nullable List<Appended> appended, @Nullable StoreException refusal) {}

    /** How far trimming got. */
    record TrimStep(long oldest, boolean done) {}

    private record Trim(LogName log, Retention retention, CompletableFuture<Long> answer) {}

    private final Engine engine;
    private final StoreLimits limits;
    private final Thread writer;
    private final Thread answerer;
    private final Map<LogName, List<LongConsumer>> listeners = new EnumMap<>(LogName.class);
    // only the answering thread uses it
    private final Map<LogName, Long> told = new EnumMap<>(LogName.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition answers = lock.newCondition();
    private final ArrayDeque<Batch> batches = new ArrayDeque<>();
    private final ArrayDeque<Trim> trims = new ArrayDeque<>();
    private final ArrayDeque<Runnable> answersDue = new ArrayDeque<>();
    private int entriesUnanswered;
    private long bytesUnanswered;
    private boolean closing;
    private boolean writerDone;
    private volatile @Nullable StoreException failure;

    GroupWriter(String name, Engine engine, StoreLimits limits) {
        this.engine = engine;
        this.limits = limits;
        for (LogName log : LogName.values()) {
            listeners.put(log, new CopyOnWriteArrayList<>());
        }
        writer = new Thread(this::write, name + "-writer");
        answerer = new Thread(this::answer, name + "-answers");
        // close() flushes; a process that dies without it has acknowledged nothing that is queued
        writer.setDaemon(true);
        answerer.setDaemon(true);
    }

    void start() {
        writer.start();
        answerer.start();
    }

    CompletableFuture<List<Appended>> append(LogName log, List<NewEntry> entries, @Nullable Progress progress) {
        List<NewEntry> batch = List.copyOf(entries);
        long bytes = 0;
        for (NewEntry entry : batch) {
            if (entry.payload().length > limits.payloadBytesMax()) {
                return refused(
                        TOO_LARGE,
                        log,
                        "payload of `" + entry.payload().length + "` bytes (expected: at most "
                                + limits.payloadBytesMax() + ")");
            }
            bytes += entry.queueBytes();
        }
        if (batch.size() > limits.queueEntriesMax() || bytes > limits.queueBytesMax()) {
            return refused(
                    TOO_LARGE,
                    log,
                    "batch of `" + batch.size() + "` entries and `" + bytes + "` bytes (expected: at most "
                            + limits.queueEntriesMax() + " entries and " + limits.queueBytesMax() + " bytes)");
        }
        CompletableFuture<List<Appended>> answer = new CompletableFuture<>();
        lock.lock();
        try {
            StoreException broken = refusal(log);
            if (broken != null) {
                return CompletableFuture.failedFuture(broken);
            }
            if (batch.isEmpty() && progress == null) {
                return CompletableFuture.completedFuture(List.of());
            }
            if (entriesUnanswered + batch.size() > limits.queueEntriesMax()
                    || bytesUnanswered + bytes > limits.queueBytesMax()) {
                return refused(
                        OVERLOADED,
                        log,
                        "`" + entriesUnanswered + "` entries and `" + bytesUnanswered
                                + "` bytes are unanswered (expected: at most " + limits.queueEntriesMax()
                                + " entries and " + limits.queueBytesMax() + " bytes with this batch)");
            }
            entriesUnanswered += batch.size();
            bytesUnanswered += bytes;
            batches.add(new Batch(log, batch, progress, answer, bytes));
            work.signal();
        } finally {
            lock.unlock();
        }
        return answer;
    }

    CompletableFuture<Long> trim(LogName log, Retention retention) {
        if (!log.trimmable()) {
            return refused(NOT_TRIMMABLE, log, "must keep all its entries");
        }
        CompletableFuture<Long> answer = new CompletableFuture<>();
        lock.lock();
        try {
            StoreException broken = refusal(log);
            if (broken != null) {
                return CompletableFuture.failedFuture(broken);
            }
            trims.add(new Trim(log, retention, answer));
            work.signal();
        } finally {
            lock.unlock();
        }
        return answer;
    }

    Journal.Registration onGrowth(LogName log, LongConsumer listener) {
        List<LongConsumer> ofLog = listenersOf(log);
        // a wrapper of its own, so that one listener registered twice is two registrations
        LongConsumer registered = watermark -> listener.accept(watermark);
        ofLog.add(registered);
        return () -> ofLog.remove(registered);
    }

    /** Queues a call of a log's listeners. */
    void grew(LogName log, long watermark) {
        lock.lock();
        try {
            answersDue.add(() -> tellListeners(log, watermark));
            answers.signal();
        } finally {
            lock.unlock();
        }
    }

    Optional<StoreException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        joinUninterruptibly(writer);
        joinUninterruptibly(answerer);
    }

    private static void joinUninterruptibly(Thread thread) {
        // a callback may close the journal: a thread never waits for itself
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            while (true) {
                List<Batch> group = new ArrayList<>();
                Trim trim = null;
                lock.lock();
                try {
                    while (batches.isEmpty() && trims.isEmpty() && !closing) {
                        work.awaitUninterruptibly();
                    }
                    takeGroup(group);
                    trim = trims.poll();
                    if (group.isEmpty() && trim == null) {
                        return;
                    }
                } finally {
                    lock.unlock();
                }
                if (!group.isEmpty()) {
                    commit(group);
                    tidy();
                }
                if (trim != null) {
                    step(trim);
                }
            }
        } finally {
            lock.lock();
            try {
                writerDone = true;
                answers.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    private void takeGroup(List<Batch> group) {
        int entries = 0;
        long bytes = 0;
        while (!batches.isEmpty()) {
            Batch next = batches.peek();
            entries += next.entries().size();
            bytes += next.bytes();
            // the first batch always goes, or one larger than a group would wait for good
            if (!group.isEmpty() && (entries > limits.groupEntriesMax() || bytes > limits.groupBytesMax())) {
                return;
            }
            group.add(batches.remove());
        }
    }

    private void commit(List<Batch> group) {
        StoreException broken = failure;
        List<Outcome> outcomes = null;
        if (broken == null) {
            try {
                outcomes = engine.commit(group);
            } catch (StoreException e) {
                broken = e;
                failIfFatal(e);
            } catch (RuntimeException | Error e) {
                broken = new StoreException(IO_FAILED, "commit: unexpected failure", e);
                failIfFatal(broken);
            }
        }
        List<Outcome> committed = outcomes;
        StoreException refusal = broken;
        lock.lock();
        try {
            answersDue.add(() -> answer(group, committed, refusal));
            answers.signal();
        } finally {
            lock.unlock();
        }
    }

    private void tidy() {
        if (failure == null) {
            try {
                engine.tidy();
            } catch (StoreException e) {
                failIfFatal(e);
            } catch (RuntimeException | Error e) {
                failIfFatal(new StoreException(IO_FAILED, "tidy: unexpected failure", e));
            }
        }
    }

    private void step(Trim trim) {
        StoreException broken = failure;
        TrimStep step = null;
        if (broken == null) {
            try {
                step = engine.trim(trim.log(), trim.retention());
            } catch (StoreException e) {
                broken = e;
                failIfFatal(e);
            } catch (RuntimeException | Error e) {
                broken = new StoreException(IO_FAILED, "trim: unexpected failure", e);
                failIfFatal(broken);
            }
        }
        lock.lock();
        try {
            if (step != null && !step.done()) {
                // between two steps appends are committed, so trimming a large log delays nobody
                trims.add(trim);
                return;
            }
            TrimStep done = step;
            StoreException refusal = broken;
            answersDue.add(() -> {
                if (done != null) {
                    trim.answer().complete(done.oldest());
                } else if (refusal != null) {
                    trim.answer().completeExceptionally(refusal);
                }
            });
            answers.signal();
        } finally {
            lock.unlock();
        }
    }

    private void failIfFatal(StoreException e) {
        if (e.code().fatal()) {
            failure = e;
            LOG.atError().setCause(e).addKeyValue("code", e.code()).log("the journal broke and takes no more appends");
        }
    }

    private void answer() {
        while (true) {
            Runnable due;
            lock.lock();
            try {
                while (answersDue.isEmpty() && !writerDone) {
                    answers.awaitUninterruptibly();
                }
                if (answersDue.isEmpty()) {
                    return;
                }
                due = answersDue.remove();
            } finally {
                lock.unlock();
            }
            due.run();
        }
    }

    private void answer(List<Batch> group, @Nullable List<Outcome> outcomes, @Nullable StoreException broken) {
        // before the answers: who appends again on an answer must find the room
        release(group);
        Map<LogName, Long> grown = new EnumMap<>(LogName.class);
        for (int i = 0; i < group.size(); i++) {
            Batch batch = group.get(i);
            if (outcomes == null) {
                batch.answer().completeExceptionally(broken == null ? unanswered() : broken);
                continue;
            }
            Outcome outcome = outcomes.get(i);
            List<Appended> appended = outcome.appended();
            if (appended == null) {
                StoreException refusal = outcome.refusal();
                batch.answer().completeExceptionally(refusal == null ? unanswered() : refusal);
                continue;
            }
            for (Appended one : appended) {
                if (!one.duplicate()) {
                    grown.merge(batch.log(), one.position(), Math::max);
                }
            }
            batch.answer().complete(appended);
        }
        grown.forEach(this::tellListeners);
    }

    private static StoreException unanswered() {
        return new StoreException(IO_FAILED, "commit: the engine gave no outcome");
    }

    private void release(List<Batch> group) {
        lock.lock();
        try {
            for (Batch batch : group) {
                entriesUnanswered -= batch.entries().size();
                bytesUnanswered -= batch.bytes();
            }
        } finally {
            lock.unlock();
        }
    }

    /** An engine may hear of its own appends a second time; the same watermark is told once. */
    private void tellListeners(LogName log, long watermark) {
        Long before = told.put(log, watermark);
        if (before != null && before == watermark) {
            return;
        }
        for (LongConsumer listener : listenersOf(log)) {
            try {
                listener.accept(watermark);
            } catch (RuntimeException e) {
                // one broken listener must not silence the others
                LOG.atWarn().setCause(e).addKeyValue("log", log.stored()).log("a listener of a log failed");
            }
        }
    }

    private List<LongConsumer> listenersOf(LogName log) {
        List<LongConsumer> ofLog = listeners.get(log);
        if (ofLog == null) {
            throw new IllegalStateException("log: `" + log + "` (expected: one known at start)");
        }
        return ofLog;
    }

    private @Nullable StoreException refusal(LogName log) {
        StoreException broken = failure;
        if (broken != null) {
            return broken;
        }
        return closing ? new StoreException(CLOSED, log.stored() + ": the journal is closed") : null;
    }

    private static <T> CompletableFuture<T> refused(StoreException.Code code, LogName log, String message) {
        return CompletableFuture.failedFuture(new StoreException(code, log.stored() + ": " + message));
    }
}
