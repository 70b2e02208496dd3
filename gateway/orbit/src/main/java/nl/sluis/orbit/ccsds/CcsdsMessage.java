package nl.sluis.orbit.ccsds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.exception.MathRuntimeException;
import org.jspecify.annotations.Nullable;
import org.orekit.data.DataSource;
import org.orekit.errors.OrekitException;
import org.orekit.errors.OrekitIllegalArgumentException;
import org.orekit.files.ccsds.definitions.FrameFacade;
import org.orekit.files.ccsds.definitions.TimeSystem;
import org.orekit.files.ccsds.ndm.NdmConstituent;
import org.orekit.files.ccsds.ndm.ParserBuilder;
import org.orekit.files.ccsds.ndm.WriterBuilder;
import org.orekit.files.ccsds.ndm.adm.acm.Acm;
import org.orekit.files.ccsds.ndm.adm.aem.Aem;
import org.orekit.files.ccsds.ndm.adm.apm.Apm;
import org.orekit.files.ccsds.ndm.cdm.Cdm;
import org.orekit.files.ccsds.ndm.odm.ocm.Ocm;
import org.orekit.files.ccsds.ndm.odm.ocm.TrajectoryStateHistory;
import org.orekit.files.ccsds.ndm.odm.oem.Oem;
import org.orekit.files.ccsds.ndm.odm.oem.OemSegment;
import org.orekit.files.ccsds.ndm.odm.omm.Omm;
import org.orekit.files.ccsds.ndm.odm.opm.Opm;
import org.orekit.files.ccsds.ndm.tdm.ObservationsBlock;
import org.orekit.files.ccsds.ndm.tdm.Tdm;
import org.orekit.files.ccsds.ndm.tdm.TdmMetadata;
import org.orekit.files.ccsds.section.Segment;
import org.orekit.files.ccsds.utils.generation.Generator;
import org.orekit.files.ccsds.utils.generation.KvnGenerator;
import org.orekit.files.ccsds.utils.generation.XmlGenerator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;

/**
 * A navigation message of any kind that the library knows (OPM, OMM, OEM, OCM, CDM, TDM, APM, AEM, ACM), to check it and to
 * write it in the other notation.
 *
 * <p>Assumptions: units are those of the standard, whatever stands in brackets; times in mission scales count from J2000.
 */
public final class CcsdsMessage {

    /** Longest message, characters. */
    public static final int LONGEST_MESSAGE = 64_000_000;

    private static final int UNITS_COLUMN = 56;
    private static final int KEYWORD_WIDTH = 30;

    /** Registered frames that the library has no model of. */
    private static final Set<String> FRAMES_WITHOUT_MODEL = Set.of("EFG", "WGS84", "UVW_GO_INERTIAL");

    private final MessageKind kind;
    private final NdmConstituent<?, ?> message;

    private CcsdsMessage(MessageKind kind, NdmConstituent<?, ?> message) {
        this.kind = kind;
        this.message = message;
    }

    /**
     * Reads a message in KVN or XML.
     *
     * @throws MessageException if it is refused, or of a kind that is not read here
     */
    public static CcsdsMessage read(String text) throws MessageException {
        if (text.length() > LONGEST_MESSAGE) {
            throw new MessageException(
                    new Problem(0, "", text.length() + " characters", "at most " + LONGEST_MESSAGE + " characters"));
        }
        MessageKind kind = MessageKind.of(text)
                .orElseThrow(() -> new MessageException(new Problem(
                        1,
                        "",
                        text.lines().findFirst().orElse(""),
                        "a CCSDS message in KVN, XML or JSON, or elements in two or three lines")));
        if (!knows(kind)) {
            throw new MessageException(new Problem(1, "", kind.toString(), "one of " + kinds()));
        }
        try {
            NdmConstituent<?, ?> message = Parsing.read(text, source -> {
                NdmConstituent<?, ?> parsed = parsed(kind, source);
                // what spans segments, for example one time system for all, is not checked while reading
                parsed.validate();
                return parsed;
            });
            checkSegments(message);
            return new CcsdsMessage(kind, message);
        } catch (MessageException e) {
            throw kind == MessageKind.CDM
                    ? new MessageException(CdmKeywords.firstUnknown(text).orElse(e.problem()))
                    : e;
        }
    }

    private static void checkSegments(NdmConstituent<?, ?> message) throws MessageException {
        if (message instanceof Opm opm) {
            checkFrame(opm.getMetadata().getReferenceFrame(), "REF_FRAME");
        } else if (message instanceof Oem oem) {
            for (OemSegment segment : oem.getSegments()) {
                checkFrame(segment.getMetadata().getReferenceFrame(), "REF_FRAME");
            }
        } else if (message instanceof Tdm tdm) {
            checkTimeSystems(tdm);
        } else if (message instanceof Ocm ocm && ocm.getData().getTrajectoryBlocks() != null) {
            for (TrajectoryStateHistory block : ocm.getData().getTrajectoryBlocks()) {
                checkFrame(block.getMetadata().getTrajReferenceFrame(), "TRAJ_REF_FRAME");
            }
        }
    }

