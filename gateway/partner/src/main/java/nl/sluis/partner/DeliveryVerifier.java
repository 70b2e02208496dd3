package nl.sluis.partner;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import nl.sluis.proto.v1.BoundLabel;
import nl.sluis.proto.v1.Delivery;
import nl.sluis.proto.v1.Product;
import org.bouncycastle.crypto.params.Ed25519PublicKeyParameters;
import org.bouncycastle.crypto.signers.Ed25519Signer;
import org.bouncycastle.crypto.util.PublicKeyFactory;

/**
 * Checks the binding of label and payload: the profile described at {@code BoundLabel} in label.proto.
 *
 * <p>Once signing keys are known, an unsigned label or one signed by another key is refused: otherwise whoever can
 * change a label could also drop its signature.
 */
final class DeliveryVerifier {
    private static final String ALGORITHM = "Ed25519";

    private final Map<ByteString, Ed25519PublicKeyParameters> keysById = new HashMap<>();

    /** @param keys Ed25519 */
    DeliveryVerifier(Collection<PublicKey> keys) {
        keys.forEach(key -> keysById.put(sha256(key.getEncoded()), parameters(key)));
    }

    private static Ed25519PublicKeyParameters parameters(PublicKey key) {
        try {
            return (Ed25519PublicKeyParameters) PublicKeyFactory.createKey(key.getEncoded());
        } catch (IOException | ClassCastException e) {
            throw new IllegalArgumentException("signing key: " + key.getAlgorithm() + " (expected: Ed25519)", e);
        }
    }

    ReceivedProduct verify(Delivery delivery) throws IntegrityException {
        String name = delivery.getProductId() + " version " + delivery.getVersion();
        if (!delivery.hasBoundLabel() || !delivery.getBoundLabel().hasLabel()) {
            throw new IntegrityException("product " + name + ": no label");
        }
        BoundLabel bound = delivery.getBoundLabel();
        ByteString found = sha256(delivery.getPayload().toByteArray());
        if (!found.equals(bound.getPayloadSha256())) {
            throw new IntegrityException("product " + name + ": payload digest " + hex(found) + " (expected: "
                    + hex(bound.getPayloadSha256()) + ")");
        }
        ReceivedProduct.Integrity integrity = checkSignature(name, bound);
        Product product = parse(name, delivery);
        if (!product.getProductId().equals(delivery.getProductId())
                || product.getVersion() != delivery.getVersion()
                || product.getKind() != delivery.getKind()) {
            throw new IntegrityException("product " + name + ": payload is " + product.getProductId() + " version "
                    + product.getVersion() + " of kind " + product.getKind() + " (expected: kind " + delivery.getKind()
                    + ")");
        }
        return new ReceivedProduct(
                product, bound, delivery.getPayload(), integrity, delivery.getText(), delivery.getTextAbsent());
    }

    private ReceivedProduct.Integrity checkSignature(String name, BoundLabel bound) throws IntegrityException {
        if (keysById.isEmpty()) {
            return ReceivedProduct.Integrity.DIGEST;
        }
        Ed25519PublicKeyParameters key = keysById.get(bound.getKeyId());
        if (key == null || !bound.getAlgorithm().equals(ALGORITHM)) {
            throw new IntegrityException("product " + name + ": label signed with `" + bound.getAlgorithm()
                    + "` by key `" + hex(bound.getKeyId()) + "` (expected: `" + ALGORITHM + "` by a known key)");
        }
        byte[] text = deterministic(bound.toBuilder().clearSignature().build());
        Ed25519Signer signer = new Ed25519Signer();
        signer.init(false, key);
        signer.update(text, 0, text.length);
        if (signer.verifySignature(bound.getSignature().toByteArray())) {
            return ReceivedProduct.Integrity.SIGNATURE;
        }
        throw new IntegrityException("product " + name + ": label signature does not verify");
    }

    private static Product parse(String name, Delivery delivery) throws IntegrityException {
        try {
            return Product.parseFrom(delivery.getPayload());
        } catch (InvalidProtocolBufferException e) {
            throw new IntegrityException("product " + name + ": payload is not a Product", e);
        }
    }

    static byte[] deterministic(BoundLabel bound) {
        byte[] bytes = new byte[bound.getSerializedSize()];
        CodedOutputStream output = CodedOutputStream.newInstance(bytes);
        output.useDeterministicSerialization();
        try {
            bound.writeTo(output);
        } catch (IOException e) {
            throw new IllegalStateException("a message of " + bytes.length + " bytes did not fit its own size", e);
        }
        output.checkNoSpaceLeft();
        return bytes;
    }

    static ByteString sha256(byte[] bytes) {
        try {
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
