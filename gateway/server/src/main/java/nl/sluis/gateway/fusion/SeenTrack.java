package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.association.Tracklet;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.ObjectReference;

/**
 * One series of observations of a contribution: what is associated with an object as a whole, by each view for itself.
 *
 * @param order place among all that is contributed, unique
 * @param contributionId the contribution
 * @param record its place in the contribution
 * @param received when the gateway received it
 * @param label its label
 * @param named what the contributor calls the object; empty where it does not know
 * @param observations its observations, at least one on which an orbit can rest
 */
record SeenTrack(
        long order,
        String contributionId,
        int record,
        Instant received,
        SecurityLabel label,
        Optional<ObjectReference> named,
        List<OrbitMessages.Tracked> observations) {
    SeenTrack {
        observations = List.copyOf(observations);
    }

    /** Its identifier. */
    String id() {
        return id(contributionId, record);
    }

    static String id(String contributionId, int record) {
        return contributionId + "/" + record;
    }

    /** Whether any orbit can rest on it. */
    boolean bearsOnOrbit() {
        return observations.stream()
                .anyMatch(tracked -> !tracked.observation().sigmas().isEmpty());
    }

    Tracklet tracklet() {
        Map<String, Sensor> sensors = new LinkedHashMap<>();
        observations.forEach(tracked -> tracked.sensors().forEach(sensor -> sensors.put(sensor.id(), sensor)));
        List<Observation> all =
                observations.stream().map(OrbitMessages.Tracked::observation).toList();
        return new Tracklet(id(), List.copyOf(sensors.values()), all);
    }

    /** What it says about the object that it belongs to. */
    Input input(ObjectReference object) {
        return new Input(order, contributionId, received, label, object, observations, List.of(), false);
    }
}
