package nl.sluis.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/** The gateway's own secrets: made at the first start, readable by the gateway alone, kept in the data folder. */
final class SecretFiles {
    private static final int KEY_BYTES = 32;
    private static final String PEM_HEAD = "-----BEGIN PUBLIC KEY-----\n";
    private static final String PEM_FOOT = "\n-----END PUBLIC KEY-----\n";
    private static final byte[] LF = {'\n'};

    private final Path folder;
    private final SecureRandom random;

    SecretFiles(Path folder, SecureRandom random) {
        this.folder = folder;
        this.random = random;
    }

    /** The key that cursors are encrypted with. Losing it costs subscribers a snapshot. */
    byte[] cursorKey() throws IOException {
        return key("cursor.key");
    }

    /** The key that orbits are displaced by. Who has it undoes every coarsening; losing it draws all offsets anew. */
    byte[] coarseningKey() throws IOException {
        return key("coarsening.key");
    }

    private byte[] key(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            writeSecret(file, key);
        }
        return Files.readAllBytes(file);
    }

    /** A digest by which gateways that share a journal see that they have the same keys. */
    byte[] fingerprint() throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(signingKey().getPublic().getEncoded());
            digest.update(coarseningKey());
            return digest.digest(cursorKey());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** The Ed25519 key that labels are bound with. Its public half stands beside it for partners. */
    KeyPair signingKey() throws IOException {
        Path secret = folder.resolve("signing.pk8");
        Path open = folder.resolve("signing.pub.pem");
        try {
            if (!Files.exists(secret) || !Files.exists(open)) {
                KeyPair made = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
                writeSecret(secret, made.getPrivate().getEncoded());
                Files.writeString(
                        open,
                        PEM_HEAD
                                + Base64.getMimeEncoder(64, LF)
                                        .encodeToString(made.getPublic().getEncoded())
                                + PEM_FOOT);
            }
            KeyFactory factory = KeyFactory.getInstance("Ed25519");
            return new KeyPair(
                    factory.generatePublic(new X509EncodedKeySpec(fromPem(Files.readString(open)))),
                    factory.generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(secret))));
        } catch (GeneralSecurityException e) {
            throw new IOException("signing key `" + secret + "` can't be read (expected: PKCS#8, Ed25519)", e);
        }
    }

    private static byte[] fromPem(String pem) {
        return Base64.getMimeDecoder().decode(pem.replace(PEM_HEAD, "").replace(PEM_FOOT, ""));
    }

    private static void writeSecret(Path file, byte[] bytes) throws IOException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (UnsupportedOperationException e) {
            // a file system without POSIX permissions; the operator's folder permissions have to do
            Files.createFile(file);
        }
        Files.write(file, bytes, StandardOpenOption.WRITE);
    }
}
