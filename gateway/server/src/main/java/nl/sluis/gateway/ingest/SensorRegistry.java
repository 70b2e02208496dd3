package nl.sluis.gateway.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.proto.v1.Sensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sensors that tenants have registered, on whichever node. Each is known to its own tenant only.
 *
 * <p>It follows the journal's SENSORS log; contributions carry their registrations beside, for fusion.
 */
final class SensorRegistry {
    private static final String KEY = "sensor/";
    private static final int READ_ENTRIES_MAX = 256;
    private static final Logger LOG = LoggerFactory.getLogger(SensorRegistry.class);

    private final Journal journal;
    private final Map<String, Registered> sensors = new ConcurrentHashMap<>();
    private long followed;

    private SensorRegistry(Journal journal) {
        this.journal = journal;
    }

    /**
     * A sensor and whose it is.
     *
     * @param source the tenant, "nation/name"
     * @param sensor the registration
     */
    record Registered(String source, Sensor sensor) {}

    /**
     * Reads what is registered, and what will be from then on.
     *
     * @param workers reads what other nodes register
     */
    static SensorRegistry open(Journal journal, Executor workers) {
        takeOver(journal);
        SensorRegistry registry = new SensorRegistry(journal);
        journal.onGrowth(LogName.SENSORS, watermark -> workers.execute(registry::followLater));
        registry.follow();
        return registry;
    }

    /** A journal from before there was a log of sensors has the registrations among the contributions alone. */
    private static void takeOver(Journal journal) {
        if (journal.watermark(LogName.SENSORS) > 0) {
            return;
        }
        List<NewEntry> older = new ArrayList<>();
        journal.scanLatest(LogName.CONTRIBUTIONS, entry -> {
            if (isKey(entry.key())) {
                String sensorId = entry.key().substring(KEY.length());
                // the same from each node that finds none
                older.add(NewEntry.keyed(sensorId, entry.payload()).withClientId("before/" + sensorId));
            }
        });
        journal.append(LogName.SENSORS, older).join();
    }

    /** Registers a sensor, or replaces its registration; blocks until that is durable and holds here. */
    void put(StoredContribution registration) {
        String sensorId = registration.getRecords(0).getSensor().getSensorId();
        byte[] stored = registration.toByteArray();
        // for fusion, among the contributions that follow it
        journal.append(LogName.CONTRIBUTIONS, NewEntry.keyed(KEY + sensorId, stored))
                .join();
        journal.append(LogName.SENSORS, NewEntry.keyed(sensorId, stored)).join();
        follow();
    }

    /** Whether an entry of the contributions log is the registration of a sensor. */
    static boolean isKey(String key) {
        return key.startsWith(KEY);
    }

    private void followLater() {
        try {
            follow();
        } catch (StoreException e) {
            LOG.warn("sensors of other nodes not read, reason={}", e.getMessage());
        }
    }

    private synchronized void follow() {
        List<Entry> entries = journal.read(LogName.SENSORS, followed + 1, READ_ENTRIES_MAX);
        while (!entries.isEmpty()) {
            for (Entry entry : entries) {
                try {
                    take(StoredContribution.parseFrom(entry.payload()));
                } catch (InvalidProtocolBufferException e) {
                    LOG.error("sensor registration can't be read, position={}", entry.position(), e);
                }
                followed = entry.position();
            }
            entries = journal.read(LogName.SENSORS, followed + 1, READ_ENTRIES_MAX);
        }
    }

    private void take(StoredContribution registration) {
        Sensor sensor = registration.getRecords(0).getSensor();
        sensors.put(sensor.getSensorId(), new Registered(registration.getSource(), sensor));
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
