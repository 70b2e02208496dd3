package nl.sluis.orbit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/** The real tracking of W3B as its original files give it: an oracle that shares no reader with the product. */
public final class W3b {

    private W3b() {}

    private static List<String> lines(String name) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(W3b.class.getResourceAsStream("/w3b/" + name)), StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> settings() {
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

    /** Returns the orbit from which the published fit starts. */
    public static OrbitState initial() {
        Map<String, String> s = settings();
        return new OrbitState(
                LocalDateTime.parse(s.get("orbit.date")).toInstant(ZoneOffset.UTC),
                Frame.EME2000,
                new Vector3(
                        number(s, "orbit.cartesian.px"),
                        number(s, "orbit.cartesian.py"),
                        number(s, "orbit.cartesian.pz")),
                new Vector3(
                        number(s, "orbit.cartesian.vx"),
                        number(s, "orbit.cartesian.vy"),
                        number(s, "orbit.cartesian.vz")));
    }

    /** Returns the forces of the published fit, without the drag coefficient, which these data do not determine. */
    public static ForceModel forces() {
        Map<String, String> s = settings();
        return ForceModel.forOrbit(initial())
                .withoutDrag()
                .withSolarPressure(Surface.known(
                        number(s, "solar.radiation.pressure.area"), number(s, "solar.radiation.pressure.cr")))
                .withEmpiricalAcceleration(1);
    }

    /** Returns the five stations. */
    public static List<Sensor> sensors() {
        Map<String, String> s = settings();
        List<Sensor> sensors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String k = "[" + i + "]";
            String p = "ground.station.";
            sensors.add(new Sensor(
                    s.get(p + "name" + k),
                    GeodeticPosition.ofDegrees(
                            number(s, p + "latitude" + k),
                            number(s, p + "longitude" + k),
                            number(s, p + "altitude" + k)),
                    Map.of(
                            Component.RANGE,
                            number(s, p + "range.sigma" + k),
                            Component.AZIMUTH,
                            Math.toRadians(number(s, p + "azimuth.sigma" + k)),
                            Component.ELEVATION,
                            Math.toRadians(number(s, p + "elevation.sigma" + k))),
                    Map.of(
                            Component.RANGE,
                            Sensor.Bias.guessed(number(s, p + "range.bias" + k)),
                            Component.AZIMUTH,
                            Sensor.Bias.guessed(Math.toRadians(number(s, p + "azimuth.bias" + k))),
                            Component.ELEVATION,
                            Sensor.Bias.guessed(Math.toRadians(number(s, p + "elevation.bias" + k)))),
                    Set.of(Correction.RANGE_TROPOSPHERE, Correction.ELEVATION_REFRACTION)));
        }
        return sensors;
    }

    /** Returns the 521 observations in the order of the file; ids are line numbers. */
    public static List<Observation> observations() {
        List<Observation> observations = new ArrayList<>();
        int number = 0;
        for (String line : lines("W3B.aer")) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] f = line.strip().split("\\s+", -1);
            var epoch = LocalDateTime.parse(f[0]).toInstant(ZoneOffset.UTC);
            String id = String.format("%05d", number);
            if (f[1].equals("RANGE")) {
                observations.add(new Observation.Range(
                        id,
                        f[2],
                        epoch,
                        Double.parseDouble(f[3]) * 1000,
                        OptionalDouble.empty(),
                        Observation.Path.TWO_WAY));
            } else {
                observations.add(new Observation.AzimuthElevation(
                        id,
                        f[2],
                        epoch,
                        Math.toRadians(Double.parseDouble(f[3])),
                        Math.toRadians(Double.parseDouble(f[4])),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
            }
        }
        return observations;
    }

    private static double number(Map<String, String> settings, String key) {
        return Double.parseDouble(Objects.requireNonNull(settings.get(key), key));
    }
}
