package nl.sluis.gateway.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.proto.v1.Sensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sensors that tenants have registered. Each is known to its own tenant only. */
final class SensorRegistry {
    private static final String KEY = "sensor/";
    private static final Logger LOG = LoggerFactory.getLogger(SensorRegistry.class);

    private final Map<String, Registered> sensors = new ConcurrentHashMap<>();

    /**
     * A sensor and whose it is.
     *
     * @param source the tenant, "nation/name"
     * @param sensor the registration
     */
    record Registered(String source, Sensor sensor) {}

    static SensorRegistry load(Journal journal) {
        SensorRegistry registry = new SensorRegistry();
        journal.scanLatest(LogName.CONTRIBUTIONS, registry::restore);
        return registry;
    }

    static String key(String sensorId) {
        return KEY + sensorId;
    }

    /** Whether an entry of the contributions log is the registration of a sensor. */
    static boolean isKey(String key) {
        return key.startsWith(KEY);
    }

    private void restore(Entry entry) {
        if (isKey(entry.key())) {
            try {
                StoredContribution stored = StoredContribution.parseFrom(entry.payload());
                put(stored.getSource(), stored.getRecords(0).getSensor());
            } catch (InvalidProtocolBufferException e) {
                LOG.error("sensor registration can't be read, position={}", entry.position(), e);
            }
        }
    }

    void put(String source, Sensor sensor) {
        sensors.put(sensor.getSensorId(), new Registered(source, sensor));
    }

    /** Whether a name is taken by another tenant. */
    boolean isOthers(String source, String sensorId) {
        Registered registered = sensors.get(sensorId);
        return registered != null && !registered.source().equals(source);
    }

    Optional<Sensor> get(String source, String sensorId) {
        return Optional.ofNullable(sensors.get(sensorId))
                .filter(registered -> registered.source().equals(source))
                .map(Registered::sensor);
    }

    /** The sensor that stands under a name in the documents of a tenant. */
    Optional<Sensor> byParticipant(String source, String participant) {
        return of(source).stream()
                .filter(sensor -> sensor.getParticipant().equals(participant)
                        || sensor.getSensorId().equals(participant))
                .findFirst();
    }

    List<Sensor> of(String source) {
        return sensors.values().stream()
                .filter(registered -> registered.source().equals(source))
                .map(Registered::sensor)
                .sorted(Comparator.comparing(Sensor::getSensorId))
                .toList();
    }
}
