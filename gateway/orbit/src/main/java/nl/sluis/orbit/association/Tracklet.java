package nl.sluis.orbit.association;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/**
 * Observations of one object by one sensor, usually of one pass: what is associated as a whole.
 *
 * @param id the caller's
 * @param sensors every sensor that an observation names
 * @param observations at least one on which an orbit can rest; in the order of estimation
 */
public record Tracklet(String id, List<Sensor> sensors, List<Observation> observations) {

    /** Sorts and copies the lists; what no orbit rests on is left out. */
    public Tracklet {
        Objects.requireNonNull(id);
        sensors = List.copyOf(sensors);
        observations = observations.stream()
                .filter(o -> !o.sigmas().isEmpty())
                .sorted(Observation.ORDER)
                .toList();
        if (observations.isEmpty()) {
            throw new IllegalArgumentException("tracklet `" + id + "`: 0 observations (expected: at least 1)");
        }
    }

    /** Returns when it begins, UTC. */
    public Instant start() {
        return observations.get(0).epoch();
    }

    /** Returns when it ends, UTC. */
    public Instant end() {
        return observations.get(observations.size() - 1).epoch();
    }

    /** Returns at most so many of its observations, evenly chosen, none longer after the first than a while. */
    List<Observation> thinned(int most, Duration longest) {
        Instant until = start().plus(longest);
        List<Observation> within =
                observations.stream().filter(o -> !o.epoch().isAfter(until)).toList();
        if (within.size() <= most) {
            return within;
        }
        List<Observation> few = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            few.add(within.get((int) ((long) i * (within.size() - 1) / (most - 1))));
        }
        return few;
    }
}
