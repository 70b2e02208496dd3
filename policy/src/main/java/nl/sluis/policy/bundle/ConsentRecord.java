package nl.sluis.policy.bundle;

import java.time.Instant;
import java.util.List;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.rule.To;
import nl.sluis.policy.text.Position;

/**
 * A consent that a party's officers signed.
 *
 * @param name the record's name
 * @param by whose officers
 * @param to for whom
 * @param from from when, UTC, inclusive
 * @param until until when, UTC, exclusive
 * @param at where it stands
 */
public record ConsentRecord(String name, OwnerId by, List<To.Name> to, Instant from, Instant until, Position at) {}
