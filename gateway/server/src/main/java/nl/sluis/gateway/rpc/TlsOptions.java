package nl.sluis.gateway.rpc;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLEngineOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.TrustOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS of the partner port: version 1.3 only, HTTP/2 only, a client certificate required.
 *
 * <p>Trust and revocation change inside the trust manager and need no new options. After the gateway's own certificate
 * was replaced on disk, give {@link #serverOptions()} to {@code updateSSLOptions(options, true)}: forced, for the same
 * paths with new content count as unchanged otherwise.
 *
 * @param certificatePem the gateway's certificate chain
 * @param keyPem the gateway's private key, PKCS#8
 * @param trust who may call, from {@link nl.sluis.gateway.identity.Identities#trustManager()}
 * @param engine which TLS implementation
 */
public record TlsOptions(Path certificatePem, Path keyPem, X509ExtendedTrustManager trust, TlsEngine engine) {
    private static final Set<String> VERSIONS = Set.of("TLSv1.3");
    private static final List<String> APPLICATION_PROTOCOLS = List.of("h2");

    /** An engine that was configured and is absent fails the start: falling back in silence would drop the hybrid group. */
    public TlsOptions {
        if (!engine.isAvailable()) {
            throw new IllegalStateException(
                    "TLS engine: `" + engine + "` is not available here (expected: `" + TlsEngine.best() + "`)");
        }
    }

    /** For {@code HttpServerBuilder.with}; certificate and key are read when the server starts or is updated. */
    public ServerSSLOptions serverOptions() {
        ServerSSLOptions options = new ServerSSLOptions()
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(certificatePem.toString())
                        .setKeyPath(keyPem.toString()))
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
        return engine.options();
    }
}
