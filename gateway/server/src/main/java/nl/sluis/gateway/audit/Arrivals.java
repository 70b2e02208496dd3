package nl.sluis.gateway.audit;

import com.google.protobuf.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts who connected and who was turned away, and enters the counts now and then: neither a flood of strangers nor a
 * client that reconnects without end must fill the log.
 */
public final class Arrivals {
    /** Between two entries of one certificate, or of one reason. */
    public static final Duration ENTRY_INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

    private final AuditLog audit;
    private final InstantSource clock;
    private final Map<String, LongAdder> turnedAway = new ConcurrentSkipListMap<>();
    // emptied at every entry, so it holds the certificates of one interval
    private final Map<Connected, Long> connected = new ConcurrentHashMap<>();

    private record Connected(String tenant, String certificateSha256) {}

    /**
     * @param audit the audit log
     * @param clock the gateway's clock
     */
    public Arrivals(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Counts a connection that was taken; returns at once.
     *
     * @param tenant whose, "nation/name"
     * @param certificateSha256 fingerprint of the certificate, hexadecimal
     */
    public void connected(String tenant, String certificateSha256) {
        connected.merge(new Connected(tenant, certificateSha256), 1L, Long::sum);
    }

    /** Counts a caller that was turned away; returns at once. */
    public void turnedAway(String reason) {
        turnedAway.computeIfAbsent(reason, none -> new LongAdder()).increment();
    }

    /** Enters what was counted since the last call. */
    public void enter() {
        Instant now = clock.instant();
        Timestamp at = Timestamp.newBuilder()
                .setSeconds(now.getEpochSecond())
                .setNanos(now.getNano())
                .build();
        List<AuditEntry> entries = new ArrayList<>();
        for (Connected one : List.copyOf(connected.keySet())) {
            Long count = connected.remove(one);
            if (count != null) {
                entries.add(AuditEntry.newBuilder()
                        .setAt(at)
                        .setEvent(AuditEvent.AUDIT_EVENT_CONNECTED)
                        .setTenant(one.tenant())
                        .setItemId(one.certificateSha256())
                        .setCount(count)
                        .build());
            }
        }
        turnedAway.forEach((reason, adder) -> {
            long count = adder.sumThenReset();
            if (count > 0) {
                LOG.info("callers turned away, reason={} count={}", reason, count);
                entries.add(AuditEntry.newBuilder()
                        .setAt(at)
                        .setEvent(AuditEvent.AUDIT_EVENT_TURNED_AWAY)
                        .setReason(reason)
                        .setCount(count)
                        .build());
            }
        });
        var unused = audit.append(entries).whenComplete((entered, failure) -> {
            if (failure != null) {
                LOG.error("arrivals could not be entered, entries={}", entries.size(), failure);
            }
        });
    }
}
