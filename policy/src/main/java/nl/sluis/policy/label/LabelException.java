package nl.sluis.policy.label;

import nl.sluis.policy.text.Names;

/** A label or SPIF that is refused, with the field, what was found and what was expected. */
public final class LabelException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why the label is refused. */
    public enum Reason {
        /** Something that must be there is not. */
        MISSING,
        /** A policy, level, category or member that is not known. */
        UNKNOWN,
        /** A value of the wrong form. */
        MALFORMED,
        /** The same part or value twice. */
        DUPLICATE,
        /** Labels that cannot be joined: other data mode or SPIF version. */
        INCOMPATIBLE
    }

    private final Reason reason;
    private final String field;
    private final String found;
    private final String expected;

    LabelException(Reason reason, String field, String message, String found, String expected) {
        super(field + ": " + message + (expected.isEmpty() ? "" : " (expected: " + expected + ")"));
        this.reason = reason;
        this.field = field;
        this.found = Names.shown(found);
        this.expected = expected;
    }

    /** Why, for programs. */
    public Reason reason() {
        return reason;
    }

    /** Path of the field in the label, for example {@code parts[0].policy_oid}. */
    public String field() {
        return field;
    }

    /** What was found, fit for one line. */
    public String found() {
        return found;
    }

    /** What was expected. */
    public String expected() {
        return expected;
    }
}
