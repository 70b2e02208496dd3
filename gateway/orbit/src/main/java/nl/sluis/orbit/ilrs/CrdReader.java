package nl.sluis.orbit.ilrs;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.measurement.Observation;

/**
 * Reads ranges in the Consolidated Laser Ranging Data format, versions 1 and 2: normal points (record 11), or full-rate
 * points (record 10) where a file has no normal points.
 *
 * <p>The library's parser stops at the first faulty record and keeps no line numbers, so records are read here one by one.
 * Used are two-way times of flight with epochs of transmission, reflection or reception; weather comes from the nearest
 * record 20 of the session. The reference point of a range is moved to the centre of mass for the satellites for which the
 * correction is published, unless the file says that it was applied.
 */
public final class CrdReader {

    private static final double LIGHT_MPS = 299_792_458.0;

    /** Normal points of good stations scatter by some millimetres; orbits and stations are not modelled better than this. */
    private static final double LEAST_SIGMA_M = 0.01;

    /** Full-rate points and normal points without statistics. */
    private static final double DEFAULT_SIGMA_M = 0.05;

    private static final double DEFAULT_WAVELENGTH_M = 532e-9;

    /** Standard centre-of-mass corrections, m (ILRS, mission support pages). */
    private static final Map<String, Double> CENTRE_OF_MASS_M = Map.of(
            "lageos1", 0.251,
            "lageos2", 0.251,
            "lageos", 0.251,
            "etalon1", 0.576,
            "etalon2", 0.576,
            "starlette", 0.075,
            "stella", 0.075,
            "ajisai", 1.010,
            "larets", 0.056,
            "lares", 0.133);

    private static final int TRANSMITTED = 2;
    private static final int REFLECTED = 1;
    private static final int RECEIVED = 0;
    private static final int TWO_WAY = 2;

    private CrdReader() {}

    /** Returns whether a text looks like this format. */
    public static boolean recognises(String text) {
        return text.lines()
                .limit(200)
                .map(line -> line.strip().toUpperCase(Locale.ROOT))
                .anyMatch(line -> line.matches("H1\\s+CRD\\b.*"));
    }

