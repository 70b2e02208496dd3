package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;

/**
 * Writes conjunction data messages (CCSDS 508.0-B-1) in KVN, XML and JSON; the JSON has the names and the structure of the
 * XML. Fields of the second issue are written where the message has them, and then the version says so.
 *
 * <p>A message whose mandatory fields are not all there is no CDM: {@link #missing} names them, and the writer refuses it.
 * Nothing is ever filled in.
 */
public final class ConjunctionWriter {

    private static final DateTimeFormatter EPOCH =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS", Locale.ROOT);

    private static final double M_PER_KM = 1000;

    /** Axes of the covariance in the order of its rows. */
    private static final String[] AXES = {"R", "T", "N", "RDOT", "TDOT", "NDOT"};

    /** Orbit determination, by keyword, as read; units by the standard. */
    private static final Map<String, String> OD_UNITS =
            Map.of("RECOMMENDED_OD_SPAN", "d", "ACTUAL_OD_SPAN", "d", "RESIDUALS_ACCEPTED", "%");

    private static final List<String> OD = List.of(
            "TIME_LASTOB_START",
            "TIME_LASTOB_END",
            "RECOMMENDED_OD_SPAN",
            "ACTUAL_OD_SPAN",
            "OBS_AVAILABLE",
            "OBS_USED",
            "TRACKS_AVAILABLE",
            "TRACKS_USED",
            "RESIDUALS_ACCEPTED",
            "WEIGHTED_RMS");

    private static final List<String> FORCES = List.of(
            "GRAVITY_MODEL",
            "ATMOSPHERIC_MODEL",
            "N_BODY_PERTURBATIONS",
            "SOLAR_RAD_PRESSURE",
            "EARTH_TIDES",
            "INTRACK_THRUST");

    /** Frames that the standard allows. */
    private static final Set<Frame> FRAMES = Set.of(Frame.EME2000, Frame.GCRF, Frame.ITRF);

    private ConjunctionWriter() {}

    /** How a message is written. */
    public enum Notation {
        /** Keyword = value. */
        KVN,
        /** CCSDS 505.0-B. */
        XML,
        /** The names and structure of the XML. */
        JSON
    }

    /**
     * Returns the keywords that CDM 508.0-B-1 makes mandatory and this message has not; empty: it may be written.
     */
    public static List<String> missing(ConjunctionMessage message) {
        List<String> missing = new ArrayList<>();
        need(missing, "ORIGINATOR", message.originator());
        need(missing, "MESSAGE_ID", message.messageId());
        need(missing, "OBJECT1", message.object1());
        need(missing, "OBJECT2", message.object2());
        return missing;
    }

    private static void need(List<String> missing, String keyword, String value) {
        if (value.isBlank()) {
            missing.add(keyword);
        }
    }

    private static void need(List<String> missing, String which, ConjunctionMessage.ConjunctionObject object) {
        need(missing, which + " OBJECT_DESIGNATOR", object.designator());
        need(missing, which + " CATALOG_NAME", object.catalogName());
        need(missing, which + " OBJECT_NAME", object.name());
        need(missing, which + " INTERNATIONAL_DESIGNATOR", object.internationalDesignator());
        need(missing, which + " EPHEMERIS_NAME", object.ephemerisName());
        need(missing, which + " COVARIANCE_METHOD", object.covarianceMethod());
        need(missing, which + " MANEUVERABLE", object.manoeuvrable());
        if (!FRAMES.contains(object.state().frame())) {
            missing.add(which + " REF_FRAME");
        }
        if (object.covarianceRtn().isEmpty()) {
            missing.add(which + " CR_R");
        }
    }

