/**
 * What one object's orbit costs for many audiences, against Orekit's own estimator run once for each.
 * Start reading at {@link nl.sluis.benchmarks.fusion.FusionBenchmark}.
 */
@NullMarked
package nl.sluis.benchmarks.fusion;

import org.jspecify.annotations.NullMarked;
