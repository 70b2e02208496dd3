package nl.sluis.gateway.analyst;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.ilrs.SinexReader;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Sensor;

/**
 * Where stations are and how well they measure: a SINEX file, or a list in CSV whose first line names its columns.
 *
 * <p>{@code name, latitude_deg, longitude_deg, altitude_m} must be there; {@code range_sigma_m, range_rate_sigma_m_s,
 * azimuth_sigma_deg, elevation_sigma_deg, angle_sigma_arcsec, estimate, corrected, frequency_hz} may. {@code estimate} lists
 * the biases to estimate, by spaces: {@code range range_rate azimuth elevation}. {@code corrected} lists the effects that are
 * out of the values already: {@code troposphere ionosphere aberration light_time}. The ionosphere is modelled where the
 * frequency is given.
 */
final class Stations {

    /** Where neither list nor observation states one. */
    private static final Map<Component, Double> DEFAULT_SIGMAS = Map.of(
            Component.RANGE, 20.0,
            Component.RANGE_RATE, 0.1,
            Component.AZIMUTH, Math.toRadians(0.02),
            Component.ELEVATION, Math.toRadians(0.02),
            Component.RIGHT_ASCENSION, Math.toRadians(2.0 / 3600),
            Component.DECLINATION, Math.toRadians(2.0 / 3600));

    private static final Map<String, Component> BIASES = Map.of(
            "range", Component.RANGE,
            "range_rate", Component.RANGE_RATE,
            "azimuth", Component.AZIMUTH,
            "elevation", Component.ELEVATION);

    private static final Set<String> COLUMNS = Set.of(
            "name",
            "latitude_deg",
            "longitude_deg",
            "altitude_m",
            "range_sigma_m",
            "range_rate_sigma_m_s",
            "azimuth_sigma_deg",
            "elevation_sigma_deg",
            "angle_sigma_arcsec",
            "estimate",
            "corrected",
            "frequency_hz");

    private final Map<String, Sensor> listed = new HashMap<>();
    private final Optional<SinexReader.Places> places;

    private Stations(Optional<SinexReader.Places> places) {
        this.places = places;
    }

    /** No stations at all. */
    static Stations none() {
        return new Stations(Optional.empty());
    }

