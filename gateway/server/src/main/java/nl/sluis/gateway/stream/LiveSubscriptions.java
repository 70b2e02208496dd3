package nl.sluis.gateway.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.StoredAudienceCounts;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.Role;
import nl.sluis.policy.decide.QuotaLedger;
import nl.sluis.proto.v1.ClosingReason;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.GapReason;
import nl.sluis.proto.v1.PolicyChanged;
import nl.sluis.proto.v1.QuotaLeft;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.TextForm;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the released log, keeps each audience's own log, and opens subscriptions on it. */
public final class LiveSubscriptions implements Subscriptions, AutoCloseable {
    private static final int READ_ENTRIES_MAX = 1_024;
    private static final Duration RETRY = Duration.ofMillis(200); // wait before a journal without answer is asked again
    private static final String COUNTS = "audience-counts";

    /** Entries after which the counts are kept again: a restart after a trim needs one that is younger than the trim. */
    private static final long COUNTS_INTERVAL = 4_096;

    /** Longest time that new counts are not kept, ms: short beside the age at which a log may be trimmed. */
    private static final long COUNTS_DELAY_MS = 60_000;

    /** How long a stop waits for what is being taken in, ms. */
    private static final long CLOSE_MAX_MS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(LiveSubscriptions.class);

    private final Journal journal;
    private final PolicyInForce policy;
    private final Variants variants;
    private final Withdrawals withdrawals;
    private final Readers readers;
    private final Function<Audience, List<QuotaLedger.Left>> quotas;
    private final DeliveryLog deliveries;
    private final FanOut fanOut;
    private final Cursors cursors;
    private final InstantSource clock;
    private final BooleanSupplier confirmed;
    private final Map<AudienceId, AudienceLog> logs = new ConcurrentHashMap<>();
    private final Set<Open> open = ConcurrentHashMap.newKeySet();
    private final Thread follower;
    private final Object signal = new Object();
    // guarded by signal
    private boolean grew;
    private volatile long followed;
    private volatile boolean closing;
    private volatile int era;
    private long oldest = 1;
    private long countsKeptAt = -1;

    /**
     * @param journal the journal
     * @param policy the policy in force
     * @param variants makes the bytes
     * @param withdrawals whom a withdrawal concerns
     * @param quotas what is left of an audience's quotas
     * @param deliveries accounts for what is sent
     * @param cursorKey 32 secret bytes for cursors
     * @param clock the gateway's clock
     * @param confirmed whether this node knows that its policy is the newest
     */
    public LiveSubscriptions(
            Journal journal,
            PolicyInForce policy,
            Variants variants,
            Withdrawals withdrawals,
            Function<Audience, List<QuotaLedger.Left>> quotas,
            DeliveryLog deliveries,
            byte[] cursorKey,
            InstantSource clock,
            BooleanSupplier confirmed) {
        this.journal = journal;
        this.confirmed = confirmed;
        this.policy = policy;
        this.variants = variants;
        this.withdrawals = withdrawals;
        this.quotas = quotas;
        this.readers = new Readers(journal);
        this.deliveries = deliveries;
        this.fanOut = new FanOut(deliveries);
        this.cursors = new Cursors(cursorKey);
        this.clock = clock;
        this.follower = new Thread(this::follow, "sluis-released");
        follower.setDaemon(true);
    }

    /**
     * A subscription and whose it is.
     *
     * @param tenant the tenant
     * @param subscription the subscription
     */
    private record Open(TenantId tenant, LiveSubscription subscription) {}

    /** Takes in the released log so far and starts to follow it. */
    public void start() {
        journal.onGrowth(LogName.RELEASED, watermark -> {
            synchronized (signal) {
                grew = true;
                signal.notifyAll();
            }
        });
        readers.load();
        withdrawals.load();
        restoreLogs();
        readers.settle(audience -> log(audience).end());
        follower.start();
    }

    /** True where everything released is in the audiences' logs. */
    public boolean idle() {
        return followed >= journal.watermark(LogName.RELEASED);
    }

    /** Reads what is kept of the released log; the counts say how much of each audience's log was there before. */
    private void restoreLogs() {
        Optional<StoredAudienceCounts> counts =
                journal.latest(LogName.CURSORS, COUNTS).map(LiveSubscriptions::counts);
        oldest = Math.max(1, journal.oldest(LogName.RELEASED));
        followed = oldest - 1;
        long counted = counts.map(StoredAudienceCounts::getPosition).orElse(0L);
        int keptEra = counts.map(StoredAudienceCounts::getEra).orElse(0);
        if (counted >= oldest - 1) {
            takeInUpTo(counted);
            counts.ifPresent(kept -> kept.getEntriesMap().forEach((audience, entries) -> {
                AudienceLog log = log(new AudienceId(audience));
                log.startAt(entries - log.end());
            }));
        } else {
            LOG.warn("released log was trimmed beyond the last count, cursors start anew, oldest={}", oldest);
        }
        era = counted >= oldest - 1 ? keptEra : keptEra + 1;
        takeInUpTo(journal.watermark(LogName.RELEASED));
        keepCounts();
    }

