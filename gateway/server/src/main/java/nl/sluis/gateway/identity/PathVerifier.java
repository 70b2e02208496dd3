package nl.sluis.gateway.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import nl.sluis.gateway.identity.IdentityRejected.Reason;

/** Checks a chain against the roots of one moment: a function of its arguments, without state or clock. */
final class PathVerifier {
    /** A caller's certificate, two CAs, the root if it is sent along, and one to spare; path building is not linear. */
    static final int CHAIN_MAX = 5;

    /** CAs between the caller's certificate and the root. */
    private static final int AUTHORITIES_MAX = 2;

    private static final int SERIAL_BYTES_MAX = 20;
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final int KEY_USAGE_DIGITAL_SIGNATURE = 0;

    private PathVerifier() {}

    static VerifiedPath verify(List<X509Certificate> chain, TrustDomains trust, CertificateRules rules, Instant now)
            throws IdentityRejected {
        if (chain.isEmpty()) {
            throw new IdentityRejected(Reason.NO_CERTIFICATE, "no certificate was shown");
        }
        if (chain.size() > CHAIN_MAX) {
            throw new IdentityRejected(
                    Reason.MALFORMED, "chain of `" + chain.size() + "` (expected: at most " + CHAIN_MAX + ")");
        }
        X509Certificate leaf = chain.get(0);
        checkLeaf(leaf, rules, now);
        TenantName name = TenantName.of(leaf);
        PKIXCertPathBuilderResult built = build(chain, trust, now);
        List<X509Certificate> certificates = certificates(built.getCertPath());
        for (X509Certificate certificate : certificates) {
            rules.check(certificate);
        }
        X509Certificate root = built.getTrustAnchor().getTrustedCert();
        TrustDomain domain = trust.ofRoot(root)
                .orElseThrow(() -> new IdentityRejected(Reason.NO_PATH, "the path ends at no nation's root"));
        // PKIX accepts any root for any name; without this any nation could vouch for any other's tenants
        if (!domain.name().equals(name.trustDomain())
                || !domain.nation().equals(name.tenant().nation())) {
            throw new IdentityRejected(
                    Reason.WRONG_TRUST_DOMAIN,
                    "root of `" + domain.nation() + "`, trust domain `" + domain.name() + "`, vouches for `"
                            + name.tenant() + "` in `" + name.trustDomain() + "`");
        }
        CallerIdentity caller = new CallerIdentity(
                name.tenant(),
                name.roles(),
                commonName(leaf),
                fingerprint(leaf),
                leaf.getSerialNumber().toString(16),
                leaf.getIssuerX500Principal().getName(),
                leaf.getNotAfter().toInstant());
        return VerifiedPath.of(caller, name.trustDomain(), certificates, root);
    }

    /** What may change with time: trust in the root, validity of all, and the lists of all CAs on the path. */
    static void checkStatus(VerifiedPath path, TrustDomains trust, Instant now) throws IdentityRejected {
        TrustDomain domain = path.domain(trust)
                .orElseThrow(() -> new IdentityRejected(Reason.NO_PATH, "the root is no longer trusted"));
        checkValidity(path.root(), now);
        // from the root down, so that a revoked CA is named as the reason and not what lies below it
        for (int i = path.certificates().size() - 1; i >= 0; i--) {
            X509Certificate certificate = path.certificates().get(i);
            AuthorityKey authority = path.authorities().get(i);
            checkValidity(certificate, now);
            RevocationList list = domain.revocations().get(authority);
            if (list == null || !list.isFresh(now)) {
                throw new IdentityRejected(
                        Reason.REVOCATION_UNKNOWN, "no fresh revocation list of `" + authority.name() + "`");
            }
            if (list.serials().contains(certificate.getSerialNumber())) {
                throw new IdentityRejected(
                        Reason.REVOKED,
                        "`" + certificate.getSubjectX500Principal() + "` is on list `" + list.number() + "` of `"
                                + authority.name() + "`");
            }
        }
    }

