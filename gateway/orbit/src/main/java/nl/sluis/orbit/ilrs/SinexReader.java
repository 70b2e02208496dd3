package nl.sluis.orbit.ilrs;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.time.AbsoluteDate;

/**
 * Reads places of stations from a SINEX file (version 2): site names, spans of the solutions, positions and velocities.
 * The library's parser keeps one solution per site, and sites that earthquakes moved have several.
 */
public final class SinexReader {

    private static final double SECONDS_PER_YEAR = 365.25 * 86_400;

    private SinexReader() {}

    /** A site. */
    private static final class Site {
        private String description = "";
        private final Map<String, Solution> solutions = new HashMap<>();
    }

    /** One span of a site over which it moved evenly. */
    private static final class Solution {
        private Instant from = Instant.MIN;
        private Instant until = Instant.MAX;
        private Instant epoch = Instant.EPOCH;
        private final double[] position = {Double.NaN, Double.NaN, Double.NaN};
        private final double[] velocity = new double[3];
    }

    /** Places of stations. */
    public static final class Places {
        private final Map<String, Site> sites = new HashMap<>();

        private Places() {}

        /**
         * Finds a station.
         *
         * @param code its code, four characters
         * @param name its name, looked for among descriptions where the code is not listed and one site alone bears it
         * @param epoch when, UTC
         */
        public Optional<GeodeticPosition> find(String code, String name, Instant epoch) {
            Site site = sites.get(code.toUpperCase(Locale.ROOT));
            if (site == null && name.length() >= 4) {
                List<Site> named = sites.values().stream()
                        .filter(s -> s.description.toUpperCase(Locale.ROOT).contains(name.toUpperCase(Locale.ROOT)))
                        .toList();
                site = named.size() == 1 ? named.get(0) : null;
            }
            return site == null ? Optional.empty() : position(site, epoch);
        }

        private static Optional<GeodeticPosition> position(Site site, Instant epoch) {
            return site.solutions.values().stream()
                    .filter(s -> !Double.isNaN(s.position[0] + s.position[1] + s.position[2]))
                    .min((a, b) -> Double.compare(outside(a, epoch), outside(b, epoch)))
                    .map(s -> {
                        double years = (epoch.getEpochSecond() - s.epoch.getEpochSecond()) / SECONDS_PER_YEAR;
                        Vector3D at = new Vector3D(
                                s.position[0] + years * s.velocity[0],
                                s.position[1] + years * s.velocity[1],
                                s.position[2] + years * s.velocity[2]);
                        GeodeticPoint point =
                                Convert.earth().transform(at, Convert.frame(Frame.ITRF), AbsoluteDate.J2000_EPOCH);
                        return new GeodeticPosition(point.getLatitude(), point.getLongitude(), point.getAltitude());
                    });
        }

        private static double outside(Solution s, Instant epoch) {
            if (epoch.isBefore(s.from)) {
                return s.from.getEpochSecond() - (double) epoch.getEpochSecond();
            }
            return epoch.isAfter(s.until) ? epoch.getEpochSecond() - (double) s.until.getEpochSecond() : 0;
        }
    }

    /** Returns whether a text looks like this format. */
    public static boolean recognises(String text) {
        return text.startsWith("%=SNX");
    }

    /**
     * Reads a file.
     *
     * @throws MessageException if it has no position of a site; a faulty line is named
     */
    public static Places read(String text) throws MessageException {
        OrekitData.load();
        Places places = new Places();
        String block = "";
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.startsWith("+")) {
                block = line.substring(1).strip();
            } else if (line.startsWith("-")) {
                block = "";
            } else if (line.startsWith(" ")) {
                try {
                    line(places, block, line);
                } catch (NumberFormatException | IndexOutOfBoundsException | DateTimeException e) {
                    throw new MessageException(
                            new Problem(number, block, line.strip(), "the columns of this block (SINEX 2)"));
                }
            }
        }
        if (places.sites.values().stream().allMatch(site -> site.solutions.isEmpty())) {
            throw new MessageException(
                    new Problem(0, "SOLUTION/ESTIMATE", "the file", "positions of sites (STAX, STAY, STAZ)"));
        }
        return places;
    }

    private static void line(Places places, String block, String line) {
        switch (block) {
            case "SITE/ID" ->
                site(places, line.substring(1, 5)).description =
                        line.substring(21, 43).strip();
            case "SOLUTION/EPOCHS" -> {
                Solution solution = solution(places, line.substring(1, 5), line.substring(9, 13));
                solution.from = epoch(line.substring(16, 28), Instant.MIN);
                solution.until = epoch(line.substring(29, 41), Instant.MAX);
            }
            case "SOLUTION/ESTIMATE" -> {
                String type = line.substring(7, 13).strip();
                int axis = "XYZ".indexOf(type.substring(type.length() - 1));
                if (axis >= 0 && (type.startsWith("STA") || type.startsWith("VEL"))) {
                    Solution solution = solution(places, line.substring(14, 18), line.substring(22, 26));
                    solution.epoch = epoch(line.substring(27, 39), Instant.EPOCH);
                    double value = Double.parseDouble(line.substring(47, 68).strip());
                    (type.startsWith("STA") ? solution.position : solution.velocity)[axis] = value;
                }
            }
            default -> {
                // other blocks hold no places
            }
        }
    }

    private static Site site(Places places, String code) {
        return places.sites.computeIfAbsent(code.strip().toUpperCase(Locale.ROOT), none -> new Site());
    }

    private static Solution solution(Places places, String code, String number) {
        return site(places, code).solutions.computeIfAbsent(number.strip(), none -> new Solution());
    }

    /** Year of two digits, day of the year, second of the day; zeros mean open. */
    private static Instant epoch(String text, Instant open) {
        String[] f = text.strip().split(":", -1);
        int year = Integer.parseInt(f[0]);
        int dayOfYear = Integer.parseInt(f[1]);
        if (dayOfYear == 0) {
            return open;
        }
        return LocalDate.ofYearDay(year < 50 ? 2000 + year : 1900 + year, dayOfYear)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant()
                .plusSeconds(Long.parseLong(f[2]));
    }
}
