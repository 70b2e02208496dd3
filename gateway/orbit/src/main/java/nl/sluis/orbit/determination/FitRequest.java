package nl.sluis.orbit.determination;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/**
 * What to fit.
 *
 * @param initial first guess; the solution has its epoch
 * @param sensors every sensor that an observation names, and possibly more; ids are unique
 * @param observations in any order; equal input ids are one observation and count once
 * @param forces which forces act
 * @param settings limits
 */
public record FitRequest(
        OrbitState initial,
        List<Sensor> sensors,
        List<Observation> observations,
        ForceModel forces,
        FitSettings settings) {

    /**
     * Checks that sensors are unique and known, and copies the lists.
     *
     * @throws IllegalArgumentException if two sensors share an id, an observation names an unknown sensor, or a sigma
     *     is neither in an observation nor in its sensor: that is a mistake of the caller, not of the data
     */
    public FitRequest {
        Objects.requireNonNull(initial);
        Objects.requireNonNull(forces);
        Objects.requireNonNull(settings);
        sensors = List.copyOf(sensors);
        observations = List.copyOf(observations);
        check(sensors, observations);
    }

    static void check(List<Sensor> sensors, List<Observation> observations) {
        Map<String, Sensor> byId = new HashMap<>();
        for (Sensor sensor : sensors) {
            if (byId.put(sensor.id(), sensor) != null) {
                throw new IllegalArgumentException("sensor: `" + sensor.id() + "` twice (expected: unique ids)");
            }
        }
        observations.forEach(observation -> check(observation, byId));
    }

    private static void check(Observation observation, Map<String, Sensor> sensors) {
        for (String id : observation.sensorIds()) {
            if (!sensors.containsKey(id)) {
                throw new IllegalArgumentException("observation `" + observation.inputId() + "`: sensor `" + id
                        + "` (expected: one of the sensors of the request)");
            }
        }
        observation.sigmas().forEach((component, sigma) -> {
            if (sigma.isEmpty()
                    && !Objects.requireNonNull(sensors.get(observation.sensorId()))
                            .sigmas()
                            .containsKey(component)) {
                throw new IllegalArgumentException("observation `" + observation.inputId() + "`: no sigma of "
                        + component + " (expected: one in the observation or in its sensor)");
            }
        });
    }

    /** Makes a request with forces by regime and default settings. */
    public static FitRequest of(OrbitState initial, List<Sensor> sensors, List<Observation> observations) {
        return new FitRequest(initial, sensors, observations, ForceModel.forOrbit(initial), FitSettings.DEFAULT);
    }
}
