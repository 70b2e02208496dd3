package nl.sluis.gateway.identity;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A chain whose signatures, constraints and name were found good. What may change with time (validity, revocation,
 * trust in the root) is not part of it.
 *
 * @param caller whom it names
 * @param trustDomain the trust domain in the certificate's name
 * @param certificates the caller's certificate first, then the CAs; the root not included
 * @param root the root it ends at
 * @param authorities who vouches for each certificate, in the same order; kept because every check asks for it
 */
record VerifiedPath(
        CallerIdentity caller,
        String trustDomain,
        List<X509Certificate> certificates,
        X509Certificate root,
        List<AuthorityKey> authorities) {
    VerifiedPath {
        certificates = List.copyOf(certificates);
        authorities = List.copyOf(authorities);
    }

    static VerifiedPath of(
            CallerIdentity caller, String trustDomain, List<X509Certificate> certificates, X509Certificate root) {
        List<AuthorityKey> authorities = new ArrayList<>();
        certificates.stream().skip(1).map(AuthorityKey::of).forEach(authorities::add);
        authorities.add(AuthorityKey.of(root));
        return new VerifiedPath(caller, trustDomain, certificates, root, authorities);
    }

    /** The trust domain that vouches for it at this moment; empty if none does any more. */
    Optional<TrustDomain> domain(TrustDomains trust) {
        return trust.ofNation(caller.tenant().nation())
                .filter(domain ->
                        domain.name().equals(trustDomain) && domain.roots().contains(root));
    }
}
