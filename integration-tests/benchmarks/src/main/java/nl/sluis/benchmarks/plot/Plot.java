package nl.sluis.benchmarks.plot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * One quantity over another, as a small SVG file: both axes start at zero, so that a straight line through the corner is a
 * cost that grows in proportion.
 *
 * @param title what is shown
 * @param x name and unit of the horizontal axis
 * @param y name and unit of the vertical axis
 * @param points what was measured, in the order of the line
 */
public record Plot(String title, String x, String y, List<Point> points) {

    private static final int WIDTH = 420;
    private static final int HEIGHT = 260;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 32;
    private static final int BOTTOM = 44;
    private static final int TICKS = 5;

    /** One measurement. */
    public record Point(double x, double y) {}

    /** Copies the list. */
    public Plot {
        points = List.copyOf(points);
    }

    /**
     * Writes the drawing.
     *
     * @param file what to write
     * @throws IOException if it can't be written
     */
    public void write(Path file) throws IOException {
        Files.writeString(file, svg());
    }

    private String svg() {
        double xMax = round(points.stream().mapToDouble(Point::x).max().orElseThrow());
        double yMax = round(points.stream().mapToDouble(Point::y).max().orElseThrow());
        StringBuilder svg = new StringBuilder();
        add(
                svg,
                "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' font-size='11'>",
                WIDTH,
                HEIGHT);
        add(svg, "<rect width='%d' height='%d' fill='white'/>", WIDTH, HEIGHT);
        add(svg, "<text x='%d' y='18' font-size='13'>%s</text>", LEFT, title);
        for (int i = 0; i <= TICKS; i++) {
            double h = across(i * xMax / TICKS, xMax);
            double v = up(i * yMax / TICKS, yMax);
            add(svg, "<path d='M%d %.1fH%d' stroke='#ddd'/>", LEFT, v, WIDTH - RIGHT);
            add(svg, "<text x='%d' y='%.1f' text-anchor='end'>%s</text>", LEFT - 6, v + 4, number(i * yMax / TICKS));
            add(
                    svg,
                    "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>",
                    h,
                    HEIGHT - BOTTOM + 16,
                    number(i * xMax / TICKS));
        }
        add(svg, "<path d='M%d %dV%dH%d' fill='none' stroke='#333'/>", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
        add(svg, "<text x='%d' y='%d' text-anchor='end'>%s</text>", WIDTH - RIGHT, HEIGHT - 8, x);
        add(svg, "<text transform='translate(12 %d) rotate(-90)'>%s</text>", HEIGHT - BOTTOM, y);
        StringBuilder line = new StringBuilder();
        for (Point point : points) {
            line.append(String.format(
                    Locale.ROOT,
                    "%s%.1f %.1f",
                    line.isEmpty() ? "M" : "L",
                    across(point.x(), xMax),
                    up(point.y(), yMax)));
            add(
                    svg,
                    "<circle cx='%.1f' cy='%.1f' r='3' fill='#0b5fa5'/>",
                    across(point.x(), xMax),
                    up(point.y(), yMax));
        }
        add(svg, "<path d='%s' fill='none' stroke='#0b5fa5'/>", line);
        add(svg, "</svg>");
        return svg.toString();
    }

    private static double across(double x, double max) {
        return LEFT + (WIDTH - LEFT - RIGHT) * x / max;
    }

    private static double up(double y, double max) {
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / max;
    }

    /** The next number above that divides well by the ticks: 1, 2, 2.5 or 5 times a power of ten, each. */
    private static double round(double max) {
        double step = max / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        for (double nice : new double[] {1, 2, 2.5, 5}) {
            if (step <= nice * power * (1 + 1e-9)) {
                return TICKS * nice * power;
            }
        }
        return TICKS * 10 * power;
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, "%.2g", value);
    }

    private static void add(StringBuilder svg, String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
