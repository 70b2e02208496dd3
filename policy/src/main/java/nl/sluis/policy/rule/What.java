package nl.sluis.policy.rule;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import nl.sluis.policy.label.Mode;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.text.Position;
import org.jspecify.annotations.Nullable;

/**
 * Which items a rule is about. All conditions that are stated must hold; one that is not stated holds always.
 *
 * <p>A rule that grants ({@code release}, {@code relabel}) needs every object of the item in one of the groups and
 * every owner among the owners; a rule that narrows is content with one, and takes what is not known for a member.
 *
 * @param kinds kinds, empty for any
 * @param groups object groups, sorted, empty for any
 * @param modes data modes, empty for any
 * @param owners originators, empty for any
 * @param probabilityAtLeast collision probability, dimensionless, at least this
 * @param when a CEL condition over the payload; only in rules that narrow
 * @param at where it stands
 */
public record What(
        Set<Kind> kinds,
        List<String> groups,
        Set<Mode> modes,
        List<OwnerId> owners,
        OptionalDouble probabilityAtLeast,
        @Nullable Expression when,
        Position at) {

    /**
     * A CEL expression.
     *
     * @param source its text
     * @param at where it stands
     */
    public record Expression(String source, Position at) {}

    /** Every item. */
    public static What anything(Position at) {
        return new What(Set.of(), List.of(), Set.of(), List.of(), OptionalDouble.empty(), null, at);
    }
}
