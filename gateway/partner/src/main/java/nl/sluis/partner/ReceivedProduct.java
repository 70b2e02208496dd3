package nl.sluis.partner;

import com.google.protobuf.ByteString;
import nl.sluis.proto.v1.BoundLabel;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Product;

/**
 * A product whose payload is the one its label was bound to.
 *
 * @param product the product
 * @param boundLabel its label as bound, for whoever keeps evidence
 * @param payload the bytes that the label was bound to
 * @param integrity how far that was checked
 * @param text the text that was asked for, as the gateway made it of the payload; not signed, empty where there is none
 * @param textAbsent why there is none: what the standard makes mandatory and the product does not have
 */
public record ReceivedProduct(
        Product product,
        BoundLabel boundLabel,
        ByteString payload,
        Integrity integrity,
        String text,
        String textAbsent) {
    /** The label. */
    public Label label() {
        return boundLabel.getLabel();
    }

    /** How far the binding of label and payload was checked. */
    public enum Integrity {
        /** The payload has the digest in the label's binding, and a known key signed the binding. */
        SIGNATURE,
        /** The payload has the digest in the label's binding; no signing key is known to check the signature. */
        DIGEST
    }
}
