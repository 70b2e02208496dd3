/**
 * Measures how fast contributions are acknowledged, and how soon what they become is delivered.
 * A developer runs {@link nl.sluis.benchmarks.ingest.IngestBenchmark#main}; nothing else calls it.
 * In: a directory on the disk to measure, and optionally a Redis. Out: rates, times and processor time.
 * Always true: the gateway is a process of its own, spoken to over mutual TLS; an answer counts when it has come back.
 * Start reading at {@link nl.sluis.benchmarks.ingest.IngestBenchmark}.
 */
@NullMarked
package nl.sluis.benchmarks.ingest;

import org.jspecify.annotations.NullMarked;
