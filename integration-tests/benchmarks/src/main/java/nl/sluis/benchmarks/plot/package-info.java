/** Draws how a cost grows. Start reading at {@link nl.sluis.benchmarks.plot.Plot}. */
@NullMarked
package nl.sluis.benchmarks.plot;

import org.jspecify.annotations.NullMarked;
