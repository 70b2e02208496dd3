package nl.sluis.gateway.release;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.displacement.DisplacedEncounter;
import nl.sluis.orbit.displacement.DisplacedOrbit;
import nl.sluis.orbit.displacement.Displacement;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.policy.decide.Coarsening;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.FitQuality;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ProbabilityMethod;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.Vector3;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Products as an audience with a coarse tier may have them: everything that tells of the orbit derives from a displaced
 * one. Tracks, ephemerides and conjunctions can be made coarse; what can't is withheld.
 *
 * <p>Which displacement holds follows from the receipt of the product's last input, so that a product has the same bytes
 * whenever it is sent again.
 */
final class CoarseProducts {
    private static final Logger LOG = LoggerFactory.getLogger(CoarseProducts.class);
    private static final int LOWER_TRIANGLE = 21;
    private static final int DIMENSION = 6;

    /** Who made the warnings whose identifiers are digests of what they hold. */
    private static final String OWN = "SLUIS";

    private static final String BOUND = "upper bound: orbits are given with less accuracy than is known";

    private final Coarsening coarsening;

    CoarseProducts(Coarsening coarsening) {
        this.coarsening = coarsening;
    }

    /**
     * The content of a product, made coarse.
     *
     * @param body the true content
     * @param sigmaM the tier: least standard deviation of each axis of a position, m
     * @param received receipt of the product's last input
     * @return empty where it can't be made coarse
     */
    Optional<Message> of(Message body, double sigmaM, Instant received) {
        try {
            if (body instanceof Track track) {
                return Optional.of(track(track, sigmaM, received));
            }
            if (body instanceof Ephemeris ephemeris) {
                return Optional.of(ephemeris(ephemeris, sigmaM, received));
            }
            if (body instanceof ConjunctionWarning warning) {
                return Optional.of(conjunction(warning, sigmaM, received));
            }
            return Optional.empty();
        } catch (PropagationException | IllegalArgumentException e) {
            // the message may hold the true orbit, so only its kind is said
            LOG.warn(
                    "product can't be made coarse, withheld, kind={} reason={}",
                    body.getDescriptorForType().getName(),
                    e.getClass().getSimpleName());
            return Optional.empty();
        }
    }

    private Displacement displacement(ObjectReference object, double sigmaM, Instant received) {
        ObjectKey key = ObjectKey.of(object)
                .orElseThrow(() -> new IllegalArgumentException("object without an identifier (expected: one)"));
        Coarsening.Offsets offsets = coarsening.offsets(key.text(), sigmaM, received);
        return new Displacement(
                offsets.alongTrackM(),
                offsets.crossTrackM(),
                offsets.planeAngleRad(),
                offsets.driftMPerS(),
                offsets.bucketStart());
    }

    private Track track(Track truth, double sigmaM, Instant received) {
        Track.Builder coarse = truth.toBuilder().clearComments().clearChange();
        OrbitState state = DisplacedOrbit.state(
                OrbitMessages.state(truth.getState()), displacement(truth.getObject(), sigmaM, received));
        coarse.setState(OrbitMessages.state(state));
        if (truth.hasCovariance()) {
            coarse.setCovariance(covariance(truth.getCovariance(), sigmaM, state));
        }
        if (truth.hasQuality()) {
            // residuals and statistics are those of the true orbit
            FitQuality quality = truth.getQuality();
            coarse.setQuality(FitQuality.newBuilder()
                    .setVerdict(quality.getVerdict())
                    .setPositionSigmaM(Math.sqrt(
                            quality.getPositionSigmaM() * quality.getPositionSigmaM() + 3 * sigmaM * sigmaM)));
        }
        return coarse.build();
    }

    private Ephemeris ephemeris(Ephemeris truth, double sigmaM, Instant received) {
        List<OrbitState> states = DisplacedOrbit.ephemeris(
                truth.getStatesList().stream().map(OrbitMessages::state).toList(),
                displacement(truth.getObject(), sigmaM, received));
        Ephemeris.Builder coarse =
                truth.toBuilder().clearComments().clearStates().clearCovariances();
        for (int i = 0; i < states.size(); i++) {
            coarse.addStates(OrbitMessages.state(states.get(i)));
            if (i < truth.getCovariancesCount()) {
                coarse.addCovariances(covariance(truth.getCovariances(i), sigmaM, states.get(i)));
            }
        }
        return coarse.build();
    }

