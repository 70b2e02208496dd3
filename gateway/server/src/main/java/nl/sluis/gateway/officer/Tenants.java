package nl.sluis.gateway.officer;

import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.Revocation;
import nl.sluis.gateway.identity.TenantId;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.release.PolicyInForce;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.StoredRevocation;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.bundle.Tenant;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.RevokeCredentialRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tenants as officers see them, and how an officer shuts one out at once.
 *
 * <p>An officer shuts out its own nation's tenants and certificates. The host's officers shut out any: they answer for the
 * gateway, and shutting out only ever narrows who gets what. A revocation has no end: whoever comes back gets a new
 * certificate, and a tenant a new name.
 */
public final class Tenants implements AutoCloseable {
    private static final int REASON_CHARACTERS_MAX = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(Tenants.class);

    private final PolicyInForce policy;
    private final Identities identities;
    private final Journal journal;
    private final AuditLog audit;
    private final String hostNation;
    private final InstantSource clock;
    private final Journal.Registration following;

    /**
     * Takes up what officers have shut out so far, and follows what they shut out on other nodes.
     *
     * @param policy the policy in force, with its tenants
     * @param identities who is let in
     * @param journal where revocations are kept
     * @param audit where each is entered
     * @param hostNation the nation that runs the gateway, lower case
     * @param workers runs what blocks
     * @param clock the gateway's clock
     */
    public Tenants(
            PolicyInForce policy,
            Identities identities,
            Journal journal,
            AuditLog audit,
            String hostNation,
            Executor workers,
            InstantSource clock) {
        this.policy = policy;
        this.identities = identities;
        this.journal = journal;
        this.audit = audit;
        this.hostNation = hostNation;
        this.clock = clock;
        this.following = journal.onGrowth(LogName.REVOCATIONS, watermark -> workers.execute(this::takeUp));
        takeUp();
    }

    private void takeUp() {
        Set<Revocation> all = new HashSet<>();
        List<Entry> entries = new ArrayList<>();
        journal.scanLatest(LogName.REVOCATIONS, entries::add);
        for (Entry entry : entries) {
            try {
                all.add(revocation(StoredRevocation.parseFrom(entry.payload())));
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                throw new IllegalStateException("revocation at " + entry.position() + " can't be read", e);
            }
        }
        identities.setRevocations(all);
    }

    private static Revocation revocation(StoredRevocation stored) {
        Revocation what = stored.hasTenant()
                ? new Revocation.OfTenant(TenantId.parse(stored.getTenant()))
                : new Revocation.OfFingerprint(stored.getCertificateSha256());
        return stored.getNation().isEmpty() ? what : new Revocation.WithinNation(stored.getNation(), what);
    }

    /**
     * A tenant of the policy in force.
     *
     * @param id its name with its first nation, or community where it has none
     * @param tenant as the policy says
     * @param shutOut whether an officer has shut it out
     * @param consentMissing originators whose consent is missing while it is pending
     */
    public record Listed(TenantId id, Tenant tenant, boolean shutOut, List<String> consentMissing) {}

    /** All tenants in the order of their names, those that wait for consent and those that were removed included. */
    public List<Listed> list() {
        List<Listed> listed = new ArrayList<>();
        PolicyBundle bundle = policy.bundle();
        for (Tenant tenant : bundle.tenants().values()) {
            tenant.asOwners().stream().findFirst().ifPresent(owner -> {
                TenantId id = new TenantId(owner.nation().toLowerCase(Locale.ROOT), owner.tenant());
                listed.add(new Listed(
                        id,
                        tenant,
                        identities.isShutOut(id),
                        bundle.missingConsents(tenant.id()).stream()
                                .map(OwnerId::toString)
                                .sorted()
                                .toList()));
            });
        }
        listed.sort((a, b) -> a.id().compareTo(b.id()));
        return listed;
    }

    /**
     * What became of a revocation.
     *
     * @param at since when it holds
     * @param streamsClosed live streams of this node that have ended
     */
    public record Revoked(Instant at, int streamsClosed) {}

