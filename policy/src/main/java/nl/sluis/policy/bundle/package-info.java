/**
 * A policy bundle: all files that decide who gets what, read together, names resolved, audiences formed, and signed.
 * Called by the gateway at start and on change, and by the officers' tools; files by path go in, a checked
 * {@link nl.sluis.policy.bundle.PolicyBundle} or all problems come out.
 * Invariant: in a bundle every name that is used is defined, and nothing is defined twice.
 * Start reading at {@link nl.sluis.policy.bundle.PolicyBundle#load}.
 */
@NullMarked
package nl.sluis.policy.bundle;

import org.jspecify.annotations.NullMarked;
