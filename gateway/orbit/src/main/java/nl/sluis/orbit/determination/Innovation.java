package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * What some observations say that a predicted orbit does not: residuals over their sigmas, and by what they may be
 * explained. The columns of the design are scaled by the 1-sigma of what they stand for, so that before the observations
 * each has variance one: first the orbit's own numbers along the axes of its covariance, then the errors that a sensor's
 * numbers have in common, then biases of which nothing is known but their usual size.
 */
public final class Innovation {

    private final double[] residuals;
    private final double[][] design;

    private Innovation(double[] residuals, double[][] design) {
        this.residuals = residuals;
        this.design = design;
    }

    /** Returns observed minus predicted, over sigma; one for each number. */
    public RealVector residuals() {
        return MatrixUtils.createRealVector(residuals);
    }

    /** Returns the design: one row for each number. */
    public RealMatrix design() {
        return MatrixUtils.createRealMatrix(design);
    }

    /** Usual size of a bias that a fit estimates: a sensor whose bias is larger is not calibrated but broken. */
    private static double usualBias(Component component) {
        return switch (component) {
            case RANGE -> 20_000;
            case RANGE_RATE -> 10;
            case AZIMUTH, ELEVATION, RIGHT_ASCENSION, DECLINATION -> 2e-3;
            case TIME_DIFFERENCE -> 1e-5;
            case FREQUENCY_DIFFERENCE -> 100;
        };
    }

    /**
     * Evaluates observations at a prediction.
     *
     * @param predicted the orbit; the nearer its epoch is to the observations the less it costs
     * @param step a correction in units of the first columns, about which is linearised; residuals are still those of
     *     the prediction itself, as far as the design is linear
     * @param sensors every sensor that an observation names
     * @return empty where the orbit can't be propagated to all observations, or none of them bears on an orbit
     */
    public static Optional<Innovation> of(
            OrbitSolution predicted, double[] step, List<Sensor> sensors, List<Observation> observations) {
        OrekitData.load();
        List<MeasurementModel.Modelled> modelled =
                new Observed(sensors, List.of(new Compartment("", observations))).all(List.of(""));
        if (modelled.isEmpty()) {
            return Optional.empty();
        }
        double[][] axes = axes(predicted.fullCovariance().rows());
        int n = axes.length;
        Trajectory trajectory = trajectory(predicted).plus(times(axes, step));
        Linearisation pass = Linearisation.once(trajectory, modelled);
        Map<String, Integer> extra = new TreeMap<>();
        List<double[]> rows = new ArrayList<>();
        List<Double> residuals = new ArrayList<>();
        List<Map<String, Double>> extras = new ArrayList<>();
        for (MeasurementModel.Modelled m : modelled) {
            Optional<Row> row = pass.row(m.observation().inputId());
            if (row.isEmpty()) {
                return Optional.empty();
            }
            for (int c = 0; c < m.components().size(); c++) {
                double[] j = row.get().jacobian(c);
                double[] scaled = new double[n];
                double r = row.get().residual(c);
                for (int k = 0; k < n; k++) {
                    for (int i = 0; i < n; i++) {
                        scaled[k] += j[i] * axes[i][k];
                    }
                    r += scaled[k] * step[k];
                }
                rows.add(scaled);
                residuals.add(r);
                Map<String, Double> also = new HashMap<>();
                also.put(
                        CommonError.REALISTIC.group(
                                m.observation(), m.components().get(c)),
                        CommonError.REALISTIC.sigmas());
                double sigma = row.get().modelled().sigmas().get(c);
                Component component = m.components().get(c);
                m.biases()
                        .get(c)
                        .ifPresent(key ->
                                also.put("bias/" + key.sensorId() + "/" + component, usualBias(component) / sigma));
                also.keySet().forEach(key -> extra.putIfAbsent(key, extra.size()));
                extras.add(also);
            }
        }
        double[][] design = new double[rows.size()][n + extra.size()];
        for (int i = 0; i < design.length; i++) {
            System.arraycopy(rows.get(i), 0, design[i], 0, n);
            double[] to = design[i];
            extras.get(i).forEach((key, value) -> to[n + extra.getOrDefault(key, 0)] = value);
        }
        return Optional.of(new Innovation(
                residuals.stream().mapToDouble(Double::doubleValue).toArray(), design));
    }

    /** Returns where a correction in units of the first columns moves the orbit. */
    public static OrbitState moved(OrbitSolution predicted, double[] step) {
        return trajectory(predicted)
                .plus(times(axes(predicted.fullCovariance().rows()), step))
                .state();
    }

    private static Trajectory trajectory(OrbitSolution solution) {
        Trajectory plain = Trajectory.of(solution.state(), solution.forces());
        return new Trajectory(
                plain.state(),
                solution.forces(),
                solution.parameters().stream().map(DynamicParameter::name).toList(),
                solution.parameters().stream().map(DynamicParameter::value).toList());
    }

    /** Returns a root of a covariance, lower triangular; a number without uncertainty has an empty column. */
    private static double[][] axes(double[][] covariance) {
        int n = covariance.length;
        double[][] root = new double[n][n];
        for (int j = 0; j < n; j++) {
            double diagonal = covariance[j][j];
            for (int k = 0; k < j; k++) {
                diagonal -= root[j][k] * root[j][k];
            }
            // rounding leaves a little below nothing where numbers are fully correlated
            if (!(diagonal > 1e-14 * covariance[j][j])) {
                continue;
            }
            root[j][j] = Math.sqrt(diagonal);
            for (int i = j + 1; i < n; i++) {
                double sum = covariance[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= root[i][k] * root[j][k];
                }
                root[i][j] = sum / root[j][j];
            }
        }
        return root;
    }

    private static double[] times(double[][] axes, double[] step) {
        double[] moved = new double[axes.length];
        for (int i = 0; i < axes.length; i++) {
            for (int k = 0; k <= i; k++) {
                moved[i] += axes[i][k] * step[k];
            }
        }
        return moved;
    }
}
