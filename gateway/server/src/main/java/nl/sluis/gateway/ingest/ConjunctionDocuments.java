package nl.sluis.gateway.ingest;

import com.google.protobuf.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ForceModel;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObjectType;
import nl.sluis.proto.v1.OrbitDetermination;
import nl.sluis.proto.v1.PhysicalProperties;
import nl.sluis.proto.v1.ProbabilityMethod;
import nl.sluis.proto.v1.ProbabilityValidity;
import nl.sluis.proto.v1.ScreeningVolume;

/** A conjunction data message (CCSDS 508.0-B-1) as the contract has it. */
final class ConjunctionDocuments {
    private static final Pattern CATALOGUE_NUMBER = Pattern.compile("\\d{1,9}");
    private static final Pattern DESIGNATOR = Pattern.compile("\\d{4}-\\d{3}[A-Z]{1,3}");
    private static final double SECONDS_PER_DAY = 86_400;

    private ConjunctionDocuments() {}

    static ConjunctionWarning warning(ConjunctionMessage message) {
        ConjunctionWarning.Builder warning = ConjunctionWarning.newBuilder()
                .setConjunctionId(message.conjunctionId().orElse(""))
                .setMessageId(message.messageId())
                .setPreviousMessageId(message.previousMessageId().orElse(""))
                .setOriginator(message.originator())
                .setMessageFor(message.messageFor().orElse(""))
                .setTca(Times.timestamp(message.tca()))
                .setMissDistanceM(message.missDistanceM())
                .setObject1(object(message.object1()))
                .setObject2(object(message.object2()))
                .addAllComments(message.comments());
        message.mahalanobisDistance().ifPresent(warning::setMahalanobisDistance);
        message.relativeSpeedMps().ifPresent(warning::setRelativeSpeedMS);
        message.relativePositionRtnM()
                .ifPresent(position -> warning.setRelativePositionRtnM(OrbitMessages.vector(position)));
        message.relativeVelocityRtnMps()
                .ifPresent(velocity -> warning.setRelativeVelocityRtnMS(OrbitMessages.vector(velocity)));
        message.screeningStart().ifPresent(start -> warning.setScreeningStart(Times.timestamp(start)));
        message.screeningEnd().ifPresent(end -> warning.setScreeningStop(Times.timestamp(end)));
        String shape = message.fields().getOrDefault("SCREEN_VOLUME_SHAPE", "");
        if (!shape.isEmpty()) {
            warning.setScreeningVolume(ScreeningVolume.newBuilder().setShape(shape));
        }
        message.collisionProbability()
                .ifPresent(value -> warning.setProbability(probability(
                        message, value, message.collisionProbabilityMethod().orElse(""))));
        message.maximumCollisionProbability()
                .ifPresent(value -> warning.setMaximumProbability(probability(message, value, "MAXIMUM")));
        return warning.build();
    }

    /** The source states no validity, so it is doubtful until somebody has tested it. */
    private static CollisionProbability probability(ConjunctionMessage message, double value, String method) {
        CollisionProbability.Builder probability = CollisionProbability.newBuilder()
                .setValue(value)
                .setMethod(method(method))
                .setMethodName(method)
                .setValidity(ProbabilityValidity.PROBABILITY_VALIDITY_DOUBTFUL)
                .addReasons("stated by its source without a validity");
        message.hardBodyRadius()
                .ifPresent(radius ->
                        probability.setHardBodyRadiusM(radius.radiusM()).setHardBodyRadiusSource(radius.source()));
        return probability.build();
    }

    private static ProbabilityMethod method(String name) {
        try {
            return ProbabilityMethod.valueOf(
                    "PROBABILITY_METHOD_" + name.toUpperCase(Locale.ROOT).replace('-', '_'));
        } catch (IllegalArgumentException e) {
            return ProbabilityMethod.PROBABILITY_METHOD_OTHER;
        }
    }

    private static ConjunctionObject object(ConjunctionMessage.ConjunctionObject object) {
        Map<String, String> fields = object.fields();
        ConjunctionObject.Builder result = ConjunctionObject.newBuilder()
                .setObject(reference(object))
                .setObjectType(type(object.objectType()))
                .setCatalogueName(object.catalogName())
                .setOperatorOrganization(object.operatorOrganization().orElse(""))
                .setOperatorContact(fields.getOrDefault("OPERATOR_CONTACT_POSITION", ""))
                .setOperatorPhone(fields.getOrDefault("OPERATOR_PHONE", ""))
                .setOperatorEmail(fields.getOrDefault("OPERATOR_EMAIL", ""))
                .setEphemerisName(object.ephemerisName())
                .setCovarianceMethod(object.covarianceMethod())
                .setManoeuvrable(object.manoeuvrable())
                .setOrbitCenter(fields.getOrDefault("ORBIT_CENTER", "EARTH"))
                .setFrame(OrbitMessages.frame(object.state().frame()))
                .setState(OrbitMessages.state(object.state()))
                .setOrbitDetermination(orbitDetermination(object))
                .setPhysicalProperties(properties(object))
                .setForceModel(ForceModel.newBuilder()
                        .setGravityModel(fields.getOrDefault("GRAVITY_MODEL", ""))
                        .setAtmosphericModel(fields.getOrDefault("ATMOSPHERIC_MODEL", ""))
                        .setThirdBodies(fields.getOrDefault("N_BODY_PERTURBATIONS", ""))
                        .setSolarRadiationPressure(fields.getOrDefault("SOLAR_RAD_PRESSURE", ""))
                        .setEarthTides(fields.getOrDefault("EARTH_TIDES", ""))
                        .setInTrackThrust(fields.getOrDefault("INTRACK_THRUST", "")));
        object.covarianceRtn()
                .ifPresent(matrix -> result.setCovariance(OrbitMessages.covariance(Frame.FRAME_RTN, matrix)));
        return result.build();
    }

