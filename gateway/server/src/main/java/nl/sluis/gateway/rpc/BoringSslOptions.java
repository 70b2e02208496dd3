package nl.sluis.gateway.rpc;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.DelegatingSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * BoringSSL as Vert.x sets it up, and two things that Vert.x has no setting for: keys that stay in a token sign through
 * the JDK's providers, and what the CA says of the gateway's certificate is stapled.
 */
final class BoringSslOptions extends OpenSSLEngineOptions {
    private final Supplier<ServerCertificate> own;
    private final Clock clock;

    BoringSslOptions(Supplier<ServerCertificate> own, Clock clock) {
        this.own = own;
        this.clock = clock;
    }

    private BoringSslOptions(BoringSslOptions other) {
        super(other);
        this.own = other.own;
        this.clock = other.clock;
    }

    @Override
    public OpenSSLEngineOptions copy() {
        return new BoringSslOptions(this);
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new ContextFactory();
    }

    /** Vert.x calls the setters, then {@link #create}. */
    private final class ContextFactory implements SslContextFactory {
        private ClientAuth clientAuth = ClientAuth.REQUIRE;
        private Set<String> protocols = Set.of();
        private List<String> applicationProtocols = List.of();
        private @Nullable TrustManagerFactory trust;

        @Override
        public SslContextFactory forServer(ClientAuth auth) {
            clientAuth = auth;
            return this;
        }

        @Override
        public SslContextFactory enabledProtocols(Set<String> enabled) {
            protocols = enabled;
            return this;
        }

        @Override
        public SslContextFactory trustManagerFactory(TrustManagerFactory factory) {
            trust = factory;
            return this;
        }

        @Override
        public SslContextFactory applicationProtocols(List<String> names) {
            applicationProtocols = names;
            return this;
        }

        @Override
        public SslContext create() throws SSLException {
            ServerCertificate certificate = own.get();
            SslContext context = SslContextBuilder.forServer(
                            certificate.key(), certificate.chain().toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.OPENSSL)
                    .ciphers(OpenSsl.availableOpenSslCipherSuites(), SupportedCipherSuiteFilter.INSTANCE)
                    .trustManager(Objects.requireNonNull(trust, "trust"))
                    .clientAuth(clientAuth)
                    .protocols(protocols)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            applicationProtocols))
                    .enableOcsp(true)
                    .option(OpenSslContextOption.USE_JDK_PROVIDER_SIGNATURES, certificate.keyStaysInToken())
                    .build();
            return new DelegatingSslContext(context) {
                @Override
                protected void initEngine(SSLEngine engine) {
                    // asked anew for each connection: it ends, and is renewed, while the certificate stays
                    own.get()
                            .staple()
                            .filter(staple -> clock.instant().isBefore(staple.until()))
                            .ifPresent(staple -> ((ReferenceCountedOpenSslEngine) engine)
                                    .setOcspResponse(staple.response().toByteArray()));
                }
            };
        }
    }
}
