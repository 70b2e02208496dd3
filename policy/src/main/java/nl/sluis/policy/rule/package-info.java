/**
 * The policy language: what an officer can say, as values that have been read and checked for form.
 * Called by {@code bundle}, which resolves the names; a YAML tree goes in, a {@link nl.sluis.policy.rule.Policy} or
 * problems with file, line and column come out.
 * Invariant: a rule has one verb, a non-empty whom, and only a verb that narrows can carry a free expression.
 * Start reading at {@link nl.sluis.policy.rule.PolicyReader#read}.
 */
@NullMarked
package nl.sluis.policy.rule;

import org.jspecify.annotations.NullMarked;
