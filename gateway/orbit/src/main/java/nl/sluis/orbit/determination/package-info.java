/**
 * Orbits from observations: weighted least squares, and the motion of a solution with its covariance.
 * Called by the server's fusion, one call per object with all its views, and by the commands that work on files, from any
 * thread; in and out are records.
 * Always true: bad data end in a verdict, never in an exception, and equal requests give equal results to the byte
 * on one JDK, whatever the order of the observations handed in; nothing is shared between two fits.
 * Start reading at {@link nl.sluis.orbit.determination.ViewDetermination}.
 */
@NullMarked
package nl.sluis.orbit.determination;

import org.jspecify.annotations.NullMarked;
