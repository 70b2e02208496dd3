package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Mean elements of SGP4, from a TLE or an OMM. The number is an integer of up to nine digits; the text of a TLE is not kept.
 *
 * @param catalogueNumber number in the catalogue, 1 to 999,999,999
 * @param name name, may be empty
 * @param internationalDesignator for example {@code 1998-067A}, may be empty
 * @param epoch UTC
 * @param meanMotionRadPerS rad/s (Kozai mean motion, as published)
 * @param eccentricity 0 to below 1
 * @param inclinationRad rad
 * @param raanRad right ascension of the ascending node, rad, frame TEME
 * @param argumentOfPerigeeRad rad
 * @param meanAnomalyRad rad
 * @param bStar SGP4 drag term, 1/Earth radii
 * @param elementSetNumber number of the element set
 * @param revolutionAtEpoch revolution at epoch
 */
public record MeanElements(
        int catalogueNumber,
        String name,
        String internationalDesignator,
        Instant epoch,
        double meanMotionRadPerS,
        double eccentricity,
        double inclinationRad,
        double raanRad,
        double argumentOfPerigeeRad,
        double meanAnomalyRad,
        double bStar,
        OptionalInt elementSetNumber,
        OptionalInt revolutionAtEpoch) {

    /** Highest catalogue number: nine digits. */
    public static final int HIGHEST_NUMBER = 999_999_999;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException naming the element and its range
     */
    public MeanElements {
        Objects.requireNonNull(name);
        Objects.requireNonNull(epoch);
        if (catalogueNumber < 0 || catalogueNumber > HIGHEST_NUMBER) {
            throw new IllegalArgumentException(
                    "catalogue number: `" + catalogueNumber + "` (expected: 0 to " + HIGHEST_NUMBER + ")");
        }
        if (!(meanMotionRadPerS > 0) || !Double.isFinite(meanMotionRadPerS)) {
            throw new IllegalArgumentException(
                    "mean motion: `" + meanMotionRadPerS + "` (expected: a positive number)");
        }
        if (!(eccentricity >= 0 && eccentricity < 1)) {
            throw new IllegalArgumentException("eccentricity: `" + eccentricity + "` (expected: 0 to below 1)");
        }
        if (!(inclinationRad >= 0 && inclinationRad <= Math.PI + 1e-9)) {
            throw new IllegalArgumentException("inclination: `" + inclinationRad + "` (expected: 0 to π rad)");
        }
        if (!Double.isFinite(raanRad)
                || !Double.isFinite(argumentOfPerigeeRad)
                || !Double.isFinite(meanAnomalyRad)
                || !Double.isFinite(bStar)) {
            throw new IllegalArgumentException(
                    "elements of `" + catalogueNumber + "`: not finite (expected: finite numbers)");
        }
    }
}
