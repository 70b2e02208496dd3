package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.linear.RealMatrix;
import org.jspecify.annotations.Nullable;
import org.orekit.files.ccsds.ndm.cdm.AdditionalParameters;
import org.orekit.files.ccsds.ndm.cdm.Cdm;
import org.orekit.files.ccsds.ndm.cdm.CdmData;
import org.orekit.files.ccsds.ndm.cdm.CdmMetadata;
import org.orekit.files.ccsds.ndm.cdm.CdmRelativeMetadata;
import org.orekit.files.ccsds.ndm.cdm.ODParameters;
import org.orekit.files.ccsds.ndm.cdm.RTNCovariance;
import org.orekit.time.AbsoluteDate;

/**
 * Reads conjunction data messages in KVN and XML.
 *
 * <p>Units written in brackets are ignored, because the standard fixes the unit of each keyword and messages in the field
 * write it in several ways. The combined hard-body radius is taken from the objects' HBR fields (version 2), else from a
 * comment {@code HBR = …}, as NASA CARA writes it, else from both objects' comments
 * {@code Exclusion Volume Radius = …}, else from circles of the objects' areas.
 */
public final class CdmReader {

    /** Longest message, characters; real ones have about 10,000. */
    public static final int LONGEST_MESSAGE = 1_000_000;

    private static final Pattern FIELD = Pattern.compile("\\s*([A-Z][A-Z0-9_]*)\\s*=\\s*(.*?)\\s*(\\[[^\\]]*\\])?\\s*");
    /** An element of XML without children; the message itself was parsed before. */
    private static final Pattern LEAF = Pattern.compile("<([A-Z][A-Z0-9_]*)(?:\\s[^<>]*)?>([^<]*)</\\1>");

    private static final Pattern RADIUS_COMMENT = Pattern.compile(
            "\\s*(?:COMBINED[_ ])?(?:HBR|HARD[_ -]BODY[_"
                    + " ]RADIUS)\\s*[=:]\\s*([0-9.eE+-]+)\\s*\\[?\\s*(k?m)?\\s*\\]?\\s*(?:,\\s*(.+?)\\s*)?",
            Pattern.CASE_INSENSITIVE);

    /** As the 18th and 19th Space Defense Squadrons write for each object, and as they use for their probability. */
    private static final Pattern VOLUME_COMMENT = Pattern.compile(
            "\\s*EXCLUSION[_ ]VOLUME[_ ]RADIUS\\s*=\\s*([0-9.eE+-]+)\\s*(?:\\[\\s*m\\s*\\])?\\s*",
            Pattern.CASE_INSENSITIVE);

    private CdmReader() {}

