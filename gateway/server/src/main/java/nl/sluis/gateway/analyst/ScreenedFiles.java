package nl.sluis.gateway.analyst;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.EphemerisMessage;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.MessageKind;
import nl.sluis.orbit.ccsds.OrbitReader;
import nl.sluis.orbit.encounter.ScreenedObject;
import picocli.CommandLine;

/**
 * The objects of several files: mean elements in all their forms, and ephemerides. Of one object's element sets the one
 * nearest the window counts; its ephemerides are screened beside it as further sources of the same object.
 */
final class ScreenedFiles {
    private final CommandLine command;
    private final List<String> problems = new ArrayList<>();
    private final Map<Integer, MeanElements> elements = new LinkedHashMap<>();
    private final Map<Integer, String> elementSources = new HashMap<>();
    private final List<Segment> ephemerides = new ArrayList<>();
    private int passedOver;

    private record Segment(String file, EphemerisMessage.Segment segment) {}

    ScreenedFiles(CommandLine command) {
        this.command = command;
    }

    /** Returns one line for each record or file that was not read. */
    List<String> problems() {
        return List.copyOf(problems);
    }

    /** Returns how many element sets stood behind a nearer one of the same object. */
    int passedOver() {
        return passedOver;
    }

    /** Returns the newest epoch of all element sets. */
    Optional<Instant> newest() {
        return elements.values().stream().map(MeanElements::epoch).max(Instant::compareTo);
    }

    /** Reads a file; a file of another kind is a problem like any other. */
    void read(Path file, Optional<Instant> near) {
        String text = InputFile.text(file, command);
        Optional<MessageKind> kind = MessageKind.of(text);
        try {
            if (kind.isPresent() && kind.get() == MessageKind.OEM) {
                OrbitReader.readOem(text)
                        .segments()
                        .forEach(segment -> ephemerides.add(new Segment(String.valueOf(file.getFileName()), segment)));
            } else if (kind.isPresent() && kind.get() != MessageKind.OMM && kind.get() != MessageKind.TLE) {
                problems.add(file + ": `" + kind.get() + "` (expected: TLE, OMM or OEM)");
            } else {
                ElementsReader.Result result = ElementsReader.read(text);
                result.problems().forEach(problem -> problems.add(file + ": " + problem.message()));
                result.elements().forEach(one -> add(one, String.valueOf(file.getFileName()), near));
            }
        } catch (MessageException e) {
            problems.add(file + ": " + e.problem().message());
        }
    }

    private void add(MeanElements one, String source, Optional<Instant> near) {
        MeanElements other = one.catalogueNumber() == 0 ? null : elements.get(one.catalogueNumber());
        if (other != null) {
            passedOver++;
            if (!isNearer(one, other, near)) {
                return;
            }
        }
        // sets without a number are objects of their own
        int key = one.catalogueNumber() == 0 ? -elements.size() - 1 : one.catalogueNumber();
        elements.put(key, one);
        elementSources.put(key, source);
    }

    private static boolean isNearer(MeanElements one, MeanElements other, Optional<Instant> near) {
        return near.map(t -> Duration.between(t, one.epoch())
                                .abs()
                                .compareTo(Duration.between(t, other.epoch()).abs())
                        < 0)
                .orElse(one.epoch().isAfter(other.epoch()));
    }

    /** Returns all objects. */
    List<ScreenedObject> objects() {
        List<ScreenedObject> objects = new ArrayList<>();
        Map<String, ScreenedObject> byDesignator = new HashMap<>();
        elements.forEach((key, one) -> {
            ScreenedObject object = ScreenedObject.of(one, "SGP4 " + elementSources.get(key));
            objects.add(object);
            if (!one.internationalDesignator().isEmpty()) {
                byDesignator.putIfAbsent(designator(one.internationalDesignator()), object);
            }
        });
        for (Segment one : ephemerides) {
            String id = one.segment.objectId().strip();
            ScreenedObject known = byDesignator.get(designator(id));
            String identity =
                    known != null ? known.identity() : id.matches("\\d+") ? id.replaceFirst("^0+(?=.)", "") : id;
            objects.add(new ScreenedObject(
                    identity,
                    one.segment.objectName(),
                    "OEM " + one.file,
                    new ScreenedObject.Sampled(one.segment.ephemeris())));
        }
        return objects;
    }

    private static String designator(String text) {
        return text.strip().toUpperCase(Locale.ROOT);
    }
}
