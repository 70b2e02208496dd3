package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.List;
import nl.sluis.orbit.determination.Ephemeris;

/**
 * An orbit ephemeris message (CCSDS 502.0-B-3).
 *
 * @param originator who made it
 * @param creationDate when, UTC
 * @param segments in the order of the message
 */
public record EphemerisMessage(String originator, Instant creationDate, List<Segment> segments) {
    /** Copies the list. */
    public EphemerisMessage {
        segments = List.copyOf(segments);
    }

    /**
     * One object over one span of time.
     *
     * @param objectName name of the object
     * @param objectId its designator
     * @param ephemeris states, with a covariance where the message has one at that very epoch
     */
    public record Segment(String objectName, String objectId, Ephemeris ephemeris) {}
}