    /**
     * Shuts a certificate or tenant out: durable, effective on all nodes within a second, and in the audit log.
     *
     * @throws RevocationRefused if there is nothing to shut out, or the officer may not
     */
    public CompletableFuture<Revoked> revoke(CallerIdentity officer, RevokeCredentialRequest request) {
        Instant now = clock.instant();
        boolean host = officer.tenant().nation().equals(hostNation);
        String reason = request.getReason().strip();
        if (reason.isEmpty() || reason.length() > REASON_CHARACTERS_MAX) {
            throw RevocationRefused.invalid(
                    "reason", reason.length() + " characters (expected: 1 to " + REASON_CHARACTERS_MAX + ")");
        }
        StoredRevocation.Builder stored = StoredRevocation.newBuilder()
                .setNation(host ? "" : officer.tenant().nation())
                .setBy(officer.tenant().toString())
                .setPerson(officer.holder())
                .setReason(reason)
                .setRevoked(Times.timestamp(now));
        Optional<TenantId> shutOut;
        String field;
        try {
            switch (request.getWhatCase()) {
                case TENANT_ID -> {
                    field = "tenant_id";
                    TenantId tenant = TenantId.parse(request.getTenantId());
                    shutOut = Optional.of(tenant);
                    stored.setTenant(tenant.toString());
                }
                case CERTIFICATE_SHA256 -> {
                    field = "certificate_sha256";
                    String fingerprint =
                            new Revocation.OfFingerprint(request.getCertificateSha256()).certificateSha256();
                    // one that was never shown here may be stolen and not used yet: it is shut out all the same
                    shutOut = identities.tenantOf(fingerprint);
                    stored.setCertificateSha256(fingerprint);
                }
                default -> throw RevocationRefused.invalid("what", "none (expected: a certificate or a tenant)");
            }
        } catch (IllegalArgumentException e) {
            throw RevocationRefused.invalid(
                    request.hasTenantId() ? "tenant_id" : "certificate_sha256", String.valueOf(e.getMessage()));
        }
        if (!host
                && shutOut.isPresent()
                && !shutOut.get().nation().equals(officer.tenant().nation())) {
            throw RevocationRefused.forbidden(
                    field, "is not of `" + officer.tenant().nation() + "` (expected: of the officer's own nation)");
        }
        return enter(stored.build(), shutOut, now);
    }

    private CompletableFuture<Revoked> enter(StoredRevocation stored, Optional<TenantId> shutOut, Instant now) {
        String item = stored.hasTenant() ? stored.getTenant() : stored.getCertificateSha256();
        // effective first: if it can't be made durable the officer is told, and it holds here until the next start
        CompletableFuture<Integer> ended = identities.revoke(revocation(stored)).toCompletableFuture();
        LOG.warn("revoked by an officer, by={} person={} item={}", stored.getBy(), stored.getPerson(), item);
        return journal.append(
                        LogName.REVOCATIONS, NewEntry.keyed(stored.getNation() + "/" + item, stored.toByteArray()))
                .thenCompose(appended -> audit.append(entries(stored, item, shutOut)))
                .thenCombine(ended, (entered, streams) -> new Revoked(now, streams));
    }

    /** One for the officer's tenant, with person and reason, and one for whom it concerns, without. */
    private static List<AuditEntry> entries(StoredRevocation stored, String item, Optional<TenantId> shutOut) {
        AuditEntry.Builder common = AuditEntry.newBuilder()
                .setAt(stored.getRevoked())
                .setEvent(AuditEvent.AUDIT_EVENT_REVOKED)
                .setItemId(item);
        List<AuditEntry> entries = new ArrayList<>();
        entries.add(common.clone()
                .setTenant(stored.getBy())
                .setOtherTenant(shutOut.map(TenantId::toString).orElse(""))
                .setPerson(stored.getPerson())
                .setReason(stored.getReason())
                .build());
        shutOut.filter(tenant -> !tenant.toString().equals(stored.getBy()))
                .ifPresent(tenant ->
                        entries.add(common.clone().setTenant(tenant.toString()).build()));
        return entries;
    }

    @Override
    public void close() {
        following.close();
    }
}
