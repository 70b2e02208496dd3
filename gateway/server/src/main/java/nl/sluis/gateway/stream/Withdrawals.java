package nl.sluis.gateway.stream;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.WithdrawalKeys;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredAcknowledgement;
import nl.sluis.journal.v1.StoredNotice;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.proto.v1.Withdrawn;

/**
 * Who was sent a product that is withdrawn, and who has said that it is removed. A tenant that has not is asked again at
 * each start of a stream.
 */
public final class Withdrawals {
    private final Journal journal;
    private final Executor workers;
    private final InstantSource clock;
    private final Map<String, Map<String, Withdrawn>> toldByTenant = new ConcurrentHashMap<>();

    /**
     * @param journal where notices and answers are kept
     * @param workers runs what blocks
     * @param clock the gateway's clock
     */
    public Withdrawals(Journal journal, Executor workers, InstantSource clock) {
        this.journal = journal;
        this.workers = workers;
        this.clock = clock;
    }

    /** Takes in what earlier lives of the gateway told. */
    void load() {
        journal.scanLatest(LogName.WITHDRAWALS, entry -> {
            if (entry.key().startsWith(WithdrawalKeys.NOTICE)) {
                remember(parse(entry));
            }
        });
    }

    /**
     * Keeps whom a withdrawal concerns, once: who had been sent the product does not change afterwards. Blocks.
     *
     * @param release the withdrawal, of the released log
     * @param readers tells who had been sent it
     */
    void tell(StoredRelease release, Iterable<String> readers) {
        Withdrawn notice = release.getWithdrawn();
        String key = WithdrawalKeys.notice(
                new AudienceId(release.getAudiences(0)), notice.getProductId(), notice.getVersion());
        Optional<Entry> told = journal.latest(LogName.WITHDRAWALS, key);
        if (told.isPresent()) {
            remember(parse(told.get()));
            return;
        }
        StoredNotice stored = StoredNotice.newBuilder()
                .setWithdrawn(notice)
                .addAllTenants(readers)
                .setLabel(release.getLabel())
                .build();
        journal.append(LogName.WITHDRAWALS, NewEntry.keyed(key, stored.toByteArray()))
                .join();
        remember(stored);
    }

    private static StoredNotice parse(Entry entry) {
        try {
            return StoredNotice.parseFrom(entry.payload());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("notice at " + entry.position() + " can't be read", e);
        }
    }

    private void remember(StoredNotice notice) {
        Withdrawn withdrawn = notice.getWithdrawn();
        notice.getTenantsList().forEach(tenant -> {
            Map<String, Withdrawn> told = toldByTenant.computeIfAbsent(tenant, none -> new LinkedHashMap<>());
            synchronized (told) {
                told.put(withdrawn.getProductId() + "/" + withdrawn.getVersion(), withdrawn);
            }
        });
    }

    private Optional<Withdrawn> told(TenantId tenant, String productId, int version) {
        Map<String, Withdrawn> told = toldByTenant.getOrDefault(tenant.toString(), Map.of());
        synchronized (told) {
            return Optional.ofNullable(told.get(productId + "/" + version));
        }
    }

    /** Whether a tenant is asked for an answer: it may have been sent the product. */
    boolean concerns(TenantId tenant, Withdrawn notice) {
        return told(tenant, notice.getProductId(), notice.getVersion()).isPresent();
    }

    /** What a tenant was told and has not answered, in the order in which it was told. Blocks. */
    List<Withdrawn> unanswered(TenantId tenant) {
        Map<String, Withdrawn> told = toldByTenant.getOrDefault(tenant.toString(), Map.of());
        List<Withdrawn> all;
        synchronized (told) {
            all = new ArrayList<>(told.values());
        }
        all.removeIf(one -> answer(tenant, one.getProductId(), one.getVersion()).isPresent());
        return all;
    }

    private Optional<Instant> answer(TenantId tenant, String productId, int version) {
        return journal.latest(
                        LogName.WITHDRAWALS, WithdrawalKeys.acknowledgement(tenant.toString(), productId, version))
                .map(entry -> {
                    try {
                        return Times.instant(
                                StoredAcknowledgement.parseFrom(entry.payload()).getRecorded());
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException("answer at " + entry.position() + " can't be read", e);
                    }
                });
    }

    /**
     * Records that a tenant has removed a withdrawn product; a repeated answer is answered with the time of the first.
     *
     * @return when it was recorded; empty where this tenant was not told of such a withdrawal
     */
    public CompletionStage<Optional<Instant>> acknowledge(TenantId tenant, String productId, int version) {
        return CompletableFuture.supplyAsync(
                () -> {
                    if (told(tenant, productId, version).isEmpty()) {
                        return Optional.empty();
                    }
                    Optional<Instant> before = answer(tenant, productId, version);
                    if (before.isPresent()) {
                        return before;
                    }
                    Instant now = clock.instant();
                    journal.append(
                                    LogName.WITHDRAWALS,
                                    NewEntry.keyed(
                                            WithdrawalKeys.acknowledgement(tenant.toString(), productId, version),
                                            StoredAcknowledgement.newBuilder()
                                                    .setRecorded(Times.timestamp(now))
                                                    .build()
                                                    .toByteArray()))
                            .join();
                    return Optional.of(now);
                },
                workers);
    }
}
