package nl.sluis.policy.change;

/** What a change does to releases. */
public enum Direction {
    /** Everyone gets exactly what it got. */
    EQUIVALENT,
    /** Someone gets less, nobody gets more. */
    NARROWS,
    /** Someone gets more, or that cannot be excluded. */
    WIDENS
}
