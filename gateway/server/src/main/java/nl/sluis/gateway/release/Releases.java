package nl.sluis.gateway.release;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.label.LabelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides each product for every audience, once when it is made and again when a delay ends. What is released gets a
 * place in the audience's own log; the bytes are made when they are sent, after one more decision.
 */
public final class Releases implements Stage.Work, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Releases.class);
    private static final int READ_ENTRIES_MAX = 256;

    private final PolicyInForce policy;
    private final DecisionLog decisions;
    private final Journal journal;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private final Counter released;
    private final Counter withheld;
    private final Counter delayed;

    /**
     * @param policy the policy in force
     * @param decisions where decisions are kept for officers
     * @param journal the journal
     * @param clock the gateway's clock
     * @param timer waits for delays to end
     * @param meters where to count
     */
    public Releases(
            PolicyInForce policy,
            DecisionLog decisions,
            Journal journal,
            InstantSource clock,
            ScheduledExecutorService timer,
            MeterRegistry meters) {
        this.policy = policy;
        this.decisions = decisions;
        this.journal = journal;
        this.clock = clock;
        this.timer = timer;
        this.released = counter(meters, "released");
        this.withheld = counter(meters, "withheld");
        this.delayed = counter(meters, "delayed");
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("sluis.release.decisions")
                .description("decisions about a product for an audience")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Takes up the delays that had not ended when the gateway stopped. Called before the stage starts. */
    public void resumeDelays() throws InvalidProtocolBufferException {
        Map<String, StoredRelease> waiting = new HashMap<>();
        long next = Math.max(1, journal.oldest(LogName.RELEASED));
        long end = journal.watermark(LogName.RELEASED);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.RELEASED, next, READ_ENTRIES_MAX)) {
                StoredRelease release = StoredRelease.parseFrom(entry.payload());
                String place = release.getProductPosition() + "/" + release.getAudience();
                if (release.hasDue()) {
                    waiting.put(place, release);
                } else {
                    waiting.remove(place);
                }
                next = entry.position() + 1;
            }
        }
        waiting.values().forEach(this::schedule);
    }

    @Override
    public void restore(Entry entry) {
        // what was decided stands in the released log already
    }

    @Override
    public List<NewEntry> handle(Entry entry) throws InvalidProtocolBufferException, LabelException {
        StoredItem item = StoredItem.parse(entry.payload(), policy.bundle());
        Decision decision = policy.decide(item.item());
        decisions.record(item.product().getProductId(), item.kind(), item.objects(), decision, item::isFor);
        List<NewEntry> made = new ArrayList<>();
        for (Audience audience : decision.policy().audiences()) {
            if (PolicyInForce.isSubscriber(audience) && item.isFor(audience)) {
                StoredRelease.Builder release = StoredRelease.newBuilder()
                        .setProductPosition(entry.position())
                        .setProductId(item.product().getProductId())
                        .setAudience(AudienceId.of(audience).text());
                switch (decision.outcome(audience.index())) {
                    case RELEASED -> {
                        released.increment();
                        made.add(entry(release.build()));
                    }
                    case DELAYED -> {
                        delayed.increment();
                        StoredRelease waiting = release.setDue(
                                        Times.timestamp(Objects.requireNonNull(decision.due(audience.index()))))
                                .build();
                        made.add(entry(waiting));
                        schedule(waiting);
                    }
                    case WITHHELD -> withheld.increment();
                }
            }
        }
        return made;
    }

    private static NewEntry entry(StoredRelease release) {
        String id = release.getProductPosition() + "/" + release.getAudience() + (release.hasDue() ? "/due" : "");
        return NewEntry.keyed(release.getAudience(), release.toByteArray()).withClientId(id);
    }

    private void schedule(StoredRelease waiting) {
        Duration left = Duration.between(clock.instant(), Times.instant(waiting.getDue()));
        var unused = timer.schedule(() -> due(waiting), Math.max(1, left.toMillis() + 1), TimeUnit.MILLISECONDS);
    }

    private void due(StoredRelease waiting) {
        try {
            Instant now = clock.instant();
            if (now.isBefore(Times.instant(waiting.getDue()))) {
                schedule(waiting);
                return;
            }
            Entry product = journal.read(LogName.PRODUCTS, waiting.getProductPosition(), 1)
                    .get(0);
            StoredItem item = StoredItem.parse(product.payload(), policy.bundle());
            Decision decision = policy.decide(item.item());
            for (Audience audience : decision.policy().audiences()) {
                if (AudienceId.of(audience).text().equals(waiting.getAudience())
                        && decision.isReleased(audience.index())) {
                    released.increment();
                    journal.append(
                                    LogName.RELEASED,
                                    entry(waiting.toBuilder().clearDue().build()))
                            .join();
                }
            }
        } catch (Exception e) {
            LOG.error("delayed release failed, position={}", waiting.getProductPosition(), e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
