package nl.sluis.gateway.item;

import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import nl.sluis.orbit.ccsds.ConjunctionMessage;
import nl.sluis.orbit.ccsds.ConjunctionWriter;
import nl.sluis.orbit.ccsds.ConjunctionWriter.Notation;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.ForceModel;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObjectType;
import nl.sluis.proto.v1.OrbitDetermination;
import nl.sluis.proto.v1.PhysicalProperties;
import nl.sluis.proto.v1.TextForm;

/**
 * A warning as conjunction data message (CCSDS 508.0-B-1). What the warning does not have is left out, and where the standard
 * makes it mandatory there is no message: nothing is filled in.
 */
final class ConjunctionText {
    private static final DateTimeFormatter EPOCH =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS", Locale.ROOT);
    private static final double SECONDS_PER_DAY = 86_400;

    private ConjunctionText() {}

    static CcsdsText.Made of(ConjunctionWarning warning, Instant created, TextForm form) {
        List<String> without = new ArrayList<>();
        if (!warning.hasTca()) {
            without.add("TCA");
        }
        if (!warning.getObject1().hasState()) {
            without.add("OBJECT1 X");
        }
        if (!warning.getObject2().hasState()) {
            without.add("OBJECT2 X");
        }
        if (without.isEmpty()) {
            ConjunctionMessage message = message(warning, created);
            without.addAll(ConjunctionWriter.missing(message));
            if (without.isEmpty()) {
                return CcsdsText.Made.of(ConjunctionWriter.write(message, notation(form)));
            }
        }
        return CcsdsText.Made.without(String.join(", ", without));
    }

    private static Notation notation(TextForm form) {
        return switch (form) {
            case TEXT_FORM_CCSDS_XML -> Notation.XML;
            case TEXT_FORM_CCSDS_JSON -> Notation.JSON;
            default -> Notation.KVN;
        };
    }

    private static ConjunctionMessage message(ConjunctionWarning warning, Instant created) {
        Map<String, String> fields = new TreeMap<>();
        if (warning.hasScreeningVolume()) {
            var volume = warning.getScreeningVolume();
            // 508.0-B-1 knows ellipsoids and boxes; a sphere is an ellipsoid
            put(fields, "SCREEN_VOLUME_SHAPE", volume.getShape().equals("SPHERE") ? "ELLIPSOID" : volume.getShape());
            if (volume.getFrame() == Frame.FRAME_RTN) {
                fields.put("SCREEN_VOLUME_FRAME", "RTN");
            }
            if (volume.hasSizeM()) {
                fields.put("SCREEN_VOLUME_X", text(volume.getSizeM().getX()));
                fields.put("SCREEN_VOLUME_Y", text(volume.getSizeM().getY()));
                fields.put("SCREEN_VOLUME_Z", text(volume.getSizeM().getZ()));
            }
            epoch(fields, "SCREEN_ENTRY_TIME", volume.hasEntry(), volume.getEntry());
            epoch(fields, "SCREEN_EXIT_TIME", volume.hasExit(), volume.getExit());
        }
        return new ConjunctionMessage(
                warning.getOriginator(),
                created,
                optional(warning.getMessageFor()),
                warning.getMessageId().isEmpty() ? warning.getConjunctionId() : warning.getMessageId(),
                optional(warning.getConjunctionId()),
                optional(warning.getPreviousMessageId()),
                Times.instant(warning.getTca()),
                warning.getMissDistanceM(),
                optional(warning.hasRelativeSpeedMS(), warning.getRelativeSpeedMS()),
                warning.hasRelativePositionRtnM()
                        ? Optional.of(OrbitMessages.vector(warning.getRelativePositionRtnM()))
                        : Optional.empty(),
                warning.hasRelativeVelocityRtnMS()
                        ? Optional.of(OrbitMessages.vector(warning.getRelativeVelocityRtnMS()))
                        : Optional.empty(),
                instant(warning.hasScreeningStart(), warning.getScreeningStart()),
                instant(warning.hasScreeningStop(), warning.getScreeningStop()),
                optional(warning.hasProbability(), warning.getProbability().getValue()),
                optional(warning.getProbability().getMethodName()),
                optional(
                        warning.hasMaximumProbability(),
                        warning.getMaximumProbability().getValue()),
                optional(warning.hasMahalanobisDistance(), warning.getMahalanobisDistance()),
                warning.getProbability().hasHardBodyRadiusM()
                        ? Optional.of(new ConjunctionMessage.HardBodyRadius(
                                warning.getProbability().getHardBodyRadiusM(),
                                warning.getProbability().getHardBodyRadiusSource()))
                        : Optional.empty(),
                object(warning.getObject1()),
                object(warning.getObject2()),
                comments(warning),
                fields);
    }

    /** What a probability must not travel without and the standard has no keyword for. */
    private static List<String> comments(ConjunctionWarning warning) {
        List<String> comments = new ArrayList<>(warning.getCommentsList());
        if (warning.hasProbability()) {
            var probability = warning.getProbability();
            comments.add("probability is "
                    + probability.getValidity().name().substring("PROBABILITY_VALIDITY_".length())
                    + (probability.getReasonsCount() == 0
                            ? ""
                            : ": " + String.join("; ", probability.getReasonsList())));
            if (probability.hasHardBodyRadiusM()) {
                comments.add("HBR = " + text(probability.getHardBodyRadiusM()) + " [m], "
                        + probability.getHardBodyRadiusSource());
            }
        }
        return comments;
    }

