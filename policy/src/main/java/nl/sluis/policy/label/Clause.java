package nl.sluis.policy.label;

import java.util.List;

/**
 * One any-of clause of a releasability: a reader hits it by being, or belonging to, one of the members.
 *
 * @param members nations, communities ({@code NATO}) and single tenants ({@code NLD/ssa-centre}), sorted, at least one
 */
public record Clause(List<String> members) implements Comparable<Clause> {
    /** Sorts the members and drops repeats; at least one must stay: an empty clause admits nobody and says nothing. */
    public Clause {
        if (members.isEmpty()) {
            throw new IllegalArgumentException("clause without members");
        }
        // interned: each decision looks them up, and equal texts that are one object compare at once
        members = members.stream().distinct().sorted().map(String::intern).toList();
    }

    /** Whether everyone who hits the other clause hits this one too. */
    boolean admitsAllOf(Clause other) {
        return members.containsAll(other.members);
    }

    @Override
    public int compareTo(Clause other) {
        return String.join(",", members).compareTo(String.join(",", other.members));
    }
}
