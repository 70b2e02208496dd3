package nl.sluis.policy.rule;

import nl.sluis.policy.text.Position;

/**
 * A path of field names in a payload, as written, with dots.
 *
 * @param text the path, for example {@code quality.residuals}
 * @param at where it stands
 */
public record FieldPath(String text, Position at) {}
