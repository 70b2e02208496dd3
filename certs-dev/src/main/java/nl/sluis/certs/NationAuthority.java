package nl.sluis.certs;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** One nation's root and issuing CA, and the trust domain that they alone vouch for. */
final class NationAuthority {
    /** Outlives every certificate below it, so that only the issuing CA ever needs renewal. */
    static final Duration ROOT_VALIDITY = Duration.ofDays(3650);

    static final Duration ISSUING_VALIDITY = Duration.ofDays(1825);

    final String nation;
    final Issuer root;
    final Issuer issuing;

    NationAuthority(String nation, Instant notBefore, SecureRandom random) {
        this.nation = nation;
        root = Issuer.root(rootTemplate(notBefore), random);
        issuing = root.subordinate(issuingTemplate("issuing CA", notBefore));
    }

    /** The trust domain; {@code .test} is reserved for tests and never resolves (RFC 6761, 6.2). */
    String trustDomain() {
        return trustDomain(nation);
    }

    static String trustDomain(String nation) {
        return nation + ".sluis.test";
    }

    CertificateTemplate rootTemplate(Instant notBefore) {
        return new CertificateTemplate(
                        organisation(), "development PKI", "root", notBefore, notBefore.plus(ROOT_VALIDITY))
                .authority(CertificateTemplate.CA_OF_CAS)
                .uri("spiffe://" + trustDomain());
    }

    CertificateTemplate issuingTemplate(String commonName, Instant notBefore) {
        return new CertificateTemplate(
                        organisation(), "development PKI", commonName, notBefore, notBefore.plus(ISSUING_VALIDITY))
                .authority(CertificateTemplate.CA_OF_LEAVES);
    }

    /** A good client certificate of a tenant, apart from its URI. */
    CertificateTemplate client(String tenant, String commonName, Instant notBefore, Instant notAfter) {
        return new CertificateTemplate(organisation(), tenant, commonName, notBefore, notAfter);
    }

    /**
     * The name of a tenant in its roles: {@code spiffe://<trust domain>/tenant/<nation>/<name>/<role>[/<role>…]}.
     *
     * <p>Roles are path segments because a SPIFFE path admits letters, digits, dot, hyphen and underscore only.
     */
    String tenantUri(String tenant, List<String> roles) {
        return "spiffe://" + trustDomain() + "/tenant/" + nation + "/" + tenant + "/" + String.join("/", roles);
    }

    String organisation() {
        return nation.toUpperCase(Locale.ROOT);
    }
}
