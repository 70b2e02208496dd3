package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import nl.sluis.orbit.internal.Convert;
import org.orekit.errors.OrekitException;
import org.orekit.errors.OrekitIllegalArgumentException;
import org.orekit.propagation.analytical.tle.TLE;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.DateTimeComponents;
import org.orekit.time.TimeScalesFactory;

/**
 * Reads catalogues of mean elements: two- and three-line TLE, and OMM (CCSDS 502.0-B-3) as KVN, XML, CSV and JSON as
 * CelesTrak serves them. The form is recognised by the first characters. Each set of elements is read for itself: a faulty
 * one costs that one.
 */
public final class ElementsReader {

    /** Longest text, characters: 50,000 objects in XML are about 120 million. */
    public static final int LONGEST_TEXT = 200_000_000;

    private static final double REVOLUTIONS_PER_DAY = 2 * Math.PI / 86400;

    private ElementsReader() {}

    /**
     * What was read.
     *
     * @param elements in the order of the text
     * @param problems sets that were not read
     */
    public record Result(List<MeanElements> elements, List<Problem> problems) {
        /** Copies the lists. */
        public Result {
            elements = List.copyOf(elements);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Reads a catalogue.
     *
     * @param text the whole text
     * @throws MessageException if it has none of the known forms
     */
    public static Result read(String text) throws MessageException {
        if (text.length() > LONGEST_TEXT) {
            throw new MessageException(
                    new Problem(0, "", text.length() + " characters", "at most " + LONGEST_TEXT + " characters"));
        }
        Parsing.parsers();
        String start = text.stripLeading();
        Collector collector = new Collector();
        if (start.startsWith("[") || start.startsWith("{")) {
            FlatJson.read(text, collector::add);
        } else if (start.startsWith("<")) {
            FlatXml.read(text, collector::add);
        } else if (start.contains("CCSDS_OMM_VERS")) {
            readKvn(text, collector);
        } else if (start.startsWith("OBJECT_NAME,")
                || start.startsWith("\"OBJECT_NAME\",")
                || firstLine(start).contains("NORAD_CAT_ID")) {
            readCsv(text, collector);
        } else {
            readTle(text, collector);
        }
        if (collector.elements.isEmpty() && collector.problems.isEmpty()) {
            throw new MessageException(new Problem(1, "", firstLine(start), "TLE, or OMM as KVN, XML, CSV or JSON"));
        }
        return new Result(collector.elements, collector.problems);
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }

    private static final class Collector {

        final List<MeanElements> elements = new ArrayList<>();
        final List<Problem> problems = new ArrayList<>();

        /** Takes one set of fields by the keywords of the OMM. */
        void add(int line, Map<String, String> fields) {
            try {
                elements.add(elements(line, fields));
            } catch (MessageException e) {
                problems.add(e.problem());
            }
        }

        private static MeanElements elements(int line, Map<String, String> f) throws MessageException {
            String theory = f.getOrDefault("MEAN_ELEMENT_THEORY", "SGP4");
            if (!theory.toUpperCase(Locale.ROOT).startsWith("SGP")) {
                throw new MessageException(new Problem(line, "MEAN_ELEMENT_THEORY", theory, "SGP4"));
            }
            try {
                return new MeanElements(
                        (int) number(line, f, "NORAD_CAT_ID"),
                        f.getOrDefault("OBJECT_NAME", ""),
                        f.getOrDefault("OBJECT_ID", ""),
                        epoch(line, f),
                        number(line, f, "MEAN_MOTION") * REVOLUTIONS_PER_DAY,
                        number(line, f, "ECCENTRICITY"),
                        Math.toRadians(number(line, f, "INCLINATION")),
                        Math.toRadians(number(line, f, "RA_OF_ASC_NODE")),
                        Math.toRadians(number(line, f, "ARG_OF_PERICENTER")),
                        Math.toRadians(number(line, f, "MEAN_ANOMALY")),
                        number(line, f, "BSTAR"),
                        integer(line, f, "ELEMENT_SET_NO"),
                        integer(line, f, "REV_AT_EPOCH"));
            } catch (IllegalArgumentException e) {
                throw new MessageException(new Problem(
                        line, "NORAD_CAT_ID", f.getOrDefault("NORAD_CAT_ID", ""), String.valueOf(e.getMessage())));
            }
        }

        private static OptionalInt integer(int line, Map<String, String> f, String keyword) throws MessageException {
            return f.containsKey(keyword) ? OptionalInt.of((int) number(line, f, keyword)) : OptionalInt.empty();
        }

        private static double number(int line, Map<String, String> f, String keyword) throws MessageException {
            String text = f.get(keyword);
            if (text == null) {
                throw new MessageException(new Problem(line, keyword, "none", "the mandatory keyword " + keyword));
            }
            try {
                double value = Double.parseDouble(text);
                if (Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new MessageException(new Problem(line, keyword, text, "a number"));
            }
            throw new MessageException(new Problem(line, keyword, text, "a finite number"));
        }

        private static Instant epoch(int line, Map<String, String> f) throws MessageException {
            String text = f.getOrDefault("EPOCH", "");
            String plain = text.endsWith("Z") ? text.substring(0, text.length() - 1) : text;
            try {
                // the standard allows a day of the year too, which the JDK's parser does not take
                return Convert.instant(
                        new AbsoluteDate(DateTimeComponents.parseDateTime(plain), TimeScalesFactory.getUTC()));
            } catch (OrekitException | OrekitIllegalArgumentException | NumberFormatException e) {
                throw new MessageException(
                        new Problem(line, "EPOCH", text, "an epoch in UTC such as 2026-05-30T12:25:10.628736"));
            }
        }
    }

    private static void readKvn(String text, Collector collector) {
        Map<String, String> fields = new HashMap<>();
        int first = 1;
        int number = 0;
        for (String line : Parsing.lines(text)) {
            number++;
            int cut = line.indexOf('=');
            if (cut < 0 || line.stripLeading().startsWith("COMMENT")) {
                continue;
            }
            String keyword = line.substring(0, cut).strip();
            if (keyword.equals("CCSDS_OMM_VERS")) {
                if (!fields.isEmpty()) {
                    collector.add(first, fields);
                }
                fields = new HashMap<>();
                first = number;
            }
            fields.put(
                    keyword,
                    line.substring(cut + 1).replaceAll("\\[[^\\]]*\\]", "").strip());
        }
        collector.add(first, fields);
    }

    private static void readCsv(String text, Collector collector) throws MessageException {
        List<String> lines = Parsing.lines(text);
        List<String> header = cells(lines.get(0));
        if (!header.contains("NORAD_CAT_ID") || !header.contains("EPOCH")) {
            throw new MessageException(new Problem(
                    1, "", lines.get(0), "a header line with OBJECT_NAME, NORAD_CAT_ID, EPOCH, MEAN_MOTION …"));
        }
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            List<String> cells = cells(lines.get(i));
            if (cells.size() != header.size()) {
                collector.problems.add(new Problem(
                        i + 1, "", lines.get(i), header.size() + " columns as in the header, not " + cells.size()));
                continue;
            }
            Map<String, String> fields = new HashMap<>();
            for (int c = 0; c < cells.size(); c++) {
                fields.put(header.get(c), cells.get(c));
            }
            collector.add(i + 1, fields);
        }
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                cells.add(cell.toString().strip());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(cell.toString().strip());
        return cells;
    }

    private static void readTle(String text, Collector collector) {
        List<String> lines = Parsing.lines(text);
        String name = "";
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).stripTrailing();
            if (line.startsWith("1 ") && line.length() >= 64) {
                String second = i + 1 < lines.size() ? lines.get(i + 1).stripTrailing() : "";
                if (!second.startsWith("2 ")) {
                    collector.problems.add(new Problem(i + 2, "", second, "the second line of a TLE"));
                } else {
                    tle(i + 1, name, line, second, collector);
                    i++;
                }
                name = "";
            } else if (line.startsWith("2 ") && line.length() >= 64) {
                collector.problems.add(new Problem(i + 1, "", line, "the first line of a TLE before the second"));
            } else if (!line.isBlank() && !line.startsWith("#")) {
                if (!name.isEmpty()) {
                    collector.problems.add(new Problem(i, "", name, "a line of a TLE, or a name before one"));
                }
                name = line.startsWith("0 ") ? line.substring(2).strip() : line.strip();
            }
        }
        if (!name.isEmpty()) {
            collector.problems.add(new Problem(lines.size(), "", name, "a line of a TLE, or a name before one"));
        }
    }

    private static void tle(int number, String name, String first, String second, Collector collector) {
        try {
            if (!TLE.isFormatOK(first, second)) {
                collector.problems.add(new Problem(number, "", first, "two lines of a TLE of 69 columns"));
                return;
            }
            TLE tle = new TLE(first, second);
            String launch = tle.getLaunchYear() == 0
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            "%04d-%03d%s",
                            tle.getLaunchYear(),
                            tle.getLaunchNumber(),
                            tle.getLaunchPiece());
            collector.elements.add(new MeanElements(
                    tle.getSatelliteNumber(),
                    name,
                    launch,
                    Convert.instant(tle.getDate()),
                    tle.getMeanMotion(),
                    tle.getE(),
                    tle.getI(),
                    tle.getRaan(),
                    tle.getPerigeeArgument(),
                    tle.getMeanAnomaly(),
                    tle.getBStar(),
                    OptionalInt.of(tle.getElementNumber()),
                    OptionalInt.of(tle.getRevolutionNumberAtEpoch())));
        } catch (OrekitException | IllegalArgumentException e) {
            collector.problems.add(new Problem(
                    number, "", first, String.valueOf(e.getMessage()).replace('\n', ' ')));
        }
    }
}
