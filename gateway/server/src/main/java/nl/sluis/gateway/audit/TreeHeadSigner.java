package nl.sluis.gateway.audit;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import nl.sluis.partner.audit.TreeHeads;
import nl.sluis.proto.v1.TreeHead;

/** Signs tree heads with Ed25519 (RFC 8032): the same head always gets the same signature. */
public final class TreeHeadSigner {
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
        head.setKeyId(ByteString.copyFrom(TreeHeads.keyId(key.getPublic()))).clearSignature();
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key.getPrivate());
            signature.update(TreeHeads.signedBytes(head.build()));
            return head.setSignature(ByteString.copyFrom(signature.sign())).build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "tree head: can't be signed with a key of `"
                            + key.getPrivate().getAlgorithm() + "` (expected: Ed25519)",
                    e);
        }
    }

    boolean verify(TreeHead head) {
        return TreeHeads.verify(head, key.getPublic());
    }
}
