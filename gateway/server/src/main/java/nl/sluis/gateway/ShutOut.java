package nl.sluis.gateway;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.identity.CallerIdentity;
import nl.sluis.gateway.identity.Identities;
import nl.sluis.gateway.identity.IdentityRejected.Reason;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.rpc.PartnerServer;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.ClosingReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the streams and connections of those who may no longer stay, says why, and enters each once in the audit log. */
final class ShutOut implements Identities.RevocationListener {
    /** Certificates remembered as entered; a connection that takes its time to close is looked at again and again. */
    private static final int ENTERED_MAX = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(ShutOut.class);

    private final Identities identities;
    private final PartnerServer partners;
    private final AuditLog audit;
    private final InstantSource clock;
    private final Map<String, Reason> entered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Reason> eldest) {
            return size() > ENTERED_MAX;
        }
    };

    ShutOut(Identities identities, PartnerServer partners, AuditLog audit, InstantSource clock) {
        this.identities = identities;
        this.partners = partners;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Integer> shutOut(Predicate<CallerIdentity> mustLeave) {
        CompletionStage<Integer> expired = partners.closeWhere(
                caller -> mustLeave.test(caller) && objection(caller) == Reason.EXPIRED && isEntered(caller),
                ClosingReason.CLOSING_REASON_EXPIRED);
        CompletionStage<Integer> revoked = partners.closeWhere(
                caller -> mustLeave.test(caller) && isEntered(caller), ClosingReason.CLOSING_REASON_REVOKED);
        return expired.thenCombine(revoked, Integer::sum);
    }

    private Reason objection(CallerIdentity caller) {
        Optional<Reason> objection = identities.objection(caller);
        // what an officer has shut out this instant may already be lifted by a reload; it goes all the same
        return objection.orElse(Reason.REVOKED_BY_OFFICER);
    }

    /** Enters a caller the first time; always true. */
    private boolean isEntered(CallerIdentity caller) {
        Reason reason = objection(caller);
        synchronized (entered) {
            if (entered.put(caller.certificateSha256(), reason) == reason) {
                return true;
            }
        }
        LOG.warn(
                "caller shut out, tenant={} certificate={} reason={}",
                caller.tenant(),
                caller.certificateSha256(),
                reason);
        var unused = audit.append(AuditEntry.newBuilder()
                        .setAt(Times.timestamp(clock.instant()))
                        .setEvent(AuditEvent.AUDIT_EVENT_REVOKED)
                        .setTenant(caller.tenant().toString())
                        .setItemId(caller.certificateSha256())
                        .setReason(reason.name())
                        .build())
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.error("caller shut out could not be entered, tenant={}", caller.tenant(), failure);
                    }
                });
        return true;
    }
}
