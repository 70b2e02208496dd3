package nl.sluis.partner;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSsl;
import io.grpc.netty.shaded.io.netty.handler.ssl.OpenSslContextOption;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedTrustManager;

/** Opens channels: mutual TLS 1.3 and nothing less. */
public final class Channels {
    /** A day's ephemeris with covariances each minute is 0.5 MB; room for long ones, an end for mischief. */
    static final int MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

    /** A dead peer is noticed after this and the timeout, even where no heartbeat is due. */
    private static final int KEEPALIVE_S = 30;

    private static final int KEEPALIVE_TIMEOUT_S = 10;

    /** In order of preference. What is recorded today under the first one stays closed to a quantum computer. */
    private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-384", "P-256"};

    private Channels() {}

    /**
     * Opens a channel. It connects at the first call; the owner shuts it down.
     *
     * @throws ContextFileException if a file of the context cannot be used
     */
    public static ManagedChannel open(PartnerContext context) throws ContextFileException {
        return open(context, Credentials.load(context));
    }

    /**
     * Opens a channel as nobody: without a certificate. A gateway answers no call on it; the conformance kit looks.
     *
     * @throws ContextFileException if the file of trusted roots cannot be used
     */
    public static ManagedChannel openAsNobody(PartnerContext context) throws ContextFileException {
        try {
            return NettyChannelBuilder.forAddress(context.host(), context.port())
                    .sslContext(GrpcSslContexts.forClient()
                            .protocols("TLSv1.3")
                            .trustManager(Credentials.load(context).trustManagers())
                            .build())
                    .build();
        } catch (IOException | GeneralSecurityException e) {
            throw new ContextFileException(context.trustPem(), "cannot be used: " + e.getMessage(), e);
        }
    }

    static ManagedChannel open(PartnerContext context, Credentials credentials) throws ContextFileException {
        try {
            return NettyChannelBuilder.forAddress(context.host(), context.port())
                    .sslContext(tls(credentials, trust(credentials)))
                    .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                    .keepAliveTime(KEEPALIVE_S, TimeUnit.SECONDS)
                    .keepAliveTimeout(KEEPALIVE_TIMEOUT_S, TimeUnit.SECONDS)
                    .build();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            throw new ContextFileException(
                    context.certificatePem(), "chain and key cannot be used together: " + e.getMessage(), e);
        }
    }

    static GatewayTrust trust(Credentials credentials) throws GeneralSecurityException, IOException {
        return new GatewayTrust(
                (X509ExtendedTrustManager) credentials.trustManagers().getTrustManagers()[0]);
    }

    /** TLS of every channel: BoringSSL, with the post-quantum hybrid group, where this machine has it; else the JDK's. */
    static SslContext tls(Credentials credentials, GatewayTrust trust) throws GeneralSecurityException, IOException {
        boolean boring = OpenSsl.isAvailable();
        SslContextBuilder builder = GrpcSslContexts.configure(
                        SslContextBuilder.forClient(), boring ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3")
                .trustManager(trust)
                .keyManager(credentials.keyManagers());
        if (boring) {
            // the JDK asks for stapled answers by itself
            builder.option(OpenSslContextOption.GROUPS, GROUPS.clone()).enableOcsp(OpenSsl.isOcspSupported());
        }
        return builder.build();
    }
}
