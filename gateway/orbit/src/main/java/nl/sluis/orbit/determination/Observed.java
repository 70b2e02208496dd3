package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/** The observations of one object as measurements of the library, by compartment. Belongs to one thread. */
final class Observed {

    private final Map<String, Sensor> sensors = new HashMap<>();
    private final Map<String, String> originators;
    private final Map<String, List<MeasurementModel.Modelled>> byCompartment = new LinkedHashMap<>();

    Observed(List<Sensor> sensors, List<Compartment> compartments) {
        this(sensors, compartments, Map.of());
    }

    Observed(List<Sensor> sensors, List<Compartment> compartments, Map<String, String> originators) {
        this.originators = originators;
        sensors.forEach(sensor -> this.sensors.put(sensor.id(), sensor));
        MeasurementModel model = new MeasurementModel(sensors);
        for (Compartment compartment : compartments) {
            List<MeasurementModel.Modelled> modelled = new ArrayList<>();
            for (Observation observation : compartment.observations()) {
                model.model(observation).ifPresent(modelled::add);
            }
            byCompartment.put(compartment.id(), modelled);
        }
    }

    /** Returns what a view takes of its compartments, in the order of their ids. */
    List<Part> parts(List<String> compartments) {
        Set<String> seen = new HashSet<>();
        Map<String, Part> parts = new TreeMap<>();
        for (String compartment : compartments) {
            List<MeasurementModel.Modelled> all = Objects.requireNonNull(byCompartment.get(compartment), compartment);
            List<MeasurementModel.Modelled> first = all.stream()
                    .filter(m -> seen.add(m.observation().inputId()))
                    .toList();
            parts.put(compartment, new Part(compartment, first.size() == all.size(), first));
        }
        return List.copyOf(parts.values());
    }

    /** Returns every observation of some compartments. */
    List<MeasurementModel.Modelled> all(Collection<String> compartments) {
        return compartments.stream()
                .flatMap(id -> Objects.requireNonNull(byCompartment.get(id), id).stream())
                .toList();
    }

    /** Fits some compartments for themselves. */
    FitResult fit(List<String> compartments, Trajectory start, FitSettings settings) {
        return result(solver(parts(compartments), settings).run(start), settings);
    }

    LeastSquares solver(List<Part> parts, FitSettings settings) {
        return new LeastSquares(parts, settings, sensor -> originators.getOrDefault(sensor, ""));
    }

    FitResult result(LeastSquares.Outcome outcome, FitSettings settings) {
        return FitResults.of(outcome, sensors, settings.commonError());
    }
}
