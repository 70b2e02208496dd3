package nl.sluis.gateway.identity;

import java.time.Instant;
import java.util.Set;

/**
 * Whom the gateway takes a connection for. It exists only for a chain that was checked.
 *
 * @param tenant the tenant that the certificate names
 * @param roles the roles that the certificate names, at least one; what the tenant list grants may be less
 * @param holder common name of the certificate's subject: tells officers of one tenant apart
 * @param certificateSha256 fingerprint of the certificate, lower-case hexadecimal
 * @param serial serial number of the certificate, hexadecimal
 * @param issuer distinguished name of the issuing CA, RFC 2253
 * @param notAfter when the certificate ends
 */
public record CallerIdentity(
        TenantId tenant,
        Set<Role> roles,
        String holder,
        String certificateSha256,
        String serial,
        String issuer,
        Instant notAfter) {
    /** Copies the roles. */
    public CallerIdentity {
        roles = Set.copyOf(roles);
    }
}
