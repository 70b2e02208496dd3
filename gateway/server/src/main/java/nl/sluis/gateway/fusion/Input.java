package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.List;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.OrbitState;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.ObjectReference;

/**
 * What one contribution says about one object.
 *
 * @param order place among all that is contributed, unique
 * @param contributionId identifier of the contribution
 * @param received when the gateway received it
 * @param label its label
 * @param object what it calls the object
 * @param observations its observations
 * @param references orbits that it states for the object, latest last
 * @param fromElements whether those come from public elements
 */
record Input(
        long order,
        String contributionId,
        Instant received,
        SecurityLabel label,
        ObjectReference object,
        List<OrbitMessages.Tracked> observations,
        List<OrbitState> references,
        boolean fromElements) {
    Input {
        observations = List.copyOf(observations);
        references = List.copyOf(references);
    }
}