    private static ConjunctionMessage.ConjunctionObject object(ConjunctionObject object) {
        Map<String, String> fields = new TreeMap<>();
        put(fields, "OPERATOR_CONTACT_POSITION", object.getOperatorContact());
        put(fields, "OPERATOR_PHONE", object.getOperatorPhone());
        put(fields, "OPERATOR_EMAIL", object.getOperatorEmail());
        put(fields, "ORBIT_CENTER", object.getOrbitCenter());
        forces(fields, object.getForceModel());
        determination(fields, object.getOrbitDetermination());
        properties(fields, object.getPhysicalProperties());
        ObjectReference reference = object.getObject();
        String designator = reference.getInternationalDesignator();
        OrbitDetermination determination = object.getOrbitDetermination();
        return new ConjunctionMessage.ConjunctionObject(
                ObjectKey.of(reference).map(ObjectKey::text).orElse(""),
                object.getCatalogueName(),
                // the standard's own words for what is not known
                CcsdsText.name(reference),
                designator.isEmpty() ? CcsdsText.UNKNOWN : designator,
                object.getObjectType() == ObjectType.OBJECT_TYPE_UNSPECIFIED
                        ? Optional.empty()
                        : Optional.of(object.getObjectType().name().substring("OBJECT_TYPE_".length())),
                optional(object.getOperatorOrganization()),
                object.getManoeuvrable(),
                object.getEphemerisName(),
                object.getCovarianceMethod(),
                OrbitMessages.state(object.getState()),
                object.getCovariance().getFrame() == Frame.FRAME_RTN
                        ? CcsdsText.covariance(object.getCovariance())
                        : Optional.empty(),
                optional(
                        object.getPhysicalProperties().hasAreaPcM2(),
                        object.getPhysicalProperties().getAreaPcM2()),
                optional(
                        object.getPhysicalProperties().hasMassKg(),
                        object.getPhysicalProperties().getMassKg()),
                determination.hasObservationsUsed()
                        ? Optional.of(determination.getObservationsUsed())
                        : Optional.empty(),
                optional(determination.hasWeightedRms(), determination.getWeightedRms()),
                fields);
    }

    private static void forces(Map<String, String> fields, ForceModel forces) {
        put(fields, "GRAVITY_MODEL", forces.getGravityModel());
        put(fields, "ATMOSPHERIC_MODEL", forces.getAtmosphericModel());
        put(fields, "N_BODY_PERTURBATIONS", forces.getThirdBodies());
        put(fields, "SOLAR_RAD_PRESSURE", forces.getSolarRadiationPressure());
        put(fields, "EARTH_TIDES", forces.getEarthTides());
        put(fields, "INTRACK_THRUST", forces.getInTrackThrust());
    }

    private static void determination(Map<String, String> fields, OrbitDetermination determination) {
        epoch(
                fields,
                "TIME_LASTOB_START",
                determination.hasLastObservationStart(),
                determination.getLastObservationStart());
        epoch(fields, "TIME_LASTOB_END", determination.hasLastObservationEnd(), determination.getLastObservationEnd());
        if (determination.hasRecommendedSpan()) {
            fields.put("RECOMMENDED_OD_SPAN", days(determination.getRecommendedSpan()));
        }
        if (determination.hasActualSpan()) {
            fields.put("ACTUAL_OD_SPAN", days(determination.getActualSpan()));
        }
        if (determination.hasObservationsAvailable()) {
            fields.put("OBS_AVAILABLE", Integer.toString(determination.getObservationsAvailable()));
        }
        if (determination.hasTracksAvailable()) {
            fields.put("TRACKS_AVAILABLE", Integer.toString(determination.getTracksAvailable()));
        }
        if (determination.hasTracksUsed()) {
            fields.put("TRACKS_USED", Integer.toString(determination.getTracksUsed()));
        }
        if (determination.hasResidualsAcceptedPercent()) {
            fields.put("RESIDUALS_ACCEPTED", text(determination.getResidualsAcceptedPercent()));
        }
    }

    private static void properties(Map<String, String> fields, PhysicalProperties properties) {
        if (properties.hasCdAreaOverMassM2Kg()) {
            fields.put("CD_AREA_OVER_MASS", text(properties.getCdAreaOverMassM2Kg()));
        }
        if (properties.hasCrAreaOverMassM2Kg()) {
            fields.put("CR_AREA_OVER_MASS", text(properties.getCrAreaOverMassM2Kg()));
        }
        if (properties.hasThrustAccelerationMS2()) {
            fields.put("THRUST_ACCELERATION", text(properties.getThrustAccelerationMS2()));
        }
        if (properties.hasSpecificEnergyDissipationWKg()) {
            fields.put("SEDR", text(properties.getSpecificEnergyDissipationWKg()));
        }
        if (properties.hasHardBodyRadiusM()) {
            fields.put("HBR", text(properties.getHardBodyRadiusM()));
        }
    }

    private static void put(Map<String, String> fields, String keyword, String value) {
        if (!value.isEmpty()) {
            fields.put(keyword, value);
        }
    }

    private static void epoch(Map<String, String> fields, String keyword, boolean present, Timestamp time) {
        if (present) {
            fields.put(keyword, EPOCH.format(LocalDateTime.ofInstant(Times.instant(time), ZoneOffset.UTC)));
        }
    }

    private static String days(com.google.protobuf.Duration duration) {
        return text((duration.getSeconds() + duration.getNanos() * 1e-9) / SECONDS_PER_DAY);
    }

    private static String text(double value) {
        return Double.toString(value);
    }

    private static Optional<String> optional(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    private static OptionalDouble optional(boolean present, double value) {
        return present ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static Optional<Instant> instant(boolean present, Timestamp time) {
        return present ? Optional.of(Times.instant(time)) : Optional.empty();
    }
}
