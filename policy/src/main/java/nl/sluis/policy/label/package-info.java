/**
 * Confidentiality labels: the data model, the security policies that give it meaning, join, markings and notations.
 * Called by everything that handles a record; protobuf, YAML, XML or text goes in, a checked
 * {@link nl.sluis.policy.label.SecurityLabel} comes out.
 * Invariant: a {@code SecurityLabel} is canonical, known to its SPIFs, and says explicitly whom each part is for.
 * Start reading at {@link nl.sluis.policy.label.SecurityLabel#of}.
 */
@NullMarked
package nl.sluis.policy.label;

import org.jspecify.annotations.NullMarked;