    /**
     * Writes a message.
     *
     * @throws IllegalArgumentException if {@link #missing} names a field
     */
    public static String write(ConjunctionMessage message, Notation notation) {
        List<String> missing = missing(message);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException("conjunction message: without `" + missing.get(0)
                    + "` (expected: every mandatory field of CDM 508.0-B-1)");
        }
        String version = isSecondIssue(message) ? "2.0" : "1.0";
        return switch (notation) {
            case KVN -> kvn(version, message);
            case XML -> MessageTree.xml("cdm", "CCSDS_CDM_VERS", version, tree(message));
            case JSON -> MessageTree.json("cdm", "CCSDS_CDM_VERS", version, tree(message));
        };
    }

    /**
     * Writes what there is of a message that is no CDM, in its keywords, with a comment that says what is missing. For people
     * and for tools that ask for no more; a reader that follows the standard refuses it.
     */
    public static String incompleteKvn(ConjunctionMessage message) {
        List<String> comments =
                new ArrayList<>(List.of("not a complete CDM: without " + String.join(", ", missing(message))));
        comments.addAll(message.comments());
        return kvn(
                isSecondIssue(message) ? "2.0" : "1.0",
                new ConjunctionMessage(
                        message.originator(),
                        message.creationDate(),
                        message.messageFor(),
                        message.messageId(),
                        message.conjunctionId(),
                        message.previousMessageId(),
                        message.tca(),
                        message.missDistanceM(),
                        message.relativeSpeedMps(),
                        message.relativePositionRtnM(),
                        message.relativeVelocityRtnMps(),
                        message.screeningStart(),
                        message.screeningEnd(),
                        message.collisionProbability(),
                        message.collisionProbabilityMethod(),
                        message.maximumCollisionProbability(),
                        message.mahalanobisDistance(),
                        message.hardBodyRadius(),
                        message.object1(),
                        message.object2(),
                        comments,
                        message.fields()));
    }

    private static boolean isSecondIssue(ConjunctionMessage m) {
        return m.conjunctionId().isPresent()
                || m.previousMessageId().isPresent()
                || m.maximumCollisionProbability().isPresent()
                || m.mahalanobisDistance().isPresent();
    }

    private static String kvn(String version, ConjunctionMessage message) {
        StringBuilder out = new StringBuilder();
        MessageTree.Branch header = new MessageTree.Branch("header");
        header.field("CCSDS_CDM_VERS", version);
        header.kvn(out);
        tree(message).kvn(out);
        return out.toString();
    }

    private static MessageTree.Branch tree(ConjunctionMessage m) {
        MessageTree.Branch root = new MessageTree.Branch("");
        MessageTree.Branch header = root.branch("header");
        header.field("CREATION_DATE", epoch(m.creationDate()));
        header.field("ORIGINATOR", m.originator());
        m.messageFor().ifPresent(to -> header.field("MESSAGE_FOR", to));
        header.field("MESSAGE_ID", m.messageId());
        MessageTree.Branch body = root.branch("body");
        relative(body.branch("relativeMetadataData"), m);
        object(body.branch("segment"), "OBJECT1", m.object1());
        object(body.branch("segment"), "OBJECT2", m.object2());
        return root;
    }

    private static void relative(MessageTree.Branch to, ConjunctionMessage m) {
        m.comments().forEach(comment -> to.field("COMMENT", comment));
        m.conjunctionId().ifPresent(id -> to.field("CONJUNCTION_ID", id));
        to.field("TCA", epoch(m.tca()));
        to.field("MISS_DISTANCE", m.missDistanceM(), "m");
        m.mahalanobisDistance().ifPresent(d -> to.field("MAHALANOBIS_DISTANCE", number(d)));
        m.relativeSpeedMps().ifPresent(speed -> to.field("RELATIVE_SPEED", speed, "m/s"));
        if (m.relativePositionRtnM().isPresent() && m.relativeVelocityRtnMps().isPresent()) {
            MessageTree.Branch state = to.branch("relativeStateVector");
            vector(state, "RELATIVE_POSITION_", m.relativePositionRtnM().get(), "m");
            vector(state, "RELATIVE_VELOCITY_", m.relativeVelocityRtnMps().get(), "m/s");
        }
        m.screeningStart().ifPresent(t -> to.field("START_SCREEN_PERIOD", epoch(t)));
        m.screeningEnd().ifPresent(t -> to.field("STOP_SCREEN_PERIOD", epoch(t)));
        for (String keyword : List.of("SCREEN_VOLUME_FRAME", "SCREEN_VOLUME_SHAPE")) {
            asRead(to, m.fields(), keyword, "");
        }
        for (String axis : List.of("X", "Y", "Z")) {
            asRead(to, m.fields(), "SCREEN_VOLUME_" + axis, "m");
        }
        asRead(to, m.fields(), "SCREEN_ENTRY_TIME", "");
        asRead(to, m.fields(), "SCREEN_EXIT_TIME", "");
        m.collisionProbability().ifPresent(p -> to.field("COLLISION_PROBABILITY", number(p)));
        m.collisionProbabilityMethod().ifPresent(method -> to.field("COLLISION_PROBABILITY_METHOD", method));
        m.maximumCollisionProbability().ifPresent(p -> to.field("COLLISION_MAX_PROBABILITY", number(p)));
        m.previousMessageId().ifPresent(id -> to.field("PREVIOUS_MESSAGE_ID", id));
    }

    private static void object(MessageTree.Branch segment, String which, ConjunctionMessage.ConjunctionObject o) {
        MessageTree.Branch metadata = segment.branch("metadata");
        metadata.field("OBJECT", which);
        metadata.field("OBJECT_DESIGNATOR", o.designator());
        metadata.field("CATALOG_NAME", o.catalogName());
        metadata.field("OBJECT_NAME", o.name());
        metadata.field("INTERNATIONAL_DESIGNATOR", o.internationalDesignator());
        o.objectType().ifPresent(type -> metadata.field("OBJECT_TYPE", type.replace('_', ' ')));
        asRead(metadata, o.fields(), "OPERATOR_CONTACT_POSITION", "");
        o.operatorOrganization().ifPresent(name -> metadata.field("OPERATOR_ORGANIZATION", name));
        asRead(metadata, o.fields(), "OPERATOR_PHONE", "");
        asRead(metadata, o.fields(), "OPERATOR_EMAIL", "");
        metadata.field("EPHEMERIS_NAME", o.ephemerisName());
        if (o.covarianceRtn().isPresent()) {
            metadata.field("COVARIANCE_METHOD", o.covarianceMethod());
        }
        metadata.field("MANEUVERABLE", o.manoeuvrable());
        asRead(metadata, o.fields(), "ORBIT_CENTER", "");
        metadata.field("REF_FRAME", o.state().frame().name());
        FORCES.forEach(keyword -> asRead(metadata, o.fields(), keyword, ""));
        MessageTree.Branch data = segment.branch("data");
        MessageTree.Branch od = data.branch("odParameters");
        OD.forEach(keyword -> asRead(od, o.fields(), keyword, OD_UNITS.getOrDefault(keyword, "")));
        if (!o.fields().containsKey("OBS_USED")) {
            o.observationsUsed().ifPresent(n -> od.field("OBS_USED", Integer.toString(n)));
        }
        if (!o.fields().containsKey("WEIGHTED_RMS")) {
            o.weightedRms().ifPresent(rms -> od.field("WEIGHTED_RMS", number(rms)));
        }
        MessageTree.Branch additional = data.branch("additionalParameters");
        o.areaM2().ifPresent(area -> additional.field("AREA_PC", area, "m**2"));
        o.massKg().ifPresent(mass -> additional.field("MASS", mass, "kg"));
        asRead(additional, o.fields(), "CD_AREA_OVER_MASS", "m**2/kg");
        asRead(additional, o.fields(), "CR_AREA_OVER_MASS", "m**2/kg");
        asRead(additional, o.fields(), "THRUST_ACCELERATION", "m/s**2");
        asRead(additional, o.fields(), "SEDR", "W/kg");
        asRead(additional, o.fields(), "HBR", "m");
        MessageTree.Branch state = data.branch("stateVector");
        state(state, "", o.state().positionM().times(1 / M_PER_KM), "km");
        state(state, "_DOT", o.state().velocityMps().times(1 / M_PER_KM), "km/s");
        o.covarianceRtn().ifPresent(c -> covariance(data.branch("covarianceMatrix"), c));
    }

    private static void state(MessageTree.Branch to, String suffix, Vector3 v, String unit) {
        to.field("X" + suffix, v.x(), unit);
        to.field("Y" + suffix, v.y(), unit);
        to.field("Z" + suffix, v.z(), unit);
    }

    private static void vector(MessageTree.Branch to, String prefix, Vector3 v, String unit) {
        to.field(prefix + "R", v.x(), unit);
        to.field(prefix + "T", v.y(), unit);
        to.field(prefix + "N", v.z(), unit);
    }

    private static void covariance(MessageTree.Branch to, SymmetricMatrix covariance) {
        for (int i = 0; i < AXES.length; i++) {
            for (int j = 0; j <= i; j++) {
                String unit = i < 3 ? "m**2" : j < 3 ? "m**2/s" : "m**2/s**2";
                to.field("C" + AXES[i] + "_" + AXES[j], covariance.get(i, j), unit);
            }
        }
    }

    /** Writes a field as it was read; one that is no number where one belongs, NaN for example, is left out. */
    private static void asRead(MessageTree.Branch to, Map<String, String> fields, String keyword, String unit) {
        String value = fields.getOrDefault(keyword, "");
        if (!value.isBlank() && (unit.isEmpty() || parsed(value).isPresent())) {
            to.field(keyword, value, unit);
        }
    }

    private static OptionalDouble parsed(String text) {
        try {
            double value = Double.parseDouble(text);
            return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    private static String number(double value) {
        return Double.toString(value);
    }

    private static String epoch(Instant instant) {
        return EPOCH.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }
}
