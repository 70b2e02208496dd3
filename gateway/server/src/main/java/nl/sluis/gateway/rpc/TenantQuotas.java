package nl.sluis.gateway.rpc;

import nl.sluis.gateway.identity.TenantId;

/** Which quota a tenant has. Asked on event loops: it must return at once. */
@FunctionalInterface
public interface TenantQuotas {
    /** The quota that holds now. */
    TenantQuota of(TenantId tenant);
}
