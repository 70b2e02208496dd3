package nl.sluis.policy.decide;

import java.util.List;
import nl.sluis.policy.bundle.ObjectGroups;

/**
 * An object of an item.
 *
 * @param state how well it is known
 * @param id canonical identifier where it is known, else empty
 * @param groups groups where a test states them, else empty
 */
public record ItemObject(State state, String id, List<String> groups) {
    /** Not correlated with the catalogue. */
    public static final ItemObject UNCORRELATED = new ItemObject(State.UNCORRELATED, "", List.of());
    /** Correlated with more than one object. */
    public static final ItemObject AMBIGUOUS = new ItemObject(State.AMBIGUOUS, "", List.of());
    /** Nothing is known about it. */
    public static final ItemObject UNKNOWN = new ItemObject(State.UNKNOWN, "", List.of());

    /** How well an object is known. */
    public enum State {
        /** By its identifier; if that is in no group, it counts as unknown. */
        IDENTIFIED,
        /** By the groups that a test states. */
        STATED,
        /** Not correlated with the catalogue: for release, a member of the group {@code uncorrelated} only. */
        UNCORRELATED,
        /** Correlated with more than one object. */
        AMBIGUOUS,
        /** Not at all. */
        UNKNOWN
    }

    /** An object by its catalogue number or other identifier. */
    public static ItemObject of(String id) {
        return new ItemObject(State.IDENTIFIED, ObjectGroups.canonical(id), List.of());
    }

    /** An object by its groups, for tests and proofs. */
    public static ItemObject in(List<String> groups) {
        return new ItemObject(State.STATED, "", List.copyOf(groups));
    }
}
