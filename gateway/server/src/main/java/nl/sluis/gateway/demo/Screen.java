package nl.sluis.gateway.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Prints what happens: one line an event, the subscribers side by side. Safe for use by many threads. */
final class Screen {
    private static final int COLUMN_WIDTH = 38;

    private final PrintWriter out;
    private final long startNanos = System.nanoTime();

    Screen(PrintWriter out) {
        this.out = out;
    }

    /** A heading: what happens next. */
    synchronized void step(String text) {
        out.println();
        out.println(clock() + text);
        out.flush();
    }

    /** A line of the story. */
    synchronized void line(String text) {
        out.println("         " + text);
        out.flush();
    }

    /** A line without the margin. */
    synchronized void plain(String text) {
        out.println(text);
        out.flush();
    }

    /** An entry in the column of one subscriber; what is too long goes on below. */
    synchronized void entry(int column, String text) {
        String margin = " ".repeat(column * (COLUMN_WIDTH + 1));
        String head = clock();
        for (String piece : wrap(text)) {
            out.println(head + margin + piece);
            head = " ".repeat(head.length());
        }
        out.flush();
    }

    /** A row with an entry for each subscriber; what is too long goes on below. */
    synchronized void row(String head, List<String> entries) {
        List<List<String>> wrapped = entries.stream().map(Screen::wrap).toList();
        int height = wrapped.stream().mapToInt(List::size).max().orElse(0);
        for (int line = 0; line < height; line++) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-9s", line == 0 ? head : ""));
            for (List<String> entry : wrapped) {
                String piece = line < entry.size() ? entry.get(line) : "";
                row.append(String.format(Locale.ROOT, "%-" + COLUMN_WIDTH + "s ", piece));
            }
            out.println(row.toString().stripTrailing());
        }
        out.flush();
    }

    private static List<String> wrap(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > COLUMN_WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
                line.append("   ");
            } else if (line.length() > 0) {
                line.append(' ');
            }
            line.append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private String clock() {
        double seconds = Duration.ofNanos(System.nanoTime() - startNanos).toMillis() / 1000.0;
        return String.format(Locale.ROOT, "%6.1f s ", seconds);
    }
}
