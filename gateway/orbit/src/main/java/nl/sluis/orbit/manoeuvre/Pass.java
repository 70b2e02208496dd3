package nl.sluis.orbit.manoeuvre;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import nl.sluis.orbit.measurement.Observation;

/**
 * What one sensor saw of an object without a break.
 *
 * @param sensorId the sensor
 * @param observations in the order of time, at least one
 */
record Pass(String sensorId, List<Observation> observations) {

    /** A break ends a pass. */
    private static final Duration LONGEST_BREAK = Duration.ofMinutes(20);

    /** A sensor that looks for days, as at a geostationary object, makes several: a manoeuvre is placed no finer. */
    private static final Duration LONGEST = Duration.ofHours(2);

    /** Passes with fewer epochs tell of nothing: one of them may be wrong. */
    private static final int LEAST_EPOCHS = 3;

    /** Cuts observations into passes, in the order in which they begin. */
    static List<Pass> of(List<Observation> observations) {
        Map<String, List<Observation>> bySensor = new TreeMap<>();
        observations.stream()
                .filter(one -> !one.sigmas().isEmpty())
                .sorted(Observation.ORDER)
                .forEach(one -> bySensor.computeIfAbsent(one.sensorId(), none -> new ArrayList<>())
                        .add(one));
        List<Pass> passes = new ArrayList<>();
        bySensor.forEach((sensor, all) -> {
            List<Observation> pass = new ArrayList<>();
            for (Observation one : all) {
                if (!pass.isEmpty() && isBeyond(pass, one)) {
                    passes.add(new Pass(sensor, List.copyOf(pass)));
                    pass.clear();
                }
                pass.add(one);
            }
            passes.add(new Pass(sensor, List.copyOf(pass)));
        });
        passes.sort(Comparator.comparing(Pass::start).thenComparing(Pass::sensorId));
        return passes;
    }

    private static boolean isBeyond(List<Observation> pass, Observation next) {
        Instant last = pass.get(pass.size() - 1).epoch();
        return last.plus(LONGEST_BREAK).isBefore(next.epoch())
                || pass.get(0).epoch().plus(LONGEST).isBefore(next.epoch());
    }

    Instant start() {
        return observations.get(0).epoch();
    }

    Instant end() {
        return observations.get(observations.size() - 1).epoch();
    }

    boolean isTelling() {
        return observations.stream().map(Observation::epoch).distinct().count() >= LEAST_EPOCHS;
    }

    static List<Observation> all(List<Pass> passes) {
        return passes.stream().flatMap(pass -> pass.observations().stream()).toList();
    }
}
