package nl.sluis.orbit.ccsds;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.data.OrekitData;
import org.jspecify.annotations.Nullable;
import org.orekit.data.DataSource;
import org.orekit.errors.OrekitException;
import org.orekit.errors.OrekitIllegalArgumentException;
import org.orekit.errors.OrekitMessages;
import org.orekit.files.ccsds.definitions.FrameFacade;
import org.orekit.files.ccsds.ndm.ParsedUnitsBehavior;
import org.orekit.files.ccsds.ndm.ParserBuilder;
import org.orekit.time.AbsoluteDate;

/** What all readers share: the library's parsers, its errors in our words, frames by name. */
final class Parsing {

    /** Where the library's error texts hold the number of a line: {@code … at line {1} of file {2}}. */
    private static final Pattern LINE_PART = Pattern.compile("line \\{(\\d)");

    private Parsing() {}

    /** A read of a text that may fail in the ways the library fails. */
    interface Read<T> {
        T from(DataSource source);
    }

    /** Returns a builder; each parser that it makes reads one message only. */
    static ParserBuilder parsers() {
        OrekitData.load();
        return new ParserBuilder()
                // messages in the field carry units such as [m**2] beside [m2]; the standard fixes the unit of each
                // keyword
                .withParsedUnitsBehavior(ParsedUnitsBehavior.IGNORE_PARSED)
                .withMissionReferenceDate(AbsoluteDate.J2000_EPOCH);
    }

    /**
     * Reads a text.
     *
     * @throws MessageException for whatever the library refuses
     */
    static <T> T read(String text, Read<T> read) throws MessageException {
        try {
            return read.from(new DataSource("message", () -> new StringReader(text)));
        } catch (OrekitException e) {
            throw new MessageException(problem(text, e, e.getSpecifier().getSourceString(), e.getParts()));
        } catch (OrekitIllegalArgumentException e) {
            throw new MessageException(problem(text, e, e.getSpecifier().getSourceString(), e.getParts()));
        } catch (RuntimeException e) {
            // some values reach the library's inner checks unguarded; to the sender that is a refusal like any other
            throw new MessageException(problem(text, e, "", new Object[0]));
        }
    }

    private static Problem problem(String text, RuntimeException e, String specifier, Object[] parts) {
        // only a part that the library's own text calls a line is one: others are counts
        Matcher place = LINE_PART.matcher(specifier);
        int line = place.find()
                        && Integer.parseInt(place.group(1)) < parts.length
                        && parts[Integer.parseInt(place.group(1))] instanceof Integer number
                ? number
                : 0;
        String keyword = "";
        for (Object part : parts) {
            if (part instanceof String word && keyword.isEmpty() && word.matches("[A-Z][A-Z0-9_]*")) {
                keyword = word;
            } else if (part instanceof Enum<?> constant && keyword.isEmpty()) {
                keyword = constant.name();
            }
        }
        String found = line > 0 ? line(text, line) : "";
        if (keyword.isEmpty() && found.contains("=")) {
            keyword = found.substring(0, found.indexOf('=')).strip();
        }
        String expected;
        if (specifier.equals(OrekitMessages.CCSDS_MISSING_KEYWORD.getSourceString())
                || specifier.equals(OrekitMessages.UNINITIALIZED_VALUE_FOR_KEY.getSourceString())) {
            expected = keyword.isEmpty() ? oneLine(e) : "the mandatory keyword " + keyword;
        } else if (specifier.equals(OrekitMessages.CCSDS_UNEXPECTED_KEYWORD.getSourceString())) {
            expected = "a keyword that is allowed at this place";
        } else if (specifier.equals(OrekitMessages.UNABLE_TO_PARSE_ELEMENT_IN_FILE.getSourceString())
                || specifier.equals(OrekitMessages.UNABLE_TO_PARSE_LINE_IN_FILE.getSourceString())) {
            expected = "a value of the type of its keyword";
        } else if (specifier.equals(OrekitMessages.UNSUPPORTED_FILE_FORMAT.getSourceString())) {
            expected = "a message of the type asked for, in KVN or XML";
        } else if (specifier.equals(OrekitMessages.CCSDS_UNKNOWN_GM.getSourceString())) {
            keyword = "CENTER_NAME";
            expected = "EARTH";
        } else if (specifier.equals(OrekitMessages.CCSDS_TIME_SYSTEM_NOT_IMPLEMENTED.getSourceString())) {
            keyword = "TIME_SYSTEM";
            found = parts.length > 0 ? String.valueOf(parts[0]) : found;
            expected = "a time system of known relation to UTC: UTC, TAI, TT, GPS, TDB, UT1";
        } else {
            expected = oneLine(e);
        }
        return new Problem(line, keyword, found.isEmpty() ? "the message" : found, expected);
    }

    private static String oneLine(RuntimeException e) {
        // some of the library's checks fail without a word
        return e.getMessage() == null
                ? "values that the standard allows (" + e.getClass().getSimpleName() + ")"
                : e.getMessage().replace('\n', ' ');
    }

    /** Returns a mandatory value: for what the library lets pass. */
    static <T> T required(@Nullable T value, String keyword) throws MessageException {
        if (value == null) {
            throw new MessageException(new Problem(0, keyword, "the message", "the mandatory keyword " + keyword));
        }
        return value;
    }

    /** Returns the line of the given number, from 1; empty beyond the end. */
    static String line(String text, int number) {
        List<String> lines = lines(text);
        return number <= lines.size() ? lines.get(number - 1) : "";
    }

    /** Returns the lines without their ends. */
    static List<String> lines(String text) {
        return new ArrayList<>(text.lines().toList());
    }

    /** Returns our frame; empty if we have none of that name. */
    static Optional<Frame> frame(@Nullable FrameFacade facade) {
        return facade == null ? Optional.empty() : frame(facade.getName());
    }

    /** Returns our frame by a name of a message; empty if we have none of that name. */
    static Optional<Frame> frame(String name) {
        String upper = name.toUpperCase(java.util.Locale.ROOT)
                .replace(" ", "")
                .replace("-", "")
                .replace("_", "");
        if (upper.startsWith("ITRF")) {
            return Optional.of(Frame.ITRF);
        }
        return switch (upper) {
            case "EME2000", "J2000" -> Optional.of(Frame.EME2000);
            case "GCRF" -> Optional.of(Frame.GCRF);
            case "ICRF" -> Optional.of(Frame.ICRF);
            case "TEME", "TEMEOFDATE" -> Optional.of(Frame.TEME);
            case "TOD" -> Optional.of(Frame.TOD);
            case "MOD" -> Optional.of(Frame.MOD);
            case "RTN", "RSW", "RIC", "QSW", "RSWINERTIAL", "RTNINERTIAL" -> Optional.of(Frame.RTN);
            case "TNW", "TNWINERTIAL" -> Optional.of(Frame.TNW);
            default -> Optional.empty();
        };
    }
}
