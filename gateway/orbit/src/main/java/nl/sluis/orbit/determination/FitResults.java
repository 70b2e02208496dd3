package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/** Says what an iteration gave: orbit, biases and residuals in physical units. */
final class FitResults {

    /** Scatter beyond expectation counts as such from so many of its own sigmas on. */
    private static final double EXCESS_SIGMAS = 3;

    private FitResults() {}

    static FitResult of(LeastSquares.Outcome outcome, Map<String, Sensor> sensors, CommonError common) {
        List<Residual> residuals = residuals(outcome);
        if (outcome.verdict() != Verdict.CONVERGED) {
            return unsolved(outcome.verdict(), outcome.reason(), residuals, outcome);
        }
        NormalEquations equations = outcome.equations().orElseThrow();
        NormalEquations.Solved solved = outcome.solved().orElseThrow();
        List<Row> accepted = outcome.rows().stream()
                .filter(row -> !outcome.rejected()
                        .contains(row.modelled().observation().inputId()))
                .toList();
        Optional<double[][]> inverse = equations.covariance(accepted, common);
        if (inverse.isEmpty()) {
            return unsolved(
                    Verdict.NOT_OBSERVABLE,
                    "normal matrix: singular (expected: observations that determine " + equations.size()
                            + " parameters)",
                    residuals,
                    outcome);
        }
        double rms = weightedRms(residuals, equations.size());
        double[][] all = inverse.get();
        scale(all, excess(rms, residuals, common));
        outcome.judgement().shifts().forEach(shift -> widen(all, shift));
        Trajectory trajectory = outcome.trajectory();
        int n = trajectory.dimension();
        List<DynamicParameter> parameters = new ArrayList<>();
        for (int i = 6; i < n; i++) {
            parameters.add(new DynamicParameter(
                    trajectory.names().get(i - 6), trajectory.values().get(i - 6), Math.sqrt(all[i][i])));
        }
        List<BiasEstimate> biases = new ArrayList<>();
        for (int i = 0; i < equations.biases().size(); i++) {
            BiasKey key = equations.biases().get(i);
            Sensor sensor = Objects.requireNonNull(sensors.get(key.sensorId()), key.sensorId());
            double guess =
                    Objects.requireNonNull(sensor.biases().get(key.component())).value();
            biases.add(new BiasEstimate(
                    key.sensorId(), key.component(), guess + solved.bias(key), Math.sqrt(all[n + i][n + i])));
        }
        SymmetricMatrix full = SymmetricMatrix.of(all).leading(n);
        SymmetricMatrix covariance = full.leading(6);
        OrbitSolution solution = new OrbitSolution(
                trajectory.state(),
                covariance,
                LocalAxes.toRtn(trajectory.state(), covariance),
                trajectory.forces(),
                parameters,
                full);
        return new FitResult(
                Verdict.CONVERGED,
                "",
                Optional.of(solution),
                Optional.of(latest(accepted.get(accepted.size() - 1), solved, solution)),
                biases,
                statistics(residuals),
                residuals,
                rms,
                Calibrations.of(accepted, outcome.pass(), sensors, common),
                outcome.judgement().disagreements(),
                outcome.iterations(),
                outcome.rounds());
    }

    /** The correction is within the linear range, so the row's own derivatives take it there. */
    private static OrbitSolution latest(Row last, NormalEquations.Solved solved, OrbitSolution solution) {
        return OrbitSolution.of(
                last.corrected(solved.correction()),
                last.covariance(solution.fullCovariance()),
                solution.forces().known(solution.parameters()));
    }

    /** Returns by how much the residuals' variance exceeds what sigmas and common errors explain; 1 if it does not. */
    private static double excess(double rms, List<Residual> residuals, CommonError common) {
        double expected = 1 + common.sigmas() * common.sigmas();
        long independent = residuals.stream()
                .filter(Residual::accepted)
                .map(r -> common.sigmas() == 0
                        ? r.inputId() + r.component()
                        : common.group(r.sensorId(), r.component(), r.epoch()))
                .distinct()
                .count();
        boolean isSignificant = rms * rms > expected * (1 + EXCESS_SIGMAS * Math.sqrt(2.0 / independent));
        return isSignificant ? rms * rms / expected : 1;
    }

    private static void scale(double[][] matrix, double factor) {
        for (double[] row : matrix) {
            for (int j = 0; j < row.length; j++) {
                row[j] *= factor;
            }
        }
    }

    private static void widen(double[][] matrix, double[] shift) {
        for (int i = 0; i < shift.length; i++) {
            for (int j = 0; j < shift.length; j++) {
                matrix[i][j] += shift[i] * shift[j];
            }
        }
    }

    private static FitResult unsolved(
            Verdict verdict, String reason, List<Residual> residuals, LeastSquares.Outcome outcome) {
        return new FitResult(
                verdict,
                reason,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                statistics(residuals),
                residuals,
                Double.NaN,
                List.of(),
                outcome.judgement().disagreements(),
                outcome.iterations(),
                outcome.rounds());
    }

    private static List<Residual> residuals(LeastSquares.Outcome outcome) {
        List<Residual> residuals = new ArrayList<>();
        if (outcome.solved().isEmpty()) {
            return residuals;
        }
        NormalEquations.Solved solved = outcome.solved().get();
        for (Row row : outcome.rows()) {
            MeasurementModel.Modelled m = row.modelled();
            Observation o = m.observation();
            for (int c = 0; c < m.components().size(); c++) {
                residuals.add(new Residual(
                        o.inputId(),
                        o.sensorId(),
                        m.components().get(c),
                        o.epoch(),
                        LeastSquares.residual(row, c, solved) * m.sigmas().get(c),
                        m.sigmas().get(c),
                        !outcome.rejected().contains(o.inputId())));
            }
        }
        return residuals;
    }

    private static List<SensorStatistics> statistics(Collection<Residual> residuals) {
        Map<String, Map<Component, List<Residual>>> groups = new TreeMap<>();
        for (Residual r : residuals) {
            groups.computeIfAbsent(r.sensorId(), s -> new TreeMap<>())
                    .computeIfAbsent(r.component(), c -> new ArrayList<>())
                    .add(r);
        }
        List<SensorStatistics> statistics = new ArrayList<>();
        groups.forEach((sensor, components) -> components.forEach((component, group) -> {
            List<Residual> accepted = group.stream().filter(Residual::accepted).toList();
            double mean = 0;
            double square = 0;
            double weighted = 0;
            for (Residual r : accepted) {
                mean += r.value();
                square += r.value() * r.value();
                weighted += r.value() * r.value() / (r.sigma() * r.sigma());
            }
            int n = accepted.size();
            statistics.add(new SensorStatistics(
                    sensor, component, n, group.size() - n, mean / n, Math.sqrt(square / n), Math.sqrt(weighted / n)));
        }));
        return statistics;
    }

    private static double weightedRms(List<Residual> residuals, int parameters) {
        double sum = 0;
        int n = 0;
        for (Residual r : residuals) {
            if (r.accepted()) {
                sum += r.value() * r.value() / (r.sigma() * r.sigma());
                n++;
            }
        }
        return Math.sqrt(sum / Math.max(1, n - parameters));
    }
}
