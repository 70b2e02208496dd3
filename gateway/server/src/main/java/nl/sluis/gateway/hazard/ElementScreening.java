package nl.sluis.gateway.hazard;

import java.util.List;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.Proximity;

/** Screens public elements, all on all. */
@FunctionalInterface
public interface ElementScreening {
    /**
     * What was found.
     *
     * @param conjunctions close approaches, by time
     * @param proximities pairs that stay together, as intervals
     */
    record Found(List<ConjunctionWarning> conjunctions, List<Proximity> proximities) {
        /** Copies the lists. */
        public Found {
            conjunctions = List.copyOf(conjunctions);
            proximities = List.copyOf(proximities);
        }
    }

    /** Screens elements over a window that starts at the newest of them. */
    Found screen(List<MeanElements> elements);
}
