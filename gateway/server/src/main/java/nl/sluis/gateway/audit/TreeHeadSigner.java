package nl.sluis.gateway.audit;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import nl.sluis.proto.v1.TreeHead;

/** Signs tree heads with Ed25519 (RFC 8032): the same head always gets the same signature. */
public final class TreeHeadSigner {
    private static final String ALGORITHM = "Ed25519";

    private final KeyPair key;

    /**
     * Takes the log's key.
     *
     * @param key an Ed25519 key pair
     */
    public TreeHeadSigner(KeyPair key) {
        this.key = key;
    }

    TreeHead sign(TreeHead.Builder head) {
        head.setKeyId(ByteString.copyFrom(keyId(key.getPublic()))).clearSignature();
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key.getPrivate());
            signature.update(head.build().toByteArray());
            return head.setSignature(ByteString.copyFrom(signature.sign())).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "tree head: can't be signed with a key of `"
                            + key.getPrivate().getAlgorithm() + "` (expected: Ed25519)",
                    e);
        }
    }

    boolean verify(TreeHead head) {
        return verify(head, key.getPublic());
    }

    /**
     * Checks the signature of a head.
     *
     * @param head a signed head
     * @param key the log's public key
     * @return true if the key signed this head
     */
    public static boolean verify(TreeHead head, PublicKey key) {
        if (!head.getKeyId().equals(ByteString.copyFrom(keyId(key)))) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(head.toBuilder().clearSignature().build().toByteArray());
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
