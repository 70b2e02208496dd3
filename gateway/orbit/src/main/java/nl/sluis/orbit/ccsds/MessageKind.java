package nl.sluis.orbit.ccsds;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a text is, by its first words. */
public enum MessageKind {
    /** Orbit parameters. */
    OPM,
    /** Orbit mean elements; also as CSV and JSON, as catalogues serve them. */
    OMM,
    /** Orbit ephemeris. */
    OEM,
    /** Orbit comprehensive message. */
    OCM,
    /** Conjunction data. */
    CDM,
    /** Tracking data. */
    TDM,
    /** Attitude parameters. */
    APM,
    /** Attitude ephemeris. */
    AEM,
    /** Attitude comprehensive message. */
    ACM,
    /** Re-entry data. */
    RDM,
    /** Several messages in one. */
    NDM,
    /** Two- or three-line elements. */
    TLE;

    private static final Pattern KVN = Pattern.compile("^\\s*CCSDS_([A-Z]{3})_VERS\\s*=", Pattern.MULTILINE);
    private static final Pattern XML = Pattern.compile(
            "<(?:[A-Za-z0-9_]+:)?(opm|omm|oem|ocm|cdm|tdm|apm|aem|acm|rdm|ndm)[\\s>]", Pattern.CASE_INSENSITIVE);
    private static final Pattern JSON = Pattern.compile("\"CCSDS_([A-Z]{3})_VERS\"");
    private static final Pattern ELEMENTS = Pattern.compile("(?m)^1 [ A-Z0-9]{5}.{57,}$");

    /** How many characters are looked at: comments may stand before the first keyword. */
    private static final int LOOKED_AT = 20_000;

    /** Returns what a text is; empty if it is nothing that is known here. */
    public static Optional<MessageKind> of(String text) {
        String start = text.substring(0, Math.min(text.length(), LOOKED_AT)).replaceFirst("^\uFEFF", "");
        String stripped = start.stripLeading();
        if (stripped.startsWith("<")) {
            return first(XML, start);
        }
        if (stripped.startsWith("{") || stripped.startsWith("[")) {
            Optional<MessageKind> named = first(JSON, start);
            return named.isPresent() || !start.contains("\"NORAD_CAT_ID\"") ? named : Optional.of(OMM);
        }
        Optional<MessageKind> kvn = first(KVN, start);
        if (kvn.isPresent()) {
            return kvn;
        }
        if (stripped.lines().findFirst().orElse("").contains("NORAD_CAT_ID")) {
            return Optional.of(OMM);
        }
        return ELEMENTS.matcher(start.replace("\r", "")).find() ? Optional.of(TLE) : Optional.empty();
    }

    private static Optional<MessageKind> first(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        if (!m.find()) {
            return Optional.empty();
        }
        try {
            return Optional.of(valueOf(m.group(1).toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
