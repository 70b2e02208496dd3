package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nl.sluis.gateway.item.Digests;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.encounter.CollisionProbability;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.FrameChange;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.FitQuality;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitDetermination;
import nl.sluis.proto.v1.ProbabilitySensitivity;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.Proximity;
import nl.sluis.proto.v1.ScreeningVolume;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.Vector3;

/** Warnings of the approaches that a screening found. */
final class Warnings {
    static final String ORIGINATOR = "SLUIS";

    private static final String ELEMENTS = "public elements";

    /** What a message calls the ephemeris of an operator: whose it is, is for its label to say. */
    private static final String EPHEMERIS = "EXTERNAL EPHEMERIS";

    /** What a size or an uncertainty that is wrong by this factor, either way, makes of the probability. */
    private static final double SENSITIVITY_FACTOR = 2;

    /** A probability below this is no reason to look at what else it might be. */
    private static final double NEGLIGIBLE = 1e-12;

    private Warnings() {}

    /**
     * An object as the view knows it.
     *
     * @param reference what the view calls it
     * @param source where its orbit is known from
     * @param track the orbit that fusion made of it; empty: another source
     */
    record Known(ObjectReference reference, OrbitSource source, Optional<Track> track) {
        /** Whether one of a warning's objects is this one, known from this source. */
        boolean isIn(ConjunctionWarning warning) {
            return isMeantBy(warning.getObject1()) || isMeantBy(warning.getObject2());
        }

        private boolean isMeantBy(ConjunctionObject object) {
            return isOfEphemeris(object) == (source == OrbitSource.EPHEMERIS)
                    && ObjectKey.of(object.getObject()).equals(ObjectKey.of(reference));
        }
    }

    /** Whether a warning rests on public elements alone, of which some are of certain objects. */
    static boolean isOfElements(ConjunctionWarning warning, Set<String> keys) {
        List<ConjunctionObject> objects = List.of(warning.getObject1(), warning.getObject2());
        return objects.stream().allMatch(object -> object.getCatalogueName().equals(ELEMENTS))
                && objects.stream()
                        .flatMap(object -> ObjectKey.of(object.getObject()).stream())
                        .anyMatch(key -> keys.contains(key.text()));
    }

    /** Whether an operator's ephemeris tells where an object of a warning is. */
    static boolean isOfEphemeris(ConjunctionObject object) {
        return object.getEphemerisName().equals(EPHEMERIS);
    }

    /** Where and when was searched. */
    record Searched(Instant start, Duration window, MissThresholds thresholds) {}

    /** An approach without a probability. */
    static ConjunctionWarning.Builder warning(Encounter encounter, Searched searched, Known object1, Known object2) {
        double thresholdM = searched.thresholds().ofM(encounter.object1(), encounter.object2());
        return ConjunctionWarning.newBuilder()
                .setConjunctionId(Digests.id(
                        "encounter",
                        encounter.object1().identity(),
                        encounter.object2().identity(),
                        encounter.tca().toString()))
                .setOriginator(ORIGINATOR)
                .setTca(Times.timestamp(encounter.tca()))
                .setMissDistanceM(encounter.missDistanceM())
                .setRelativeSpeedMS(encounter.relativeSpeedMps())
                .setRelativePositionRtnM(OrbitMessages.vector(encounter.relativePositionRtnM()))
                .setRelativeVelocityRtnMS(OrbitMessages.vector(encounter.relativeVelocityRtnMps()))
                .setScreeningStart(Times.timestamp(searched.start()))
                .setScreeningStop(Times.timestamp(searched.start().plus(searched.window())))
                .setScreeningVolume(ScreeningVolume.newBuilder()
                        .setShape("SPHERE")
                        .setFrame(Frame.FRAME_RTN)
                        .setSizeM(Vector3.newBuilder()
                                .setX(thresholdM)
                                .setY(thresholdM)
                                .setZ(thresholdM)))
                .setObject1(object(object1, encounter.state1(), encounter.covariance1Rtn()))
                .setObject2(object(object2, encounter.state2(), encounter.covariance2Rtn()));
    }

    private static void size(ConjunctionObject.Builder object, ObjectSizes sizes) {
        HardBodyRadius.stated(object.getObject(), sizes)
                .ifPresent(size -> object.getPhysicalPropertiesBuilder().setHardBodyRadiusM(size.radiusM()));
    }

    private static ConjunctionObject object(Known known, OrbitState state, Optional<SymmetricMatrix> covarianceRtn) {
        ConjunctionObject.Builder object = ConjunctionObject.newBuilder()
                .setObject(known.reference())
                .setCatalogueName(known.source() == OrbitSource.ELEMENTS ? ELEMENTS : ORIGINATOR)
                .setEphemerisName(known.source() == OrbitSource.EPHEMERIS ? EPHEMERIS : "NONE")
                .setOrbitCenter("EARTH");
        // messages of CCSDS have no TEME, and what may have a covariance is worth one
        OrbitState said =
                known.source() == OrbitSource.ELEMENTS ? state : FrameChange.to(state, nl.sluis.orbit.Frame.EME2000);
        object.setFrame(OrbitMessages.frame(said.frame())).setState(OrbitMessages.state(said));
        covarianceRtn.ifPresent(covariance -> object.setCovarianceMethod("CALCULATED")
                .setManoeuvrable("N/A")
                .setCovariance(OrbitMessages.covariance(Frame.FRAME_RTN, covariance).toBuilder()
                        .setInflated(true)));
        known.track().ifPresent(track -> object.setOrbitDetermination(determination(track)));
        return object.build();
    }

