package nl.sluis.orbit.encounter;

import java.time.Instant;

/**
 * Two objects that stay together: docked, in formation, or listed twice. The relative speed is below 0.11 km/s.
 *
 * @param number1 catalogue number of the object with the lower number
 * @param number2 catalogue number of the other
 * @param from start of the interval below the threshold, UTC, to about half a minute
 * @param to its end, UTC
 * @param closestM least distance seen in the interval, m, to about a hundred metres
 * @param closestAt when, UTC, to about half a minute
 */
public record Proximity(int number1, int number2, Instant from, Instant to, double closestM, Instant closestAt) {}