    private static void checkTimeSystems(Tdm tdm) throws MessageException {
        TimeSystem first = tdm.getSegments().get(0).getMetadata().getTimeSystem();
        for (Segment<TdmMetadata, ObservationsBlock> segment : tdm.getSegments()) {
            TimeSystem other = segment.getMetadata().getTimeSystem();
            if (other != first) {
                throw new MessageException(
                        new Problem(0, "TIME_SYSTEM", other.name(), first.name() + " as in the first segment"));
            }
        }
    }

    private static void checkFrame(@Nullable FrameFacade frame, String keyword) throws MessageException {
        if (frame != null
                && !FRAMES_WITHOUT_MODEL.contains(frame.getName())
                && frame.asFrame() == null
                && frame.asCelestialBodyFrame() == null
                && frame.asOrbitRelativeFrame() == null
                && frame.asSpacecraftBodyFrame() == null) {
            throw new MessageException(new Problem(0, keyword, frame.getName(), "a frame of the SANA registry"));
        }
    }

    /** Returns whether {@link #read} knows a kind. */
    public static boolean knows(MessageKind kind) {
        return switch (kind) {
            case OPM, OMM, OEM, OCM, CDM, TDM, APM, AEM, ACM -> true;
            case RDM, NDM, TLE -> false;
        };
    }

    private static NdmConstituent<?, ?> parsed(MessageKind kind, DataSource source) {
        // messages about other bodies name no constant, and the library has that of the Earth only; states are not
        // moved
        ParserBuilder parsers = Parsing.parsers().withMu(Constants.EIGEN5C_EARTH_MU);
        return switch (kind) {
            case OPM -> parsers.buildOpmParser().parseMessage(source);
            case OMM -> parsers.buildOmmParser().parseMessage(source);
            case OEM -> parsers.buildOemParser().parseMessage(source);
            case OCM -> parsers.buildOcmParser().parseMessage(source);
            case CDM -> parsers.buildCdmParser().parseMessage(source);
            case TDM -> parsers.buildTdmParser().parseMessage(source);
            case APM -> parsers.buildApmParser().parseMessage(source);
            case AEM -> parsers.buildAemParser().parseMessage(source);
            case ACM -> parsers.buildAcmParser().parseMessage(source);
            case RDM, NDM, TLE -> throw new IllegalStateException("kind: `" + kind + "` (expected: one that is read)");
        };
    }

    /** Returns what it is. */
    public MessageKind kind() {
        return kind;
    }

    /** Returns the version of its standard, such as 1.0. */
    public double version() {
        return message.getHeader().getFormatVersion();
    }

    /** Returns who made it. */
    public Optional<String> originator() {
        return Optional.ofNullable(message.getHeader().getOriginator());
    }

    /** Returns when it was made, UTC. */
    public Optional<Instant> creationDate() {
        return Optional.ofNullable(message.getHeader().getCreationDate()).map(Convert::instant);
    }

    /** Returns how many segments it has. */
    public int segments() {
        return message.getSegments().size();
    }

    /** Returns the text in KVN. */
    public String kvn() throws MessageException {
        StringBuilder out = new StringBuilder();
        return written(out, new KvnGenerator(out, KEYWORD_WIDTH, "message", Double.NaN, UNITS_COLUMN));
    }

    /** Returns the text in XML. */
    public String xml() throws MessageException {
        StringBuilder out = new StringBuilder();
        try {
            return written(out, new XmlGenerator(out, 2, "message", Double.NaN, true, null));
        } catch (IOException e) {
            // a builder of strings has no input and output that could fail
            throw new UncheckedIOException(e);
        }
    }

    private String written(StringBuilder out, Generator generator) throws MessageException {
        try (generator) {
            WriterBuilder writers = new WriterBuilder().withMissionReferenceDate(AbsoluteDate.J2000_EPOCH);
            switch (kind) {
                case OPM -> writers.buildOpmWriter().writeMessage(generator, (Opm) message);
                case OMM -> writers.buildOmmWriter().writeMessage(generator, (Omm) message);
                case OEM -> writers.buildOemWriter().writeMessage(generator, (Oem) message);
                case OCM -> writers.buildOcmWriter().writeMessage(generator, (Ocm) message);
                case CDM -> writers.buildCdmWriter().writeMessage(generator, (Cdm) message);
                case TDM -> writers.buildTdmWriter().writeMessage(generator, (Tdm) message);
                case APM -> writers.buildApmWriter().writeMessage(generator, (Apm) message);
                case AEM -> writers.buildAemWriter().writeMessage(generator, (Aem) message);
                case ACM -> writers.buildAcmWriter().writeMessage(generator, (Acm) message);
                case RDM, NDM, TLE ->
                    throw new IllegalStateException("kind: `" + kind + "` (expected: one that was read)");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (OrekitException | OrekitIllegalArgumentException | MathRuntimeException e) {
            throw new MessageException(new Problem(
                    0,
                    "",
                    "the message",
                    "values that can be written: "
                            + String.valueOf(e.getMessage()).replace('\n', ' ')));
        }
        return out.toString();
    }

    /** Returns the kinds that are read. */
    public static List<MessageKind> kinds() {
        return Arrays.stream(MessageKind.values()).filter(CcsdsMessage::knows).toList();
    }
}
