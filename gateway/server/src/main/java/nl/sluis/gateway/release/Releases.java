package nl.sluis.gateway.release;

import com.google.protobuf.InvalidProtocolBufferException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Stage;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.journal.v1.Withdrawal;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.decide.Obligations;
import nl.sluis.policy.decide.QuotaLedger;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.rule.Kind;
import nl.sluis.policy.rule.Rule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides each product for every audience, once when it is made and again when a delay ends. What is released gets a
 * place in the audience's own log; the bytes are made when they are sent, after one more decision.
 */
public final class Releases implements Stage.Work {
    private static final Logger LOG = LoggerFactory.getLogger(Releases.class);
    private static final int READ_ENTRIES_MAX = 256;

    /** How often in a quota's window an item that is held by it is tried again. */
    private static final int QUOTA_LOOKS_PER_WINDOW = 10;

    /** Wait before a journal that did not take what is due is asked again. */
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final PolicyInForce policy;
    private final DecisionLog decisions;
    private final WithdrawnContributions withdrawn;
    private final Journal journal;
    private final InstantSource clock;
    private final ScheduledExecutorService timer;
    private volatile boolean closed;
    private final Counter released;
    private final Counter withheld;
    private final Counter delayed;
    private final Counter held;
    private final Counter retried;
    private final QuotaLedger quotas = new QuotaLedger();

    /** What waits, as far as an earlier life's entries were taken up. */
    private final Map<String, StoredRelease> takenUp = new HashMap<>();

    /**
     * @param policy the policy in force
     * @param decisions where decisions are kept for officers
     * @param withdrawn contributions that were taken back
     * @param journal the journal
     * @param clock the gateway's clock
     * @param timer waits for delays to end
     * @param meters where to count
     */
    public Releases(
            PolicyInForce policy,
            DecisionLog decisions,
            WithdrawnContributions withdrawn,
            Journal journal,
            InstantSource clock,
            ScheduledExecutorService timer,
            MeterRegistry meters) {
        this.policy = policy;
        this.decisions = decisions;
        this.withdrawn = withdrawn;
        this.journal = journal;
        this.clock = clock;
        this.timer = timer;
        this.released = counter(meters, "released");
        this.withheld = counter(meters, "withheld");
        this.delayed = counter(meters, "delayed");
        this.held = counter(meters, "held");
        this.retried = Counter.builder("sluis.release.retries")
                .description("times that what a delay or a change of policy makes due waited for the journal")
                .register(meters);
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("sluis.release.decisions")
                .description("decisions about a product for an audience")
                .tag("outcome", outcome)
                .register(meters);
    }

    @Override
    public void takeUp(Entry entry) throws InvalidProtocolBufferException {
        each(entry, release -> {
            if (release.hasDue()) {
                takenUp.put(place(release), release);
            } else {
                takenUp.remove(place(release));
            }
        });
    }

    /** Waits on for the delays that had not ended when the release stage stopped. */
    @Override
    public void begin() {
        takenUp.values().forEach(this::schedule);
        takenUp.clear();
    }

