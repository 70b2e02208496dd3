package nl.sluis.gateway.identity;

import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Asks {@link Identities} in every handshake, resumed ones included: a TLS 1.3 session outlives the certificate it was
 * opened with, and neither TLS engine asks an ordinary trust manager again.
 */
final class PartnerTrustManager extends X509ExtendedTrustManager implements ResumableX509ExtendedTrustManager {
    private final Identities identities;

    PartnerTrustManager(Identities identities) {
        this.identities = identities;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        identities.identityOf(List.of(chain));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        identities.identityOf(List.of(chain));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        identities.identityOf(List.of(chain));
    }

    @Override
    public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        identities.identityOf(List.of(chain));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw serversNotJudged();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw serversNotJudged();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw serversNotJudged();
    }

    @Override
    public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine) throws CertificateException {
        throw serversNotJudged();
    }

    /** None: the list goes to whoever connects, and who the partners are is not a stranger's business. */
    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }

    private static CertificateException serversNotJudged() {
        return new CertificateException("this trust manager judges callers, not servers");
    }
}
