package nl.sluis.gateway.release;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import nl.sluis.gateway.item.WithdrawalKeys;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.Withdrawal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The contributions that were taken back. What was made from one of them is not sent any more, from the moment that the
 * withdrawal is durable: long before fusion has made anew what was made from it.
 */
public final class WithdrawnContributions implements AutoCloseable {
    private static final int READ_ENTRIES_MAX = 256;
    private static final Logger LOG = LoggerFactory.getLogger(WithdrawnContributions.class);

    private final Journal journal;
    private final Executor readers;
    private final Set<String> ids = ConcurrentHashMap.newKeySet();
    private volatile Runnable onChange = () -> {};
    private Journal.@Nullable Registration registration;
    private long followed;

    /**
     * @param journal where withdrawals are kept
     * @param readers runs blocking reads
     */
    public WithdrawnContributions(Journal journal, Executor readers) {
        this.journal = journal;
        this.readers = readers;
    }

    /** Takes in the withdrawals so far and follows what comes. */
    public void start() {
        registration = journal.onGrowth(LogName.WITHDRAWALS, watermark -> readers.execute(this::follow));
        followed = journal.scanLatest(LogName.WITHDRAWALS, this::takeIn);
        follow();
    }

    private synchronized void follow() {
        try {
            long next = followed + 1;
            for (List<Entry> entries = page(next); !entries.isEmpty(); entries = page(next)) {
                entries.forEach(this::takeIn);
                next = entries.get(entries.size() - 1).position() + 1;
                followed = next - 1;
            }
        } catch (RuntimeException e) {
            LOG.error("withdrawals can't be read, they hold when release has handled them", e);
        }
    }

    private List<Entry> page(long next) {
        return next > journal.watermark(LogName.WITHDRAWALS)
                ? List.of()
                : journal.read(LogName.WITHDRAWALS, next, READ_ENTRIES_MAX);
    }

    private void takeIn(Entry entry) {
        if (entry.key().startsWith(WithdrawalKeys.CONTRIBUTION)) {
            try {
                add(Withdrawal.parseFrom(entry.payload()));
            } catch (InvalidProtocolBufferException e) {
                LOG.error("withdrawal can't be read, position={}", entry.position(), e);
            }
        }
    }

    /** Takes a withdrawal in. */
    void add(Withdrawal withdrawal) {
        if (ids.add(withdrawal.getContributionId())) {
            onChange.run();
        }
    }

    /** Called after each withdrawal, on any thread. */
    void onChange(Runnable listener) {
        onChange = listener;
    }

    /** Follows no longer. */
    @Override
    public void close() {
        if (registration != null) {
            registration.close();
        }
    }

    /** How many there are; grows with each. */
    int count() {
        return ids.size();
    }

    /** Whether one of some contributions was taken back. */
    public boolean includesOneOf(List<String> contributionIds) {
        return !ids.isEmpty() && contributionIds.stream().anyMatch(ids::contains);
    }
}
