package nl.sluis.partner;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * What the files of a context hold.
 *
 * @param trust root certificates that may vouch for the gateway, at least one
 * @param chain the partner's certificate, then its issuing CAs
 * @param key the partner's private key
 * @param signingKeys public keys that sign released labels; empty where only digests are checked
 */
public record Credentials(
        List<X509Certificate> trust, List<X509Certificate> chain, PrivateKey key, List<PublicKey> signingKeys) {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final List<String> KEY_ALGORITHMS = List.of("EC", "RSA", "Ed25519", "Ed448");
    private static final char[] NO_PASSWORD = new char[0];

    /** Copies the lists. */
    public Credentials {
        trust = List.copyOf(trust);
        chain = List.copyOf(chain);
        signingKeys = List.copyOf(signingKeys);
    }

    /**
     * Reads the files of a context.
     *
     * @throws ContextFileException if a file is absent, unreadable or holds something else
     */
    public static Credentials load(PartnerContext context) throws ContextFileException {
        Path signing = context.signingKeysPem();
        return new Credentials(
                certificates(context.trustPem()),
                certificates(context.certificatePem()),
                privateKey(context.keyPem()),
                signing == null ? List.of() : publicKeys(signing));
    }

    /** True where the private key belongs to the first certificate: one signs, the other verifies. */
    public boolean keyMatches() {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm();
        };
        byte[] probe = "sluis".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(chain.get(0).getPublicKey());
            verifier.update(probe);
            return verifier.verify(signature);
        } catch (GeneralSecurityException ofDifferentKinds) {
            return false;
        }
    }

    /** Index of the first certificate of the chain that did not sign the one before it; 0 where all did. */
    public int brokenLink() {
        for (int i = 1; i < chain.size(); i++) {
            try {
                chain.get(i - 1).verify(chain.get(i).getPublicKey());
            } catch (GeneralSecurityException e) {
                return i;
            }
        }
        return 0;
    }

    /** A key manager factory that offers this chain. */
    public KeyManagerFactory keyManagers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("partner", key, NO_PASSWORD, chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory;
    }

    /** A trust manager factory that accepts chains to these roots alone. */
    public TrustManagerFactory trustManagers() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (int i = 0; i < trust.size(); i++) {
            store.setCertificateEntry("root-" + i, trust.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    /** Reads the certificates of a PEM file, at least one. */
    public static List<X509Certificate> certificates(Path file) throws ContextFileException {
        List<byte[]> blocks = blocks(file, "CERTIFICATE");
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] der : blocks) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
            }
        } catch (CertificateException e) {
            throw new ContextFileException(
                    file, "certificate " + (certificates.size() + 1) + " cannot be read (expected: X.509)", e);
        }
        return certificates;
    }

    /** Reads the private key of a PEM file, PKCS#8 without password. */
    public static PrivateKey privateKey(Path file) throws ContextFileException {
        byte[] der = blocks(file, "PRIVATE KEY").get(0);
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException ofAnotherKind) {
                // the next algorithm may read it
            } catch (GeneralSecurityException e) {
                throw new ContextFileException(file, "this Java has no `" + algorithm + "` keys", e);
            }
        }
        throw new ContextFileException(
                file, "private key of an unknown kind (expected: one of " + KEY_ALGORITHMS + ")");
    }

    private static List<PublicKey> publicKeys(Path file) throws ContextFileException {
        List<PublicKey> keys = new ArrayList<>();
        for (byte[] der : blocks(file, "PUBLIC KEY")) {
            try {
                keys.add(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der)));
            } catch (GeneralSecurityException e) {
                throw new ContextFileException(
                        file, "public key " + (keys.size() + 1) + " cannot be read (expected: Ed25519)", e);
            }
        }
        return keys;
    }

    private static List<byte[]> blocks(Path file, String type) throws ContextFileException {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new ContextFileException(file, "no such file (expected: PEM with `" + type + "`)", e);
        } catch (IOException e) {
            throw new ContextFileException(file, "cannot be read: " + e.getMessage(), e);
        }
        List<byte[]> blocks = new ArrayList<>();
        List<String> others = new ArrayList<>();
        Matcher matcher = PEM.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(type)) {
                try {
                    blocks.add(Base64.getMimeDecoder().decode(matcher.group(2)));
                } catch (IllegalArgumentException e) {
                    throw new ContextFileException(file, "block `" + type + "` is not base 64", e);
                }
            } else {
                others.add(matcher.group(1));
            }
        }
        if (blocks.isEmpty()) {
            throw new ContextFileException(
                    file, "holds " + (others.isEmpty() ? "no PEM block" : others) + " (expected: `" + type + "`)");
        }
        return blocks;
    }
}
