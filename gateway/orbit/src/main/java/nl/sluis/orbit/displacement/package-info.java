/**
 * Displacement: an orbit moved in phase, plane and mean motion, so that whoever may only have it coarsely gets an orbit that
 * obeys the forces and is not the true one. Called by whoever releases orbits; in go true states and a displacement, out
 * come displaced states, covariances and encounters. Always true: a function of its arguments alone, the same at each call.
 * Start reading at {@link nl.sluis.orbit.displacement.DisplacedOrbit}.
 */
@NullMarked
package nl.sluis.orbit.displacement;

import org.jspecify.annotations.NullMarked;
