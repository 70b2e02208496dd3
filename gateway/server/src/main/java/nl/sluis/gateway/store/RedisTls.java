package nl.sluis.gateway.store;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.SSLParameters;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.SslVerifyMode;

/** TLS to Redis from PEM files: version 1.3, own trust, host names checked. */
final class RedisTls {
    private static final String VERSION = "TLSv1.3";
    private static final String STORE_TYPE = "PKCS12";

    /** Guards nothing: the store never leaves this process, but its format wants one. */
    private static final char[] PASSWORD = "in-memory".toCharArray();

    private RedisTls() {}

    /**
     * Trust in the named authorities alone, and the own certificate where there is one.
     *
     * @throws StoreException ACCESS_DENIED if a file can't be read or is not what it should be
     */
    static SslOptions options(RedisSettings.Tls files) {
        try {
            KeyStore trusted = emptyStore();
            int count = 0;
            for (Certificate authority : certificates(files.trust())) {
                trusted.setCertificateEntry("authority-" + count++, authority);
            }
            SSLParameters parameters = new SSLParameters();
            parameters.setProtocols(new String[] {VERSION});
            SslOptions.Builder options = SslOptions.builder()
                    .truststore(inMemory(trusted), PASSWORD)
                    .trustStoreType(STORE_TYPE)
                    .sslParameters(parameters)
                    .sslVerifyMode(SslVerifyMode.FULL);
            Path certificate = files.certificate();
            Path key = files.key();
            if (certificate != null && key != null) {
                options.keystore(inMemory(own(certificate, key)), PASSWORD).keyStoreType(STORE_TYPE);
            }
            return options.build();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new StoreException(
                    StoreException.Code.ACCESS_DENIED,
                    "redis tls: " + files + " can't be used: " + e.getMessage()
                            + " (expected: PEM certificates, and a PKCS#8 key of the first of its own)",
                    e);
        }
    }

    private static SslOptions.Resource inMemory(KeyStore store) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        store.store(bytes, PASSWORD);
        return () -> new ByteArrayInputStream(bytes.toByteArray());
    }

    private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(STORE_TYPE);
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (found.isEmpty()) {
                throw new GeneralSecurityException("`" + file + "` holds no certificate");
            }
            return found;
        }
    }

    private static KeyStore own(Path certificate, Path key) throws IOException, GeneralSecurityException {
        Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
        String pem = Files.readString(key)
                .replace("-----BEGIN PRIVATE KEY-----", "")
                .replace("-----END PRIVATE KEY-----", "");
        PrivateKey secret = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
        KeyStore store = emptyStore();
        store.setKeyEntry("own", secret, PASSWORD, chain);
        return store;
    }
}