    static String fingerprint(X509Certificate certificate) throws IdentityRejected {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IdentityRejected(Reason.MALFORMED, "cannot be encoded: " + e.getMessage());
        }
    }

    private static void checkLeaf(X509Certificate leaf, CertificateRules rules, Instant now) throws IdentityRejected {
        if (leaf.getVersion() != 3) {
            throw new IdentityRejected(Reason.MALFORMED, "version: `" + leaf.getVersion() + "` (expected: 3)");
        }
        if (leaf.getSerialNumber().signum() <= 0 || leaf.getSerialNumber().toByteArray().length > SERIAL_BYTES_MAX) {
            throw new IdentityRejected(
                    Reason.MALFORMED,
                    "serial number: `" + leaf.getSerialNumber().toString(16) + "` (expected: positive, at most "
                            + SERIAL_BYTES_MAX + " octets)");
        }
        checkValidity(leaf, now);
        rules.check(leaf);
        if (leaf.getBasicConstraints() >= 0) {
            throw new IdentityRejected(Reason.IS_AUTHORITY, "a CA's certificate (expected: a caller's)");
        }
        boolean[] usage = leaf.getKeyUsage();
        if (usage == null || !usage[KEY_USAGE_DIGITAL_SIGNATURE]) {
            throw new IdentityRejected(Reason.WRONG_PURPOSE, "key usage without digitalSignature");
        }
        if (!purposes(leaf).contains(CLIENT_AUTH)) {
            throw new IdentityRejected(
                    Reason.WRONG_PURPOSE, "extended key usage: `" + purposes(leaf) + "` (expected: clientAuth)");
        }
        if (leaf.hasUnsupportedCriticalExtension()) {
            throw new IdentityRejected(
                    Reason.UNKNOWN_CRITICAL_EXTENSION,
                    "critical extensions: `" + leaf.getCriticalExtensionOIDs() + "`");
        }
    }

    private static List<String> purposes(X509Certificate leaf) throws IdentityRejected {
        try {
            List<String> purposes = leaf.getExtendedKeyUsage();
            return purposes == null ? List.of() : purposes;
        } catch (CertificateParsingException e) {
            throw new IdentityRejected(Reason.MALFORMED, "extended key usage: " + e.getMessage());
        }
    }

    private static void checkValidity(X509Certificate certificate, Instant now) throws IdentityRejected {
        if (now.isAfter(certificate.getNotAfter().toInstant())) {
            throw new IdentityRejected(
                    Reason.EXPIRED,
                    "`" + certificate.getSubjectX500Principal() + "` ended at `"
                            + certificate.getNotAfter().toInstant() + "`");
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            throw new IdentityRejected(
                    Reason.NOT_YET_VALID,
                    "`" + certificate.getSubjectX500Principal() + "` starts at `"
                            + certificate.getNotBefore().toInstant() + "`");
        }
    }

    private static PKIXCertPathBuilderResult build(List<X509Certificate> chain, TrustDomains trust, Instant now)
            throws IdentityRejected {
        if (trust.anchors().isEmpty()) {
            throw new IdentityRejected(Reason.NO_PATH, "no nation is trusted");
        }
        List<X509Certificate> authorities = new ArrayList<>(chain.subList(1, chain.size()));
        trust.domains().forEach(domain -> authorities.addAll(domain.issuing()));
        X509CertSelector leaf = new X509CertSelector();
        leaf.setCertificate(chain.get(0));
        try {
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(trust.anchors(), leaf);
            // the lists are checked by checkStatus, each against its own CA and with a bound on its age
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.setMaxPathLength(AUTHORITIES_MAX);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(authorities)));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(chain.get(0)))));
            return (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (CertPathBuilderException e) {
            // path building skips a CA outside its validity without saying so, and that is the commonest fault
            for (X509Certificate authority : chain.subList(1, chain.size())) {
                checkValidity(authority, now);
            }
            throw new IdentityRejected(Reason.NO_PATH, "no path to a root: " + e.getMessage());
        } catch (GeneralSecurityException e) {
            throw new IdentityRejected(Reason.NO_PATH, "no path to a root: " + e.getMessage());
        }
    }

    private static List<X509Certificate> certificates(CertPath path) {
        return path.getCertificates().stream().map(X509Certificate.class::cast).toList();
    }

    /** The common name, or nothing: it only tells persons of one tenant apart and never grants. */
    private static String commonName(X509Certificate leaf) {
        try {
            for (Rdn part : new LdapName(leaf.getSubjectX500Principal().getName()).getRdns()) {
                if (part.getType().equalsIgnoreCase("CN")) {
                    return part.getValue() instanceof byte[] bytes
                            ? new String(bytes, StandardCharsets.UTF_8)
                            : String.valueOf(part.getValue());
                }
            }
        } catch (InvalidNameException e) {
            return "";
        }
        return "";
    }
}
