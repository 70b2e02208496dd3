package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Sensor;

/**
 * Calibrates each sensor of a view against the others: its biases are estimated beside the orbit in one more small solve on
 * rows that are there already. Of a sensor without which there is hardly an orbit the sigmas are large; where nothing at all
 * is known of them it is left out.
 */
final class Calibrations {

    /** Fewer values say nothing about noise. */
    private static final int LEAST_VALUES = 3;

    private Calibrations() {}

    /**
     * Calibrates.
     *
     * @param rows accepted rows, with the weights of the fit
     * @param pass where they are from: a sensor itself is taken with its own weights, for its bias explains what it is off
     * @param sensors by id
     * @param common what errors have in common
     */
    static List<SensorCalibration> of(
            List<Row> rows, Linearisation pass, Map<String, Sensor> sensors, CommonError common) {
        Trajectory about = pass.trajectory();
        int n = about.dimension();
        Map<String, List<Row>> bySensor = new TreeMap<>();
        rows.forEach(
                row -> bySensor.computeIfAbsent(row.modelled().observation().sensorId(), none -> new ArrayList<>())
                        .add(row));
        Map<String, NormalEquations> sums = new HashMap<>();
        bySensor.forEach((sensor, own) -> sums.put(sensor, NormalEquations.of(n, own)));
        List<SensorCalibration> calibrations = new ArrayList<>();
        bySensor.forEach((sensor, own) -> {
            Set<BiasKey> keys = keys(own);
            List<Row> freed = own.stream()
                    .map(row -> pass.row(row.modelled().observation().inputId())
                            .orElseThrow()
                            .freed())
                    .toList();
            List<NormalEquations> parts = new ArrayList<>();
            List<Row> all = new ArrayList<>();
            bySensor.forEach((other, theirs) -> {
                boolean itself = other.equals(sensor);
                parts.add(itself ? NormalEquations.of(n, freed) : sums.get(other));
                all.addAll(itself ? freed : theirs);
            });
            NormalEquations equations = NormalEquations.sum(n, parts);
            LeastSquares.addPriors(equations, about);
            Optional<NormalEquations.Solved> solved = equations.solve();
            Optional<double[][]> covariance = equations.covariance(all, common);
            if (solved.isPresent() && covariance.isPresent()) {
                for (BiasKey key : keys) {
                    of(key, freed, equations, solved.get(), covariance.get(), n, sensors)
                            .ifPresent(calibrations::add);
                }
            }
        });
        return calibrations;
    }

    private static Set<BiasKey> keys(List<Row> rows) {
        Set<BiasKey> keys = new TreeSet<>();
        for (Row row : rows) {
            for (Component component : row.modelled().components()) {
                keys.add(new BiasKey(row.modelled().observation().sensorId(), component));
            }
        }
        return keys;
    }

    private static Optional<SensorCalibration> of(
            BiasKey key,
            List<Row> rows,
            NormalEquations equations,
            NormalEquations.Solved solved,
            double[][] covariance,
            int n,
            Map<String, Sensor> sensors) {
        double square = 0;
        int used = 0;
        for (Row row : rows) {
            int c = row.modelled().components().indexOf(key.component());
            if (c >= 0) {
                double left = LeastSquares.residual(row, c, solved)
                        * row.modelled().sigmas().get(c);
                square += left * left;
                used++;
            }
        }
        if (used < LEAST_VALUES) {
            return Optional.empty();
        }
        Sensor.Bias applied = Objects.requireNonNull(sensors.get(key.sensorId()), key.sensorId())
                .biases()
                .get(key.component());
        int column = n + equations.biases().indexOf(key);
        return Optional.of(new SensorCalibration(
                key.sensorId(),
                key.component(),
                (applied == null ? 0 : applied.value()) + solved.bias(key),
                Math.sqrt(covariance[column][column]),
                Math.sqrt(square / (used - 1)),
                used));
    }
}
