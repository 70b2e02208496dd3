package nl.sluis.partner.command;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import nl.sluis.proto.v1.DocumentFormat;

/** Tells a document's format by what stands in it, else by its name. It never reads more: the gateway does that. */
final class DocumentFormats {
    private static final int LOOKED_AT_BYTES = 8192;

    private static final Map<Pattern, DocumentFormat> BY_CONTENT = new LinkedHashMap<>();
    private static final Map<String, DocumentFormat> BY_EXTENSION = Map.of(
            "tdm", DocumentFormat.DOCUMENT_FORMAT_TDM_KVN,
            "opm", DocumentFormat.DOCUMENT_FORMAT_OPM_KVN,
            "oem", DocumentFormat.DOCUMENT_FORMAT_OEM_KVN,
            "omm", DocumentFormat.DOCUMENT_FORMAT_OMM_KVN,
            "cdm", DocumentFormat.DOCUMENT_FORMAT_CDM_KVN,
            "tle", DocumentFormat.DOCUMENT_FORMAT_TLE,
            "3le", DocumentFormat.DOCUMENT_FORMAT_TLE);

    static {
        look("(?m)^\\s*CCSDS_TDM_VERS\\s*=", DocumentFormat.DOCUMENT_FORMAT_TDM_KVN);
        look("(?m)^\\s*CCSDS_OPM_VERS\\s*=", DocumentFormat.DOCUMENT_FORMAT_OPM_KVN);
        look("(?m)^\\s*CCSDS_OEM_VERS\\s*=", DocumentFormat.DOCUMENT_FORMAT_OEM_KVN);
        look("(?m)^\\s*CCSDS_OMM_VERS\\s*=", DocumentFormat.DOCUMENT_FORMAT_OMM_KVN);
        look("(?m)^\\s*CCSDS_CDM_VERS\\s*=", DocumentFormat.DOCUMENT_FORMAT_CDM_KVN);
        look("(?i)<(\\w+:)?cdm[\\s>]", DocumentFormat.DOCUMENT_FORMAT_CDM_XML);
        look("(?i)<(\\w+:)?omm[\\s>]", DocumentFormat.DOCUMENT_FORMAT_OMM_XML);
        look("(?s)\\A\\s*[\\[{].*\"MEAN_MOTION\"", DocumentFormat.DOCUMENT_FORMAT_OMM_JSON);
        look("\\A[^\\r\\n]*\\bMEAN_MOTION\\b[^\\r\\n]*,", DocumentFormat.DOCUMENT_FORMAT_OMM_CSV);
        look("(?m)^1 [ 0-9A-Z]{5}[A-Z ] .{58,61}\\R2 [ 0-9A-Z]{5} ", DocumentFormat.DOCUMENT_FORMAT_TLE);
    }

    private DocumentFormats() {}

    /**
     * The format of a document; empty where neither content nor name tells.
     *
     * @param name file name
     * @param content the file's bytes
     */
    static Optional<DocumentFormat> detect(String name, byte[] content) {
        String start = new String(content, 0, Math.min(content.length, LOOKED_AT_BYTES), StandardCharsets.ISO_8859_1);
        for (Map.Entry<Pattern, DocumentFormat> each : BY_CONTENT.entrySet()) {
            if (each.getKey().matcher(start).find()) {
                return Optional.of(each.getValue());
            }
        }
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_EXTENSION.get(extension));
    }

    private static void look(String pattern, DocumentFormat format) {
        BY_CONTENT.put(Pattern.compile(pattern), format);
    }
}
