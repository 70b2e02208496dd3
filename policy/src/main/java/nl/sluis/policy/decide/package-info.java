/**
 * Deciding: a bundle compiled to bit sets over audiences, and what it says about one item for all audiences at once.
 * Called by fusion (what may be used) and by release (what may be sent, in which form); an
 * {@link nl.sluis.policy.decide.Item} goes in, a {@link nl.sluis.policy.decide.Decision} comes out.
 * Invariant: a bit of release is set only by positive findings; an exception anywhere leaves none set.
 * Start reading at {@link nl.sluis.policy.decide.CompiledPolicy#decide}.
 */
@NullMarked
package nl.sluis.policy.decide;

import org.jspecify.annotations.NullMarked;
