package nl.sluis.orbit.ccsds;

/** A message is refused as a whole, because its header, metadata or structure is broken. */
public final class MessageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /** Makes one of where and why. */
    public MessageException(Problem problem) {
        super(problem.message());
        this.problem = problem;
    }

    /** Returns where and why. */
    public Problem problem() {
        return problem;
    }
}
