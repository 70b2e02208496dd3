package nl.sluis.policy.text;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Collects problems while a file is read, so that an officer sees all of them at once. */
public final class Problems {
    /** More than this in one bundle are the same mistake over and over: 200. */
    public static final int COUNT_MAX = 200;

    private final List<Problem> list = new ArrayList<>();

    /** Notes a problem; those beyond {@link #COUNT_MAX} are dropped. */
    public void add(Problem problem) {
        if (list.size() < COUNT_MAX) {
            list.add(problem);
        }
    }

    /** Notes a problem with neither expectation nor near name. */
    public void add(ProblemKind kind, Position at, String message) {
        add(new Problem(kind, at, message, "", "", ""));
    }

    /** Notes a problem with what was found and expected. */
    public void add(ProblemKind kind, Position at, String message, String found, String expected) {
        add(new Problem(kind, at, message, found, expected, ""));
    }

    /**
     * Notes a name that is not known.
     *
     * @param what what the name should be, for example {@code group}
     * @param found the name
     * @param known all names that would have been right
     */
    public void unknown(ProblemKind kind, Position at, String what, String found, Collection<String> known) {
        String nearest = Names.nearest(found, known);
        String expected = known.size() <= 12 && !known.isEmpty()
                ? (known.size() == 1 ? "" : "one of ")
                        + String.join(", ", known.stream().sorted().toList())
                : known.isEmpty() ? "none is defined" : "one of " + known.size() + " known";
        add(new Problem(kind, at, "unknown " + what + " `" + Names.shown(found) + "`", found, expected, nearest));
    }

    /** All problems so far, in the order they were found. */
    public List<Problem> list() {
        return List.copyOf(list);
    }

    /** Whether none was found. */
    public boolean isEmpty() {
        return list.isEmpty();
    }

    /** Throws if anything was found. */
    public void throwIfAny() throws PolicyException {
        if (!list.isEmpty()) {
            throw new PolicyException(list());
        }
    }
}
