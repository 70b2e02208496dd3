package nl.sluis.gateway.fusion;

import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.determination.ForceModel;

/** Which forces are modelled for an object. The answer is the same for every view. */
@FunctionalInterface
public interface Forces {
    /**
     * The forces for an object.
     *
     * @param object the object
     * @param reference an orbit that the view may use
     */
    ForceModel of(ObjectKey object, OrbitState reference);
}
