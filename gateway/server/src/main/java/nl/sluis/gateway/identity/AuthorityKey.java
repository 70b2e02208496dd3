package nl.sluis.gateway.identity;

import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import javax.security.auth.x500.X500Principal;

/** A CA as revocation lists know it: its name and its key, whichever certificate it shows. */
record AuthorityKey(X500Principal name, ByteBuffer publicKey) {
    static AuthorityKey of(X509Certificate authority) {
        return new AuthorityKey(
                authority.getSubjectX500Principal(),
                ByteBuffer.wrap(authority.getPublicKey().getEncoded()).asReadOnlyBuffer());
    }
}
