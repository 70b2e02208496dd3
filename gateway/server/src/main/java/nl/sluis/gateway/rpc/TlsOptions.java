package nl.sluis.gateway.rpc;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS of the partner port: version 1.3 only, HTTP/2 only, a client certificate required.
 *
 * <p>Trust and revocation change inside the trust manager and need no new options. After the gateway's own certificate
 * was replaced, give {@link #serverOptions()} to {@code updateSSLOptions(options, true)}: forced, for what changed inside
 * counts as unchanged otherwise.
 *
 * @param certificate the gateway's certificate and key as they are now
 * @param trust who may call, from {@link nl.sluis.gateway.identity.Identities#trustManager()}
 * @param engine which TLS implementation
 * @param clock tells when what is stapled is out of date
 */
public record TlsOptions(
        Supplier<ServerCertificate> certificate, X509ExtendedTrustManager trust, TlsEngine engine, Clock clock) {
    private static final Set<String> VERSIONS = Set.of("TLSv1.3");
    private static final List<String> APPLICATION_PROTOCOLS = List.of("h2");

    /** An engine that was configured and is absent fails the start: falling back in silence would drop the hybrid group. */
    public TlsOptions {
        if (!engine.isAvailable()) {
            throw new IllegalStateException(
                    "TLS engine: `" + engine + "` is not available here (expected: `" + TlsEngine.best() + "`)");
        }
        if (!engine.staples() && certificate.get().staple().isPresent()) {
            throw new IllegalStateException("TLS engine: `" + engine + "` staples no OCSP response (expected: `"
                    + TlsEngine.BORINGSSL + "`, or a configuration without one)");
        }
    }

    /** For {@code HttpServerBuilder.with}; the certificate is asked for when the server starts or is updated. */
    public ServerSSLOptions serverOptions() {
        ServerSSLOptions options = new ServerSSLOptions()
                .setKeyCertOptions(KeyCertOptions.wrap(new OwnKeyManager(certificate.get())))
                .setTrustOptions(TrustOptions.wrap(trust))
                .setClientAuth(ClientAuth.REQUIRED)
                .setEnabledSecureTransportProtocols(VERSIONS)
                .setUseAlpn(true)
                .setApplicationLayerProtocols(APPLICATION_PROTOCOLS);
        // an empty list would mean no group at all, not the engine's own
        if (!engine.groups().isEmpty()) {
            options.setKeyExchangeGroups(engine.groups());
        }
        return options;
    }

    /** For {@code HttpServerBuilder.with}. */
    public SSLEngineOptions engineOptions() {
        return engine.options(certificate, clock);
    }
}