    private static StoredAudienceCounts counts(Entry entry) {
        try {
            return StoredAudienceCounts.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("counts of audiences can't be read", e);
        }
    }

    private synchronized void keepCounts() {
        if (followed == countsKeptAt) {
            return;
        }
        StoredAudienceCounts.Builder counts =
                StoredAudienceCounts.newBuilder().setPosition(followed).setEra(era);
        logs.forEach((audience, log) -> counts.putEntries(audience.text(), log.end()));
        journal.append(LogName.CURSORS, NewEntry.keyed(COUNTS, counts.build().toByteArray()))
                .join();
        countsKeptAt = followed;
    }

    private void follow() {
        boolean told = false;
        try {
            while (!closing) {
                try {
                    takeInUpTo(journal.watermark(LogName.RELEASED));
                    forgetTrimmed();
                    if (followed - countsKeptAt >= COUNTS_INTERVAL) {
                        keepCounts();
                    }
                    told = false;
                    if (!awaitGrowth(COUNTS_DELAY_MS)) {
                        keepCounts();
                        awaitGrowth(0);
                    }
                } catch (StoreException | CompletionException e) {
                    StoreException failure = StoreException.in(e).orElseThrow(() -> e);
                    if (!failure.code().passing()) {
                        throw e;
                    }
                    if (!told) {
                        LOG.warn("journal does not answer, streams wait, reason={}", failure.getMessage());
                        told = true;
                    }
                    pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            if (!closing) {
                LOG.error("released log can't be followed, streams stand still", e);
            }
        }
    }

    /** Waits for more; false where there was none for a time. 0 waits for ever. */
    private boolean awaitGrowth(long timeoutMs) throws InterruptedException {
        synchronized (signal) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
            while (!closing && !grew) {
                long leftMs = timeoutMs == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (timeoutMs > 0 && leftMs <= 0) {
                    return false;
                }
                signal.wait(leftMs);
            }
            grew = false;
            return true;
        }
    }

    private void pause() throws InterruptedException {
        long end = System.nanoTime() + RETRY.toNanos();
        synchronized (signal) {
            for (long leftMs = RETRY.toMillis();
                    !closing && leftMs > 0;
                    leftMs = (end - System.nanoTime()) / 1_000_000) {
                signal.wait(leftMs);
            }
        }
    }

    private void takeInUpTo(long end) {
        // another node may have trimmed while this one slept
        long next = Math.max(followed + 1, journal.oldest(LogName.RELEASED));
        while (next <= end) {
            Set<AudienceLog> grown = new HashSet<>();
            for (Entry entry : journal.read(LogName.RELEASED, next, (int) Math.min(READ_ENTRIES_MAX, end - next + 1))) {
                takeIn(entry, grown);
                next = entry.position() + 1;
                followed = entry.position();
            }
            fanOut.serve(
                    grown.stream().flatMap(log -> log.takeWaiting().stream()).toList());
        }
    }

    private void takeIn(Entry entry, Set<AudienceLog> grown) {
        StoredRelease release;
        try {
            release = StoredRelease.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            LOG.error("release can't be read, position={}", entry.position(), e);
            return;
        }
        for (String audience : release.getAudiencesList()) {
            takeIn(entry, release, new AudienceId(audience), grown);
        }
    }

    private void takeIn(Entry entry, StoredRelease release, AudienceId audience, Set<AudienceLog> grown) {
        AudienceLog log = log(audience);
        long micros = Times.micros(entry.recordedAt());
        if (release.getHeld()) {
            log.hold(
                    Gap.newBuilder()
                            .setReason(GapReason.GAP_REASON_QUOTA)
                            .setFrom(Times.timestamp(entry.recordedAt()))
                            .setTo(release.getDue())
                            .build(),
                    micros);
        } else if (release.hasDue()) {
            // an audience learns of a delayed product when it is due
            return;
        } else if (release.hasWithdrawn()) {
            // known before it is told, so that no answer comes too early
            withdrawals.tell(
                    release,
                    readers.of(
                            audience,
                            log.indexOf(release.getSinceProductPosition()),
                            log.indexOf(release.getProductPosition())));
            log.withdraw(release.getProductPosition(), release.getWithdrawn(), micros);
        } else {
            log.add(release.getProductPosition(), release.getProductId(), release.getObject(), micros);
        }
        grown.add(log);
    }

    /** What the journal no longer keeps takes no memory either; the counts are kept first, for they outlast it. */
    private void forgetTrimmed() {
        long now = journal.oldest(LogName.RELEASED);
        if (now > oldest && now <= followed) {
            keepCounts();
            oldest = now;
            long micros =
                    Times.micros(journal.read(LogName.RELEASED, now, 1).get(0).recordedAt());
            logs.values().forEach(log -> log.trim(micros));
        }
    }

    private void startReading(TenantId tenant, AudienceId audience, long from) throws SubscriptionRefused {
        try {
            readers.start(tenant, audience, from);
        } catch (CompletionException | StoreException e) {
            if (StoreException.in(e).filter(failure -> failure.code().passing()).isEmpty()) {
                throw e;
            }
            throw new SubscriptionRefused(e);
        }
    }

    /** The log of an audience. */
    AudienceLog log(AudienceId audience) {
        return logs.computeIfAbsent(audience, none -> new AudienceLog());
    }

    @Override
    public Subscription open(CallerIdentity caller, SubscribeRequest request, Runnable wakeUp)
            throws SubscriptionRefused {
        Audience audience = subscriber(caller.tenant())
                .orElseThrow(() -> new SubscriptionRefused("", "this tenant does not subscribe"));
        Filter filter = Filter.of(request);
        if (request.getTextForm() == TextForm.UNRECOGNIZED) {
            throw new SubscriptionRefused(
                    "text_form", "`" + request.getTextFormValue() + "` (expected: a value of the contract)");
        }
        TenantReading reading = new TenantReading(caller.tenant(), binding(request));
        AudienceLog log = log(AudienceId.of(audience));
        LiveSubscription.Plan plan = plan(reading, audience, log, request);
        long from = plan.snapshot().length > 0 ? Math.min(plan.snapshot()[0], plan.next()) : plan.next();
        startReading(caller.tenant(), AudienceId.of(audience), from);
        LiveSubscription subscription = new LiveSubscription(
                caller.tenant(), audience, log, filter, variants, deliveries, plan, reading, clock, wakeUp);
        reading.self = new Open(caller.tenant(), subscription);
        open.add(reading.self);
        return subscription;
    }

    /** The audience of a tenant that subscribes. */
    Optional<Audience> subscriber(TenantId tenant) {
        return policy.audience(tenant).filter(known -> known.roles().contains(Role.SUBSCRIBER));
    }

    private LiveSubscription.Plan plan(
            TenantReading reading, Audience audience, AudienceLog log, SubscribeRequest request)
            throws SubscriptionRefused {
        List<SubscribeResponse> opening = new ArrayList<>();
        withdrawals
                .unanswered(reading.tenant)
                .forEach(notice -> opening.add(
                        SubscribeResponse.newBuilder().setWithdrawn(notice).build()));
        return switch (request.getStartCase()) {
            case NOW, START_NOT_SET -> live(reading, request.getTextForm(), opening, log.end(), 0, 0);
            case SNAPSHOT -> {
                AudienceLog.Snapshot snapshot = log.snapshot();
                yield new LiveSubscription.Plan(
                        reading.filter, request.getTextForm(), opening, snapshot.indexes(), true, snapshot.end(), 0, 0);
            }
            case TIME -> {
                Instant since = Times.instant(request.getTime());
                if (log.first() > 0
                        && log.first() < log.end()
                        && log.releasedMicros(log.first()) > Times.micros(since)) {
                    opening.add(trimmed(log, since));
                }
                yield live(reading, request.getTextForm(), opening, log.firstSince(Times.micros(since)), 0, 0);
            }
            case CURSOR -> {
                Cursors.Place place = cursors.read(
                        reading.tenant, reading.binding, request.getCursor().toByteArray());
                if (place.audience() != tag(audience)) {
                    // another policy made another audience of the tenant: repeat rather than miss
                    AudienceLog.Snapshot snapshot = log.snapshot();
                    yield new LiveSubscription.Plan(
                            reading.filter,
                            request.getTextForm(),
                            opening,
                            snapshot.indexes(),
                            false,
                            snapshot.end(),
                            place.sequence(),
                            place.delivered());
                }
                yield live(
                        reading,
                        request.getTextForm(),
                        opening,
                        resumed(place, log, opening),
                        place.sequence(),
                        place.delivered());
            }
        };
    }

    private static LiveSubscription.Plan live(
            TenantReading reading,
            TextForm text,
            List<SubscribeResponse> opening,
            long next,
            long sequence,
            long delivered) {
        return new LiveSubscription.Plan(reading.filter, text, opening, new long[0], false, next, sequence, delivered);
    }

    private long resumed(Cursors.Place place, AudienceLog log, List<SubscribeResponse> opening)
            throws SubscriptionRefused {
        if (place.era() > era || (place.era() == era && place.next() > log.end())) {
            throw new SubscriptionRefused(
                    "cursor", "ahead of what was released (expected: a cursor of this gateway; start with a snapshot)");
        }
        if (place.era() < era || place.next() < log.first()) {
            opening.add(trimmed(log, null));
            return log.first();
        }
        return place.next();
    }

    private SubscribeResponse trimmed(AudienceLog log, @Nullable Instant since) {
        Instant to = log.first() < log.end() ? Times.ofMicros(log.releasedMicros(log.first())) : clock.instant();
        return LiveSubscription.gapMessage(GapReason.GAP_REASON_TRIMMED, since, to)
                .build();
    }

    /** Tells every subscriber that another policy holds, and goes on as the audience that it is under it. */
    public void policyChanged(long version) {
        PolicyChanged change = PolicyChanged.newBuilder()
                .setVersion(version)
                .setSince(Times.timestamp(clock.instant()))
                .build();
        for (Open one : open) {
            Optional<Audience> now = subscriber(one.tenant());
            if (now.isPresent()) {
                AudienceId id = AudienceId.of(now.get());
                AudienceLog log = log(id);
                if (!one.subscription().isOf(log)) {
                    readers.start(one.tenant(), id, log.first());
                }
                one.subscription().policyChanged(change, now.get(), log);
            } else {
                one.subscription().close(ClosingReason.CLOSING_REASON_PERMISSION);
            }
        }
    }

    /** What a cursor is bound to beside the tenant: everything in the request but where to start and what
     * stands beside the products. */
    private static byte[] binding(SubscribeRequest request) {
        return Digests.sha256(
                request.toBuilder().clearStart().clearTextForm().build().toByteArray());
    }

    private static long tag(Audience audience) {
        byte[] id = HexFormat.of().parseHex(AudienceId.of(audience).text());
        return ByteBuffer.wrap(id).getLong();
    }

    @Override
    public boolean confirmed() {
        return confirmed.getAsBoolean();
    }

    @Override
    public void close() {
        closing = true;
        synchronized (signal) {
            signal.notifyAll();
        }
        try {
            follower.join(CLOSE_MAX_MS);
            keepCounts();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("counts of audiences not kept", e);
        }
    }

    /** One tenant's side of a subscription. */
    private final class TenantReading implements LiveSubscription.Reading {
        private final TenantId tenant;
        private final byte[] binding;
        private final ByteString filter;
        private @Nullable Open self;
        private @Nullable Audience tagged;
        private long tag;

        TenantReading(TenantId tenant, byte[] binding) {
            this.tenant = tenant;
            this.binding = binding;
            this.filter = UnsafeByteOperations.unsafeWrap(binding);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // equal ones have equal tags; most often it is the very same
        public byte[] cursor(Audience audience, long next, long sequence, long delivered) {
            if (audience != tagged) {
                tagged = audience;
                tag = tag(audience);
            }
            return cursors.write(tenant, binding, new Cursors.Place(tag, era, next, sequence, delivered));
        }

        @Override
        public SubscribeResponse told(SubscribeResponse message) {
            if (!message.hasWithdrawn() || withdrawals.concerns(tenant, message.getWithdrawn())) {
                return message;
            }
            SubscribeResponse.Builder notAsked = message.toBuilder();
            notAsked.getWithdrawnBuilder().setAcknowledge(false);
            return notAsked.build();
        }

        @Override
        public List<QuotaLeft> quotasLeft(Audience audience) {
            return quotas.apply(audience).stream()
                    .map(one -> QuotaLeft.newBuilder()
                            .setName(one.quota())
                            .setLeft(one.left())
                            .setResets(Times.timestamp(Instant.ofEpochMilli(one.resetsMs())))
                            .build())
                    .toList();
        }

        @Override
        public void left(Audience audience, long next) {
            readers.end(tenant, AudienceId.of(audience), next);
        }

        @Override
        public void end(Audience audience, long next) {
            if (self != null) {
                open.remove(self);
            }
            left(audience, next);
        }
    }
}
