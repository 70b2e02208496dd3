package nl.sluis.partner;

import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a CA says of a server's certificate, handed over by the server itself (OCSP stapling, RFC 6960 and RFC 8446,
 * 4.4.2.1). Certificate ids are by SHA-1, as responders of the profile in RFC 5019 give them.
 */
public final class StapledStatus {
    private StapledStatus() {}

    /** A stapled answer that speaks against the certificate, or that cannot be believed. */
    public static final class Refused extends CertificateException {
        private static final long serialVersionUID = 1;

        Refused(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Requires that an answer is of the certificate's CA, or of a responder that it has authorised, that it is of now, and
     * that it says good.
     *
     * @param chain the server's certificate, then its CAs
     * @param roots trusted roots
     * @param response DER
     * @param now the time of the check
     * @throws Refused if any of that is not so
     */
    public static void requireGood(
            List<X509Certificate> chain, List<X509Certificate> roots, byte[] response, Instant now) throws Refused {
        try {
            CertPathValidator validator = CertPathValidator.getInstance("PKIX");
            PKIXRevocationChecker revocation = (PKIXRevocationChecker) validator.getRevocationChecker();
            revocation.setOptions(
                    EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY, PKIXRevocationChecker.Option.NO_FALLBACK));
            revocation.setOcspResponses(Map.of(chain.get(0), response));
            Set<TrustAnchor> anchors =
                    roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setDate(Date.from(now));
            parameters.addCertPathChecker(revocation);
            CertPath path = CertificateFactory.getInstance("X.509")
                    .generateCertPath(chain.stream()
                            .filter(certificate -> !roots.contains(certificate))
                            .toList());
            validator.validate(path, parameters);
        } catch (CertPathValidatorException e) {
            throw new Refused("stapled OCSP response: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new Refused("stapled OCSP response: cannot be checked: " + e.getMessage(), e);
        }
    }
}
