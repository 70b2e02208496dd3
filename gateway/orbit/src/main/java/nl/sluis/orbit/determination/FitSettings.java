package nl.sluis.orbit.determination;

/**
 * Limits of one fit.
 *
 * @param maxIterations iterations of the least-squares solver within one round
 * @param editingSigma an observation is rejected when a residual exceeds this many sigmas; where a sensor's residuals
 *     scatter more than its sigmas say, their robust scatter (1.4826 × median absolute value) takes the sigma's place
 * @param maxEditingRounds how often the fit is repeated because the set of accepted observations changed
 * @param maxRejectedFraction above this fraction of rejected observations the solution is not trusted
 * @param commonError what the errors of a sensor have in common
 */
public record FitSettings(
        int maxIterations,
        double editingSigma,
        int maxEditingRounds,
        double maxRejectedFraction,
        CommonError commonError) {

    /** 25 iterations, 6 sigma, 6 rounds, half, errors in common as real sensors have them. */
    public static final FitSettings DEFAULT = new FitSettings(25, 6, 6, 0.5, CommonError.REALISTIC);

    /** The same for errors that are independent: fixed weights, and the formal covariance. */
    public static final FitSettings INDEPENDENT = new FitSettings(25, 6, 6, 0.5, CommonError.NONE);

    /** Checks the parts. */
    public FitSettings {
        if (maxIterations < 1 || !(editingSigma > 0) || maxEditingRounds < 1 || !(maxRejectedFraction >= 0)) {
            throw new IllegalArgumentException("fit settings: `" + maxIterations + " " + editingSigma + " "
                    + maxEditingRounds + " " + maxRejectedFraction + "` (expected: positive numbers)");
        }
    }
}