    /**
     * Reads a list.
     *
     * @throws MessageException if it is neither SINEX nor CSV, or a line is faulty
     */
    static Stations read(String text) throws MessageException {
        if (SinexReader.recognises(text)) {
            return new Stations(Optional.of(SinexReader.read(text)));
        }
        Stations stations = new Stations(Optional.empty());
        List<String> columns = List.of();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            List<String> fields = new ArrayList<>();
            for (String field : line.split(",", -1)) {
                fields.add(field.strip());
            }
            if (columns.isEmpty()) {
                columns = header(number, fields);
            } else {
                stations.add(number, line, columns, fields);
            }
        }
        if (stations.listed.isEmpty()) {
            throw new MessageException(new Problem(
                    0,
                    "",
                    "the file",
                    "a SINEX file, or CSV with the columns name,latitude_deg,longitude_deg,altitude_m"));
        }
        return stations;
    }

    private static List<String> header(int line, List<String> names) throws MessageException {
        List<String> columns =
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        for (String column : columns) {
            if (!COLUMNS.contains(column)) {
                throw new MessageException(new Problem(
                        line,
                        "",
                        column,
                        "a column of: "
                                + String.join(", ", COLUMNS.stream().sorted().toList())));
            }
        }
        for (String column : List.of("name", "latitude_deg", "longitude_deg", "altitude_m")) {
            if (!columns.contains(column)) {
                throw new MessageException(new Problem(line, "", String.join(",", names), "a column `" + column + "`"));
            }
        }
        return columns;
    }

    private void add(int number, String line, List<String> columns, List<String> fields) throws MessageException {
        if (fields.size() != columns.size()) {
            throw new MessageException(new Problem(number, "", line, columns.size() + " fields, as in the first line"));
        }
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            if (!fields.get(i).isEmpty()) {
                row.put(columns.get(i), fields.get(i));
            }
        }
        Map<Component, Double> sigmas = new EnumMap<>(DEFAULT_SIGMAS);
        put(sigmas, Component.RANGE, number, row, "range_sigma_m", 1);
        put(sigmas, Component.RANGE_RATE, number, row, "range_rate_sigma_m_s", 1);
        put(sigmas, Component.AZIMUTH, number, row, "azimuth_sigma_deg", Math.toRadians(1));
        put(sigmas, Component.ELEVATION, number, row, "elevation_sigma_deg", Math.toRadians(1));
        put(sigmas, Component.RIGHT_ASCENSION, number, row, "angle_sigma_arcsec", Math.toRadians(1.0 / 3600));
        put(sigmas, Component.DECLINATION, number, row, "angle_sigma_arcsec", Math.toRadians(1.0 / 3600));
        Map<Component, Sensor.Bias> biases = new EnumMap<>(Component.class);
        for (String name : words(row.get("estimate"))) {
            Component component = BIASES.get(name);
            if (component == null) {
                throw new MessageException(
                        new Problem(number, "estimate", name, "range, range_rate, azimuth or elevation"));
            }
            biases.put(component, Sensor.Bias.guessed(0));
        }
        List<String> corrected = words(row.get("corrected"));
        Set<Correction> toModel = corrections(number, corrected);
        OptionalDouble frequencyHz = row.containsKey("frequency_hz")
                ? OptionalDouble.of(number(number, row, "frequency_hz"))
                : OptionalDouble.empty();
        if (frequencyHz.isPresent() && !corrected.contains("ionosphere")) {
            toModel.add(Correction.IONOSPHERE);
        }
        String name = row.getOrDefault("name", "");
        try {
            GeodeticPosition position = GeodeticPosition.ofDegrees(
                    number(number, row, "latitude_deg"),
                    number(number, row, "longitude_deg"),
                    number(number, row, "altitude_m"));
            if (name.isEmpty()
                    || listed.put(
                                    name.toUpperCase(Locale.ROOT),
                                    new Sensor(
                                            name,
                                            Optional.of(position),
                                            sigmas,
                                            biases,
                                            toModel,
                                            corrected.contains("light_time"),
                                            frequencyHz))
                            != null) {
                throw new MessageException(new Problem(number, "name", name, "a name that stands once in the list"));
            }
        } catch (IllegalArgumentException e) {
            throw new MessageException(new Problem(number, "", line, String.valueOf(e.getMessage())));
        }
    }

    private static Set<Correction> corrections(int number, List<String> corrected) throws MessageException {
        Set<Correction> toModel = EnumSet.of(
                Correction.RANGE_TROPOSPHERE, Correction.ELEVATION_REFRACTION, Correction.STELLAR_ABERRATION);
        for (String name : corrected) {
            switch (name) {
                case "troposphere" -> {
                    toModel.remove(Correction.RANGE_TROPOSPHERE);
                    toModel.remove(Correction.ELEVATION_REFRACTION);
                }
                case "aberration" -> toModel.remove(Correction.STELLAR_ABERRATION);
                case "ionosphere", "light_time" -> {
                    // looked at beside the frequency, and in the sensor itself
                }
                default ->
                    throw new MessageException(new Problem(
                            number, "corrected", name, "troposphere, ionosphere, aberration or light_time"));
            }
        }
        return toModel;
    }

    private static List<String> words(@org.jspecify.annotations.Nullable String text) {
        return text == null ? List.of() : List.of(text.toLowerCase(Locale.ROOT).split("\\s+", -1));
    }

    private static void put(
            Map<Component, Double> sigmas,
            Component component,
            int line,
            Map<String, String> row,
            String column,
            double unit)
            throws MessageException {
        if (row.containsKey(column)) {
            sigmas.put(component, number(line, row, column) * unit);
        }
    }

    private static double number(int line, Map<String, String> row, String column) throws MessageException {
        String text = row.getOrDefault(column, "");
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new MessageException(new Problem(line, column, text, "a number"));
        }
    }

    /** Returns a station of a tracking message by its name; empty if it is not listed. */
    Optional<Sensor> tracking(String name, boolean corrected) {
        return Optional.ofNullable(listed.get(name.toUpperCase(Locale.ROOT))).map(sensor -> {
            Set<Correction> toModel = EnumSet.noneOf(Correction.class);
            toModel.addAll(sensor.corrections());
            if (corrected) {
                toModel.remove(Correction.RANGE_TROPOSPHERE);
                toModel.remove(Correction.ELEVATION_REFRACTION);
                toModel.remove(Correction.IONOSPHERE);
            }
            return new Sensor(
                    name,
                    sensor.site(),
                    sensor.sigmas(),
                    sensor.biases(),
                    toModel,
                    sensor.isAtOnce(),
                    sensor.frequencyHz());
        });
    }

    /** Returns a laser station by its number, else by its name; empty if neither is listed. */
    Optional<Sensor> laser(String number, String name, Instant epoch) {
        Optional<Sensor> listedHere = Optional.ofNullable(listed.get(number.toUpperCase(Locale.ROOT)))
                .or(() -> Optional.ofNullable(listed.get(name.toUpperCase(Locale.ROOT))));
        Optional<GeodeticPosition> position =
                listedHere.map(Sensor::position).or(() -> places.flatMap(p -> p.find(number, name, epoch)));
        return position.map(p -> new Sensor(
                number,
                p,
                Map.of(),
                listedHere.map(Sensor::biases).orElse(Map.of()),
                Set.of(Correction.STATION_TIDES)));
    }
}
