package nl.sluis.gateway.release;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelNotation;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.Proximity;

/** A product that somebody made. */
final class Approach {
    static final String ID = "approach";

    private Approach() {}

    /** As the products log holds it, made at a time; NATO restricted, of the Netherlands. */
    static StoredProduct stored(PolicyBundle bundle, Instant at) throws Exception {
        Timestamp created = Times.timestamp(at);
        Label label =
                LabelNotation.parse("{NATO: restricted, rel: [NATO], owner: NLD}", bundle.spifs()).toProto().toBuilder()
                        .setCreated(created)
                        .build();
        ObjectReference object =
                ObjectReference.newBuilder().setCatalogueNumber(10_000).build();
        return StoredProduct.newBuilder()
                .setProduct(Product.newBuilder()
                        .setProductId(ID)
                        .setVersion(1)
                        .setKind(ProductKind.PRODUCT_KIND_PROXIMITY)
                        .setDataMode(DataMode.DATA_MODE_REAL)
                        .setCreated(created)
                        .setProximity(Proximity.newBuilder().setObject1(object).setObject2(object)))
                .setBasis(Basis.newBuilder()
                        .addSourceLabels(label)
                        .setLabel(label)
                        .setReceived(created))
                .addObjects(object)
                .build();
    }
}
