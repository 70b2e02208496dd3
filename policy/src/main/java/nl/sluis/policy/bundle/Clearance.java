package nl.sluis.policy.bundle;

import java.util.Set;
import nl.sluis.policy.label.CategoryRef;
import nl.sluis.policy.label.Spif;

/**
 * What a tenant is cleared for under one security policy, expanded: hierarchy is applied once, when it is read, so that
 * nobody has to agree on it later.
 *
 * @param spif the policy
 * @param level the highest level
 * @param lacvs the numbers of all levels that are admitted
 * @param held restrictive categories that are held
 */
public record Clearance(Spif spif, Spif.Level level, Set<Integer> lacvs, Set<CategoryRef> held) {
    /** Expands a level to itself and all below. */
    static Clearance upTo(Spif spif, Spif.Level level, Set<CategoryRef> held) {
        return new Clearance(
                spif,
                level,
                Set.copyOf(spif.levels().stream()
                        .filter(l -> l.hierarchy() <= level.hierarchy())
                        .map(Spif.Level::lacv)
                        .toList()),
                Set.copyOf(held));
    }
}
