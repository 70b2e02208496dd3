/**
 * Values that every chapter of orbit mechanics here shares: states, frames, symmetric matrices, positions.
 * Called by the server and by the sub-packages; in and out are plain values in SI, angles in radians, epochs in UTC.
 * Always true: values never change after construction, and no type of the underlying astrodynamics library shows.
 * The chapters: {@code data}, {@code measurement}, {@code determination}, {@code association}, {@code ccsds}, {@code encounter}, {@code
 * displacement}.
 * Start reading at {@link nl.sluis.orbit.OrbitState}.
 */
@NullMarked
package nl.sluis.orbit;

import org.jspecify.annotations.NullMarked;
