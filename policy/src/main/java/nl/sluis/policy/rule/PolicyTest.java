package nl.sluis.policy.rule;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.text.Position;

/**
 * A test that an officer wrote beside the rules.
 *
 * @param name a sentence
 * @param item the item
 * @param expect what each audience or tenant gets, by name: {@code release delay=6h} or {@code deny by=<rule>}
 * @param at where it stands
 */
public record PolicyTest(String name, ItemText item, Map<To.Name, String> expect, Position at) {
    /**
     * An item as written in a test.
     *
     * @param kind its kind
     * @param label its label
     * @param objects its objects
     * @param probability collision probability, if it has one
     * @param ageS time since receipt, s
     * @param at where it stands
     */
    public record ItemText(
            Kind kind,
            SecurityLabel label,
            List<ObjectText> objects,
            OptionalDouble probability,
            long ageS,
            Position at) {}

    /**
     * An object as written in a test.
     *
     * @param id an identifier, or {@code uncorrelated}, {@code ambiguous}, {@code unknown}; empty where groups are given
     * @param groups the groups it is in
     * @param at where it stands
     */
    public record ObjectText(String id, List<String> groups, Position at) {}
}
