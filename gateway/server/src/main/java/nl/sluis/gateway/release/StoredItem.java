package nl.sluis.gateway.release;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nl.sluis.gateway.audit.AuditLog;
import nl.sluis.gateway.item.AudienceId;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.partner.audit.BasisDigest;
import nl.sluis.policy.bundle.Audience;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.decide.ItemObject;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;

/**
 * A product as policy looks at it.
 *
 * @param product the product in full
 * @param kind its kind
 * @param objects its objects
 * @param item what policy decides about
 * @param views the audiences whose view it is; empty where every audience has the same
 * @param beside of every audience, those that have a product of their own instead
 * @param basisSha256 digest of what it was made from, for the audit log; the basis itself would be most of its memory
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
record StoredItem(
        Product product,
        Kind kind,
        List<String> objects,
        Item item,
        Set<String> views,
        Set<String> beside,
        byte[] basisSha256) {
    static StoredItem of(StoredProduct stored, PolicyBundle bundle) throws LabelException {
        Product product = stored.getProduct();
        Kind kind = Kind.of(product.getKind())
                .orElseThrow(() -> new IllegalStateException("product kind: `" + product.getKind() + "`"));
        List<SecurityLabel> labels = new ArrayList<>();
        for (Label label : stored.getBasis().getSourceLabelsList()) {
            labels.add(bundle.label(label));
        }
        Item.Builder item = Item.derived(kind, labels)
                .received(Times.instant(stored.getBasis().getReceived()))
                .payload(body(product));
        List<String> objects = new ArrayList<>();
        for (ObjectReference reference : stored.getObjectsList()) {
            Optional<ObjectKey> key = ObjectKey.of(reference);
            item.object(key.map(k -> ItemObject.of(k.text())).orElse(ItemObject.UNKNOWN));
            key.ifPresent(k -> objects.add(k.text()));
        }
        if (product.getConjunction().hasProbability()) {
            item.probability(product.getConjunction().getProbability().getValue());
        }
        return new StoredItem(
                product,
                kind,
                objects,
                item.build(),
                new HashSet<>(stored.getBasis().getAudiencesList()),
                new HashSet<>(stored.getBasis().getBesideList()),
                BasisDigest.of(AuditLog.basisOf(stored.getBasis())));
    }

    /** The content of a product: what rules about fields and expressions look at. */
    static Message body(Product product) {
        return (Message) product.getField(bodyField(product));
    }

    static FieldDescriptor bodyField(Product product) {
        OneofDescriptor oneof = Product.getDescriptor().getOneofs().stream()
                .filter(one -> one.getName().equals("body"))
                .findFirst()
                .orElseThrow();
        FieldDescriptor field = product.getOneofFieldDescriptor(oneof);
        if (field == null) {
            throw new IllegalStateException("product " + product.getProductId() + ": no body (expected: one)");
        }
        return field;
    }

    /** The object, where the product says where one object is; else empty. */
    String catalogueObject() {
        return switch (product.getBodyCase()) {
            case TRACK, EPHEMERIS, ELEMENTS -> objects.size() == 1 ? objects.get(0) : "";
            default -> "";
        };
    }

    boolean isFor(Audience audience) {
        String id = AudienceId.of(audience).text();
        return views.isEmpty() ? !beside.contains(id) : views.contains(id);
    }
}
