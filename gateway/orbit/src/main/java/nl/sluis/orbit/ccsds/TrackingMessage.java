package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.measurement.Observation;

/**
 * A tracking data message (CCSDS 503.0-B-2).
 *
 * @param originator who made it, as it says itself
 * @param creationDate when, UTC
 * @param messageId its id, if it has one
 * @param segments in the order of the message
 * @param problems malformed lines, in order; the rest of the message stands
 * @param unused well-formed lines from which no observation is made, in order, with what is used instead
 */
public record TrackingMessage(
        String originator,
        Instant creationDate,
        Optional<String> messageId,
        List<Segment> segments,
        List<Problem> problems,
        List<Problem> unused) {

    /** Copies the lists. */
    public TrackingMessage {
        segments = List.copyOf(segments);
        unused = List.copyOf(unused);
        problems = List.copyOf(problems);
    }

    /** Returns the observations of all segments with their lines. */
    public List<Item> items() {
        return segments.stream().flatMap(s -> s.items().stream()).toList();
    }

    /**
     * One track: observations under one set of metadata.
     *
     * @param sensorId name of the participant that received the signal: the last of the path
     * @param objectId name of the participant that is observed
     * @param participants all participants in the order of their numbers
     * @param trackId id of the track, if given
     * @param timeSystem time system of the file's epochs, for example {@code UTC}; ours are UTC
     * @param path for example {@code 1,2,1}
     * @param correctionsApplied whether the source says that its corrections are in the values; those that were not are
     *     added here, so that values always have them; empty if it says nothing
     * @param firstLine line on which its metadata start
     * @param items what was read
     */
    public record Segment(
            String sensorId,
            String objectId,
            List<String> participants,
            Optional<String> trackId,
            String timeSystem,
            String path,
            Optional<Boolean> correctionsApplied,
            int firstLine,
            List<Item> items) {
        /** Copies the lists. */
        public Segment {
            participants = List.copyOf(participants);
            items = List.copyOf(items);
        }
    }

    /**
     * An observation and where it stands.
     *
     * @param observation its id is the prefix given to the reader, {@code #}, and the line
     * @param line first line that it was read from
     * @param signalToNoiseDbHz carrier to noise at the same epoch if given, dBHz
     */
    public record Item(Observation observation, int line, OptionalDouble signalToNoiseDbHz) {}
}
