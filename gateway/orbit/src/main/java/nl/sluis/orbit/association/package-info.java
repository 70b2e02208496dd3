/**
 * To which object a track belongs: gating against predicted orbits, and new objects from tracks that belong to none.
 * Called by the server's fusion, once for each distinct view, from any thread; in go a {@link
 * nl.sluis.orbit.association.Tracklet} and the orbits that the view may use, out comes an outcome.
 * Always true: an outcome depends on what is handed in and on nothing else, in whatever order candidates come.
 * Start reading at {@link nl.sluis.orbit.association.Association}.
 */
@NullMarked
package nl.sluis.orbit.association;

import org.jspecify.annotations.NullMarked;
