/**
 * Encounters: which objects come close, when, and how likely they collide.
 * Called by the server's hazard stage and by the commands; in: mean elements, ephemerides or states with covariance, out: records.
 * Always true: no pair that comes closer than the threshold with more than 0.1 km/s is left out; slower pairs are reported
 * as intervals; an object is never compared with itself; a probability always comes with its method and a verdict on it.
 * Start reading at {@link nl.sluis.orbit.encounter.Screening}.
 */
@NullMarked
package nl.sluis.orbit.encounter;

import org.jspecify.annotations.NullMarked;
