/**
 * Measures the journal against the least that any durable store must do: append to a file and sync it.
 * A developer runs {@link nl.sluis.benchmarks.store.StoreBenchmark#main}; nothing else calls it.
 * In: a directory on the disk to measure. Out: a table of rates, ratios and acknowledgement times.
 * Always true: store and baseline take the same records from the same number of waiters, by turns in one run.
 * Start reading at {@link nl.sluis.benchmarks.store.StoreBenchmark}.
 */
@NullMarked
package nl.sluis.benchmarks.store;

import org.jspecify.annotations.NullMarked;
