/**
 * What decisions, compiling, replay and proofs cost, beside CEL and AuthzForce on the same rules and items.
 * Run by hand: {@code java -cp … nl.sluis.benchmarks.policy.PolicyBenchmark}; nothing goes in, a table comes out.
 * Invariant: ratios are of one run on one machine, of CPU time, between engines that gave equal answers first.
 * Start reading at {@link nl.sluis.benchmarks.policy.PolicyBenchmark}.
 * Worlds are made by seed, so two runs measure the same thing.
 */
@NullMarked
package nl.sluis.benchmarks.policy;

import org.jspecify.annotations.NullMarked;