    private ConjunctionWarning conjunction(ConjunctionWarning truth, double sigmaM, Instant received) {
        DisplacedEncounter encounter = DisplacedEncounter.of(
                displaced(truth.getObject1(), sigmaM, received), displaced(truth.getObject2(), sigmaM, received));
        ConjunctionWarning.Builder coarse = truth.toBuilder()
                // it may be a digest of the true time, which could be tried out
                .setConjunctionId(coarsening.alias(truth.getConjunctionId()))
                .setTca(Times.timestamp(encounter.tca()))
                .setMissDistanceM(encounter.missDistanceM())
                .setRelativeSpeedMS(encounter.relativeVelocityRtnMps().norm())
                .setRelativePositionRtnM(OrbitMessages.vector(encounter.relativePositionRtnM()))
                .setRelativeVelocityRtnMS(OrbitMessages.vector(encounter.relativeVelocityRtnMps()))
                .setObject1(object(truth.getObject1(), sigmaM, encounter.object1()))
                .setObject2(object(truth.getObject2(), sigmaM, encounter.object2()))
                .clearMahalanobisDistance()
                .clearApproachAngleRad()
                .clearRelativePositionSigmaRtnM()
                // they tell of the true probability and its history
                .clearSensitivities()
                .clearUrgency()
                .clearTrend()
                .clearComments();
        if (truth.getOriginator().equals(OWN)) {
            coarse.setMessageId(alias(truth.getMessageId())).setPreviousMessageId(alias(truth.getPreviousMessageId()));
        }
        if (truth.hasRelativePositionSigmaRtnM()) {
            coarse.setRelativePositionSigmaRtnM(missSigmas(encounter, coarse));
        }
        if (truth.hasScreeningVolume()) {
            coarse.getScreeningVolumeBuilder().clearEntry().clearExit();
        }
        double seen = probability(coarse, truth.getProbability().getHardBodyRadiusM());
        if (truth.hasProbability()) {
            coarse.setProbability(bound(truth.getProbability(), seen));
        }
        if (truth.hasMaximumProbability()) {
            coarse.setMaximumProbability(bound(
                    truth.getMaximumProbability(),
                    Math.max(seen, truth.getProbability().getValue())));
        }
        return coarse.build();
    }

    private String alias(String id) {
        return id.isEmpty() ? "" : coarsening.alias(id);
    }

    /** Of the covariances that go along, so that it says no more than they do. */
    private static Vector3 missSigmas(DisplacedEncounter encounter, ConjunctionWarning.Builder coarse) {
        SymmetricMatrix first = matrix(coarse.getObject1().getCovariance());
        SymmetricMatrix second = LocalAxes.toRtn(
                encounter.object1(),
                LocalAxes.fromRtn(
                        encounter.object2(), matrix(coarse.getObject2().getCovariance())));
        return Vector3.newBuilder()
                .setX(Math.sqrt(first.get(0, 0) + second.get(0, 0)))
                .setY(Math.sqrt(first.get(1, 1) + second.get(1, 1)))
                .setZ(Math.sqrt(first.get(2, 2) + second.get(2, 2)))
                .build();
    }

    private OrbitState displaced(ConjunctionObject object, double sigmaM, Instant received) {
        return DisplacedOrbit.state(
                OrbitMessages.state(object.getState()), displacement(object.getObject(), sigmaM, received));
    }

    private static ConjunctionObject object(ConjunctionObject truth, double sigmaM, OrbitState state) {
        ConjunctionObject.Builder coarse = truth.toBuilder()
                .setFrame(OrbitMessages.frame(state.frame()))
                .setState(OrbitMessages.state(state))
                .clearDragSrpThrustCovariance()
                .clearOrbitDetermination()
                .clearComments();
        if (truth.hasCovariance()) {
            coarse.setCovariance(covariance(truth.getCovariance(), sigmaM, state));
        }
        return coarse.build();
    }

    /** What a reader would compute from the coarse message; zero where it does not hold enough for that. */
    private static double probability(ConjunctionWarning.Builder coarse, double radiusM) {
        if (!(radiusM > 0)
                || !coarse.getObject1().hasCovariance()
                || !coarse.getObject2().hasCovariance()) {
            return 0;
        }
        return CollisionProbability.compute(
                        OrbitMessages.state(coarse.getObject1().getState()),
                        matrix(coarse.getObject1().getCovariance()),
                        OrbitMessages.state(coarse.getObject2().getState()),
                        matrix(coarse.getObject2().getCovariance()),
                        radiusM,
                        "")
                .map(CollisionProbability.Result::probability)
                .orElse(0.0);
    }

    /** Neither below the true value nor below what a reader would compute from the rest of the message. */
    private static nl.sluis.proto.v1.CollisionProbability bound(
            nl.sluis.proto.v1.CollisionProbability truth, double seen) {
        return truth.toBuilder()
                .setValue(Coarsening.probabilityBound(Math.max(truth.getValue(), seen)))
                .setMethod(ProbabilityMethod.PROBABILITY_METHOD_MAXIMUM)
                .setMethodName("MAXIMUM")
                .setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_DOUBTFUL)
                .clearReasons()
                .addReasons(BOUND)
                .build();
    }

    private static Covariance covariance(Covariance truth, double sigmaM, OrbitState state) {
        return OrbitMessages.covariance(truth.getFrame(), DisplacedOrbit.covariance(matrix(truth), sigmaM, state))
                .toBuilder()
                .setInflated(true)
                .build();
    }

    private static SymmetricMatrix matrix(Covariance covariance) {
        if (covariance.getLowerTriangleCount() != LOWER_TRIANGLE) {
            throw new IllegalArgumentException("covariance of " + covariance.getLowerTriangleCount()
                    + " elements (expected: " + LOWER_TRIANGLE + ")");
        }
        return SymmetricMatrix.ofLowerTriangle(
                DIMENSION,
                covariance.getLowerTriangleList().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray());
    }
}
