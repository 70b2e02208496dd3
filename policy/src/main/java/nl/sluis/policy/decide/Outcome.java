package nl.sluis.policy.decide;

/** What an audience gets of an item. */
public enum Outcome {
    /** It is released now, with its obligations. */
    RELEASED,
    /** It is released later: decided again when due. */
    DELAYED,
    /** It is withheld. */
    WITHHELD
}
