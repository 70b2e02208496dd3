/**
 * The one place where our values meet those of the astrodynamics library: epochs, frames, vectors.
 * Called by the sibling packages only; nobody outside this module may import it.
 * Always true: a conversion there and back returns the same value (epochs to the nanosecond).
 * An epoch inside a leap second becomes the second after it, because {@code Instant} cannot hold it.
 * Start reading at {@link nl.sluis.orbit.internal.Convert}.
 */
@NullMarked
package nl.sluis.orbit.internal;

import org.jspecify.annotations.NullMarked;
