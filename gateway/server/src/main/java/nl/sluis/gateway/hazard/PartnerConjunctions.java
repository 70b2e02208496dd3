package nl.sluis.gateway.hazard;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.orbit.encounter.CollisionProbability.Violation;
import nl.sluis.orbit.encounter.MonteCarlo;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.ProbabilityMethod;
import nl.sluis.proto.v1.ProbabilityValidity;

/**
 * Conjunctions that partners contribute. Where the message holds what is needed, the probability is computed anew by an
 * exact two-dimensional method, or by trial where those fail, so that it travels with a validity; else the stated one stays,
 * as doubtful.
 */
final class PartnerConjunctions {
    private static final int POSITION_AND_VELOCITY = 6;
    private static final int LOWER_TRIANGLE = 21;

    /** Draws of one trial: about 0.2 s of processor. */
    private static final int SAMPLES = 100_000;

    /** Draws of a trial of a long encounter, which cost twenty times as much. */
    private static final int SAMPLES_LONG = 10_000;

    private PartnerConjunctions() {}

    static ConjunctionWarning assess(ConjunctionWarning stated, String contributionId) {
        ConjunctionWarning.Builder assessed = stated.toBuilder();
        if (stated.getConjunctionId().isEmpty()) {
            assessed.setConjunctionId(contributionId);
        }
        compute(stated).ifPresent(result -> {
            assessed.setMahalanobisDistance(result.mahalanobisDistance());
            assessed.setProbability(
                    result.validity().isValidFor2d()
                            ? probability(
                                    result,
                                    ProbabilityMethod.valueOf("PROBABILITY_METHOD_"
                                            + result.method().name()),
                                    result.probability())
                            : trusted(stated, result, contributionId));
            assessed.setMaximumProbability(
                    probability(result, ProbabilityMethod.PROBABILITY_METHOD_MAXIMUM, result.maximumProbability()));
        });
        return assessed.build();
    }

    /**
     * What to say where the plane methods fail: a trial, and where it hits too seldom, the plane of the most likely
     * collision. The seed comes of the contribution, so that a repeat gives the same bytes.
     */
    private static nl.sluis.proto.v1.CollisionProbability trusted(
            ConjunctionWarning stated, CollisionProbability.Result result, String contributionId) {
        boolean isLong = result.validity().violations().contains(Violation.LONG_ENCOUNTER);
        Optional<MonteCarlo.Estimate> trial = MonteCarlo.estimate(
                OrbitMessages.state(stated.getObject1().getState()),
                covariance(stated.getObject1()).orElseThrow(),
                OrbitMessages.state(stated.getObject2().getState()),
                covariance(stated.getObject2()).orElseThrow(),
                result.radiusM(),
                isLong ? SAMPLES_LONG : SAMPLES,
                contributionId.hashCode());
        nl.sluis.proto.v1.CollisionProbability plane =
                probability(result, ProbabilityMethod.PROBABILITY_METHOD_PATERA_2005, result.probability());
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

    private static Optional<CollisionProbability.Result> compute(ConjunctionWarning stated) {
        double radiusM = stated.getProbability().getHardBodyRadiusM();
        Optional<SymmetricMatrix> covariance1 = covariance(stated.getObject1());
        Optional<SymmetricMatrix> covariance2 = covariance(stated.getObject2());
        if (!(radiusM > 0) || covariance1.isEmpty() || covariance2.isEmpty()) {
            return Optional.empty();
        }
        return CollisionProbability.compute(
                OrbitMessages.state(stated.getObject1().getState()),
                covariance1.get(),
                OrbitMessages.state(stated.getObject2().getState()),
                covariance2.get(),
                radiusM,
                stated.getProbability().getHardBodyRadiusSource());
    }

    private static Optional<SymmetricMatrix> covariance(ConjunctionObject object) {
        Covariance covariance = object.getCovariance();
        if (covariance.getFrame() != Frame.FRAME_RTN || covariance.getLowerTriangleCount() != LOWER_TRIANGLE) {
            return Optional.empty();
        }
        return Optional.of(SymmetricMatrix.ofLowerTriangle(
                POSITION_AND_VELOCITY,
                covariance.getLowerTriangleList().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray()));
    }

    private static nl.sluis.proto.v1.CollisionProbability probability(
            CollisionProbability.Result result, ProbabilityMethod method, double value) {
        List<String> reasons = result.validity().violations().stream()
                .map(violation -> violation.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .toList();
        return nl.sluis.proto.v1.CollisionProbability.newBuilder()
                .setValue(value)
                .setMethod(method)
                .setMethodName(method.name().substring("PROBABILITY_METHOD_".length()))
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
