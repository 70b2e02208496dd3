package nl.sluis.orbit.determination;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import nl.sluis.orbit.measurement.Observation;

/**
 * Observations that the same audiences may use.
 *
 * @param id opaque; sums run in its order
 * @param observations in any order
 */
public record Compartment(String id, List<Observation> observations) {

    /** Copies the list into the order of estimation, each input id once. */
    public Compartment {
        Objects.requireNonNull(id);
        observations = inOrder(observations);
    }

    private static List<Observation> inOrder(List<Observation> observations) {
        List<Observation> sorted =
                observations.stream().sorted(Observation.ORDER).toList();
        Set<String> seen = new HashSet<>();
        return sorted.stream().filter(o -> seen.add(o.inputId())).toList();
    }
}
