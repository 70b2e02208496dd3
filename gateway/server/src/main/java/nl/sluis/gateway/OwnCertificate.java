package nl.sluis.gateway;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.Credentials;

/**
 * The gateway's own certificate chain, checked before it is served: a pair that does not belong together, as between the
 * writing of two files, would refuse every partner.
 *
 * @param chain the gateway's certificate first
 */
record OwnCertificate(List<X509Certificate> chain) {
    /** Copies the list. */
    OwnCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * Reads both files.
     *
     * @throws ConfigException if one can't be read, they do not belong together or the certificate has ended
     */
    static OwnCertificate read(Path chainPem, Path keyPem, Instant now) throws ConfigException {
        Credentials credentials;
        try {
            credentials = new Credentials(
                    List.of(), Credentials.certificates(chainPem), Credentials.privateKey(keyPem), List.of());
        } catch (ContextFileException e) {
            throw new ConfigException("certificate: " + e.getMessage(), e);
        }
        if (!credentials.keyMatches()) {
            throw wrong("`" + keyPem + "`: key of another certificate (expected: the key of `" + chainPem + "`)");
        }
        if (credentials.brokenLink() > 0) {
            throw wrong("`" + chainPem + "`: certificate " + (credentials.brokenLink() + 1)
                    + " did not sign the one before it (expected: own certificate, then the CA that issued it)");
        }
        OwnCertificate certificate = new OwnCertificate(credentials.chain());
        if (now.isAfter(certificate.ends())) {
            throw wrong("`" + chainPem + "`: ended at " + certificate.ends() + " (expected: a valid one)");
        }
        return certificate;
    }

    private static ConfigException wrong(String message) {
        return new ConfigException("certificate: " + message, new IllegalStateException(message));
    }

    /** When partners will refuse it. */
    Instant ends() {
        return chain.get(0).getNotAfter().toInstant();
    }
}
