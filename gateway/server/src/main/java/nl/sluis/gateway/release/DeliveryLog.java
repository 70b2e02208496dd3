package nl.sluis.gateway.release;

import com.google.protobuf.Timestamp;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.Times;
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
 */
public final class DeliveryLog {
    private final AuditLog audit;
    private final InstantSource clock;

    /**
     * @param audit the audit log
     * @param clock the gateway's clock
     */
    public DeliveryLog(AuditLog audit, InstantSource clock) {
        this.audit = audit;
        this.clock = clock;
    }

    /**
     * Enters a batch. Never blocks.
     *
     * @param tenant who is about to get it
     * @param batch what it is about to get, at least one
     * @return completes on a thread of the journal when the entries are durable, or with its failure
     */
    public CompletableFuture<?> enter(TenantId tenant, List<Variants.Found.Ready> batch) {
        Timestamp now = Times.timestamp(clock.instant());
        List<AuditLog.Release> releases = new ArrayList<>(batch.size());
        for (Variants.Found.Ready ready : batch) {
            Variants.Account account = ready.account();
            releases.add(release(account, account.entry().toBuilder().setTenant(tenant.toString()), now));
            for (AuditEntry downgrade : account.downgrades()) {
                releases.add(release(account, downgrade.toBuilder().setOtherTenant(tenant.toString()), now));
            }
        }
        return audit.appendReleases(releases);
    }

    private static AuditLog.Release release(Variants.Account account, AuditEntry.Builder entry, Timestamp now) {
        return new AuditLog.Release(entry.setAt(now).build(), account.salt(), account.productPosition());
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
