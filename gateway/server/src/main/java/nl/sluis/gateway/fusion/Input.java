package nl.sluis.gateway.fusion;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
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
        List<Seen> observations,
        List<OrbitState> references) {
    /**
     * One observation.
     *
     * @param observation as the model takes it
     * @param sensor the sensor, as registered when the contribution was handled
     * @param identity sensor, epoch and value: what comes twice counts once
     */
    record Seen(Observation observation, Sensor sensor, ByteString identity) {}

    Input {
        observations = List.copyOf(observations);
        references = List.copyOf(references);
    }
}
