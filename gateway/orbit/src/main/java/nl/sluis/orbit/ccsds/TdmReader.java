package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Observation;
import org.orekit.errors.OrekitException;
import org.orekit.errors.OrekitIllegalArgumentException;
import org.orekit.files.ccsds.ndm.tdm.AngleType;
import org.orekit.files.ccsds.ndm.tdm.CorrectionApplied;
import org.orekit.files.ccsds.ndm.tdm.ObservationType;
import org.orekit.files.ccsds.ndm.tdm.ObservationsBlock;
import org.orekit.files.ccsds.ndm.tdm.RangeUnits;
import org.orekit.files.ccsds.ndm.tdm.Tdm;
import org.orekit.files.ccsds.ndm.tdm.TdmMetadata;
import org.orekit.files.ccsds.ndm.tdm.TimetagReference;
import org.orekit.files.ccsds.ndm.tdm.TrackingMode;
import org.orekit.files.ccsds.section.Segment;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.DateTimeComponents;

/**
 * Reads tracking data messages in KVN (CCSDS 503.0-B-2 and B-1).
 *
 * <p>Used: RANGE, DOPPLER_INSTANTANEOUS, ANGLE_1 with ANGLE_2 (AZEL, RADEC), MAG, RCS. Other observables are reported as
 * not used. The standard leaves to an agreement whether a two-way RANGE is the round trip or half of it (3.5.2.6).
 */
public final class TdmReader {

    /** Longest message, characters; one observation takes about fifty. */
    public static final int LONGEST_MESSAGE = 32_000_000;

    /** Lines that are taken out one by one because only the library finds them faulty; each costs a parse. */
    private static final int MOST_LATE_REMOVALS = 20;

    /** Problems that are reported; a file with more is not a tracking file. */
    private static final int MOST_PROBLEMS = 10_000;

    private static final Pattern DATA_LINE = Pattern.compile("\\s*([A-Z0-9_]+)\\s*=\\s*(\\S+)\\s+(\\S+)\\s*");
    private static final Pattern KEYWORD = Pattern.compile("\\s*([A-Za-z0-9_]+)\\s*=.*");

    /** What a two-way RANGE means. */
    public enum RangeConvention {
        /** Half of the round trip. */
        HALF_ROUND_TRIP,
        /** The whole round trip. */
        ROUND_TRIP
    }

    private TdmReader() {}

    /**
     * Reads a message.
     *
     * @param text the whole message
     * @param idPrefix start of the input id of each observation
     * @param convention what a two-way range means
     * @return what could be read, with the problems
     * @throws MessageException if header, metadata or structure are broken
     */
    public static TrackingMessage read(String text, String idPrefix, RangeConvention convention)
            throws MessageException {
        if (text.length() > LONGEST_MESSAGE) {
            throw new MessageException(
                    new Problem(0, "", text.length() + " characters", "at most " + LONGEST_MESSAGE + " characters"));
        }
        Scan scan = new Scan(text);
        Tdm tdm = parse(scan);
        scan.checkStructure(tdm);
        String originator = Parsing.required(tdm.getHeader().getOriginator(), "ORIGINATOR");
        AbsoluteDate creation = Parsing.required(tdm.getHeader().getCreationDate(), "CREATION_DATE");
        List<TrackingMessage.Segment> segments = new ArrayList<>();
        for (int i = 0; i < tdm.getSegments().size(); i++) {
            segments.add(new SegmentReader(tdm.getSegments().get(i), scan.sections.get(i), scan, idPrefix, convention)
                    .read());
        }
        return new TrackingMessage(
                originator,
                Convert.instant(creation),
                Optional.ofNullable(tdm.getHeader().getMessageId()),
                segments,
                new ArrayList<>(scan.problems.values()),
                new ArrayList<>(scan.unused.values()));
    }

    private static Tdm parse(Scan scan) throws MessageException {
        for (int removed = 0; ; removed++) {
            try {
                return Parsing.read(
                        scan.text(),
                        source -> Parsing.parsers().buildTdmParser().parseMessage(source));
            } catch (MessageException e) {
                int line = e.problem().line();
                if (removed == MOST_LATE_REMOVALS || !scan.isData(line)) {
                    throw e;
                }
                scan.remove(line, e.problem().keyword(), e.problem().expected());
            }
        }
    }

    /** Knows the lines of the message: which are data, and which were taken out. */
    private static final class Scan {

