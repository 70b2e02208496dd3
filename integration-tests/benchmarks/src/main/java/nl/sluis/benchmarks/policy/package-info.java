/**
 * What decisions, compiling, replay and proofs cost, beside CEL on the same rules in the same run.
 * Run by hand: {@code java -cp … nl.sluis.benchmarks.policy.PolicyBenchmark}; nothing goes in, a table comes out.
 * Invariant: ratios are of one run on one machine; absolute figures mean nothing elsewhere.
 * Start reading at {@link nl.sluis.benchmarks.policy.PolicyBenchmark}.
 * Worlds are made by seed, so two runs measure the same thing.
 */
@NullMarked
package nl.sluis.benchmarks.policy;

import org.jspecify.annotations.NullMarked;
