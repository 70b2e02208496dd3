package nl.sluis.orbit.encounter;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How large objects are, as somebody says who is named: a file of comma-separated values with the columns {@value #HEADER}. An
 * object is a catalogue number or a designator; the source is the rest of the line; lines that begin with {@code #} say
 * nothing.
 */
public final class ObjectSizes {
    /** Nothing is known. */
    public static final ObjectSizes NONE = new ObjectSizes(Map.of());

    private static final String HEADER = "object,hard_body_radius_m,source";
    private static final int COLUMNS = 3;

    /** No object is larger, m: the space station's farthest parts are 60 m from its middle. */
    private static final double MOST_RADIUS_M = 200;

    private final Map<String, Size> byObject;

    /**
     * The size of one object.
     *
     * @param radiusM radius of a sphere that holds it, m
     * @param source who says so
     */
    public record Size(double radiusM, String source) {}

    private ObjectSizes(Map<String, Size> byObject) {
        this.byObject = Map.copyOf(byObject);
    }

    /**
     * Reads a file.
     *
     * @throws IllegalArgumentException naming line and column of the first fault
     */
    public static ObjectSizes read(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).strip().equals(HEADER)) {
            throw new IllegalArgumentException(
                    "line 1: `" + (lines.isEmpty() ? "" : lines.get(0).strip()) + "` (expected: " + HEADER + ")");
        }
        Map<String, Size> byObject = new HashMap<>();
        for (int i = 1; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String where = "line " + (i + 1);
            String[] values = line.split(",", COLUMNS);
            if (values.length < COLUMNS || values[0].isBlank() || values[2].isBlank()) {
                throw new IllegalArgumentException(where + ": `" + line + "` (expected: " + HEADER + ")");
            }
            String object = values[0].strip();
            if (byObject.put(object, new Size(radius(where, values[1].strip()), values[2].strip())) != null) {
                throw new IllegalArgumentException(where + ", object: `" + object + "` (expected: each once)");
            }
        }
        return new ObjectSizes(byObject);
    }

    private static double radius(String where, String text) {
        double radiusM;
        try {
            radiusM = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            radiusM = Double.NaN;
        }
        if (!(radiusM > 0) || radiusM > MOST_RADIUS_M) {
            throw new IllegalArgumentException(where + ", hard_body_radius_m: `" + text
                    + "` (expected: above 0, at most " + Math.round(MOST_RADIUS_M) + " m)");
        }
        return radiusM;
    }

    /** Returns the size of an object; empty: nobody says. */
    public Optional<Size> of(String object) {
        return Optional.ofNullable(byObject.get(object));
    }
}
