package nl.sluis.gateway.identity;

import java.time.Instant;

/**
 * Whom the gateway takes a connection for. It exists only for a chain that was checked.
 *
 * @param tenant the tenant that the certificate names
 * @param certificateSha256 fingerprint of the certificate, lower-case hexadecimal
 * @param serial serial number of the certificate, hexadecimal
 * @param issuer distinguished name of the issuing CA, RFC 2253
 * @param notAfter when the certificate ends
 */
public record CallerIdentity(
        TenantId tenant, String certificateSha256, String serial, String issuer, Instant notAfter) {}
