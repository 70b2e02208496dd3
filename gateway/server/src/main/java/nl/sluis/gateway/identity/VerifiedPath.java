package nl.sluis.gateway.identity;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A chain whose signatures, constraints and name were found good. What may change with time (validity, revocation,
 * trust in the root) is not part of it.
 *
 * @param caller whom it names
 * @param trustDomain the trust domain in the certificate's name
 * @param certificates the caller's certificate first, then the CAs; the root not included
 * @param root the root it ends at
 */
record VerifiedPath(
        CallerIdentity caller, String trustDomain, List<X509Certificate> certificates, X509Certificate root) {
    VerifiedPath {
        certificates = List.copyOf(certificates);
    }
}
