package nl.sluis.orbit.determination;

import java.util.Comparator;
import nl.sluis.orbit.measurement.Component;

/** Which bias: one component of one sensor. */
record BiasKey(String sensorId, Component component) implements Comparable<BiasKey> {
    private static final Comparator<BiasKey> ORDER =
            Comparator.comparing(BiasKey::sensorId).thenComparing(BiasKey::component);

    @Override
    public int compareTo(BiasKey other) {
        return ORDER.compare(this, other);
    }
}
