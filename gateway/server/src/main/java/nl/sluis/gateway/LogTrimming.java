package nl.sluis.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.Retention;
import nl.sluis.gateway.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes from the logs what their retention does not keep, and no entry that the next stage has yet to read. */
final class LogTrimming implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogTrimming.class);

    private final Journal journal;
    private final Map<LogName, Retention> retention;
    private final MeterRegistry meters;

    /** @param retention what each log keeps, where it does not keep everything */
    LogTrimming(Journal journal, Map<LogName, Retention> retention, MeterRegistry meters) {
        this.journal = journal;
        this.retention = Map.copyOf(retention);
        this.meters = meters;
    }

    @Override
    public void run() {
        retention.forEach((log, kept) -> {
            try {
                long before = journal.oldest(log);
                long after = journal.trim(log, kept.keepingFrom(unread(log))).join();
                trimmed(log).increment((double) (after - before));
            } catch (StoreException | CompletionException e) {
                LOG.warn("log not trimmed, log={} reason={}", log, e.getMessage());
            }
        });
    }

    /** The first entry that the next stage has yet to read. */
    private long unread(LogName log) {
        return switch (log) {
            case CONTRIBUTIONS -> 1 + journal.progress(LogName.SOLUTIONS, Gateway.FUSION);
            case SOLUTIONS -> 1 + journal.progress(LogName.PRODUCTS, Gateway.HAZARD);
            case PRODUCTS -> 1 + journal.progress(LogName.RELEASED, Gateway.RELEASE);
            default -> Long.MAX_VALUE;
        };
    }

    private Counter trimmed(LogName log) {
        return Counter.builder("sluis.journal.trimmed")
                .description("entries that retention took")
                .tag("log", log.name().toLowerCase(Locale.ROOT))
                .register(meters);
    }
}
