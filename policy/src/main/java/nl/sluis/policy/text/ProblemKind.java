package nl.sluis.policy.text;

/** What is wrong, as a word that programs can test. */
public enum ProblemKind {
    /** Not YAML 1.2. */
    SYNTAX,
    /** An anchor, alias or tag: they can make a small file large, or a value something else. */
    NOT_ALLOWED,
    /** The file is larger, deeper or longer than the limits. */
    TOO_LARGE,
    /** The same key or name twice. */
    DUPLICATE,
    /** A key that means nothing here. */
    UNKNOWN_KEY,
    /** A key that must be there. */
    MISSING_KEY,
    /** A list where a word belongs, and the like. */
    WRONG_SHAPE,
    /** Nothing where something must be. */
    EMPTY,
    /** A name that is defined nowhere. */
    UNKNOWN_NAME,
    /** A word or number out of its domain. */
    BAD_VALUE,
    /** An import that is not in the bundle. */
    MISSING_FILE,
    /** Files that import each other. */
    CIRCULAR_IMPORT,
    /** Two statements that cannot both hold. */
    CONFLICT,
    /** Not covered by the signature it needs. */
    UNSIGNED,
    /** Out of its validity. */
    EXPIRED,
    /** A test of the file that came out otherwise, or an invariant with a counter-example. */
    FAILED
}
