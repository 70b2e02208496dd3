/**
 * What one object's orbit costs for many audiences, against Orekit's own estimator run once for each; and how soon after a
 * track its orbits are there, with a whole catalogue to choose from.
 * Start reading at {@link nl.sluis.benchmarks.fusion.FusionBenchmark} and {@link nl.sluis.benchmarks.fusion.TrackBenchmark}.
 */
@NullMarked
package nl.sluis.benchmarks.fusion;

import org.jspecify.annotations.NullMarked;
