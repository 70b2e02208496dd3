package nl.sluis.policy.label;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What one security policy says about the data.
 *
 * @param spif the policy
 * @param level the classification
 * @param restrictive what a reader must hold in full, sorted
 * @param release clauses that a reader must all hit, sorted, none of them implied by another, at least one
 * @param informative what is shown and not enforced, sorted
 */
public record LabelPart(
        Spif spif,
        Spif.Level level,
        List<CategoryRef> restrictive,
        List<Clause> release,
        List<CategoryRef> informative) {

    /** Sorts what has no order and drops clauses that another one implies. */
    public LabelPart {
        restrictive = List.copyOf(new TreeSet<>(restrictive));
        informative = List.copyOf(new TreeSet<>(informative));
        release = strongest(release);
        if (release.isEmpty()) {
            throw new IllegalArgumentException("part `" + spif.name() + "` is for nobody (expected: a clause)");
        }
    }

    /** The least upper bound of two parts of the same policy. */
    LabelPart join(LabelPart other) {
        return new LabelPart(
                spif,
                level.hierarchy() >= other.level.hierarchy() ? level : other.level,
                union(restrictive, other.restrictive),
                union(release, other.release),
                union(informative, other.informative));
    }

    /** The part as printed: {@code NATO RESTRICTED ATOMAL REL TO NATO}. */
    public String marking() {
        String categories = Stream.concat(restrictive.stream(), informative.stream())
                .map(c -> " " + spif.value(c).orElseThrow().marking())
                .collect(Collectors.joining());
        String clauses =
                release.stream().map(c -> String.join(", ", c.members())).collect(Collectors.joining(" AND TO "));
        return level.marking() + categories + " REL TO " + clauses;
    }

    private static List<Clause> strongest(Collection<Clause> clauses) {
        SortedSet<Clause> all = new TreeSet<>(clauses);
        return all.stream()
                .filter(c -> all.stream().noneMatch(other -> !other.equals(c) && c.admitsAllOf(other)))
                .toList();
    }

    private static <T> List<T> union(List<T> a, List<T> b) {
        List<T> all = new ArrayList<>(a);
        all.addAll(b);
        return all;
    }
}
