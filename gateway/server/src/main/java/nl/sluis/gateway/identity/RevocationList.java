package nl.sluis.gateway.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;

/**
 * One CA's list of revoked serial numbers, its signature checked (RFC 5280, 5).
 *
 * @param authority the CA
 * @param number the list's number; a later list has a higher one
 * @param thisUpdate when it was made
 * @param nextUpdate until when it may be relied on
 * @param serials the revoked serial numbers
 */
record RevocationList(
        AuthorityKey authority, BigInteger number, Instant thisUpdate, Instant nextUpdate, Set<BigInteger> serials) {
    /** A CA's clock may run ahead of ours by this much: a list made just now must not shut its nation out. */
    private static final Duration CLOCK_SKEW_MAX = Duration.ofMinutes(5);

    private static final String CRL_NUMBER = "2.5.29.20";
    private static final int KEY_USAGE_CRL_SIGN = 6;

    /** Reads a list and checks that this CA made it; a message that names the rule is thrown otherwise. */
    static RevocationList of(X509CRL crl, X509Certificate authority, CertificateRules rules) throws TrustRejected {
        boolean[] usage = authority.getKeyUsage();
        if (usage == null || !usage[KEY_USAGE_CRL_SIGN]) {
            throw new TrustRejected("the CA's key usage does not allow it to sign revocation lists");
        }
        if (!rules.signatures().contains(crl.getSigAlgName())) {
            throw new TrustRejected("signature algorithm: `" + crl.getSigAlgName() + "` (expected: an accepted one)");
        }
        try {
            crl.verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new TrustRejected("the signature is not that of `" + authority.getSubjectX500Principal() + "`");
        }
        // partial, indirect and delta lists say so in critical extensions; reading one as whole would miss revocations
        if (crl.getCriticalExtensionOIDs() != null
                && !crl.getCriticalExtensionOIDs().isEmpty()) {
            throw new TrustRejected(
                    "critical extension: `" + crl.getCriticalExtensionOIDs() + "` (expected: none, a complete list)");
        }
        if (crl.getNextUpdate() == null) {
            throw new TrustRejected("no next update (expected: one)");
        }
        Set<BigInteger> serials = new HashSet<>();
        if (crl.getRevokedCertificates() != null) {
            for (X509CRLEntry entry : crl.getRevokedCertificates()) {
                if (entry.getCriticalExtensionOIDs() != null
                        && !entry.getCriticalExtensionOIDs().isEmpty()) {
                    throw new TrustRejected("critical extension in an entry (expected: none, a direct list)");
                }
                serials.add(entry.getSerialNumber());
            }
        }
        return new RevocationList(
                AuthorityKey.of(authority),
                number(crl),
                crl.getThisUpdate().toInstant(),
                crl.getNextUpdate().toInstant(),
                Set.copyOf(serials));
    }

    boolean isFresh(Instant now) {
        return !thisUpdate.isAfter(now.plus(CLOCK_SKEW_MAX)) && now.isBefore(nextUpdate);
    }

    private static BigInteger number(X509CRL crl) throws TrustRejected {
        byte[] extension = crl.getExtensionValue(CRL_NUMBER);
        if (extension == null) {
            throw new TrustRejected("no CRL number (expected: one, RFC 5280, 5.2.3)");
        }
        try {
            BigInteger number = ASN1Integer.getInstance(
                            ASN1OctetString.getInstance(extension).getOctets())
                    .getValue();
            if (number.signum() < 0) {
                throw new TrustRejected("CRL number: `" + number + "` (expected: not negative)");
            }
            return number;
        } catch (IllegalArgumentException e) {
            throw new TrustRejected("CRL number: not an integer");
        }
    }
}
