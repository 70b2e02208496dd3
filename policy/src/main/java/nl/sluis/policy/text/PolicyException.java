package nl.sluis.policy.text;

import java.util.List;
import java.util.stream.Collectors;

/** A file or bundle that cannot be used, with every problem found in it. */
public final class PolicyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** Makes the exception from at least one problem. */
    public PolicyException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** The problems in the order they were found, at least one. */
    public List<Problem> problems() {
        return problems;
    }
}
