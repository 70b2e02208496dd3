package nl.sluis.orbit.ilrs;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import nl.sluis.orbit.ccsds.Problem;
import nl.sluis.orbit.measurement.Observation;

/**
 * A file of laser ranges.
 *
 * @param targets names of the objects, in the order of the file, each once
 * @param catalogueNumber number of the object where all sessions agree on one
 * @param stations name of each station by its number (CDP pad identifier)
 * @param observations in the order of the file; the sensor id is the station's number
 * @param problems records that were not used
 */
public record RangingFile(
        List<String> targets,
        Optional<String> catalogueNumber,
        SortedMap<String, String> stations,
        List<Observation.LaserRange> observations,
        List<Problem> problems) {
    /** Copies the collections. */
    public RangingFile {
        targets = List.copyOf(targets);
        stations = new TreeMap<>(stations);
        observations = List.copyOf(observations);
        problems = List.copyOf(problems);
    }
}