        /** A data section: the lines of its observations, and the line of its metadata. */
        private static final class Section {
            int metadataLine;
            final List<Integer> dataLines = new ArrayList<>();
        }

        private final List<String> lines;
        final List<Section> sections = new ArrayList<>();
        final Map<Integer, Problem> problems = new TreeMap<>();
        final Map<Integer, Problem> unused = new TreeMap<>();
        private final Set<Integer> data = new HashSet<>();

        Scan(String text) throws MessageException {
            lines = Parsing.lines(text);
            Section current = new Section();
            boolean inData = false;
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                switch (line) {
                    case "META_START" -> {
                        current = new Section();
                        current.metadataLine = i + 1;
                        inData = false;
                    }
                    case "DATA_START" -> {
                        inData = true;
                        sections.add(current);
                    }
                    case "DATA_STOP" -> inData = false;
                    default -> {
                        if (inData && !line.isEmpty() && !line.startsWith("COMMENT")) {
                            scanDataLine(i + 1, line, current);
                        }
                    }
                }
            }
        }

        private void scanDataLine(int number, String line, Section section) throws MessageException {
            data.add(number);
            Matcher m = DATA_LINE.matcher(line);
            if (!m.matches()) {
                remove(number, keyword(line), "keyword = epoch value");
                return;
            }
            String keyword = m.group(1);
            if (!isObservable(keyword)) {
                remove(number, keyword, "an observable of CCSDS 503.0-B-2");
            } else if (!isEpoch(m.group(2))) {
                remove(number, keyword, "an epoch such as 2010-11-02T03:00:13.385 or 2010-306T03:00:13.385");
            } else if (!isNumber(m.group(3))) {
                remove(number, keyword, "a finite number after the epoch");
            } else {
                section.dataLines.add(number);
            }
        }

        void remove(int number, String keyword, String expected) throws MessageException {
            if (problems.size() == MOST_PROBLEMS) {
                throw new MessageException(new Problem(
                        number,
                        keyword,
                        lines.get(number - 1),
                        "at most " + MOST_PROBLEMS + " faulty lines in a message"));
            }
            problems.put(number, new Problem(number, keyword, lines.get(number - 1), expected));
            lines.set(number - 1, "");
            sections.forEach(s -> s.dataLines.remove((Integer) number));
        }

        void report(Problem problem) {
            unused.putIfAbsent(problem.line(), problem);
        }

        boolean isData(int line) {
            return data.contains(line) && !problems.containsKey(line);
        }

        String line(int number) {
            return lines.get(number - 1);
        }

        String text() {
            return String.join("\n", lines) + "\n";
        }

        /** The lines found here and the observations found by the library must be the same, else ids would lie. */
        void checkStructure(Tdm tdm) throws MessageException {
            boolean same = tdm.getSegments().size() == sections.size();
            for (int i = 0; same && i < sections.size(); i++) {
                same = tdm.getSegments().get(i).getData().getObservations().size()
                        == sections.get(i).dataLines.size();
            }
            if (!same) {
                throw new MessageException(new Problem(
                        0, "", "the message", "META_START, META_STOP, DATA_START, DATA_STOP on lines of their own"));
            }
        }

        private static String keyword(String line) {
            Matcher m = KEYWORD.matcher(line);
            return m.matches() ? m.group(1) : "";
        }