    /** Reads the log, as if each entry were of one audience. */
    private void read(Consumer<StoredRelease> reader) throws InvalidProtocolBufferException {
        long next = Math.max(1, journal.oldest(LogName.RELEASED));
        long end = journal.watermark(LogName.RELEASED);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.RELEASED, next, READ_ENTRIES_MAX)) {
                each(entry, reader);
                next = entry.position() + 1;
            }
        }
    }

    private static void each(Entry entry, Consumer<StoredRelease> reader) throws InvalidProtocolBufferException {
        StoredRelease release = StoredRelease.parseFrom(entry.payload());
        for (String audience : release.getAudiencesList()) {
            reader.accept(of(audience, release));
        }
    }

    @Override
    public void restore(Entry entry) {
        // what was decided stands in the released log already
    }

    @Override
    public List<NewEntry> handle(Entry entry) throws InvalidProtocolBufferException, LabelException {
        StoredProduct stored = StoredProduct.parseFrom(entry.payload());
        if (stored.hasWithdrawal()) {
            return withdraw(entry, stored.getWithdrawal());
        }
        if (withdrawn.includesOneOf(stored.getBasis().getContributionIdsList())) {
            // it was on its way while a contribution was taken back; what is made without it follows
            return List.of();
        }
        StoredItem item = StoredItem.of(stored, policy.bundle());
        Decision decision = policy.decide(item.item());
        decisions.record(item.product().getProductId(), item.kind(), item.objects(), decision, item::isFor);
        return decided(entry, item, decision, release -> true);
    }

    private List<NewEntry> decided(Entry entry, StoredItem item, Decision decision, Predicate<StoredRelease> isNews) {
        List<NewEntry> made = new ArrayList<>();
        // one entry for all that get it at once: what is made durable does not grow with the audiences
        StoredRelease.Builder together = StoredRelease.newBuilder()
                .setProductPosition(entry.position())
                .setProductId(item.product().getProductId())
                .setObject(item.catalogueObject());
        StoredRelease product = together.build();
        for (Audience audience : decision.policy().audiences()) {
            if (PolicyInForce.isSubscriber(audience) && item.isFor(audience)) {
                StoredRelease release = of(AudienceId.of(audience).text(), product);
                switch (decision.outcome(audience.index())) {
                    case RELEASED -> {
                        if (isNews.test(release)) {
                            StoredRelease counted = countedOrHeld(item, decision, audience, release);
                            if (counted.hasDue()) {
                                made.add(waiting(counted));
                            } else {
                                together.addAllAudiences(counted.getAudiencesList());
                            }
                        }
                    }
                    case DELAYED -> {
                        StoredRelease waiting = release.toBuilder()
                                .setDue(Times.timestamp(Objects.requireNonNull(decision.due(audience.index()))))
                                .build();
                        if (isNews.test(waiting)) {
                            delayed.increment();
                            made.add(waiting(waiting));
                            schedule(waiting);
                        }
                    }
                    case WITHHELD -> withheld.increment();
                }
            }
        }
        if (together.getAudiencesCount() > 0) {
            made.add(NewEntry.of(together.build().toByteArray()));
        }
        return made;
    }

    private static StoredRelease of(String audience, StoredRelease release) {
        return release.toBuilder().clearAudiences().addAudiences(audience).build();
    }

    /** What is over a quota is held, officers are told, and it is tried again until the window has moved. */
    private StoredRelease countedOrHeld(StoredItem item, Decision decision, Audience audience, StoredRelease release) {
        Instant now = clock.instant();
        Optional<Rule.Quota> over;
        synchronized (quotas) {
            over = decision.overQuota(audience.index(), quotas, now.toEpochMilli());
        }
        if (over.isEmpty()) {
            released.increment();
            return release.toBuilder().clearDue().build();
        }
        held.increment();
        boolean first = !release.hasDue();
        if (first) {
            decisions.recordHeld(item, decision, audience, over.get());
        }
        Instant again = now.plusSeconds(Math.max(1, over.get().perS() / QUOTA_LOOKS_PER_WINDOW));
        StoredRelease waiting = release.toBuilder()
                .setDue(Times.timestamp(again))
                .setHeld(first)
                .build();
        schedule(waiting);
        return waiting;
    }

    /** What is left of the quotas that have counted for an audience so far. */
    public List<QuotaLedger.Left> quotasLeft(Audience audience) {
        synchronized (quotas) {
            return quotas.left(audience.key(), clock.instant().toEpochMilli());
        }
    }

    private List<NewEntry> withdraw(Entry entry, Withdrawal withdrawal)
            throws InvalidProtocolBufferException, LabelException {
        withdrawn.add(withdrawal);
        // the reason is the originator's own text, so it goes to whom the contribution itself would go, whole
        Item contribution = Item.of(Kind.OBSERVATION, policy.bundle().label(withdrawal.getLabel()))
                .object(ItemObject.UNKNOWN)
                .received(Times.instant(withdrawal.getReceived()))
                .build();
        Decision decision = policy.decide(contribution);
        Set<String> readers = new HashSet<>();
        for (Audience audience : decision.policy().audiences()) {
            Obligations obligations = decision.obligations(audience.index());
            if (decision.isReleased(audience.index()) && obligations != null && obligations.isNone()) {
                readers.add(AudienceId.of(audience).text());
            }
        }
        List<NewEntry> notices = new WithdrawalNotices(journal).of(withdrawal, entry.position(), readers::contains);
        LOG.info("contribution withdrawn, id={} notices={}", withdrawal.getContributionId(), notices.size());
        return notices;
    }

    private static NewEntry waiting(StoredRelease release) {
        return NewEntry.of(release.toByteArray()).withClientId(place(release) + "/due");
    }

    /**
     * Decides again what was decided under another policy: the latest version of each product goes to audiences that may
     * have it now and had not got it. What may no longer go is not sent, for sending decides as well. Reads the logs, and
     * waits for a journal that does not answer, so it is not for a thread that others wait for.
     */
    public void decideAgain() {
        try {
            while (!closed && !isDecidedAgain()) {
                retried.increment();
                LockSupport.parkNanos(this, RETRY.toNanos());
            }
        } catch (InvalidProtocolBufferException | LabelException | RuntimeException e) {
            LOG.error("products could not be decided again after a change of policy", e);
        }
    }

    /** False where the journal failed for a while; what was released by then is not released again. */
    private boolean isDecidedAgain() throws InvalidProtocolBufferException, LabelException {
        try {
            Map<String, StoredRelease> places = new HashMap<>();
            read(release -> places.put(place(release), release));
            for (Entry entry : latestProducts()) {
                StoredItem item = StoredItem.of(StoredProduct.parseFrom(entry.payload()), policy.bundle());
                List<NewEntry> made =
                        decided(entry, item, policy.decide(item.item()), release -> isNews(release, places));
                if (!made.isEmpty()) {
                    journal.append(LogName.RELEASED, made).join();
                }
            }
            return true;
        } catch (CompletionException | StoreException e) {
            if (StoreException.in(e).filter(failure -> failure.code().passing()).isEmpty()) {
                throw e;
            }
            LOG.warn("products are decided again when the journal answers, reason={}", e.getMessage());
            return false;
        }
    }

    /** What was released already stays released; what waits already may be due at another time now. */
    private boolean isNews(StoredRelease release, Map<String, StoredRelease> places) {
        StoredRelease before = places.get(place(release));
        if (before != null && before.hasDue() && release.hasDue()) {
            schedule(release);
            return false;
        }
        return before == null || (before.hasDue() && !release.hasDue());
    }

    private static String place(StoredRelease release) {
        return release.getProductPosition() + "/" + release.getAudiences(0);
    }

    /** The newest version of each product that was not withdrawn; views of one object that share an identifier are apart. */
    private Collection<Entry> latestProducts() throws InvalidProtocolBufferException {
        Map<String, Entry> latest = new LinkedHashMap<>();
        long next = Math.max(1, journal.oldest(LogName.PRODUCTS));
        long end = journal.watermark(LogName.PRODUCTS);
        while (next <= end) {
            for (Entry entry : journal.read(LogName.PRODUCTS, next, READ_ENTRIES_MAX)) {
                next = entry.position() + 1;
                StoredProduct stored = StoredProduct.parseFrom(entry.payload());
                if (stored.hasWithdrawal()
                        || withdrawn.includesOneOf(stored.getBasis().getContributionIdsList())) {
                    continue;
                }
                // views of one object may share an identifier and be of different versions
                String place =
                        stored.getProduct().getProductId() + stored.getBasis().getAudiencesList();
                latest.remove(place);
                latest.put(place, entry);
            }
        }
        return latest.values();
    }

    private void schedule(StoredRelease waiting) {
        schedule(waiting, Duration.between(clock.instant(), Times.instant(waiting.getDue())));
    }

    private void schedule(StoredRelease waiting, Duration left) {
        var unused = timer.schedule(() -> due(waiting), Math.max(1, left.toMillis() + 1), TimeUnit.MILLISECONDS);
    }

    private void due(StoredRelease waiting) {
        if (closed) {
            return;
        }
        try {
            Instant now = clock.instant();
            if (now.isBefore(Times.instant(waiting.getDue()))) {
                schedule(waiting);
                return;
            }
            Entry product = journal.read(LogName.PRODUCTS, waiting.getProductPosition(), 1)
                    .get(0);
            StoredProduct stored = StoredProduct.parseFrom(product.payload());
            if (withdrawn.includesOneOf(stored.getBasis().getContributionIdsList())) {
                return;
            }
            StoredItem item = StoredItem.of(stored, policy.bundle());
            Decision decision = policy.decide(item.item());
            for (Audience audience : decision.policy().audiences()) {
                if (!AudienceId.of(audience).text().equals(waiting.getAudiences(0))) {
                    continue;
                }
                Instant due = decision.due(audience.index());
                if (decision.isReleased(audience.index())) {
                    StoredRelease release = countedOrHeld(item, decision, audience, waiting);
                    if (!release.hasDue()) {
                        journal.append(LogName.RELEASED, NewEntry.of(release.toByteArray()))
                                .join();
                    }
                } else if (due != null && due.isAfter(now)) {
                    // the policy has come to order a longer delay
                    schedule(waiting.toBuilder().setDue(Times.timestamp(due)).build());
                }
            }
        } catch (Exception e) {
            Optional<StoreException> failure = StoreException.in(e);
            if (failure.isPresent() && failure.get().code().passing()) {
                retried.increment();
                LOG.warn("delayed release waits for its journal, position={}", waiting.getProductPosition());
                schedule(waiting, RETRY);
            } else {
                LOG.error("delayed release failed, position={}", waiting.getProductPosition(), e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
