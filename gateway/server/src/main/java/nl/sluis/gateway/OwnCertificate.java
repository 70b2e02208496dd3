package nl.sluis.gateway;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nl.sluis.gateway.rpc.ServerCertificate;
import nl.sluis.gateway.rpc.ServerCertificate.Staple;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.Credentials;
import nl.sluis.partner.StapledStatus;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;

/**
 * The gateway's own certificate as configured, checked before it is served: a pair that does not belong together, as
 * between the writing of two files, would refuse every partner.
 */
final class OwnCertificate {
    private final GatewayConfig.Certificate config;
    private final Path base;
    private final Path chainPem;

    /** @param base folder that relative paths start from */
    OwnCertificate(GatewayConfig.Certificate config, Path base) {
        this.config = config;
        this.base = base;
        this.chainPem = base.resolve(config.chain());
    }

    /** The files that it is read from. */
    List<Path> files() {
        List<Path> files = new ArrayList<>(List.of(chainPem));
        config.key().map(base::resolve).ifPresent(files::add);
        config.ocspResponse().map(base::resolve).ifPresent(files::add);
        return files;
    }

    /**
     * Reads everything.
     *
     * @throws ConfigException if something can't be read, chain and key do not belong together, the certificate has
     *     ended, or its CA says anything but good of it
     */
    ServerCertificate read(Instant now) throws ConfigException {
        List<X509Certificate> chain;
        PrivateKey key;
        try {
            chain = Credentials.certificates(chainPem);
            key = key();
        } catch (ContextFileException e) {
            throw new ConfigException("certificate: " + e.getMessage(), e);
        }
        Credentials credentials = new Credentials(List.of(), chain, key, List.of());
        if (!credentials.keyMatches()) {
            throw wrong("`" + keyName() + "`: key of another certificate (expected: the key of `" + chainPem + "`)");
        }
        if (credentials.brokenLink() > 0) {
            throw wrong("`" + chainPem + "`: certificate " + (credentials.brokenLink() + 1)
                    + " did not sign the one before it (expected: own certificate, then the CA that issued it)");
        }
        ServerCertificate certificate = new ServerCertificate(chain, key, staple(chain, now));
        if (now.isAfter(certificate.ends())) {
            throw wrong("`" + chainPem + "`: ended at " + certificate.ends() + " (expected: a valid one)");
        }
        return certificate;
    }

    private PrivateKey key() throws ConfigException, ContextFileException {
        if (config.key().isPresent() == config.pkcs11().isPresent()) {
            throw wrong("`" + (config.key().isPresent() ? "key and pkcs11" : "neither key nor pkcs11")
                    + "` (expected: one of the two)");
        }
        if (config.pkcs11().isPresent()) {
            return new TokenKey(config.pkcs11().get(), base).read();
        }
        return Credentials.privateKey(base.resolve(config.key().orElseThrow()));
    }

    private String keyName() {
        return config.key()
                .map(file -> base.resolve(file).toString())
                .orElseGet(() -> config.pkcs11().orElseThrow().label());
    }

    private Optional<Staple> staple(List<X509Certificate> chain, Instant now) throws ConfigException {
        if (config.ocspResponse().isEmpty()) {
            return Optional.empty();
        }
        Path file = base.resolve(config.ocspResponse().get());
        if (chain.size() == 1) {
            throw wrong("`" + chainPem + "`: one certificate (expected: the CA's too, for its OCSP response)");
        }
        try {
            byte[] response = Files.readAllBytes(file);
            StapledStatus.requireGood(chain.subList(0, 1), chain.subList(1, 2), response, now);
            if (new OCSPResp(response).getResponseObject() instanceof BasicOCSPResp answer
                    && answer.getResponses()[0].getNextUpdate() != null) {
                return Optional.of(new Staple(
                        ByteString.copyFrom(response),
                        answer.getResponses()[0].getNextUpdate().toInstant()));
            }
            throw wrong(
                    "`" + file + "`: OCSP response without next update (expected: one that says how long it holds)");
        } catch (StapledStatus.Refused | OCSPException e) {
            throw new ConfigException("certificate: `" + file + "`: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new ConfigException("certificate: `" + file + "`: can't be read (expected: OCSP response, DER)", e);
        }
    }

    private static ConfigException wrong(String message) {
        return new ConfigException("certificate: " + message, new IllegalStateException(message));
    }
}
