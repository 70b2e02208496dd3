package nl.sluis.gateway.hazard;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.orbit.encounter.CollisionProbability.Violation;
import nl.sluis.orbit.encounter.MonteCarlo;
import nl.sluis.proto.v1.ProbabilityMethod;
import nl.sluis.proto.v1.ProbabilityValidity;

/**
 * The probability of an encounter as a warning states it: by an exact method on the encounter plane, or by trial where those
 * fail, always with a validity.
 */
final class Probabilities {
    /** Draws of one trial: about 0.2 s of processor. */
    private static final int SAMPLES = 100_000;

    /** Draws of a trial of a long encounter, which cost twenty times as much. */
    private static final int SAMPLES_LONG = 10_000;

    private static final String PREFIX = "PROBABILITY_METHOD_";

    /**
     * Two objects at their closest.
     *
     * @param state1 object 1
     * @param covariance1 along its R, T, N
     * @param state2 object 2
     * @param covariance2 along its R, T, N
     * @param radiusM combined radius, m
     * @param radiusSource where that comes from
     */
    record Pair(
            OrbitState state1,
            SymmetricMatrix covariance1,
            OrbitState state2,
            SymmetricMatrix covariance2,
            double radiusM,
            String radiusSource) {
        Optional<CollisionProbability.Result> compute() {
            return CollisionProbability.compute(state1, covariance1, state2, covariance2, radiusM, radiusSource);
        }

        /** The same with other sizes and uncertainties. */
        Pair scaled(double radiusFactor, double sigmaFactor) {
            return new Pair(
                    state1,
                    covariance1.times(sigmaFactor * sigmaFactor),
                    state2,
                    covariance2.times(sigmaFactor * sigmaFactor),
                    radiusM * radiusFactor,
                    radiusSource);
        }
    }

    private Probabilities() {}

    /**
     * What to state.
     *
     * @param seed of a trial, so that a repeat gives the same bytes
     */
    static nl.sluis.proto.v1.CollisionProbability of(Pair pair, CollisionProbability.Result result, long seed) {
        nl.sluis.proto.v1.CollisionProbability plane = plane(result);
        return result.validity().isValidFor2d() ? plane : trusted(pair, result, plane, seed);
    }

    /** By the method on the encounter plane, whether it holds or not. */
    static nl.sluis.proto.v1.CollisionProbability plane(CollisionProbability.Result result) {
        return message(
                result, ProbabilityMethod.valueOf(PREFIX + result.method().name()), result.probability());
    }

    /** Where the plane methods fail: a trial, and where it hits too seldom, the plane of the most likely collision. */
    private static nl.sluis.proto.v1.CollisionProbability trusted(
            Pair pair, CollisionProbability.Result result, nl.sluis.proto.v1.CollisionProbability plane, long seed) {
        boolean isLong = result.validity().violations().contains(Violation.LONG_ENCOUNTER);
        Optional<MonteCarlo.Estimate> trial = MonteCarlo.estimate(
                pair.state1(),
                pair.covariance1(),
                pair.state2(),
                pair.covariance2(),
                result.radiusM(),
                isLong ? SAMPLES_LONG : SAMPLES,
                seed);
        if (trial.isPresent() && !trial.get().isCoarse()) {
            return plane.toBuilder()
                    .setValue(trial.get().probability())
                    .setMethod(ProbabilityMethod.PROBABILITY_METHOD_MONTE_CARLO)
                    .setMethodName("MONTE_CARLO")
                    .setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_VALID)
                    .build();
        }
        if (result.validity().curvedProbability().isPresent()) {
            return plane.toBuilder()
                    .setValue(result.validity().curvedProbability().getAsDouble())
                    .setMethod(ProbabilityMethod.PROBABILITY_METHOD_OTHER)
                    .setMethodName("PATERA_2005 at the most likely collision")
                    .setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_DOUBTFUL)
                    .build();
        }
        return plane;
    }

    /** The largest probability over all scales of the covariance. */
    static nl.sluis.proto.v1.CollisionProbability maximum(CollisionProbability.Result result) {
        return message(result, ProbabilityMethod.PROBABILITY_METHOD_MAXIMUM, result.maximumProbability());
    }

    private static nl.sluis.proto.v1.CollisionProbability message(
            CollisionProbability.Result result, ProbabilityMethod method, double value) {
        List<String> reasons = result.validity().violations().stream()
                .map(violation -> violation.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .toList();
        return nl.sluis.proto.v1.CollisionProbability.newBuilder()
                .setValue(value)
                .setMethod(method)
                .setMethodName(method.name().substring(PREFIX.length()))
                .setValidity(
                        result.validity().isValidFor2d()
                                ? ProbabilityValidity.PROBABILITY_VALIDITY_VALID
                                : ProbabilityValidity.PROBABILITY_VALIDITY_INVALID)
                .addAllReasons(reasons)
                .setHardBodyRadiusM(result.radiusM())
                .setHardBodyRadiusSource(result.radiusSource())
                .build();
    }
}
