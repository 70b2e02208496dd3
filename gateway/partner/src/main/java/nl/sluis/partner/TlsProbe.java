package nl.sluis.partner;

import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufAllocator;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
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
     * @param group key exchange group, for example {@code "X25519MLKEM768"}; empty where no ServerHello came
     * @param stapled whether the gateway handed over what its CA says of its certificate
     * @param applicationProtocol what ALPN agreed on, {@code "h2"} for gRPC
     * @param failure one line; null where the handshake succeeded
     * @param stapleRefused whether the failure is that of the stapled answer
     */
    public record Result(
            @Nullable X509Certificate gateway,
            String protocol,
            String cipherSuite,
            String group,
            boolean stapled,
            String applicationProtocol,
            @Nullable String failure,
            boolean stapleRefused) {}

    /**
     * Shakes hands as the partner, with the TLS that channels have.
     *
     * @param limit longest wait for the connection and for each answer
     * @throws IOException if there is no connection at all
     * @throws GeneralSecurityException if this Java cannot use the partner's own certificate
     */
    public static Result probe(PartnerContext context, Credentials credentials, Duration limit)
            throws IOException, GeneralSecurityException {
        GatewayTrust trust = Channels.trust(credentials);
        SSLEngine engine =
                Channels.tls(credentials, trust).newEngine(ByteBufAllocator.DEFAULT, context.host(), context.port());
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        ServerHello hello = new ServerHello();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(context.host(), context.port()), (int) limit.toMillis());
            socket.setSoTimeout((int) limit.toMillis());
            new BlockingHandshake(engine, socket).run(hello);
            return new Result(
                    trust.seen(),
                    engine.getSession().getProtocol(),
                    engine.getSession().getCipherSuite(),
                    hello.group(),
                    trust.stapled(),
                    Objects.requireNonNullElse(engine.getApplicationProtocol(), ""),
                    null,
                    false);
        } catch (SSLException e) {
            StapledStatus.Refused staple = refusedStaple(e);
            return new Result(
                    trust.seen(),
                    "",
                    "",
                    hello.group(),
                    trust.stapled(),
                    "",
                    staple == null ? oneLine(e) : staple.getMessage(),
                    staple != null);
        } finally {
            engine.closeOutbound();
            ReferenceCountUtil.release(engine);
        }
    }

    private static StapledStatus.@Nullable Refused refusedStaple(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            if (cause instanceof StapledStatus.Refused refused) {
                return refused;
            }
            cause = cause.getCause();
        }
        return null;
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
}
