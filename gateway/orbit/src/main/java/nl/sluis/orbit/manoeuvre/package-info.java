/**
 * Whether an object changed its orbit between two passes: what is seen since does not go with what was seen before, and each
 * by itself makes an orbit.
 * Called by the server's fusion where the fit of a view went wrong, from any thread; in go the observations of that view, out
 * comes what was found.
 * Always true: a finding depends on what is handed in and on nothing else; a sensor that begins to err is not taken for a
 * manoeuvre where its own data before, or anybody else's, tell the two apart.
 * Start reading at {@link nl.sluis.orbit.manoeuvre.ManoeuvreSearch}.
 */
@NullMarked
package nl.sluis.orbit.manoeuvre;

import org.jspecify.annotations.NullMarked;
