package nl.sluis.partner;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** One TLS handshake with a gateway, taken apart: what it offered, and why it failed if it did. */
public final class TlsProbe {
    private static final int URI = 6;
    private static final int CAUSES_MAX = 16;

    private TlsProbe() {}

    /**
     * What a handshake showed.
     *
     * @param gateway the gateway's certificate, trusted or not; null where none came
     * @param protocol for example {@code "TLSv1.3"}
     * @param cipherSuite as Java names it
     * @param applicationProtocol what ALPN agreed on, {@code "h2"} for gRPC
     * @param failure one line; null where the handshake succeeded
     */
    public record Result(
            @Nullable X509Certificate gateway,
            String protocol,
            String cipherSuite,
            String applicationProtocol,
            @Nullable String failure) {}

    /**
     * Shakes hands as the partner.
     *
     * @param limit longest wait for the connection and for each answer
     * @throws IOException if there is no connection at all
     * @throws GeneralSecurityException if this Java cannot use the partner's own certificate
     */
    public static Result probe(PartnerContext context, Credentials credentials, Duration limit)
            throws IOException, GeneralSecurityException {
        Remembering trust = new Remembering(
                (X509ExtendedTrustManager) credentials.trustManagers().getTrustManagers()[0]);
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(credentials.keyManagers().getKeyManagers(), new TrustManager[] {trust}, null);
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(context.host(), context.port()), (int) limit.toMillis());
            plain.setSoTimeout((int) limit.toMillis());
            try (SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(plain, context.host(), context.port(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.3"});
                parameters.setApplicationProtocols(new String[] {"h2"});
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                return new Result(
                        trust.seen,
                        socket.getSession().getProtocol(),
                        socket.getSession().getCipherSuite(),
                        socket.getApplicationProtocol(),
                        null);
            } catch (SSLException e) {
                return new Result(trust.seen, "", "", "", oneLine(e));
            }
        }
    }

    /** The first URI among a certificate's alternative names; empty where there is none. */
    public static String uri(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            if (names != null) {
                for (List<?> name : names) {
                    if (name.get(0).equals(URI)) {
                        return String.valueOf(name.get(1));
                    }
                }
            }
        } catch (CertificateParsingException unreadable) {
            return "";
        }
        return "";
    }

    /** True where a call failed because the other side broke TLS off: in TLS 1.3 that is how a certificate is refused. */
    public static boolean isAlert(StatusRuntimeException failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            if (cause instanceof SSLException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** A failure and its innermost cause in one line. */
    public static String oneLine(Throwable failure) {
        if (failure instanceof StatusRuntimeException call) {
            return Failures.describe(call.getStatus());
        }
        Throwable cause = failure;
        for (int i = 0; cause.getCause() != null && i < CAUSES_MAX; i++) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        return message.lines().findFirst().orElse(message);
    }

    /** Asks another trust manager, and remembers what the gateway showed even where that is not trusted. */
    private static final class Remembering extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager judge;
        private @Nullable X509Certificate seen;

        Remembering(X509ExtendedTrustManager judge) {
            this.judge = judge;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws java.security.cert.CertificateException {
            seen = chain[0];
            judge.checkServerTrusted(chain, authType, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws java.security.cert.CertificateException {
            seen = chain[0];
            judge.checkServerTrusted(chain, authType, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType)
                throws java.security.cert.CertificateException {
            seen = chain[0];
            judge.checkServerTrusted(chain, authType);
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
            return judge.getAcceptedIssuers();
        }
    }
}
