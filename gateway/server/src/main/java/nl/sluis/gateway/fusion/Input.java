package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.List;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.OrbitState;
import nl.sluis.policy.label.SecurityLabel;

/**
 * What one contribution says about one object.
 *
 * @param order place of the contribution in its log
 * @param contributionId identifier of the contribution
 * @param received when the gateway received it
 * @param label its label
 * @param observations its observations
 * @param references orbits that it states for the object, latest last
 */
record Input(
        long order,
        String contributionId,
        Instant received,
        SecurityLabel label,
        List<OrbitMessages.Tracked> observations,
        List<OrbitState> references) {
    Input {
        observations = List.copyOf(observations);
        references = List.copyOf(references);
    }
}