    /**
     * Reads one message.
     *
     * @param text the whole message
     * @throws MessageException if it is refused
     */
    public static ConjunctionMessage read(String text) throws MessageException {
        if (text.length() > LONGEST_MESSAGE) {
            throw new MessageException(
                    new Problem(0, "", text.length() + " characters", "at most " + LONGEST_MESSAGE + " characters"));
        }
        Cdm cdm;
        try {
            cdm = Parsing.read(
                    text, source -> Parsing.parsers().buildCdmParser().parseMessage(source));
        } catch (MessageException e) {
            throw new MessageException(CdmKeywords.firstUnknown(text).orElse(e.problem()));
        }
        Fields fields = Fields.of(text);
        CdmRelativeMetadata relative = Parsing.required(cdm.getRelativeMetadata(), "TCA");
        if (!(relative.getMissDistance() >= 0)) {
            throw new MessageException(new Problem(
                    0, "MISS_DISTANCE", String.valueOf(relative.getMissDistance()), "a distance that is not negative"));
        }
        try {
            return new ConjunctionMessage(
                    Parsing.required(cdm.getHeader().getOriginator(), "ORIGINATOR"),
                    Convert.instant(Parsing.required(cdm.getHeader().getCreationDate(), "CREATION_DATE")),
                    Optional.ofNullable(cdm.getHeader().getMessageFor()),
                    Parsing.required(cdm.getHeader().getMessageId(), "MESSAGE_ID"),
                    Optional.ofNullable(relative.getConjunctionId()),
                    Optional.ofNullable(relative.getPreviousMessageId()),
                    Convert.instant(relative.getTca()),
                    relative.getMissDistance(),
                    number(relative.getRelativeSpeed()),
                    vector(relative.getRelativePosition()),
                    vector(relative.getRelativeVelocity()),
                    instant(relative.getStartScreenPeriod()),
                    instant(relative.getStopScreenPeriod()),
                    number(relative.getCollisionProbability()),
                    Optional.ofNullable(relative.getCollisionProbaMethod()).map(m -> m.getName()),
                    number(relative.getMaxCollisionProbability()),
                    number(relative.getMahalanobisDistance()),
                    radius(cdm, fields),
                    object(cdm.getMetadataObject1(), cdm.getDataObject1(), relative.getTca(), fields.object1),
                    object(cdm.getMetadataObject2(), cdm.getDataObject2(), relative.getTca(), fields.object2),
                    fields.comments,
                    fields.relative);
        } catch (IllegalArgumentException e) {
            // a value that our own records refuse, for example a state that is not a number
            throw new MessageException(new Problem(0, "", "the message", String.valueOf(e.getMessage())));
        }
    }

    private static ConjunctionMessage.ConjunctionObject object(
            CdmMetadata meta, CdmData data, AbsoluteDate tca, Map<String, String> fields) throws MessageException {
        Frame frame = Parsing.frame(meta.getRefFrame())
                .filter(f -> f.kind() != Frame.Kind.LOCAL)
                .orElseThrow(() -> new MessageException(new Problem(
                        0,
                        "REF_FRAME",
                        meta.getRefFrame() == null ? "none" : meta.getRefFrame().getName(),
                        "EME2000, GCRF or ITRF")));
        OrbitState state = new OrbitState(
                Convert.instant(tca),
                frame,
                Convert.vector(data.getStateVectorBlock().getPositionVector()),
                Convert.vector(data.getStateVectorBlock().getVelocityVector()));
        AdditionalParameters additional = data.getAdditionalParametersBlock();
        ODParameters od = data.getODParametersBlock();
        return new ConjunctionMessage.ConjunctionObject(
                Parsing.required(meta.getObjectDesignator(), "OBJECT_DESIGNATOR"),
                text(meta.getCatalogName()),
                text(meta.getObjectName()),
                text(meta.getInternationalDes()),
                Optional.ofNullable(meta.getObjectType()).map(Enum::name),
                Optional.ofNullable(meta.getOperatorOrganization()),
                meta.getManeuverable() == null
                        ? ""
                        : meta.getManeuverable().name().replace("N_A", "N/A"),
                text(meta.getEphemName()),
                meta.getCovarianceMethod() == null
                        ? ""
                        : meta.getCovarianceMethod().name(),
                state,
                covariance(data.getRTNCovarianceBlock()),
                additional == null ? OptionalDouble.empty() : number(additional.getAreaPC()),
                additional == null ? OptionalDouble.empty() : number(additional.getMass()),
                od == null || od.getObsUsed() <= 0 ? Optional.empty() : Optional.of(od.getObsUsed()),
                od == null ? OptionalDouble.empty() : number(od.getWeightedRMS()),
                fields);
    }

    private static Optional<SymmetricMatrix> covariance(@Nullable RTNCovariance block) {
        if (block == null) {
            return Optional.empty();
        }
        RealMatrix m = block.getRTNCovarianceMatrix();
        SymmetricMatrix covariance =
                SymmetricMatrix.of(m.getSubMatrix(0, 5, 0, 5).getData());
        return covariance.isFinite() ? Optional.of(covariance) : Optional.empty();
    }

