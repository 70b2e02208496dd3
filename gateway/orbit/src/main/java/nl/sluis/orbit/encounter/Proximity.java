package nl.sluis.orbit.encounter;

import java.time.Instant;

/**
 * Two objects that stay together: docked, in formation, or listed twice. The relative speed is below 0.1 km/s.
 *
 * @param object1 the object whose identity comes first: numbers by value
 * @param object2 the other
 * @param from start of the interval below the threshold, UTC, or of the window
 * @param to its end, UTC, or of the window
 * @param closestM least distance in the interval, m; that of the best of its local minima at steps of {@value Grid#STEP_S} s
 * @param closestAt when, UTC
 * @param relativeSpeedMps at that time, m/s
 */
public record Proximity(
        ScreenedObject object1,
        ScreenedObject object2,
        Instant from,
        Instant to,
        double closestM,
        Instant closestAt,
        double relativeSpeedMps) {}
