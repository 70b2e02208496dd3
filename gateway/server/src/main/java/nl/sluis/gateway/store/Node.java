package nl.sluis.gateway.store;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This gateway among those that share a journal: which stages it runs, and whether it may send.
 *
 * <p>Every {@link #RENEWAL} it renews its leases. It may send for {@link #LEASE} on its own monotonic clock after it last
 * asked and was told that the policies it applies are the newest; a node that slept, or that the journal's primary does
 * not answer, finds that this time is over. Each stage, and each partition of the fits, is a duty that one node holds
 * at a time; what a node writes after it lost a duty is refused by the journal, whose tokens only grow.
 */
public final class Node implements AutoCloseable {
    /** How long a node may act on what it was told: the longest time that a revocation takes to hold everywhere. */
    public static final Duration LEASE = Duration.ofMillis(500);

    /** A fifth of the lease, so that single slow answers do not end it. */
    public static final Duration RENEWAL = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    private final Journal journal;
    private final String name;
    private final LongSupplier nanoTime;
    private final LongSupplier appliedPolicies;
    private final Map<String, LongFunction<? extends Duty>> duties = new LinkedHashMap<>();
    private final Map<String, Duty> running = new ConcurrentHashMap<>();
    private final Map<String, Long> tokens = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::run, "sluis-node");
    private final Object signal = new Object();
    private volatile long confirmedAt;
    private volatile boolean everConfirmed;
    private volatile boolean closing;

    /** What one node at a time does. */
    public interface Duty extends AutoCloseable {
        /** Begins with it. */
        void start();

        /** True where it does not go on: another node has taken it over, or it is to be begun anew. */
        boolean ended();

        /** Gives it up. */
        @Override
        void close();
    }

    /**
     * @param journal the journal, shared or not
     * @param name of this node, not that of any other
     * @param nanoTime monotonic clock, nanoseconds
     * @param appliedPolicies position in the policies log up to which this node applies what stands there
     */
    public Node(Journal journal, String name, LongSupplier nanoTime, LongSupplier appliedPolicies) {
        this.journal = journal;
        this.name = name;
        this.nanoTime = nanoTime;
        this.appliedPolicies = appliedPolicies;
        thread.setDaemon(true);
    }

    /**
     * Adds what one node at a time does: a stage, or a partition of the fits. Called before the start.
     *
     * @param name its name
     * @param duty makes it with the fencing token that the node got
     */
    public void add(String name, LongFunction<? extends Duty> duty) {
        duties.put(name, duty);
    }

    /** Takes part; returns after the first renewal was tried. */
    public void start() {
        renew();
        thread.start();
    }

    /**
     * Whether this node may send now.
     *
     * @return true where it knows that no newer policy is in force; always, on a journal that it has for itself
     */
    public boolean isConfirmed() {
        return !journal.shared() || (everConfirmed && nanoTime.getAsLong() - confirmedAt < LEASE.toNanos());
    }

    /** The stages that run here. */
    public List<Stage> stages() {
        return running.values().stream()
                .filter(Stage.class::isInstance)
                .map(Stage.class::cast)
                .toList();
    }

    /** The stage of a duty, where it runs here. */
    public Optional<Stage> stage(String duty) {
        return Optional.ofNullable(running.get(duty))
                .filter(Stage.class::isInstance)
                .map(Stage.class::cast);
    }

    /** The fencing token of a duty, where this node has it. */
    public Optional<Long> token(String duty) {
        return running.containsKey(duty) ? Optional.ofNullable(tokens.get(duty)) : Optional.empty();
    }

    private void run() {
        while (!closing) {
            try {
                synchronized (signal) {
                    if (!closing) {
                        signal.wait(RENEWAL.toMillis());
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (!closing) {
                renew();
            }
        }
    }

    /** One renewal; a test makes it by hand. */
    void renew() {
        try {
            // the lease counts from before the question: an answer may be old when it comes
            long asked = nanoTime.getAsLong();
            long applied = appliedPolicies.getAsLong();
            Round round = journal.renew(name, List.copyOf(duties.keySet()), LEASE);
            if (applied >= round.policies()) {
                confirmedAt = asked;
                everConfirmed = true;
            }
            duties.keySet().forEach(duty -> perform(duty, round.tokens().get(duty)));
        } catch (StoreException e) {
            LOG.debug("leases not renewed, node={} reason={}", name, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("leases not renewed, node={}", name, e);
        }
    }

    private void perform(String duty, @Nullable Long token) {
        Duty held = running.get(duty);
        if (held != null && (!Objects.equals(tokens.get(duty), token) || held.ended())) {
            LOG.info("duty given up, node={} duty={}", name, duty);
            running.remove(duty);
            // a stage ends after the entry at hand; the leases of all other duties would run out meanwhile
            Thread closer = new Thread(held::close, "sluis-closing-" + duty);
            closer.setDaemon(true);
            closer.start();
            held = null;
        }
        LongFunction<? extends Duty> maker = duties.get(duty);
        if (held == null && token != null && maker != null) {
            LOG.info("duty taken, node={} duty={} token={}", name, duty, token);
            Duty taken = maker.apply(token);
            tokens.put(duty, token);
            running.put(duty, taken);
            taken.start();
        }
    }

    /** Stops the stages after the entries at hand. Their leases run out by themselves. */
    @Override
    public void close() {
        closing = true;
        synchronized (signal) {
            signal.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        running.values().forEach(Duty::close);
    }
}
