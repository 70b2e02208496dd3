package nl.sluis.gateway.hazard;

import java.util.Optional;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Frame;

/**
 * Conjunctions that partners contribute. Where the message holds what is needed, the probability is computed anew, so that
 * it travels with a validity; else the stated one stays, as doubtful.
 */
final class PartnerConjunctions {
    private static final int POSITION_AND_VELOCITY = 6;
    private static final int LOWER_TRIANGLE = 21;

    private PartnerConjunctions() {}

    static ConjunctionWarning assess(ConjunctionWarning stated, String contributionId, ObjectSizes sizes) {
        ConjunctionWarning.Builder assessed = stated.toBuilder();
        if (stated.getConjunctionId().isEmpty()) {
            assessed.setConjunctionId(contributionId);
        }
        pair(stated, sizes)
                .ifPresent(pair -> pair.compute()
                        .ifPresent(result -> assessed.setMahalanobisDistance(result.mahalanobisDistance())
                                .setProbability(Probabilities.of(pair, result, contributionId.hashCode()))
                                .setMaximumProbability(Probabilities.maximum(result))));
        return assessed.build();
    }

    private static Optional<Probabilities.Pair> pair(ConjunctionWarning stated, ObjectSizes sizes) {
        Optional<HardBodyRadius> radius = radius(stated, sizes);
        Optional<SymmetricMatrix> covariance1 = covariance(stated.getObject1());
        Optional<SymmetricMatrix> covariance2 = covariance(stated.getObject2());
        if (radius.isEmpty() || covariance1.isEmpty() || covariance2.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Probabilities.Pair(
                OrbitMessages.state(stated.getObject1().getState()),
                covariance1.get(),
                OrbitMessages.state(stated.getObject2().getState()),
                covariance2.get(),
                radius.get().radiusM(),
                radius.get().source()));
    }

    /** That of the message, else that of the data about objects. */
    private static Optional<HardBodyRadius> radius(ConjunctionWarning stated, ObjectSizes sizes) {
        double radiusM = stated.getProbability().getHardBodyRadiusM();
        return radiusM > 0
                ? Optional.of(
                        new HardBodyRadius(radiusM, stated.getProbability().getHardBodyRadiusSource()))
                : HardBodyRadius.stated(
                        stated.getObject1().getObject(), stated.getObject2().getObject(), sizes);
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
}
