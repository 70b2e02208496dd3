package nl.sluis.policy.rule;

import nl.sluis.policy.text.Position;

/**
 * A statement that must hold for every item: what is never released to whom.
 *
 * @param what the items: one object in the groups is enough
 * @param to the audiences
 * @param at where it stands
 */
public record Invariant(What what, To to, Position at) {}
