package nl.sluis.policy.text;

/**
 * A place in a file.
 *
 * @param file path inside the bundle
 * @param line line, counted from 1; 0 where the whole file is meant
 * @param column column, counted from 1; 0 where the whole line is meant
 */
public record Position(String file, int line, int column) {

    /** The file as a whole. */
    public static Position of(String file) {
        return new Position(file, 0, 0);
    }

    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