        private static boolean isObservable(String keyword) {
            try {
                ObservationType.valueOf(keyword);
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private static boolean isEpoch(String text) {
            try {
                DateTimeComponents.parseDateTime(text);
                return true;
            } catch (OrekitException | OrekitIllegalArgumentException | NumberFormatException e) {
                return false;
            }
        }

        private static boolean isNumber(String text) {
            try {
                return Double.isFinite(Double.parseDouble(text));
            } catch (NumberFormatException e) {
                return false;
            }
        }
    }

    /** Reads one segment. */
    private static final class SegmentReader {

        private final TdmMetadata meta;
        private final List<org.orekit.files.ccsds.ndm.tdm.Observation> raw;
        private final Scan.Section section;
        private final Scan scan;
        private final String idPrefix;
        private final RangeConvention convention;
        private final List<TrackingMessage.Item> items = new ArrayList<>();
        private String sensorId = "";
        private Observation.Path path = Observation.Path.ONE_WAY;

        SegmentReader(
                Segment<TdmMetadata, ObservationsBlock> segment,
                Scan.Section section,
                Scan scan,
                String idPrefix,
                RangeConvention convention) {
            this.meta = segment.getMetadata();
            this.raw = segment.getData().getObservations();
            this.section = section;
            this.scan = scan;
            this.idPrefix = idPrefix;
            this.convention = convention;
        }

        TrackingMessage.Segment read() {
            List<String> participants = new ArrayList<>(new TreeMap<>(meta.getParticipants()).values());
            String objectId = participants.isEmpty() ? "" : participants.get(participants.size() - 1);
            String pathText = "";
            int[] numbers = meta.getPath();
            boolean usable = meta.getMode() == TrackingMode.SEQUENTIAL && numbers != null && numbers.length >= 2;
            if (usable && numbers != null) {
                sensorId = name(numbers[numbers.length - 1]);
                objectId = name(numbers[numbers.length - 2]);
                path = numbers.length == 2 ? Observation.Path.ONE_WAY : Observation.Path.TWO_WAY;
                pathText = path(numbers);
                usable = numbers.length == 2 || (numbers.length == 3 && numbers[0] == numbers[2]);
            }
            if (!usable) {
                unused("MODE", "a sequential path such as 1,2,1 or 2,1; others are not used yet");
            } else if (meta.getTimetagRef() == TimetagReference.TRANSMIT && path == Observation.Path.TWO_WAY) {
                unused("TIMETAG_REF", "epochs of reception; epochs of transmission are not used yet");
            } else {
                readItems();
            }
            return new TrackingMessage.Segment(
                    sensorId,
                    objectId,
                    participants,
                    Optional.ofNullable(meta.getTrackId()),
                    String.valueOf(meta.getTimeSystem()),
                    pathText,
                    meta.getCorrectionsApplied() == null
                            ? Optional.empty()
                            : Optional.of(meta.getCorrectionsApplied() == CorrectionApplied.YES),
                    section.metadataLine,
                    items);
        }

        private void unused(String keyword, String expected) {
            for (int line : section.dataLines) {
                scan.report(new Problem(line, keyword, scan.line(line), expected));
            }
        }

        private void readItems() {
            Map<AbsoluteDate, Integer> openAngles = new HashMap<>();
            Map<AbsoluteDate, Double> noise = new HashMap<>();
            for (org.orekit.files.ccsds.ndm.tdm.Observation o : raw) {
                if (o.getType() == ObservationType.CARRIER_POWER || o.getType() == ObservationType.PC_N0) {
                    noise.put(o.getEpoch(), o.getMeasurement());
                }
            }
            for (int i = 0; i < raw.size(); i++) {
                org.orekit.files.ccsds.ndm.tdm.Observation o = raw.get(i);
                int line = section.dataLines.get(i);
                switch (o.getType()) {
                    case RANGE -> range(o, line, noise);
                    case DOPPLER_INSTANTANEOUS ->
                        add(
                                new Observation.RangeRate(
                                        id(line),
                                        sensorId,
                                        epoch(o),
                                        o.getMeasurement() + correction(meta.getCorrectionDoppler()),
                                        OptionalDouble.empty(),
                                        path),
                                line,
                                o,
                                noise);
                    case ANGLE_1, ANGLE_2 -> angle(o, i, openAngles, noise);
                    case MAG ->
                        add(
                                new Observation.Magnitude(
                                        id(line),
                                        sensorId,
                                        epoch(o),
                                        o.getMeasurement() + correction(meta.getCorrectionMagnitude())),
                                line,
                                o,
                                noise);
                    case RCS ->
                        add(
                                new Observation.RadarCrossSection(
                                        id(line),
                                        sensorId,
                                        epoch(o),
                                        o.getMeasurement() + correction(meta.getCorrectionRcs())),
                                line,
                                o,
                                noise);
                    case PC_N0, CARRIER_POWER -> {
                        // carried with the observation of the same epoch
                    }
                    default ->
                        scan.report(new Problem(
                                line,
                                o.getType().name(),
                                scan.line(line),
                                "an observable that is used here: RANGE, "
                                        + "DOPPLER_INSTANTANEOUS, ANGLE_1 with ANGLE_2, MAG, RCS"));
                }
            }
            openAngles
                    .values()
                    .forEach(i -> scan.report(new Problem(
                            section.dataLines.get(i),
                            raw.get(i).getType().name(),
                            scan.line(section.dataLines.get(i)),
                            "ANGLE_1 and ANGLE_2 at the same epoch")));
        }

        private void range(org.orekit.files.ccsds.ndm.tdm.Observation o, int line, Map<AbsoluteDate, Double> noise) {
            if (meta.getRangeUnits() == RangeUnits.RU) {
                scan.report(
                        new Problem(line, "RANGE_UNITS", scan.line(line), "km or s; range units need an agreement"));
                return;
            }
            double halves = path == Observation.Path.TWO_WAY && convention == RangeConvention.ROUND_TRIP ? 0.5 : 1.0;
            double correction =
                    meta.getCorrectionsApplied() == CorrectionApplied.NO ? finite(meta.getCorrectionRange(null)) : 0;
            add(
                    new Observation.Range(
                            id(line),
                            sensorId,
                            epoch(o),
                            halves * (o.getMeasurement() + correction),
                            OptionalDouble.empty(),
                            path),
                    line,
                    o,
                    noise);
        }

        private void angle(
                org.orekit.files.ccsds.ndm.tdm.Observation o,
                int index,
                Map<AbsoluteDate, Integer> open,
                Map<AbsoluteDate, Double> noise) {
            Integer other = open.remove(o.getEpoch());
            if (other == null) {
                open.put(o.getEpoch(), index);
                return;
            }
            org.orekit.files.ccsds.ndm.tdm.Observation first = raw.get(other);
            int line = section.dataLines.get(other);
            if (first.getType() == o.getType()) {
                scan.report(new Problem(
                        line, o.getType().name(), scan.line(line), "ANGLE_1 and ANGLE_2 at the same epoch"));
                open.put(o.getEpoch(), index);
                return;
            }
            boolean ordered = first.getType() == ObservationType.ANGLE_1;
            double angle1 = (ordered ? first : o).getMeasurement() + correction(meta.getCorrectionAngle1());
            double angle2 = (ordered ? o : first).getMeasurement() + correction(meta.getCorrectionAngle2());
            if (meta.getAngleType() == AngleType.AZEL) {
                add(
                        new Observation.AzimuthElevation(
                                id(line),
                                sensorId,
                                epoch(o),
                                angle1,
                                angle2,
                                OptionalDouble.empty(),
                                OptionalDouble.empty()),
                        line,
                        o,
                        noise);
                return;
            }
            Optional<Frame> frame = meta.getAngleType() == AngleType.RADEC
                    ? Parsing.frame(meta.getReferenceFrame()).filter(f -> f.kind() == Frame.Kind.INERTIAL)
                    : Optional.empty();
            if (frame.isPresent()) {
                add(
                        new Observation.RightAscensionDeclination(
                                id(line),
                                sensorId,
                                epoch(o),
                                frame.get(),
                                angle1,
                                angle2,
                                OptionalDouble.empty(),
                                OptionalDouble.empty()),
                        line,
                        o,
                        noise);
            } else {
                scan.report(new Problem(
                        line, "ANGLE_TYPE", scan.line(line), "AZEL, or RADEC with an inertial REFERENCE_FRAME"));
            }
        }

        private void add(
                Observation observation,
                int line,
                org.orekit.files.ccsds.ndm.tdm.Observation o,
                Map<AbsoluteDate, Double> noise) {
            Double value = noise.get(o.getEpoch());
            items.add(new TrackingMessage.Item(
                    observation, line, value == null ? OptionalDouble.empty() : OptionalDouble.of(value)));
        }

        /** Corrections that the source names but has not applied are added, as section 3.3 of the standard asks. */
        private double correction(double value) {
            return meta.getCorrectionsApplied() == CorrectionApplied.NO ? finite(value) : 0;
        }

        private static double finite(double value) {
            return Double.isFinite(value) ? value : 0;
        }

        private String id(int line) {
            return idPrefix + "#" + line;
        }

        private static Instant epoch(org.orekit.files.ccsds.ndm.tdm.Observation o) {
            return Convert.instant(o.getEpoch());
        }

        private String name(int participant) {
            return Objects.requireNonNullElse(meta.getParticipants().get(participant), "");
        }

        private static String path(int[] numbers) {
            StringBuilder text = new StringBuilder();
            for (int number : numbers) {
                text.append(text.isEmpty() ? "" : ",").append(number);
            }
            return text.toString();
        }
    }
}
