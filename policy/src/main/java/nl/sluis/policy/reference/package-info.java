/**
 * The second decider: slow, obvious, and written from SPECIFICATION.md alone, one tenant and one rule after the other.
 * Called beside the compiled policy, by tests for every tuple and by a gateway for all items or some; an item goes in, what
 * each tenant gets comes out, or where the two deciders disagree.
 * Invariant: it shares the vocabulary with the compiled policy (items, labels, rules) and no code that decides; an error
 * in one of them is not in the other. Both ask the same CEL library about expressions.
 * Start reading at {@link nl.sluis.policy.reference.ReferencePolicy}.
 */
@NullMarked
package nl.sluis.policy.reference;

import org.jspecify.annotations.NullMarked;
