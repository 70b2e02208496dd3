package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.data.Coverage;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import org.hipparchus.exception.LocalizedCoreFormats;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LeastSquaresOptimizer.Optimum;
import org.hipparchus.optim.nonlinear.vector.leastsquares.LevenbergMarquardtOptimizer;
import org.orekit.errors.OrekitException;
import org.orekit.estimation.leastsquares.BatchLSEstimator;
import org.orekit.estimation.measurements.EstimatedMeasurement;
import org.orekit.estimation.measurements.ObservedMeasurement;
import org.orekit.propagation.Propagator;
import org.orekit.propagation.conversion.NumericalPropagatorBuilder;
import org.orekit.utils.PVCoordinates;
import org.orekit.utils.ParameterDriver;

/**
 * Weighted least squares of one object's orbit.
 *
 * <p>Model: Cowell propagation with {@link ForceModel}, Orekit's measurement models (light time, tropospheric delay,
 * refraction as the sensor says), Levenberg-Marquardt. Editing: after convergence, observations beyond the threshold lose
 * their weight and the fit goes on from there until the accepted set is stable, so that an observation rejected early can
 * come back.
 *
 * <p>Assumptions: errors are independent and Gaussian with the given sigmas; the covariance is the formal one, errors of
 * the forces are not in it.
 */
public final class OrbitDetermination {

    /** A large first step bound, because normalised corrections of a poor first guess are large. */
    private static final double INITIAL_STEP_BOUND = 1e6;

    /** Convergence: no normalised parameter moves by more than this (orbit: a thousandth of 10 m). */
    private static final double CONVERGENCE = 1e-3;

    /** Smallest eigenvalue of the normal matrix scaled to unit diagonal; below it the solution is noise. */
    private static final double SMALLEST_EIGENVALUE = 1e-13;

    /** Median absolute value of a Gaussian variable to its sigma. */
    private static final double MEDIAN_TO_SIGMA = 1.4826;

    private OrbitDetermination() {}

    /**
     * Fits an orbit.
     *
     * @param request what to fit
     * @return always a result; bad data end in its verdict
     */
    public static FitResult fit(FitRequest request) {
        OrekitData.load();
        Optional<FitResult> outside = outsideCoverage(request);
        if (outside.isPresent()) {
            return outside.get();
        }
        return new Run(request).fit();
    }

    private static Optional<FitResult> outsideCoverage(FitRequest request) {
        Coverage coverage = OrekitData.coverage();
        Instant worst = request.initial().epoch();
        for (Observation observation : request.observations()) {
            if (!coverage.covers(observation.epoch())) {
                worst = observation.epoch();
                break;
            }
        }
        if (coverage.covers(worst)) {
            return Optional.empty();
        }
        return Optional.of(FitResult.failed(
                Verdict.OUTSIDE_DATA_COVERAGE,
                "epoch: `" + worst + "` (expected: " + coverage.from() + " to " + coverage.until() + ")"));
    }

    /** One fit: owns every mutable object of the library that it touches. */
    private static final class Run {

        private final FitRequest request;
        private final Set<String> rejected = new TreeSet<>();
        private final MeasurementModel model;
        private final List<MeasurementModel.Modelled> modelled = new ArrayList<>();
        private final NumericalPropagatorBuilder builder;
        private int iterations;

        Run(FitRequest request) {
            this.request = request;
            this.model = new MeasurementModel(request.sensors(), rejected);
            Map<String, Observation> unique = new LinkedHashMap<>();
            request.observations().stream().sorted(Observation.ORDER).forEach(o -> unique.putIfAbsent(o.inputId(), o));
            unique.values().forEach(o -> model.model(o).ifPresent(modelled::add));
            this.builder = Dynamics.builder(request.initial(), request.forces());
        }

