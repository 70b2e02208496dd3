/**
 * Changing a policy: what a new bundle would let out that the old one did not, proved; what its tests say; and who would
 * have gained or lost what in the recorded past. Called by the console, the command line and the gateway alike.
 * Two bundles go in; a {@link nl.sluis.policy.change.Comparison} or a {@link nl.sluis.policy.change.Preview} comes out.
 * Invariant: "narrows" and "equivalent" are said only when proved; whatever is not modelled counts as widening.
 * Start reading at {@link nl.sluis.policy.change.Proof#compare}.
 */
@NullMarked
package nl.sluis.policy.change;

import org.jspecify.annotations.NullMarked;
