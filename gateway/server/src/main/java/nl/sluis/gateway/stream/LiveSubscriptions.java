package nl.sluis.gateway.stream;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.DeliveryLog;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.release.Variants;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.Role;
import nl.sluis.proto.v1.SubscribeRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the released log, keeps each audience's own log, and opens subscriptions on it. */
public final class LiveSubscriptions implements Subscriptions, AutoCloseable {
    private static final int READ_ENTRIES_MAX = 1_024;
    private static final Duration RETRY = Duration.ofMillis(200); // wait before a journal without answer is asked again
    private static final Logger LOG = LoggerFactory.getLogger(LiveSubscriptions.class);

    private final Journal journal;
    private final PolicyInForce policy;
    private final Variants variants;
    private final DeliveryLog deliveries;
    private final Cursors cursors;
    private final InstantSource clock;
    private final BooleanSupplier confirmed;
    private final Map<AudienceId, AudienceLog> logs = new ConcurrentHashMap<>();
    private final Thread follower;
    private final Object signal = new Object();
    // guarded by signal
    private boolean grew;
    private volatile long followed;
    private volatile boolean closing;

    /**
     * @param journal the journal
     * @param policy the policy in force
     * @param variants makes the bytes
     * @param deliveries accounts for what is sent
     * @param cursorKey 32 secret bytes for cursors
     * @param clock the gateway's clock
     * @param confirmed whether this node knows that its policy is the newest
     */
    public LiveSubscriptions(
            Journal journal,
            PolicyInForce policy,
            Variants variants,
            DeliveryLog deliveries,
            byte[] cursorKey,
            InstantSource clock,
            BooleanSupplier confirmed) {
        this.journal = journal;
        this.confirmed = confirmed;
        this.policy = policy;
        this.variants = variants;
        this.deliveries = deliveries;
        this.cursors = new Cursors(cursorKey);
        this.clock = clock;
        this.follower = new Thread(this::follow, "sluis-released");
        follower.setDaemon(true);
    }

    /** Takes in the released log so far and starts to follow it. */
    public void start() {
        journal.onGrowth(LogName.RELEASED, watermark -> {
            synchronized (signal) {
                grew = true;
                signal.notifyAll();
            }
        });
        takeInAll();
        follower.start();
    }

    /** True where everything released is in the audiences' logs. */
    public boolean idle() {
        return followed >= journal.watermark(LogName.RELEASED);
    }

    private void follow() {
        try {
            while (!closing) {
                try {
                    takeInAll();
                    awaitGrowth();
                } catch (StoreException e) {
                    if (!e.code().passing()) {
                        throw e;
                    }
                    LOG.warn("released log does not answer, streams wait, reason={}", e.getMessage());
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

    private void awaitGrowth() throws InterruptedException {
        synchronized (signal) {
            while (!closing && !grew) {
                signal.wait();
            }
            grew = false;
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

    private void takeInAll() {
        long next = Math.max(followed + 1, Math.max(1, journal.oldest(LogName.RELEASED)));
        while (next <= journal.watermark(LogName.RELEASED)) {
            List<Entry> entries = journal.read(LogName.RELEASED, next, READ_ENTRIES_MAX);
            Set<AudienceLog> grown = new HashSet<>();
            for (Entry entry : entries) {
                takeIn(entry, grown);
                next = entry.position() + 1;
                followed = entry.position();
            }
            grown.forEach(AudienceLog::wakeAll);
        }
    }

    private void takeIn(Entry entry, Set<AudienceLog> grown) {
        try {
            StoredRelease release = StoredRelease.parseFrom(entry.payload());
            if (!release.hasDue()) {
                AudienceLog log = log(new AudienceId(release.getAudience()));
                log.add(release.getProductPosition(), release.getProductId(), micros(entry.recordedAt()));
                grown.add(log);
            }
        } catch (InvalidProtocolBufferException e) {
            LOG.error("release can't be read, position={}", entry.position(), e);
        }
    }

    private AudienceLog log(AudienceId audience) {
        return logs.computeIfAbsent(audience, none -> new AudienceLog());
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    @Override
    public Subscription open(CallerIdentity caller, SubscribeRequest request, Runnable wakeUp)
            throws SubscriptionRefused {
        Audience audience = policy.audience(caller.tenant())
                .filter(known -> known.roles().contains(Role.SUBSCRIBER))
                .orElseThrow(() -> new SubscriptionRefused("", "this tenant does not subscribe"));
        Filter filter = Filter.of(request);
        AudienceId id = AudienceId.of(audience);
        AudienceLog log = log(id);
        byte[] binding = binding(id, request);
        Cursors.Place start = switch (request.getStartCase()) {
            case NOW, START_NOT_SET -> new Cursors.Place(log.size(), 0);
            case SNAPSHOT -> new Cursors.Place(0, 0);
            case TIME -> new Cursors.Place(log.firstSince(micros(Times.instant(request.getTime()))), 0);
            case CURSOR ->
                known(
                        log,
                        cursors.read(
                                caller.tenant(), binding, request.getCursor().toByteArray()));
        };
        int[] snapshot = request.getStartCase() == SubscribeRequest.StartCase.SNAPSHOT ? log.snapshot() : new int[0];
        int live = request.getStartCase() == SubscribeRequest.StartCase.SNAPSHOT
                ? (snapshot.length == 0 ? log.size() : snapshot[snapshot.length - 1] + 1)
                : start.next();
        LiveSubscription.Plan plan = new LiveSubscription.Plan(
                snapshot, request.getStartCase() == SubscribeRequest.StartCase.SNAPSHOT, live, start.delivered());
        return new LiveSubscription(
                caller.tenant(),
                audience,
                log,
                filter,
                variants,
                deliveries,
                plan,
                place -> cursors.write(caller.tenant(), binding, place),
                clock,
                wakeUp);
    }

    private static Cursors.Place known(AudienceLog log, Cursors.Place place) throws SubscriptionRefused {
        if (place.next() > log.size()) {
            throw new SubscriptionRefused(
                    "cursor", "ahead of what was released (expected: a cursor of this gateway; start with a snapshot)");
        }
        return place;
    }

    /** What a cursor is bound to beside the tenant: the audience and everything in the request but where to start. */
    private static byte[] binding(AudienceId audience, SubscribeRequest request) {
        SubscribeRequest filter = request.toBuilder().clearStart().build();
        return Digests.sha256(filter.toByteString()
                .concat(ByteString.copyFromUtf8(audience.text()))
                .toByteArray());
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
    }
}