    private static Optional<ConjunctionMessage.HardBodyRadius> radius(Cdm cdm, Fields fields) {
        AdditionalParameters a = cdm.getDataObject1().getAdditionalParametersBlock();
        AdditionalParameters b = cdm.getDataObject2().getAdditionalParametersBlock();
        if (a != null && b != null && a.getHbr() > 0 && b.getHbr() > 0) {
            return Optional.of(new ConjunctionMessage.HardBodyRadius(a.getHbr() + b.getHbr(), "HBR of both objects"));
        }
        for (String comment : fields.comments) {
            Matcher m = RADIUS_COMMENT.matcher(comment);
            if (m.matches()) {
                double radius = parsed(m.group(1)) * ("km".equalsIgnoreCase(m.group(2)) ? 1000 : 1);
                if (radius > 0 && Double.isFinite(radius)) {
                    return Optional.of(new ConjunctionMessage.HardBodyRadius(
                            radius, m.group(3) == null ? "comment HBR" : "comment HBR, " + m.group(3)));
                }
            }
        }
        double[] volumes = fields.comments.stream()
                .map(VOLUME_COMMENT::matcher)
                .filter(Matcher::matches)
                .mapToDouble(m -> parsed(m.group(1)))
                .filter(radius -> radius > 0 && Double.isFinite(radius))
                .toArray();
        if (volumes.length == 2) {
            return Optional.of(new ConjunctionMessage.HardBodyRadius(
                    volumes[0] + volumes[1], "exclusion volume radius of both objects, comments"));
        }
        if (a != null && b != null && a.getAreaPC() > 0 && b.getAreaPC() > 0) {
            return Optional.of(new ConjunctionMessage.HardBodyRadius(
                    Math.sqrt(a.getAreaPC() / Math.PI) + Math.sqrt(b.getAreaPC() / Math.PI),
                    "circles of AREA_PC of both objects"));
        }
        return Optional.empty();
    }

    /** A comment binds nobody: one that is no number counts as none. */
    private static double parsed(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** The fields of a message as written. */
    private static final class Fields {

        final Map<String, String> relative = new TreeMap<>();
        final Map<String, String> object1 = new TreeMap<>();
        final Map<String, String> object2 = new TreeMap<>();
        final List<String> comments = new ArrayList<>();

        static Fields of(String text) {
            Fields fields = new Fields();
            if (text.stripLeading().startsWith("<")) {
                fields.ofXml(text);
                return fields;
            }
            Map<String, String> current = fields.relative;
            for (String line : Parsing.lines(text)) {
                String stripped = line.strip();
                if (stripped.startsWith("COMMENT")) {
                    fields.comments.add(stripped.substring("COMMENT".length()).strip());
                    continue;
                }
                Matcher m = FIELD.matcher(line);
                if (!m.matches()) {
                    continue;
                }
                if (m.group(1).equals("OBJECT")) {
                    current = m.group(2).equals("OBJECT2") ? fields.object2 : fields.object1;
                }
                current.put(m.group(1), m.group(2));
            }
            return fields;
        }

        private void ofXml(String text) {
            Matcher m = LEAF.matcher(text);
            Map<String, String> current = relative;
            while (m.find()) {
                String value = m.group(2)
                        .strip()
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&");
                if (m.group(1).equals("COMMENT")) {
                    comments.add(value);
                    continue;
                }
                if (m.group(1).equals("OBJECT")) {
                    current = value.equals("OBJECT2") ? object2 : object1;
                }
                current.put(m.group(1), value);
            }
        }
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static OptionalDouble number(double value) {
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static Optional<Instant> instant(@Nullable AbsoluteDate date) {
        return date == null ? Optional.empty() : Optional.of(Convert.instant(date));
    }

    private static Optional<Vector3> vector(@Nullable Vector3D v) {
        return v == null || v.isNaN() ? Optional.empty() : Optional.of(Convert.vector(v));
    }
}
