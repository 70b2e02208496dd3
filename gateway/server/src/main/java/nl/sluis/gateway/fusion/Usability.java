package nl.sluis.gateway.fusion;

import java.util.BitSet;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;

/** The question that fusion asks of policy. */
public interface Usability {
    /** The policy that holds now, for a piece of work that must not see it change half-way. */
    InForce inForce();

    /** Keeps for officers why a contribution may or may not be used, and for whom. */
    void explain(String contributionId, SecurityLabel label, ObjectKey object, Kind product);

    /** One policy: its audiences keep their indexes. */
    interface InForce {
        /** Its labels and audiences. */
        PolicyBundle bundle();

        /**
         * The audiences that subscribe and for which a contribution may be used to make a product.
         *
         * @param label the contribution's label
         * @param object the object it is about
         * @param product the kind of product
         * @return audience indexes
         */
        BitSet usable(SecurityLabel label, ObjectKey object, Kind product);
    }
}
