package nl.sluis.orbit.determination;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.measurement.Sensor;

/**
 * One object as several audiences may see it.
 *
 * @param sensors every sensor that an observation names, and possibly more; ids are unique
 * @param compartments ids are unique
 * @param views in any order, each names compartments of this request
 * @param forces which forces act, by an orbit that the view may use; equal orbits give equal forces
 * @param settings limits
 * @param originators whose a sensor is, by sensor id; names are opaque. Sensors that are not in it are of one originator.
 *     With two or more of them a view's fit judges whether they agree
 */
public record ViewsRequest(
        List<Sensor> sensors,
        List<Compartment> compartments,
        List<View> views,
        Function<OrbitState, ForceModel> forces,
        FitSettings settings,
        Map<String, String> originators) {

    /** All sensors are of one originator. */
    public ViewsRequest(
            List<Sensor> sensors,
            List<Compartment> compartments,
            List<View> views,
            Function<OrbitState, ForceModel> forces,
            FitSettings settings) {
        this(sensors, compartments, views, forces, settings, Map.of());
    }

    /**
     * Checks that names are known and copies the lists.
     *
     * @throws IllegalArgumentException if a compartment is there twice or a view names one that is not there, or as
     *     {@link FitRequest}: that is a mistake of the caller, not of the data
     */
    public ViewsRequest {
        sensors = List.copyOf(sensors);
        compartments = List.copyOf(compartments);
        views = List.copyOf(views);
        originators = Map.copyOf(originators);
        Objects.requireNonNull(forces);
        Objects.requireNonNull(settings);
        Set<String> ids = new HashSet<>();
        for (Compartment compartment : compartments) {
            if (!ids.add(compartment.id())) {
                throw new IllegalArgumentException(
                        "compartment: `" + compartment.id() + "` twice (expected: unique ids)");
            }
            FitRequest.check(sensors, compartment.observations());
        }
        for (View view : views) {
            for (String id : view.compartments()) {
                if (!ids.contains(id)) {
                    throw new IllegalArgumentException(
                            "view: compartment `" + id + "` (expected: one of the compartments of the request)");
                }
            }
        }
    }
}
