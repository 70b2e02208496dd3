package nl.sluis.orbit.data;

import java.time.Duration;
import java.time.Instant;

/**
 * How far the tables reach, all UTC. Earth orientation outside its range counts as zero without an error, so an operator
 * must be warned before the end.
 *
 * @param earthOrientationFrom first epoch of Earth orientation
 * @param earthOrientationUntil last epoch of Earth orientation, predictions included
 * @param spaceWeatherFrom first epoch of space weather
 * @param spaceWeatherUntil last epoch of space weather, predictions included
 * @param ephemeridesFrom first epoch of Sun and Moon
 * @param ephemeridesUntil last epoch of Sun and Moon
 * @param lastLeapSecond epoch of the last leap second known
 */
public record Coverage(
        Instant earthOrientationFrom,
        Instant earthOrientationUntil,
        Instant spaceWeatherFrom,
        Instant spaceWeatherUntil,
        Instant ephemeridesFrom,
        Instant ephemeridesUntil,
        Instant lastLeapSecond) {

    /** Returns the first epoch at which all tables hold. */
    public Instant from() {
        return latest(earthOrientationFrom, latest(spaceWeatherFrom, ephemeridesFrom));
    }

    /** Returns the last epoch at which all tables hold. */
    public Instant until() {
        return earliest(earthOrientationUntil, earliest(spaceWeatherUntil, ephemeridesUntil));
    }

    /** Returns whether all tables hold at an epoch. */
    public boolean covers(Instant epoch) {
        return !epoch.isBefore(from()) && !epoch.isAfter(until());
    }

    /** Returns the time from now to the end of the table that ends first; negative when it has ended. */
    public Duration remaining(Instant now) {
        return Duration.between(now, until());
    }

    private static Instant latest(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static Instant earliest(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
