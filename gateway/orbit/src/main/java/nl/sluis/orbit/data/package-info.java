/**
 * The physical tables that orbits need: leap seconds, Earth orientation, space weather, gravity, Sun and Moon.
 * Called once at start by the server, and by its health check; in: the class path, out: how far the tables reach.
 * Always true: after a load nothing is read from disk or network, and a missing file fails the start, not a fit.
 * Outside its range Earth orientation is silently taken as zero by the library, so coverage must be watched.
 * Start reading at {@link nl.sluis.orbit.data.OrekitData}.
 */
@NullMarked
package nl.sluis.orbit.data;

import org.jspecify.annotations.NullMarked;
