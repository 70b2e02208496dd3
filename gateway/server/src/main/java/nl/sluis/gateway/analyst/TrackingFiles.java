package nl.sluis.gateway.analyst;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.orbit.ccsds.CcsdsMessage;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.ccsds.TdmReader;
import nl.sluis.orbit.ccsds.TrackingMessage;
import nl.sluis.orbit.ilrs.CrdReader;
import nl.sluis.orbit.ilrs.RangingFile;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/** Gathers the observations of one object from tracking files, and the stations that they name. */
final class TrackingFiles {

    /** Problems of one file that are printed one by one. */
    private static final int MOST_PRINTED = 10;

    private final Stations stations;
    private final TdmReader.RangeConvention convention;
    private final PrintWriter err;
    private final Map<String, Sensor> sensors = new TreeMap<>();
    private final List<Observation> observations = new ArrayList<>();
    private final TreeSet<String> objects = new TreeSet<>();
    private boolean laser;

    TrackingFiles(Stations stations, TdmReader.RangeConvention convention, PrintWriter err) {
        this.stations = stations;
        this.convention = convention;
        this.err = err;
    }

    /**
     * Adds a file.
     *
     * @throws MessageException if it cannot be used at all
     */
    void add(Path file, String text) throws MessageException {
        if (CrdReader.recognises(text)) {
            add(file, CrdReader.read(text));
        } else if (text.stripLeading().startsWith("<")) {
            // the reader that goes on after bad lines knows lines, so XML is taken whole or not at all
            add(
                    file,
                    TdmReader.read(
                            CcsdsMessage.read(text).kvn(), file.getFileName().toString(), convention));
        } else {
            add(file, TdmReader.read(text, file.getFileName().toString(), convention));
        }
    }

    private void add(Path file, TrackingMessage message) throws MessageException {
        report(file, message.problems());
        report(file, message.unused());
        for (TrackingMessage.Segment segment : message.segments()) {
            if (segment.items().isEmpty()) {
                continue;
            }
            objects.add(segment.objectId());
            boolean corrected = segment.correctionsApplied().orElse(false);
            for (TrackingMessage.Item item : segment.items()) {
                for (String name : item.observation().sensorIds()) {
                    Optional<Sensor> sensor = stations.tracking(name, corrected);
                    if (sensor.isEmpty()) {
                        throw new MessageException(new Problem(
                                segment.firstLine(),
                                "PARTICIPANT",
                                name,
                                "a station of --stations: the message does not say where it is"));
                    }
                    sensors.putIfAbsent(name, sensor.get());
                }
                observations.add(item.observation());
            }
        }
    }

    private void add(Path file, RangingFile ranges) throws MessageException {
        report(file, ranges.problems());
        laser = true;
        objects.add(ranges.targets().isEmpty() ? "" : ranges.targets().get(0).toUpperCase(Locale.ROOT));
        for (Observation.LaserRange range : ranges.observations()) {
            String name = ranges.stations().getOrDefault(range.sensorId(), "");
            if (!sensors.containsKey(range.sensorId())) {
                Optional<Sensor> sensor = stations.laser(range.sensorId(), name, range.epoch());
                if (sensor.isEmpty()) {
                    throw new MessageException(new Problem(
                            0,
                            "H2",
                            name + " " + range.sensorId(),
                            "a station of --stations, by number or name: the file does not say where it is"));
                }
                sensors.put(range.sensorId(), sensor.get());
            }
            observations.add(new Observation.LaserRange(
                    file.getFileName() + "#" + range.inputId(),
                    range.sensorId(),
                    range.epoch(),
                    range.rangeM(),
                    range.sigmaM(),
                    range.air()));
        }
    }

    private void report(Path file, List<Problem> problems) {
        problems.stream().limit(MOST_PRINTED).forEach(problem -> err.println(file + ": " + problem.message()));
        if (problems.size() > MOST_PRINTED) {
            err.println(file + ": " + (problems.size() - MOST_PRINTED) + " more such lines");
        }
    }

    /** The objects that the files name, sorted. */
    List<String> objects() {
        return List.copyOf(objects);
    }

    List<Sensor> sensors() {
        return List.copyOf(sensors.values());
    }

    List<Observation> observations() {
        return List.copyOf(observations);
    }

    /** Whether some ranges are by laser, so that forces must be modelled to the decimetre. */
    boolean hasLaser() {
        return laser;
    }
}