    /**
     * Reads a file.
     *
     * @param text the whole file
     * @throws MessageException if no session can be read
     */
    public static RangingFile read(String text) throws MessageException {
        if (!recognises(text)) {
            throw new MessageException(new Problem(0, "H1", "the file", "a header record `H1 CRD`"));
        }
        Reading reading = new Reading();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            try {
                reading.line(number, line.strip());
            } catch (NumberFormatException | IndexOutOfBoundsException | DateTimeException e) {
                reading.problem(number, line, "the fields of this record as the format defines them");
            }
        }
        reading.endSession();
        return reading.file();
    }

    private record Weather(double second, double pressurePa, double temperatureK, double humidity) {}

    private record Point(
            int line,
            double second,
            double flightS,
            int event,
            String configuration,
            double sigmaM,
            boolean isNormal) {}

    private static final class Reading {
        private final List<String> targets = new ArrayList<>();
        private final TreeSet<String> numbers = new TreeSet<>();
        private final TreeMap<String, String> stations = new TreeMap<>();
        private final List<Observation.LaserRange> normal = new ArrayList<>();
        private final List<Observation.LaserRange> full = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();

        private String station = "";
        private String target = "";
        private LocalDate day = LocalDate.EPOCH;
        private boolean refractionApplied;
        private boolean centreApplied;
        private int rangeType = TWO_WAY;
        private boolean open;
        private final Map<String, Double> wavelengths = new HashMap<>();
        private final List<Weather> weather = new ArrayList<>();
        private final List<Point> points = new ArrayList<>();

        void line(int number, String line) {
            if (line.isEmpty()) {
                return;
            }
            String[] f = line.split("\\s+", -1);
            switch (f[0].toUpperCase(Locale.ROOT)) {
                case "H1" -> endSession();
                case "H2" -> {
                    station = f[2];
                    stations.putIfAbsent(station, f[1]);
                }
                case "H3" -> {
                    target = f[1].toLowerCase(Locale.ROOT);
                    if (!targets.contains(target)) {
                        targets.add(target);
                    }
                    numbers.add(f[4]);
                }
                case "H4" -> {
                    day = LocalDate.of(Integer.parseInt(f[2]), Integer.parseInt(f[3]), Integer.parseInt(f[4]));
                    refractionApplied = f[15].equals("1");
                    centreApplied = f[16].equals("1");
                    rangeType = Integer.parseInt(f[20]);
                    open = true;
                }
                case "C0" -> wavelengths.put(f[3], Double.parseDouble(f[2]) * 1e-9);
                case "10" -> point(number, line, f, false);
                case "11" -> point(number, line, f, true);
                case "20" ->
                    weather.add(new Weather(
                            Double.parseDouble(f[1]),
                            Double.parseDouble(f[2]) * 100,
                            Double.parseDouble(f[3]),
                            Double.parseDouble(f[4]) / 100));
                case "H8", "H9" -> endSession();
                default -> {
                    // calibration, statistics, pointing, comments: no orbit rests on them
                }
            }
        }

        private void point(int number, String line, String[] f, boolean isNormal) {
            if (!open) {
                problem(number, line, "a header H1 to H4 before");
                return;
            }
            if (rangeType != TWO_WAY) {
                problem(number, line, "two-way ranges (type 2 in H4)");
                return;
            }
            int event = Integer.parseInt(f[4]);
            if (event != TRANSMITTED && event != REFLECTED && event != RECEIVED) {
                problem(number, line, "an epoch event of 0, 1 or 2");
                return;
            }
            double flight = Double.parseDouble(f[2]);
            if (!(flight > 0 && flight < 10)) {
                problem(number, line, "a time of flight between 0 and 10 s");
                return;
            }
            points.add(new Point(
                    number,
                    Double.parseDouble(f[1]),
                    flight,
                    event,
                    f[3],
                    isNormal ? normalSigma(f) : DEFAULT_SIGMA_M,
                    isNormal));
        }

        /** The scatter of the bin over the root of the number of raw ranges in it. */
        private static double normalSigma(String[] f) {
            try {
                double rms = Double.parseDouble(f[7]) * 1e-12 * LIGHT_MPS / 2;
                int raw = Integer.parseInt(f[6]);
                return raw > 0 && rms > 0 ? Math.max(LEAST_SIGMA_M, rms / Math.sqrt(raw)) : DEFAULT_SIGMA_M;
            } catch (NumberFormatException e) {
                // `na`: not available
                return DEFAULT_SIGMA_M;
            }
        }

        void endSession() {
            double offset = centreApplied ? 0 : CENTRE_OF_MASS_M.getOrDefault(target.replaceAll("[^a-z0-9]", ""), 0.0);
            double before = Double.NEGATIVE_INFINITY;
            int days = 0;
            for (Point p : points) {
                if (p.second() < before - 43_200) {
                    // seconds start again at midnight; the header states the day on which the session began
                    days++;
                }
                before = p.second();
                add(p, offset, days);
            }
            points.clear();
            weather.clear();
            wavelengths.clear();
            open = false;
        }

        private void add(Point p, double offset, int days) {
            Optional<Weather> nearest = weather.stream()
                    .min((a, b) ->
                            Double.compare(Math.abs(a.second() - p.second()), Math.abs(b.second() - p.second())));
            if (nearest.isEmpty() && !refractionApplied) {
                problem(p.line(), "11", "weather (record 20) in the session, or refraction applied (H4)");
                return;
            }
            double toReception = p.event() == TRANSMITTED ? p.flightS() : p.event() == REFLECTED ? p.flightS() / 2 : 0;
            double second = p.second() + toReception;
            long nanos = Math.round((second - Math.floor(second)) * 1e9);
            Instant epoch = day.plusDays(days)
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant()
                    .plusSeconds((long) Math.floor(second))
                    .plusNanos(nanos);
            Optional<Observation.Air> air = refractionApplied
                    ? Optional.empty()
                    : nearest.map(w -> new Observation.Air(
                            w.pressurePa(),
                            w.temperatureK(),
                            w.humidity(),
                            wavelengths.getOrDefault(p.configuration(), DEFAULT_WAVELENGTH_M)));
            Observation.LaserRange range = new Observation.LaserRange(
                    String.format(Locale.ROOT, "%06d", p.line()),
                    station,
                    epoch,
                    p.flightS() * LIGHT_MPS / 2 + offset,
                    OptionalDouble.of(p.sigmaM()),
                    air);
            (p.isNormal() ? normal : full).add(range);
        }

        void problem(int number, String found, String expected) {
            problems.add(new Problem(number, "", found, expected));
        }

        RangingFile file() throws MessageException {
            List<Observation.LaserRange> chosen = normal.isEmpty() ? full : normal;
            if (chosen.isEmpty()) {
                throw new MessageException(
                        problems.isEmpty() ? new Problem(0, "11", "the file", "at least one range") : problems.get(0));
            }
            return new RangingFile(
                    targets,
                    numbers.size() == 1 ? Optional.of(numbers.first()) : Optional.empty(),
                    stations,
                    chosen,
                    problems);
        }
    }
}
