package nl.sluis.orbit.determination;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;

/**
 * What one audience may use for one object.
 *
 * @param compartments ids, most widely releasable first; an input id that stands in two of them counts in the first
 * @param start an orbit to start from that this audience may use: public elements, or one that was stated; empty: none
 * @param reference what this audience's last fit was linearised about; it takes the place of the start
 */
public record View(List<String> compartments, Optional<OrbitState> start, Optional<Reference> reference) {
    /** Copies the list. */
    public View {
        compartments = List.copyOf(compartments);
        Objects.requireNonNull(start);
        Objects.requireNonNull(reference);
    }

    /** Makes a view that is fitted for the first time. */
    public View(List<String> compartments, Optional<OrbitState> start) {
        this(compartments, start, Optional.empty());
    }
}
