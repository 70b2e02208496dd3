package nl.sluis.partner;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway is and how a partner proves who it is.
 *
 * @param host DNS name or IP address of the gateway, as in its certificate
 * @param port TCP port, 1 to 65535
 * @param trustPem PEM file with the root certificates that may vouch for the gateway
 * @param certificatePem PEM file with the partner's certificate, then its issuing CAs; the root is not sent
 * @param keyPem PEM file with the partner's private key, PKCS#8 without password
 * @param signingKeysPem PEM file with the public keys that sign released labels; null where only digests are checked
 */
public record PartnerContext(
        String host,
        int port,
        Path trustPem,
        Path certificatePem,
        Path keyPem,
        @Nullable Path signingKeysPem) {
    private static final int PORT_MAX = 65_535;

    /** Checks host and port; the files are read when a channel is opened. */
    public PartnerContext {
        if (host.isBlank()) {
            throw new IllegalArgumentException("endpoint: no host (expected: `host:port`)");
        }
        if (port < 1 || port > PORT_MAX) {
            throw new IllegalArgumentException("endpoint: port `" + port + "` (expected: 1 to " + PORT_MAX + ")");
        }
    }

    /**
     * A context for an endpoint as people write it.
     *
     * @param endpoint {@code host:port}, an IPv6 address in brackets: {@code [::1]:7443}
     * @throws IllegalArgumentException if the endpoint is not of that form
     */
    public static PartnerContext of(
            String endpoint, Path trustPem, Path certificatePem, Path keyPem, @Nullable Path signingKeysPem) {
        int colon = endpoint.lastIndexOf(':');
        String host = colon < 0 ? endpoint : endpoint.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || (host.contains(":") && !bracketed)) {
            throw new IllegalArgumentException("endpoint: `" + endpoint + "` (expected: `host:port`)");
        }
        int port;
        try {
            port = Integer.parseInt(endpoint.substring(colon + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("endpoint: `" + endpoint + "` (expected: `host:port`)", e);
        }
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        return new PartnerContext(bare, port, trustPem, certificatePem, keyPem, signingKeysPem);
    }

    /** {@code host:port}, an IPv6 address in brackets. */
    public String endpoint() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
