package nl.sluis.gateway.rpc;

import com.google.protobuf.ByteString;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The certificate that the partner port shows.
 *
 * @param chain the gateway's certificate, then its issuing CAs
 * @param key its private key; one without an encoding stays in the token that holds it
 * @param staple what its CA says of it
 */
public record ServerCertificate(List<X509Certificate> chain, PrivateKey key, Optional<Staple> staple) {
    /** Copies the list. */
    public ServerCertificate {
        chain = List.copyOf(chain);
    }

    /**
     * An OCSP response.
     *
     * @param response DER
     * @param until when it is out of date; nobody gets it from then on
     */
    public record Staple(ByteString response, Instant until) {}

    /** When partners will refuse it. */
    public Instant ends() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** Whether the key is kept by something that signs with it and does not hand it out. */
    boolean keyStaysInToken() {
        return key.getEncoded() == null;
    }
}
