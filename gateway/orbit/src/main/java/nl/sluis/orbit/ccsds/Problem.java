package nl.sluis.orbit.ccsds;

/**
 * One place of a message that was not read.
 *
 * @param line number of the line, from 1; 0 if the message has no lines or the place is unknown
 * @param keyword keyword or column, empty if none could be read
 * @param found what stands there, cut to a readable length
 * @param expected what the rule asks for
 */
public record Problem(int line, String keyword, String found, String expected) {

    private static final int LONGEST_EXCERPT = 120;

    /** Cuts the excerpt and takes control characters out, so that the record may be logged. */
    public Problem {
        found = excerpt(found);
        keyword = excerpt(keyword);
    }

    private static String excerpt(String text) {
        String clean = text.strip().replaceAll("\\p{Cntrl}", " ");
        return clean.length() <= LONGEST_EXCERPT ? clean : clean.substring(0, LONGEST_EXCERPT) + "…";
    }

    /** Returns one line for a human. */
    public String message() {
        String place = line > 0 ? "line " + line + ": " : "";
        String what = keyword.isEmpty() ? "" : keyword + ": ";
        return place + what + "`" + found + "` (expected: " + expected + ")";
    }
}
