package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;

/**
 * A conjunction data message (CCSDS 508.0-B-1, with the fields of the draft of version 2 that are in use).
 *
 * @param originator who made it
 * @param creationDate when, UTC
 * @param messageFor whom it is for
 * @param messageId its id
 * @param conjunctionId id of the encounter over several messages (version 2)
 * @param previousMessageId the message that this one follows (version 2)
 * @param tca time of closest approach, UTC
 * @param missDistanceM distance at that time, m
 * @param relativeSpeedMps m/s
 * @param relativePositionRtnM object 2 minus object 1 along R, T, N of object 1, m
 * @param relativeVelocityRtnMps the same, m/s
 * @param screeningStart start of the screening period, UTC
 * @param screeningEnd its end, UTC
 * @param collisionProbability as the message says
 * @param collisionProbabilityMethod its method as the message names it
 * @param maximumCollisionProbability (version 2)
 * @param mahalanobisDistance (version 2)
 * @param hardBodyRadius combined radius of both objects
 * @param object1 the object that is warned
 * @param object2 the other
 * @param comments all comment lines of the message, in order
 * @param fields header and relative fields as written without units, by keyword
 */
public record ConjunctionMessage(
        String originator,
        Instant creationDate,
        Optional<String> messageFor,
        String messageId,
        Optional<String> conjunctionId,
        Optional<String> previousMessageId,
        Instant tca,
        double missDistanceM,
        OptionalDouble relativeSpeedMps,
        Optional<Vector3> relativePositionRtnM,
        Optional<Vector3> relativeVelocityRtnMps,
        Optional<Instant> screeningStart,
        Optional<Instant> screeningEnd,
        OptionalDouble collisionProbability,
        Optional<String> collisionProbabilityMethod,
        OptionalDouble maximumCollisionProbability,
        OptionalDouble mahalanobisDistance,
        Optional<HardBodyRadius> hardBodyRadius,
        ConjunctionObject object1,
        ConjunctionObject object2,
        List<String> comments,
        Map<String, String> fields) {

    /** Copies the collections. */
    public ConjunctionMessage {
        comments = List.copyOf(comments);
        fields = Collections.unmodifiableMap(new TreeMap<>(fields));
    }

    /**
     * Combined radius.
     *
     * @param radiusM sum of both radii, m
     * @param source where it stands in the message
     */
    public record HardBodyRadius(double radiusM, String source) {}

    /**
     * One object.
     *
     * @param designator its catalogue designator as written
     * @param catalogName which catalogue
     * @param name its name
     * @param internationalDesignator for example {@code 2010-056A}
     * @param objectType PAYLOAD, DEBRIS, …; empty if not said
     * @param operatorOrganization who operates it
     * @param manoeuvrable YES, NO or N/A as written
     * @param ephemerisName name of the ephemeris it rests on
     * @param covarianceMethod CALCULATED or DEFAULT
     * @param state at the time of closest approach
     * @param covarianceRtn of position and velocity along R, T, N of this object; m, m/s; empty if not given or not a number
     * @param areaM2 actual area for collision, m²
     * @param massKg mass, kg
     * @param observationsUsed number of observations that its orbit rests on
     * @param weightedRms residual of its orbit
     * @param fields fields of the object as written without units, by keyword
     */
    public record ConjunctionObject(
            String designator,
            String catalogName,
            String name,
            String internationalDesignator,
            Optional<String> objectType,
            Optional<String> operatorOrganization,
            String manoeuvrable,
            String ephemerisName,
            String covarianceMethod,
            OrbitState state,
            Optional<SymmetricMatrix> covarianceRtn,
            OptionalDouble areaM2,
            OptionalDouble massKg,
            Optional<Integer> observationsUsed,
            OptionalDouble weightedRms,
            Map<String, String> fields) {
        /** Copies the map. */
        public ConjunctionObject {
            fields = Collections.unmodifiableMap(new TreeMap<>(fields));
        }
    }
}
