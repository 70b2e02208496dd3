package nl.sluis.policy.text;

/**
 * One thing that is wrong in a file.
 *
 * @param kind the kind, for programs
 * @param at where
 * @param message what is wrong, in one line, with the input in backticks
 * @param found what was found, empty where the message says all
 * @param expected what was expected, empty where nothing in particular
 * @param nearest the nearest known name, empty where none is near
 */
public record Problem(ProblemKind kind, Position at, String message, String found, String expected, String nearest) {

    /** File, line and column, then the sentence, then what was expected and what may have been meant. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(at + ": " + message);
        if (!expected.isEmpty()) {
            text.append(" (expected: ").append(expected).append(')');
        }
        if (!nearest.isEmpty()) {
            text.append("; did you mean `").append(nearest).append("`?");
        }
        return text.toString();
    }
}
