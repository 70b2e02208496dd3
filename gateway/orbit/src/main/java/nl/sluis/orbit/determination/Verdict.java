package nl.sluis.orbit.determination;

/** How a fit ended. Only {@link #CONVERGED} comes with a solution that may become a product. */
public enum Verdict {
    /** The corrections fell below the threshold and the accepted set is stable. */
    CONVERGED,
    /** No orbit to start from was given, and none was found in the observations. */
    NO_INITIAL_ORBIT,
    /** Fewer accepted numbers than parameters, or all at one epoch. */
    TOO_FEW_OBSERVATIONS,
    /** The observations do not determine all parameters. */
    NOT_OBSERVABLE,
    /** The limit of iterations or editing rounds was reached. */
    NOT_CONVERGED,
    /** The orbit left the range in which it can be propagated. */
    DIVERGED,
    /** More observations were rejected than the settings allow. */
    TOO_MANY_REJECTED,
    /** An epoch lies outside the tables of physical data. */
    OUTSIDE_DATA_COVERAGE
}
