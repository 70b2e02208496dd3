package nl.sluis.policy.rule;

import java.util.List;
import nl.sluis.policy.text.Position;

/**
 * Whom a rule is about.
 *
 * @param everyoneExcept whether the names are those left out
 * @param names audiences and tenants, as written; empty only for everyone
 * @param at where it stands
 */
public record To(boolean everyoneExcept, List<Name> names, Position at) {
    /**
     * A name of an audience or tenant.
     *
     * @param text the name
     * @param at where it stands
     */
    public record Name(String text, Position at) {}

    /** Everyone. */
    public static To everyone(Position at) {
        return new To(true, List.of(), at);
    }
}
