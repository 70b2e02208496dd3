package nl.sluis.gateway.release;

import com.google.protobuf.Timestamp;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.audit.Leaves;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.StoredDeliveries;
import nl.sluis.journal.v1.StoredDelivery;
import nl.sluis.policy.bundle.Role;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Explanation;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;

/**
 * Enters in the audit log what is about to be sent, a batch at a time, before it is sent: nothing leaves that is not
 * accounted for. Where a stream ends in between, more was entered than sent, never less.
 *
 * <p>One commit is under way at a time; what comes meanwhile goes into the next one together. Of a batch that goes to many
 * at once, the variants are entered once, with the names of all who get them.
 */
public final class DeliveryLog {
    /** Pause in which others that were woken by the same product come in: a tenth of a commit of their own. */
    private static final long GATHER_NS = TimeUnit.MICROSECONDS.toNanos(50);

    /** Pauses at most, while more keep coming: so long as one commit takes. */
    private static final int GATHER_PAUSES_MAX = 10;

    private final AuditLog audit;
    private final InstantSource clock;
    private final Executor enterer;
    // guarded by this; bounded by the streams, each of which waits for one batch
    private IdentityHashMap<List<Variants.Found.Ready>, List<String>> waiting = new IdentityHashMap<>();
    private CompletableFuture<Void> entered = new CompletableFuture<>();
    private boolean underWay;
    private int come;

    /**
     * @param audit the audit log
     * @param clock the gateway's clock
     * @param enterer runs one short task at a time, while streams wait for it
     */
    public DeliveryLog(AuditLog audit, InstantSource clock, Executor enterer) {
        this.audit = audit;
        this.clock = clock;
        this.enterer = enterer;
    }

    /**
     * Enters a batch. Never blocks.
     *
     * @param tenant who is about to get it
     * @param batch what it is about to get, at least one; the same list where many are about to get the same
     * @return completes on a thread of the journal when the entries are durable, or with its failure
     */
    public synchronized CompletableFuture<?> enter(TenantId tenant, List<Variants.Found.Ready> batch) {
        waiting.computeIfAbsent(batch, none -> new ArrayList<>()).add(tenant.toString());
        come++;
        CompletableFuture<Void> done = entered;
        if (!underWay) {
            underWay = true;
            enterer.execute(this::enterTogether);
        }
        return done;
    }

    /**
     * What goes to many.
     *
     * @param tenants who are about to get it, each as often as it is
     * @param products what they are about to get, at least one
     */
    public record Batch(List<TenantId> tenants, List<Variants.Found.Ready> products) {}

    /**
     * Enters batches of which all who get them are known: nobody is waited for. Never blocks.
     *
     * @param batches what is about to be sent
     * @return completes on a thread of the journal when the entries are durable, or with its failure
     */
    public CompletableFuture<?> enterAll(List<Batch> batches) {
        CompletableFuture<Void> done;
        boolean first;
        synchronized (this) {
            for (Batch batch : batches) {
                List<String> tenants = waiting.computeIfAbsent(batch.products(), none -> new ArrayList<>());
                batch.tenants().forEach(tenant -> tenants.add(tenant.toString()));
            }
            done = entered;
            first = !underWay;
            underWay = true;
        }
        if (first) {
            enterWaiting();
        }
        return done;
    }

    /** Enters the first after a silence together with those who come for the same reason, in one commit instead of two. */
    private void enterTogether() {
        int before = -1;
        for (int pause = 0; pause < GATHER_PAUSES_MAX && before < haveCome(); pause++) {
            before = haveCome();
            LockSupport.parkNanos(this, GATHER_NS);
        }
        enterWaiting();
    }

    private synchronized int haveCome() {
        return come;
    }

    private void enterWaiting() {
        IdentityHashMap<List<Variants.Found.Ready>, List<String>> batches;
        CompletableFuture<Void> done;
        synchronized (this) {
            batches = waiting;
            done = entered;
            waiting = new IdentityHashMap<>();
            come = 0;
            entered = new CompletableFuture<>();
        }
        CompletableFuture<?> appended;
        try {
            appended = audit.appendDeliveries(stored(batches));
        } catch (RuntimeException e) {
            appended = CompletableFuture.failedFuture(e);
        }
        var unused = appended.whenComplete((durable, failure) -> {
            synchronized (this) {
                underWay = !waiting.isEmpty();
                if (underWay) {
                    enterer.execute(this::enterWaiting);
                }
            }
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
    }

    private List<StoredDeliveries> stored(IdentityHashMap<List<Variants.Found.Ready>, List<String>> batches) {
        // audiences that are told the same are one batch here
        Map<List<StoredDelivery>, List<String>> byContent = new LinkedHashMap<>();
        batches.forEach((batch, tenants) -> byContent
                .computeIfAbsent(
                        batch.stream().map(Variants.Found.Ready::account).toList(), none -> new ArrayList<>())
                .addAll(tenants));
        Timestamp now = Times.timestamp(clock.instant());
        List<StoredDeliveries> stored = new ArrayList<>();
        byContent.forEach((deliveries, tenants) -> {
            int leavesOfEach =
                    deliveries.stream().mapToInt(Leaves::ofEachTenant).sum();
            int tenantsMax = Math.max(1, Leaves.BATCH_LEAVES_MAX / leavesOfEach);
            for (int i = 0; i < tenants.size(); i += tenantsMax) {
                stored.add(StoredDeliveries.newBuilder()
                        .setAt(now)
                        .addAllDeliveries(deliveries)
                        .addAllTenants(tenants.subList(i, Math.min(i + tenantsMax, tenants.size())))
                        .build());
            }
        });
        return stored;
    }

    /** For each declared downgrade that was used, an entry for each tenant that speaks for its originator. */
    static List<AuditEntry> downgrades(AuditEntry release, Decision decision, int audience) {
        if (!decision.isRelabelled(audience)) {
            return List.of();
        }
        List<AuditEntry> entries = new ArrayList<>();
        for (Explanation.RuleHit hit : decision.explain(audience).rules()) {
            if (hit.verb().equals("relabel")) {
                for (String tenant : speakers(decision, hit.owner())) {
                    entries.add(release.toBuilder()
                            .setEvent(AuditEvent.AUDIT_EVENT_DOWNGRADED)
                            .setTenant(tenant)
                            .setRule(hit.policy() + "/" + hit.name())
                            .build());
                }
            }
        }
        return entries;
    }

    /** The originators whose policy the rule is in, and their nation's officers. */
    private static Set<String> speakers(Decision decision, String policyOwner) {
        Set<OwnerId> owners = new TreeSet<>(decision.item().label().owners());
        for (Tenant tenant : decision.policy().bundle().tenants().values()) {
            if (tenant.roles().contains(Role.OFFICER)) {
                owners.addAll(tenant.asOwners());
            }
        }
        Set<String> speakers = new TreeSet<>();
        for (OwnerId owner : owners) {
            boolean theirs =
                    owner.toString().equals(policyOwner) || owner.nation().equals(policyOwner);
            if (theirs && !owner.tenant().isEmpty()) {
                speakers.add(owner.nation().toLowerCase(Locale.ROOT) + "/" + owner.tenant());
            }
        }
        return speakers;
    }
}
