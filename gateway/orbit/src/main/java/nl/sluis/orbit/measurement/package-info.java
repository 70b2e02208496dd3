/**
 * What sensors saw, and what is known of the sensors.
 * Called by readers of messages and by the server's fusion; in and out are records in SI, rad and UTC.
 * Always true: a value here is finite and its sigma positive; where it came from is an opaque id that nothing here reads.
 * Epochs are of reception at the sensor. A sigma left out is the sensor's own for that kind of observation.
 * Start reading at {@link nl.sluis.orbit.measurement.Observation}.
 */
@NullMarked
package nl.sluis.orbit.measurement;

import org.jspecify.annotations.NullMarked;
