package nl.sluis.gateway.release;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import nl.sluis.gateway.item.Digests;
import nl.sluis.proto.v1.BoundLabel;
import nl.sluis.proto.v1.Label;

/** Binds labels to payloads with the gateway's Ed25519 key (RFC 8032), whose signatures are deterministic. */
public final class Signer {
    private static final String ALGORITHM = "Ed25519";

    private final PrivateKey privateKey;
    private final ByteString keyId;

    /**
     * @param privateKey Ed25519
     * @param publicKey its public key
     */
    public Signer(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.keyId = UnsafeByteOperations.unsafeWrap(Digests.sha256(publicKey.getEncoded()));
    }

    BoundLabel bind(Label label, byte[] payload) {
        BoundLabel unsigned = BoundLabel.newBuilder()
                .setLabel(label)
                .setPayloadSha256(ByteString.copyFrom(Digests.sha256(payload)))
                .setAlgorithm(ALGORITHM)
                .setKeyId(keyId)
                .build();
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(privateKey);
            signature.update(unsigned.toByteArray());
            return unsigned.toBuilder()
                    .setSignature(ByteString.copyFrom(signature.sign()))
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the gateway's key can't sign", e);
        }
    }
}
