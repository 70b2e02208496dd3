package nl.sluis.orbit.displacement;

import java.time.Instant;

/**
 * By how much an orbit is moved. All of it is constant, so that states of different epochs lie on one displaced orbit.
 *
 * @param alongTrackM shift of the phase at {@code since}, as a length along an orbit of the mean distance, m
 * @param crossTrackM turn of the plane, as the largest length across the track at the mean distance, m: at the nodes, or
 *     in a nearly equatorial orbit at {@code planeAngleRad}
 * @param planeAngleRad for nearly equatorial orbits, where the tilt is largest: angle in the plane from the vernal
 *     equinox, rad
 * @param driftMPerS growth of the shift along the track: the offset of the mean motion times the mean distance, m/s
 * @param since when the shift along the track is {@code alongTrackM}, UTC
 */
public record Displacement(
        double alongTrackM, double crossTrackM, double planeAngleRad, double driftMPerS, Instant since) {}
