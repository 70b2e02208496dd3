package nl.sluis.orbit.ccsds;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Converts the original tracking of W3B to the files of the demo; numbers and epochs are copied as text.
 *
 * <p>To write them anew, run {@link #main} in this module's folder.
 */
final class W3bConverter {

    /** Where the demo's files stand, seen from this module. */
    static final Path DEMO = Path.of("..", "server", "src", "main", "resources", "demo", "w3b");

    private static final Map<String, String> COUNTRIES =
            Map.of("CastleRock", "US", "Fucino", "IT", "Kumsan", "KR", "Pretoria", "ZA", "Uralla", "AU");

    private W3bConverter() {}

    public static void main(String[] arguments) throws IOException {
        for (Map.Entry<String, String> file : files().entrySet()) {
            Files.writeString(DEMO.resolve(file.getKey()), file.getValue());
        }
    }

    /** Returns the text of each file by its name. */
    static Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        Map<String, Map<String, List<String[]>>> stations = new TreeMap<>();
        for (String line : lines("W3B.aer")) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] fields = line.strip().split("\\s+", -1);
            stations.computeIfAbsent(fields[2], s -> new TreeMap<>())
                    .computeIfAbsent(fields[0].substring(0, 13), d -> new ArrayList<>())
                    .add(fields);
        }
        stations.forEach((station, tracks) ->
                files.put("w3b-" + station.toLowerCase(Locale.ROOT) + ".tdm", tracking(station, tracks)));
        files.put("w3b-initial.opm", initial());
        files.put("w3b-sensors.yaml", sensors());
        return files;
    }

    private static String tracking(String station, Map<String, List<String[]>> tracks) {
        StringBuilder text = new StringBuilder();
        text.append("CCSDS_TDM_VERS = 2.0\n")
                .append(
                        "COMMENT Real tracking of EUTELSAT W3B, Copyright 2011 Telespazio, Apache-2.0; see PROVENANCE.md\n")
                .append("COMMENT RANGE is half of the round trip and holds the delays of station and transponder\n")
                .append("COMMENT Tropospheric delay and refraction are in the values\n")
                .append("CREATION_DATE = 2026-11-23T00:00:00\n")
                .append("ORIGINATOR = TELESPAZIO\n");
        tracks.forEach((hour, observations) -> {
            text.append("\nMETA_START\n")
                    .append("TRACK_ID = ")
                    .append(station)
                    .append('-')
                    .append(hour)
                    .append("\nTIME_SYSTEM = UTC\n")
                    .append("START_TIME = ")
                    .append(observations.get(0)[0])
                    .append("\nSTOP_TIME = ")
                    .append(observations.get(observations.size() - 1)[0])
                    .append("\nPARTICIPANT_1 = ")
                    .append(station)
                    .append("\nPARTICIPANT_2 = 2010-056A\n")
                    .append("MODE = SEQUENTIAL\n")
                    .append("PATH = 1,2,1\n")
                    .append("TIMETAG_REF = RECEIVE\n")
                    .append("RANGE_UNITS = km\n")
                    .append("ANGLE_TYPE = AZEL\n")
                    .append("DATA_QUALITY = RAW\n")
                    .append("META_STOP\n\nDATA_START\n");
            for (String[] f : observations) {
                if (f[1].equals("RANGE")) {
                    line(text, "RANGE", f[0], f[3]);
                } else {
                    line(text, "ANGLE_1", f[0], f[3]);
                    line(text, "ANGLE_2", f[0], f[4]);
                }
            }
            text.append("DATA_STOP\n");
        });
        return text.toString();
    }

    private static void line(StringBuilder text, String keyword, String epoch, String value) {
        text.append(String.format(Locale.ROOT, "%-7s = %s %s\n", keyword, epoch, value));
    }

    private static String initial() throws IOException {
        Map<String, String> s = settings();
        return """
                CCSDS_OPM_VERS = 2.0
                COMMENT First orbit of the published determination, not a measured one; see PROVENANCE.md
                CREATION_DATE = 2026-11-23T00:00:00
                ORIGINATOR = CS GROUP

                OBJECT_NAME = EUTELSAT W3B
                OBJECT_ID = 2010-056A
                CENTER_NAME = EARTH
                REF_FRAME = EME2000
                TIME_SYSTEM = UTC

                EPOCH = %s
                X = %s
                Y = %s
                Z = %s
                X_DOT = %s
                Y_DOT = %s
                Z_DOT = %s
                """.formatted(
                        s.get("orbit.date"),
                        kilo(s, "orbit.cartesian.px"),
                        kilo(s, "orbit.cartesian.py"),
                        kilo(s, "orbit.cartesian.pz"),
                        kilo(s, "orbit.cartesian.vx"),
                        kilo(s, "orbit.cartesian.vy"),
                        kilo(s, "orbit.cartesian.vz"));
    }

    private static String kilo(Map<String, String> settings, String key) {
        return new java.math.BigDecimal(Objects.requireNonNull(settings.get(key)))
                .movePointLeft(3)
                .toPlainString();
    }

    private static String sensors() throws IOException {
        Map<String, String> s = settings();
        StringBuilder text = new StringBuilder();
        text.append("# The five stations and the forces of the published determination; see PROVENANCE.md\n")
                .append("# sigma: 1-sigma of one value; bias: first guess, estimated by each fit\n")
                .append("object:\n")
                .append("  id: 2010-056A\n")
                .append("  name: EUTELSAT W3B\n")
                .append("  mass_kg: 1000\n")
                .append("  solar_pressure: {area_m2: ")
                .append(s.get("solar.radiation.pressure.area"))
                .append(", coefficient: ")
                .append(s.get("solar.radiation.pressure.cr"))
                .append(", estimated: false}\n")
                .append("  drag: none\n")
                .append("  empirical_acceleration_degree: 1\n")
                .append("sensors:\n");
        for (int i = 0; i < 5; i++) {
            String p = "ground.station.";
            String k = "[" + i + "]";
            String name = s.get(p + "name" + k);
            text.append("  - id: ")
                    .append(name)
                    .append("\n    country: ")
                    .append(COUNTRIES.get(name))
                    .append("\n    latitude_deg: ")
                    .append(s.get(p + "latitude" + k))
                    .append("\n    longitude_deg: ")
                    .append(s.get(p + "longitude" + k))
                    .append("\n    altitude_m: ")
                    .append(s.get(p + "altitude" + k))
                    .append("\n    sigma: {range_m: ")
                    .append(s.get(p + "range.sigma" + k))
                    .append(", azimuth_deg: ")
                    .append(s.get(p + "azimuth.sigma" + k))
                    .append(", elevation_deg: ")
                    .append(s.get(p + "elevation.sigma" + k))
                    .append("}\n    bias: {range_m: ")
                    .append(s.get(p + "range.bias" + k))
                    .append(", azimuth_deg: ")
                    .append(s.get(p + "azimuth.bias" + k))
                    .append(", elevation_deg: ")
                    .append(s.get(p + "elevation.bias" + k))
                    .append("}\n    corrections_to_apply: [RANGE_TROPOSPHERE, ELEVATION_REFRACTION]\n");
        }
        return text.toString();
    }

    private static Map<String, String> settings() throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (String line : lines("od_test_W3.in")) {
            if (!line.strip().startsWith("#") && line.contains("=")) {
                int cut = line.indexOf('=');
                settings.put(
                        line.substring(0, cut).replaceAll("\\s+", ""),
                        line.substring(cut + 1).strip());
            }
        }
        return settings;
    }

    private static List<String> lines(String name) throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(W3bConverter.class.getResourceAsStream("/w3b/" + name)),
                StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }
}