        FitResult fit() {
            long epochs = modelled.stream()
                    .map(m -> m.observation().epoch())
                    .distinct()
                    .count();
            int numbers = modelled.stream().mapToInt(m -> m.components().size()).sum();
            int parameters = estimatedParameters();
            if (epochs < 2 || numbers < parameters) {
                return FitResult.failed(
                        Verdict.TOO_FEW_OBSERVATIONS,
                        "observations: " + numbers + " numbers at " + epochs + " epochs (expected: at least "
                                + parameters + " numbers at 2 epochs)");
            }
            int rounds = 0;
            while (true) {
                rounds++;
                BatchLSEstimator estimator = estimator();
                boolean converged;
                Propagator[] propagators = {};
                try {
                    propagators = estimator.estimate();
                    converged = true;
                } catch (OrekitException e) {
                    if (!isLimit(e) || estimator.getLastEstimations() == null) {
                        return FitResult.failed(Verdict.DIVERGED, message(e));
                    }
                    converged = false;
                } catch (MathRuntimeException | IllegalArgumentException | ArithmeticException e) {
                    // thrown below the library's own checks when an orbit degenerates
                    return FitResult.failed(Verdict.DIVERGED, message(e));
                }
                iterations += estimator.getIterationsCount();
                List<Residual> residuals = residuals(estimator.getLastEstimations());
                Set<String> outliers = outliers(residuals);
                boolean stable = outliers.equals(rejected);
                if (converged && stable) {
                    return solved(estimator, propagators[0], residuals, rounds);
                }
                if (rounds == request.settings().maxEditingRounds() || (!converged && stable)) {
                    return unsolved(
                            Verdict.NOT_CONVERGED,
                            "rounds: " + rounds + ", iterations: " + iterations
                                    + " (expected: convergence and a stable set of accepted observations)",
                            residuals,
                            rounds);
                }
                rejected.clear();
                rejected.addAll(outliers);
                if (tooManyRejected()) {
                    return unsolved(
                            Verdict.TOO_MANY_REJECTED,
                            rejectedReason(),
                            residuals(estimator.getLastEstimations()),
                            rounds);
                }
                int left = modelled.stream()
                        .filter(m -> !rejected.contains(m.observation().inputId()))
                        .mapToInt(m -> m.components().size())
                        .sum();
                if (left < parameters) {
                    return unsolved(
                            Verdict.TOO_FEW_OBSERVATIONS,
                            "accepted numbers: " + left + " (expected: at least " + parameters + ")",
                            residuals(estimator.getLastEstimations()),
                            rounds);
                }
            }
        }

        private boolean tooManyRejected() {
            return rejected.size() > request.settings().maxRejectedFraction() * modelled.size();
        }

        private String rejectedReason() {
            return "rejected observations: " + rejected.size() + " of " + modelled.size() + " (expected: at most "
                    + request.settings().maxRejectedFraction() + " of them)";
        }

        private BatchLSEstimator estimator() {
            BatchLSEstimator estimator = new BatchLSEstimator(
                    new LevenbergMarquardtOptimizer().withInitialStepBoundFactor(INITIAL_STEP_BOUND), builder);
            modelled.forEach(m -> estimator.addMeasurement(m.measurement()));
            estimator.setParametersConvergenceThreshold(CONVERGENCE);
            estimator.setMaxIterations(request.settings().maxIterations());
            // a refused step costs an evaluation too
            estimator.setMaxEvaluations(2 * request.settings().maxIterations());
            return estimator;
        }

        private int estimatedParameters() {
            BatchLSEstimator estimator = estimator();
            return estimator.getOrbitalParametersDrivers(true).getNbParams()
                    + estimator.getPropagatorParametersDrivers(true).getNbParams()
                    + estimator.getMeasurementsParametersDrivers(true).getNbParams();
        }

        private List<Residual> residuals(Map<ObservedMeasurement<?>, EstimatedMeasurement<?>> estimations) {
            List<Residual> residuals = new ArrayList<>();
            for (MeasurementModel.Modelled m : modelled) {
                EstimatedMeasurement<?> estimation = Objects.requireNonNull(estimations.get(m.measurement()));
                double[] observed = estimation.getObservedValue();
                double[] computed = estimation.getEstimatedValue();
                Observation o = m.observation();
                for (int i = 0; i < m.components().size(); i++) {
                    residuals.add(new Residual(
                            o.inputId(),
                            o.sensorId(),
                            m.components().get(i),
                            o.epoch(),
                            observed[i] - computed[i],
                            m.sigmas().get(i),
                            !rejected.contains(o.inputId())));
                }
            }
            return residuals;
        }

        /** An observation is an outlier when one of its numbers is; the scatter is judged per sensor and component. */
        private Set<String> outliers(List<Residual> residuals) {
            Map<String, List<Residual>> groups = new TreeMap<>();
            for (Residual r : residuals) {
                groups.computeIfAbsent(r.sensorId() + "/" + r.component(), k -> new ArrayList<>())
                        .add(r);
            }
            Set<String> outliers = new TreeSet<>();
            for (List<Residual> group : groups.values()) {
                double[] normalised = group.stream()
                        .mapToDouble(r -> Math.abs(r.value()) / r.sigma())
                        .sorted()
                        .toArray();
                double scatter = Math.max(1, MEDIAN_TO_SIGMA * normalised[normalised.length / 2]);
                for (Residual r : group) {
                    if (!(Math.abs(r.value()) / r.sigma() <= request.settings().editingSigma() * scatter)) {
                        outliers.add(r.inputId());
                    }
                }
            }
            return outliers;
        }

        private FitResult unsolved(Verdict verdict, String reason, List<Residual> residuals, int rounds) {
            return new FitResult(
                    verdict,
                    reason,
                    Optional.empty(),
                    List.of(),
                    statistics(residuals),
                    residuals,
                    Double.NaN,
                    iterations,
                    rounds);
        }

