package nl.sluis.gateway.rpc;

import java.util.Map;
import nl.sluis.policy.bundle.Tenant;

/**
 * What one tenant may use of the partner port.
 *
 * @param connections open at a time; some programs of one agency, and as many again while they reconnect
 * @param messagesPerS messages that it sends, with bursts of {@value #BURST_S} s
 * @param bytesPerS bytes of those messages, decompressed, with bursts of {@value #BURST_S} s
 * @param unfinishedBytes bytes of requests that are not whole yet, over all its calls
 */
public record TenantQuota(int connections, long messagesPerS, long bytesPerS, long unfinishedBytes) {
    /** A sensor sends a pass or a night at once and is silent before and after. */
    static final int BURST_S = 10;

    /** Checks that every limit is one. */
    public TenantQuota {
        PartnerLimits.positive(Tenant.CONNECTIONS, connections);
        PartnerLimits.positive(Tenant.MESSAGES_PER_S, messagesPerS);
        PartnerLimits.positive(Tenant.BYTES_PER_S, bytesPerS);
        PartnerLimits.positive("unfinished bytes", unfinishedBytes);
    }

    /** What holds where nobody sets anything: the rates are what the embedded store takes from all tenants together. */
    public static TenantQuota defaults() {
        return new TenantQuota(64, 20_000, 32L << 20, 16L << 20);
    }

    /** The same, with what a tenant's own entry says instead: {@code connections}, {@code messages-per-s}, {@code bytes-per-s}. */
    public TenantQuota with(Map<String, Long> own) {
        return new TenantQuota(
                Math.toIntExact(Math.min(Integer.MAX_VALUE, own.getOrDefault(Tenant.CONNECTIONS, (long) connections))),
                own.getOrDefault(Tenant.MESSAGES_PER_S, messagesPerS),
                own.getOrDefault(Tenant.BYTES_PER_S, bytesPerS),
                unfinishedBytes);
    }
}
