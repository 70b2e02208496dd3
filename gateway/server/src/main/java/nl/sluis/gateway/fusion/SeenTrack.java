package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.orbit.association.Tracklet;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObservationSeries;

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

    /**
     * A track of a contribution.
     *
     * @param order place among all that is contributed
     * @param contribution the contribution
     * @param record which of its records, a series of observations
     * @param label its label, checked
     * @param sensors registrations by the identifier of the sensor
     */
    static SeenTrack of(
            long order,
            StoredContribution contribution,
            int record,
            SecurityLabel label,
            Map<String, nl.sluis.proto.v1.Sensor> sensors) {
        ObservationSeries series = contribution.getRecords(record).getObservations();
        return new SeenTrack(
                order,
                contribution.getContributionId(),
                record,
                Times.instant(contribution.getReceived()),
                label,
                series.hasObject() && ObjectKey.of(series.getObject()).isPresent()
                        ? Optional.of(series.getObject())
                        : Optional.empty(),
                OrbitMessages.observations(series, sensors));
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

    /** What it says about the object that it belongs to; its contributor's name for that counts where it is the same object. */
    Input input(ObjectKey key) {
        ObjectReference object = named.filter(
                        name -> ObjectKey.of(name).filter(key::equals).isPresent())
                .orElse(key.reference());
        return new Input(order, contributionId, received, label, object, observations, List.of(), Optional.empty());
    }
}