    private static OrbitDetermination determination(Track track) {
        FitQuality quality = track.getQuality();
        OrbitDetermination.Builder determination = OrbitDetermination.newBuilder()
                .setEpoch(track.getState().getEpoch())
                .setObservationsUsed(quality.getObservationsUsed())
                .setObservationsAvailable(quality.getObservationsUsed() + quality.getObservationsRejected())
                .setWeightedRms(quality.getWeightedRms());
        if (quality.hasSpanStart() && quality.hasSpanEnd()) {
            determination
                    .setLastObservationStart(quality.getSpanEnd())
                    .setLastObservationEnd(quality.getSpanEnd())
                    .setActualSpan(Times.duration(Duration.between(
                            Times.instant(quality.getSpanStart()), Times.instant(quality.getSpanEnd()))));
        }
        return determination.build();
    }

    /** Two objects that stay together. */
    static Proximity proximity(
            nl.sluis.orbit.encounter.Proximity pair, ObjectReference object1, ObjectReference object2) {
        return Proximity.newBuilder()
                .setObject1(object1)
                .setObject2(object2)
                .setStart(Times.timestamp(pair.from()))
                .setEnd(Times.timestamp(pair.to()))
                .setTca(Times.timestamp(pair.closestAt()))
                .setMinimumDistanceM(pair.closestM())
                .build();
    }

    /**
     * Adds a probability, its upper bound, what it is sensitive to, and how well the miss is known. What has no covariance is
     * taken with an assumed one, which the reasons name and the message does not hold.
     */
    static ConjunctionWarning assessed(ConjunctionWarning.Builder warning, Encounter encounter, ObjectSizes sizes) {
        size(warning.getObject1Builder(), sizes);
        size(warning.getObject2Builder(), sizes);
        Optional<AssumedCovariance> assumed1 = assumed(encounter.object1(), encounter.tca());
        Optional<AssumedCovariance> assumed2 = assumed(encounter.object2(), encounter.tca());
        Optional<SymmetricMatrix> first = encounter.covariance1Rtn().or(() -> assumed1.map(AssumedCovariance::rtn));
        Optional<SymmetricMatrix> second = encounter.covariance2Rtn().or(() -> assumed2.map(AssumedCovariance::rtn));
        if (first.isEmpty() || second.isEmpty()) {
            return warning.build();
        }
        SymmetricMatrix covariance1 = first.get();
        SymmetricMatrix covariance2 = second.get();
        HardBodyRadius radius = HardBodyRadius.of(
                warning.getObject1().getObject(), warning.getObject2().getObject(), sizes);
        Probabilities.Pair pair = new Probabilities.Pair(
                encounter.state1(), covariance1, encounter.state2(), covariance2, radius.radiusM(), radius.source());
        pair.compute().ifPresent(result -> {
            warning.setMahalanobisDistance(result.mahalanobisDistance());
            warning.setProbability(stated(
                    result.maximumProbability() < NEGLIGIBLE
                            ? Probabilities.plane(result)
                            : Probabilities.of(
                                    pair, result, warning.getConjunctionId().hashCode()),
                    assumed1,
                    assumed2));
            warning.setMaximumProbability(stated(Probabilities.maximum(result), assumed1, assumed2));
            if (warning.getProbability().getValue() >= NEGLIGIBLE) {
                sensitivity(warning, pair, SENSITIVITY_FACTOR, 1);
                sensitivity(warning, pair, 1 / SENSITIVITY_FACTOR, 1);
                sensitivity(warning, pair, 1, SENSITIVITY_FACTOR);
                sensitivity(warning, pair, 1, 1 / SENSITIVITY_FACTOR);
            }
        });
        if (assumed1.isEmpty() && assumed2.isEmpty()) {
            SymmetricMatrix other =
                    LocalAxes.toRtn(encounter.state1(), LocalAxes.fromRtn(encounter.state2(), covariance2));
            warning.setRelativePositionSigmaRtnM(Vector3.newBuilder()
                    .setX(Math.sqrt(covariance1.get(0, 0) + other.get(0, 0)))
                    .setY(Math.sqrt(covariance1.get(1, 1) + other.get(1, 1)))
                    .setZ(Math.sqrt(covariance1.get(2, 2) + other.get(2, 2))));
        }
        return warning.build();
    }

    private static Optional<AssumedCovariance> assumed(ScreenedObject object, Instant tca) {
        return object.motion() instanceof ScreenedObject.Elements motion
                ? Optional.of(AssumedCovariance.of(motion.elements().epoch(), tca))
                : Optional.empty();
    }

    private static nl.sluis.proto.v1.CollisionProbability stated(
            nl.sluis.proto.v1.CollisionProbability probability,
            Optional<AssumedCovariance> assumed1,
            Optional<AssumedCovariance> assumed2) {
        if (assumed1.isEmpty() && assumed2.isEmpty()) {
            return probability;
        }
        nl.sluis.proto.v1.CollisionProbability.Builder stated = probability.toBuilder();
        if (probability.getValidity() == ProbabilityValidity.PROBABILITY_VALIDITY_VALID) {
            stated.setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_DOUBTFUL);
        }
        assumed1.ifPresent(assumed -> stated.addReasons("covariance of object 1 " + assumed.text()));
        assumed2.ifPresent(assumed -> stated.addReasons("covariance of object 2 " + assumed.text()));
        return stated.build();
    }

    private static void sensitivity(
            ConjunctionWarning.Builder warning, Probabilities.Pair pair, double radiusFactor, double sigmaFactor) {
        pair.scaled(radiusFactor, sigmaFactor)
                .compute()
                .map(CollisionProbability.Result::probability)
                .ifPresent(value -> warning.addSensitivities(ProbabilitySensitivity.newBuilder()
                        .setRadiusFactor(radiusFactor)
                        .setSigmaFactor(sigmaFactor)
                        .setValue(value)));
    }
}
