package nl.sluis.gateway.identity;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;

/**
 * One nation's trust: who may vouch for its tenants.
 *
 * @param nation the nation, as in {@link TenantId#nation()}
 * @param name the trust domain in its certificates' URIs
 * @param roots its root certificates
 * @param issuing issuing CAs that a caller need not show
 * @param revocations the newest list of each of its CAs
 */
record TrustDomain(
        String nation,
        String name,
        List<X509Certificate> roots,
        List<X509Certificate> issuing,
        Map<AuthorityKey, RevocationList> revocations) {
    TrustDomain {
        roots = List.copyOf(roots);
        issuing = List.copyOf(issuing);
        revocations = Map.copyOf(revocations);
    }
}
