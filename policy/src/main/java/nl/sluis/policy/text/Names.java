package nl.sluis.policy.text;

import java.util.Collection;
import java.util.Locale;

/** Names as officers misspell them. */
public final class Names {
    private static final int SHOWN_CHARS_MAX = 80;

    private Names() {}

    /**
     * The known name nearest to the one found, or an empty text where none is within a third of its length.
     *
     * @param found what was written
     * @param known what could have been written
     */
    public static String nearest(String found, Collection<String> known) {
        String best = "";
        int bestDistance = Math.max(1, Math.min(found.length(), SHOWN_CHARS_MAX) / 3) + 1;
        for (String name : known.stream().sorted().toList()) {
            int distance = distance(found.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                best = name;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** The input made fit for a one-line message: control characters replaced, length bounded. */
    public static String shown(String input) {
        StringBuilder out = new StringBuilder();
        input.codePoints()
                .limit(SHOWN_CHARS_MAX)
                .forEach(c -> out.appendCodePoint(Character.isISOControl(c) || c == '`' ? '\uFFFD' : c));
        return input.codePointCount(0, input.length()) > SHOWN_CHARS_MAX ? out + "…" : out.toString();
    }

    /** Number of insertions, removals, replacements and swaps of neighbours (optimal string alignment). */
    private static int distance(String a, String b) {
        if (a.length() > SHOWN_CHARS_MAX || Math.abs(a.length() - b.length()) > a.length() / 3 + 1) {
            return Integer.MAX_VALUE;
        }
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1), d[i - 1][j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