        private FitResult solved(
                BatchLSEstimator estimator, Propagator propagator, List<Residual> residuals, int rounds) {
            List<ParameterDriver> drivers = new ArrayList<>();
            drivers.addAll(estimator.getOrbitalParametersDrivers(true).getDrivers());
            drivers.addAll(estimator.getPropagatorParametersDrivers(true).getDrivers());
            int dynamic = drivers.size() - 6;
            drivers.addAll(estimator.getMeasurementsParametersDrivers(true).getDrivers());
            Optional<double[][]> inverse = covariance(estimator.getOptimum(), drivers);
            if (inverse.isEmpty()) {
                return unsolved(
                        Verdict.NOT_OBSERVABLE,
                        "normal matrix: singular (expected: observations that determine " + drivers.size()
                                + " parameters)",
                        residuals,
                        rounds);
            }
            double[][] all = inverse.get();
            SymmetricMatrix full = SymmetricMatrix.of(all).leading(6 + dynamic);
            PVCoordinates pv = propagator
                    .getInitialState()
                    .getPVCoordinates(Convert.frame(Dynamics.propagationFrame(request.initial())));
            OrbitState state = new OrbitState(
                    request.initial().epoch(),
                    Dynamics.propagationFrame(request.initial()),
                    Convert.vector(pv.getPosition()),
                    Convert.vector(pv.getVelocity()));
            if (!(state.positionM().norm() > Dynamics.earthRadiusM())) {
                return unsolved(
                        Verdict.DIVERGED, "position: below the surface (expected: an orbit)", residuals, rounds);
            }
            List<DynamicParameter> parameters = new ArrayList<>();
            for (int i = 6; i < 6 + dynamic; i++) {
                parameters.add(new DynamicParameter(
                        drivers.get(i).getName(), drivers.get(i).getValue(), Math.sqrt(all[i][i])));
            }
            SymmetricMatrix covariance = full.leading(6);
            OrbitSolution solution = new OrbitSolution(
                    state, covariance, LocalAxes.toRtn(state, covariance), request.forces(), parameters, full);
            return new FitResult(
                    Verdict.CONVERGED,
                    "",
                    Optional.of(solution),
                    biases(drivers, all),
                    statistics(residuals),
                    residuals,
                    weightedRms(residuals, drivers.size()),
                    iterations,
                    rounds);
        }

        private List<BiasEstimate> biases(List<ParameterDriver> drivers, double[][] covariance) {
            Map<String, Integer> columns = new HashMap<>();
            for (int i = 0; i < drivers.size(); i++) {
                columns.put(drivers.get(i).getName(), i);
            }
            List<BiasEstimate> estimates = new ArrayList<>();
            model.estimatedBiases()
                    .forEach((sensor, components) -> components.forEach((component, driver) -> {
                        int column = Objects.requireNonNull(columns.get(driver.getName()));
                        estimates.add(new BiasEstimate(
                                sensor, component, driver.getValue(), Math.sqrt(covariance[column][column])));
                    }));
            return estimates;
        }
    }

    /**
     * Returns the covariance of all parameters in physical units, from the normal matrix scaled to unit diagonal, so that
     * metres, radians and accelerations do not spoil each other; empty if the scaled matrix is singular.
     */
    private static Optional<double[][]> covariance(Optimum optimum, List<ParameterDriver> drivers) {
        RealMatrix jacobian = optimum.getJacobian();
        int n = jacobian.getColumnDimension();
        RealMatrix normal = jacobian.transposeMultiply(jacobian);
        double[] d = new double[n];
        for (int i = 0; i < n; i++) {
            d[i] = Math.sqrt(normal.getEntry(i, i));
            if (!(d[i] > 0) || !Double.isFinite(d[i])) {
                return Optional.empty();
            }
        }
        RealMatrix unit = MatrixUtils.createRealMatrix(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                unit.setEntry(i, j, normal.getEntry(i, j) / (d[i] * d[j]));
            }
        }
        EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(unit);
        double[] values = eigen.getEigenvalues();
        if (!(Arrays.stream(values).min().orElse(0) > SMALLEST_EIGENVALUE)) {
            return Optional.empty();
        }
        double[][] covariance = new double[n][n];
        for (int k = 0; k < n; k++) {
            RealVector v = eigen.getEigenvector(k);
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    covariance[i][j] += v.getEntry(i) * v.getEntry(j) / values[k];
                }
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                covariance[i][j] *=
                        drivers.get(i).getScale() / d[i] * drivers.get(j).getScale() / d[j];
            }
        }
        return Optional.of(covariance);
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

    private static boolean isLimit(OrekitException e) {
        return e.getSpecifier() == LocalizedCoreFormats.MAX_COUNT_EXCEEDED;
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage()).replace('\n', ' ');
    }
}
