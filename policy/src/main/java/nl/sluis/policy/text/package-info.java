/**
 * Reading officers' files: YAML 1.2 trees in which every value knows its line, and typed problems that point at them.
 * Called by {@code label}, {@code rule} and {@code bundle}; bytes go in, a {@link nl.sluis.policy.text.Yaml} tree or a
 * list of {@link nl.sluis.policy.text.Problem} comes out.
 * Invariant: a tree has no alias, anchor, tag, duplicate key or control character, and bounded size and depth.
 * Start reading at {@link nl.sluis.policy.text.Yaml#parse}.
 */
@NullMarked
package nl.sluis.policy.text;

import org.jspecify.annotations.NullMarked;
