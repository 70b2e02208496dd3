/**
 * Measures the screening of a catalogue against the least that it must do: propagate every object.
 * A developer runs {@link nl.sluis.benchmarks.screening.ScreeningBenchmark#main}; nothing else calls it.
 * In: a catalogue of two- or three-line elements. Out: processor and wall time, and their ratio to the baseline of the same run.
 * Always true: baseline and screening take the same elements, by turns in one run.
 * Start reading at {@link nl.sluis.benchmarks.screening.ScreeningBenchmark}.
 */
@NullMarked
package nl.sluis.benchmarks.screening;

import org.jspecify.annotations.NullMarked;
