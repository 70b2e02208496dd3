package nl.sluis.orbit.encounter;

import java.time.Instant;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;

/**
 * One close approach of two objects.
 *
 * @param number1 catalogue number of the object with the lower number
 * @param number2 catalogue number of the other
 * @param tca time of closest approach, UTC
 * @param missDistanceM distance at that time, m
 * @param relativeSpeedMps m/s
 * @param relativePositionRtnM object 2 minus object 1 along R, T, N of object 1, m
 * @param relativeVelocityRtnMps the same, m/s, axes not turning
 * @param state1 object 1 at that time, TEME
 * @param state2 object 2 at that time, TEME
 */
public record Encounter(
        int number1,
        int number2,
        Instant tca,
        double missDistanceM,
        double relativeSpeedMps,
        Vector3 relativePositionRtnM,
        Vector3 relativeVelocityRtnMps,
        OrbitState state1,
        OrbitState state2) {}
