package nl.sluis.gateway.audit;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts callers that were turned away and enters the counts now and then: a flood of strangers must not fill the log. */
public final class TurnedAway {
    /** Between two entries of one reason. */
    public static final Duration ENTRY_INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(TurnedAway.class);

    private final AuditLog audit;
    private final InstantSource clock;
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();

    /**
     * @param audit the audit log
     * @param clock the gateway's clock
     */
    public TurnedAway(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /** Counts one; returns at once. */
    public void count(String reason) {
        counts.computeIfAbsent(reason, none -> new LongAdder()).increment();
    }

    /** Enters what was counted since the last call. */
    public void enter() {
        Instant now = clock.instant();
        List<AuditEntry> entries = new ArrayList<>();
        counts.forEach((reason, adder) -> {
            long count = adder.sumThenReset();
            if (count > 0) {
                LOG.info("callers turned away, reason={} count={}", reason, count);
                entries.add(AuditEntry.newBuilder()
                        .setAt(Timestamp.newBuilder()
                                .setSeconds(now.getEpochSecond())
                                .setNanos(now.getNano()))
                        .setEvent(AuditEvent.AUDIT_EVENT_TURNED_AWAY)
                        .setReason(reason)
                        .setCount(count)
                        .build());
            }
        });
        var unused = audit.append(entries).whenComplete((entered, failure) -> {
            if (failure != null) {
                LOG.error("callers turned away could not be entered, entries={}", entries.size(), failure);
            }
        });
    }
}
