package nl.sluis.partner;

import io.grpc.netty.shaded.io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Judges the gateway's certificate: by the trusted roots, and by what its CA says of it where the gateway staples that.
 * Remembers what it saw in the last handshake.
 */
final class GatewayTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager roots;
    private volatile @Nullable X509Certificate seen;
    private volatile boolean stapled;

    /** @param roots judges chains to the trusted roots and the gateway's name */
    GatewayTrust(X509ExtendedTrustManager roots) {
        this.roots = roots;
    }

    /** The certificate that the gateway showed, trusted or not; null where none came. */
    @Nullable
    X509Certificate seen() {
        return seen;
    }

    /** Whether the gateway stapled what its CA says of it. */
    boolean stapled() {
        return stapled;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        seen = chain[0];
        roots.checkServerTrusted(chain, authType, engine);
        byte[] response = response(engine);
        stapled = response != null;
        if (response != null) {
            StapledStatus.requireGood(List.of(chain), List.of(roots.getAcceptedIssuers()), response, Instant.now());
        }
    }

    private static byte @Nullable [] response(SSLEngine engine) {
        if (engine instanceof ReferenceCountedOpenSslEngine boring) {
            byte[] response = boring.getOcspResponse();
            return response == null || response.length == 0 ? null : response;
        }
        SSLSession session = engine.getHandshakeSession();
        if (session instanceof ExtendedSSLSession extended
                && !extended.getStatusResponses().isEmpty()) {
            // one for each certificate of the chain, an empty one where there is none
            byte[] first = extended.getStatusResponses().get(0);
            return first.length == 0 ? null : first;
        }
        return null;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new IllegalStateException("channels use engines");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        throw new IllegalStateException("channels use engines");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {
        throw new IllegalStateException("a client checks no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        throw new IllegalStateException("a client checks no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {
        throw new IllegalStateException("a client checks no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return roots.getAcceptedIssuers();
    }
}
