package nl.sluis.partner.audit;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import nl.sluis.proto.v1.TreeHead;

/** What is signed of a tree head, and how the signature is checked. */
public final class TreeHeads {
    /** The same key signs labels: this text in front keeps one from being taken for the other. */
    private static final ByteString CONTEXT = ByteString.copyFrom("sluis.v1.TreeHead\0", StandardCharsets.US_ASCII);

    private TreeHeads() {}

    /**
     * The bytes that a signature covers.
     *
     * @param head a head, signed or not
     * @return the context and the head without its signature
     */
    public static byte[] signedBytes(TreeHead head) {
        return CONTEXT.concat(head.toBuilder().clearSignature().build().toByteString())
                .toByteArray();
    }

    /**
     * Checks the signature of a head.
     *
     * @param head a signed head
     * @param key the gateway's public key, Ed25519
     * @return true if the key signed this head
     */
    public static boolean verify(TreeHead head, PublicKey key) {
        if (!head.getKeyId().equals(ByteString.copyFrom(keyId(key)))) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(signedBytes(head));
            return signature.verify(head.getSignature().toByteArray());
        } catch (GeneralSecurityException e) {
            // a signature of the wrong length, or a key of another kind, signed nothing
            return false;
        }
    }

    /**
     * Names a key.
     *
     * @param key a public key
     * @return SHA-256 of its SubjectPublicKeyInfo (RFC 6962, section 3.2)
     */
    public static byte[] keyId(PublicKey key) {
        return MerkleTree.sha256().digest(key.getEncoded());
    }
}
