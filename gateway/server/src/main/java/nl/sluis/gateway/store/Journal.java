package nl.sluis.gateway.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Named append-only logs with a latest value by key.
 *
 * <p>Each log gives its entries the positions 1, 2, 3, … without holes. Methods that return a future never block and may
 * be called on an event loop; the others read from the engine and block. Futures and listeners run on a thread of the
 * journal: they must be quick and must not call blocking methods.
 */
public interface Journal extends AutoCloseable {

    /**
     * Appends a batch, all or nothing, and makes each keyed entry the latest value of its key in the same transaction.
     *
     * <p>An entry whose client id is already in the log with the same key and payload is not appended again: its answer is
     * the earlier position.
     *
     * @param log the log to lengthen
     * @param batch entries, in the order of their positions; an empty batch is answered with an empty list
     * @return one answer per entry, completed after the commit is durable; or a {@link StoreException}: CLIENT_ID_REUSED,
     *     TOO_LARGE, OVERLOADED, DISK_FULL, UNREACHABLE, NOT_REPLICATED, CLOSED, or a fatal one
     */
    CompletableFuture<List<Appended>> append(LogName log, List<NewEntry> batch);

    /**
     * Appends one entry.
     *
     * @param log the log to lengthen
     * @param entry the entry
     * @return its answer, as for a batch
     */
    default CompletableFuture<Appended> append(LogName log, NewEntry entry) {
        return append(log, List.of(entry)).thenApply(answers -> answers.get(0));
    }

    /**
     * Appends what a reader of another log made, and how far it has read, in one transaction. So a reader that died goes
     * on where it was, and one that sleeps while another takes its place can write nothing afterwards.
     *
     * @param log the log to lengthen
     * @param batch entries, none as well
     * @param progress the reader, its token and its new position
     * @return one answer per entry; an empty list, with nothing appended, if the reader had come as far before; or a
     *     {@link StoreException} as for an append, or FENCED where a later token was seen
     */
    CompletableFuture<List<Appended>> advance(LogName log, List<NewEntry> batch, Progress progress);

    /**
     * How far a reader of another log has come, by what it wrote to this one.
     *
     * @param log the log that it writes
     * @param reader its name
     * @return the position; 0 if it never wrote
     * @throws StoreException CLOSED, UNREACHABLE or IO_FAILED
     */
    long progress(LogName log, String reader);

    /**
     * Reads entries in order.
     *
     * @param log the log
     * @param fromPosition first position wanted, from 1 to {@code watermark + 1}
     * @param entriesMax most entries to return; fewer come if the log ends or the page is full of bytes
     * @return entries without holes, the first at {@code fromPosition}; empty only at the end of the log
     * @throws StoreException POSITION_TRIMMED, POSITION_BEYOND_END, CORRUPT, CLOSED, UNREACHABLE or IO_FAILED
     */
    List<Entry> read(LogName log, long fromPosition, int entriesMax);

    /**
     * The entry that was appended with a client id.
     *
     * @param log the log
     * @param clientId the id, not empty
     * @return the entry; empty if there is none or it was trimmed
     * @throws StoreException CORRUPT, CLOSED, UNREACHABLE or IO_FAILED
     */
    Optional<Entry> find(LogName log, String clientId);

    /**
     * The newest value of a key.
     *
     * @param log the log
     * @param key the key, not empty
     * @return the entry, also if the log itself has since been trimmed
     * @throws StoreException CORRUPT, CLOSED, UNREACHABLE or IO_FAILED
     */
    Optional<Entry> latest(LogName log, String key);

    /**
     * Visits the newest value of every key, in no particular order.
     *
     * <p>Reading the log from the returned watermark + 1 completes the picture: no change is missed, and an engine without
     * snapshots may have shown some later change already, or one key twice.
     *
     * @param log the log
     * @param visitor called for each value on the calling thread; must be quick
     * @return a watermark such that every key last changed at or below it was shown in that state or a newer one
     * @throws StoreException CORRUPT, CLOSED, UNREACHABLE or IO_FAILED
     */
    long scanLatest(LogName log, Consumer<Entry> visitor);

    /**
     * The highest durable position.
     *
     * @param log the log
     * @return the position; 0 if nothing was ever appended
     * @throws StoreException CLOSED, UNREACHABLE or NOT_DURABLE, on an engine that has to ask
     */
    long watermark(LogName log);

    /**
     * The lowest position that was not trimmed.
     *
     * @param log the log
     * @return the position; {@code watermark + 1} if the log holds nothing
     */
    long oldest(LogName log);

    /**
     * Where to start reading for a given time.
     *
     * @param log the log
     * @param instant a time, UTC
     * @return the lowest position kept that was recorded at or after it; {@code watermark + 1} if there is none
     * @throws StoreException CORRUPT, CLOSED, UNREACHABLE or IO_FAILED
     */
    long firstRecordedSince(LogName log, Instant instant);

    /**
     * Deletes what a retention does not keep, in small steps between appends.
     *
     * @param log the log
     * @param retention what to keep
     * @return the lowest position kept, when done; or a {@link StoreException}: NOT_TRIMMABLE, CLOSED, or a fatal one
     */
    CompletableFuture<Long> trim(LogName log, Retention retention);

    /**
     * Calls a listener with the new watermark each time a log grew; several growths may come as one call.
     *
     * <p>To miss nothing, register first, then read until the log ends, then wait for a call.
     *
     * @param log the log
     * @param listener called on a thread of the journal
     * @return what ends the calls
     */
    Registration onGrowth(LogName log, LongConsumer listener);

    /**
     * Says whether several gateways may have this journal open at once.
     *
     * @return false where one has it for itself
     */
    boolean shared();

    /**
     * Renews the leases of a node and takes free ones, no more than its share among the nodes alive. As durable as an
     * append, so a primary that has lost its replicas confirms nothing.
     *
     * @param node name of the node
     * @param duties names of all that can be held, the same on every node
     * @param length how long a lease lasts without being renewed
     * @return what the node holds now, and the watermark of the policies log
     * @throws StoreException CLOSED, UNREACHABLE, NOT_REPLICATED or NOT_DURABLE
     */
    Round renew(String node, List<String> duties, Duration length);

    /**
     * What spreads work over the nodes that share the journal.
     *
     * @param node name of this node
     * @param here does what this node is to do
     * @return a queue that is closed before the journal; empty where one has it for itself
     */
    default Optional<TaskQueue> tasks(String node, Executor here) {
        return Optional.empty();
    }

    /**
     * What broke the journal, if anything.
     *
     * @return the failure after which no append is taken
     */
    Optional<StoreException> failure();

    /** Answers what was queued, then lets go of the engine; closing again does nothing. */
    @Override
    void close();

    /** A listener's place in a log. */
    interface Registration extends AutoCloseable {
        /** Ends the calls; ending again does nothing. */
        @Override
        void close();
    }
}
