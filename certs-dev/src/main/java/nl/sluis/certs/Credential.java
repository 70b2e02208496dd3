package nl.sluis.certs;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A key with its certificate chain, in memory and on disk.
 *
 * @param name path below the PKI's folder, for example {@code tenants/nld/ssa-centre}
 * @param folder where {@code certificate.pem} (chain), {@code key.pem} and {@code identity.p12} lie
 * @param chain the certificate first, then its issuing CA; the root is never sent
 * @param key the private key
 */
public record Credential(String name, Path folder, List<X509Certificate> chain, PrivateKey key) {

    /** The chain as PEM. */
    public Path certificatePem() {
        return folder.resolve("certificate.pem");
    }

    /** The private key as unencrypted PKCS#8 PEM, readable by its owner only. */
    public Path keyPem() {
        return folder.resolve("key.pem");
    }

    /** Key and chain as PKCS#12 under {@link DevelopmentPki#PKCS12_PASSWORD}. */
    public Path pkcs12() {
        return folder.resolve("identity.p12");
    }

    /** The root that vouches for the gateway: what a partner has to trust. */
    public Path gatewayRootPem() {
        return folder.resolve("gateway-root.pem");
    }

    /** The certificate itself. */
    public X509Certificate certificate() {
        return chain.get(0);
    }
}
