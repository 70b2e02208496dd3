package nl.sluis.orbit.determination;

import java.util.List;
import java.util.Optional;

/**
 * What a fit gave.
 *
 * @param verdict how it ended
 * @param reason one line for a human: why the verdict is not {@code CONVERGED}, empty if it is
 * @param solution the orbit; present exactly when the verdict is {@code CONVERGED}
 * @param latest the same orbit at its last observation, its coefficients known from now on: who predicts from there need not
 *     integrate over all that was observed. Empty without a solution
 * @param biases estimated biases, sorted by sensor and component
 * @param statistics residuals by sensor and component, in the same order
 * @param residuals one entry per number of each observation that was used or rejected, in the order of estimation
 * @param weightedRms root mean square of accepted residuals over their sigmas, counted by degrees of freedom: about 1 when
 *     sigmas and forces are right
 * @param calibrations each sensor against the others, sorted by sensor and component; a sensor without which there is no
 *     orbit is not among them
 * @param disagreements originators whose observations do not fit those of the others, sorted; of them the sigmas of the
 *     residuals are those that they were given
 * @param iterations iterations of the solver over all rounds
 * @param rounds rounds of editing, 1 if nothing was edited
 */
public record FitResult(
        Verdict verdict,
        String reason,
        Optional<OrbitSolution> solution,
        Optional<OrbitSolution> latest,
        List<BiasEstimate> biases,
        List<SensorStatistics> statistics,
        List<Residual> residuals,
        double weightedRms,
        List<SensorCalibration> calibrations,
        List<Disagreement> disagreements,
        int iterations,
        int rounds) {

    /** Copies the lists. */
    public FitResult {
        biases = List.copyOf(biases);
        statistics = List.copyOf(statistics);
        residuals = List.copyOf(residuals);
        calibrations = List.copyOf(calibrations);
        disagreements = List.copyOf(disagreements);
    }

    static FitResult failed(Verdict verdict, String reason) {
        return new FitResult(
                verdict,
                reason,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Double.NaN,
                List.of(),
                List.of(),
                0,
                0);
    }

    /** Returns the same with all sigmas of the orbit enlarged by a factor. */
    public FitResult widened(double factor) {
        return new FitResult(
                verdict,
                reason,
                solution.map(one -> one.widened(factor)),
                latest.map(one -> one.widened(factor)),
                biases,
                statistics,
                residuals,
                weightedRms,
                calibrations,
                disagreements,
                iterations,
                rounds);
    }

    /** Returns the number of observations that the solution rests on. */
    public long used() {
        return residuals.stream()
                .filter(Residual::accepted)
                .map(Residual::inputId)
                .distinct()
                .count();
    }

    /** Returns the number of observations that were rejected. */
    public long rejected() {
        return residuals.stream()
                .filter(r -> !r.accepted())
                .map(Residual::inputId)
                .distinct()
                .count();
    }
}