    private static ObjectReference reference(ConjunctionMessage.ConjunctionObject object) {
        ObjectReference.Builder reference = ObjectReference.newBuilder().setName(object.name());
        if (CATALOGUE_NUMBER.matcher(object.designator()).matches()) {
            reference.setCatalogueNumber(Integer.parseInt(object.designator()));
        } else {
            reference.setObjectId(object.designator());
        }
        if (DESIGNATOR.matcher(object.internationalDesignator()).matches()) {
            reference.setInternationalDesignator(object.internationalDesignator());
        }
        return reference.build();
    }

    private static ObjectType type(Optional<String> type) {
        return switch (type.orElse("").toUpperCase(Locale.ROOT)) {
            case "" -> ObjectType.OBJECT_TYPE_UNSPECIFIED;
            case "PAYLOAD" -> ObjectType.OBJECT_TYPE_PAYLOAD;
            case "ROCKET BODY" -> ObjectType.OBJECT_TYPE_ROCKET_BODY;
            case "DEBRIS" -> ObjectType.OBJECT_TYPE_DEBRIS;
            case "UNKNOWN" -> ObjectType.OBJECT_TYPE_UNKNOWN;
            default -> ObjectType.OBJECT_TYPE_OTHER;
        };
    }

    private static OrbitDetermination orbitDetermination(ConjunctionMessage.ConjunctionObject object) {
        OrbitDetermination.Builder result = OrbitDetermination.newBuilder();
        Map<String, String> fields = object.fields();
        object.observationsUsed().ifPresent(result::setObservationsUsed);
        object.weightedRms().ifPresent(result::setWeightedRms);
        count(fields, "OBS_AVAILABLE", result::setObservationsAvailable);
        count(fields, "TRACKS_AVAILABLE", result::setTracksAvailable);
        count(fields, "TRACKS_USED", result::setTracksUsed);
        number(fields, "RESIDUALS_ACCEPTED", result::setResidualsAcceptedPercent);
        number(fields, "RECOMMENDED_OD_SPAN", days -> result.setRecommendedSpan(days(days)));
        number(fields, "ACTUAL_OD_SPAN", days -> result.setActualSpan(days(days)));
        return result.build();
    }

    private static Duration days(double days) {
        return Times.duration(java.time.Duration.ofMillis(Math.round(days * SECONDS_PER_DAY * 1000)));
    }

    private static PhysicalProperties properties(ConjunctionMessage.ConjunctionObject object) {
        PhysicalProperties.Builder result = PhysicalProperties.newBuilder();
        Map<String, String> fields = object.fields();
        object.areaM2().ifPresent(result::setAreaPcM2);
        object.massKg().ifPresent(result::setMassKg);
        number(fields, "AREA_DRG", result::setAreaDragM2);
        number(fields, "AREA_SRP", result::setAreaSrpM2);
        number(fields, "CD_AREA_OVER_MASS", result::setCdAreaOverMassM2Kg);
        number(fields, "CR_AREA_OVER_MASS", result::setCrAreaOverMassM2Kg);
        number(fields, "THRUST_ACCELERATION", result::setThrustAccelerationMS2);
        number(fields, "SEDR", result::setSpecificEnergyDissipationWKg);
        number(fields, "HBR", result::setHardBodyRadiusM);
        return result.build();
    }

    private static void count(Map<String, String> fields, String keyword, IntConsumer set) {
        number(fields, keyword, value -> set.accept((int) Math.min(Math.max(0, value), Integer.MAX_VALUE)));
    }

    private static void number(Map<String, String> fields, String keyword, DoubleConsumer set) {
        OptionalDouble value = parse(fields.getOrDefault(keyword, ""));
        value.ifPresent(set);
    }

    /** Statistics that are no numbers are left out: real messages have them, and no warning may be lost over one. */
    private static OptionalDouble parse(String text) {
        try {
            double value = Double.parseDouble(text);
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
