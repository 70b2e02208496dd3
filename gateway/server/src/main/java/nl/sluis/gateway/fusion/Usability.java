package nl.sluis.gateway.fusion;

import java.util.BitSet;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;

/** The question that fusion asks of policy. */
public interface Usability {
    /**
     * The audiences that subscribe and for which a contribution may be used to make a product.
     *
     * @param label the contribution's label
     * @param object the object it is about
     * @param product the kind of product
     * @return audience indexes
     */
    BitSet usable(SecurityLabel label, ObjectKey object, Kind product);

    /** Keeps for officers why a contribution may or may not be used, and for whom. */
    void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product);
}
