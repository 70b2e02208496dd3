package nl.sluis.policy.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a mapping with a fixed set of keys. Every misfit becomes a problem; what could be read is returned, so one pass
 * finds all problems of a file.
 */
public final class Form {
    private final Yaml.Fields fields;
    private final String what;
    private final Problems problems;

    private Form(Yaml.Fields fields, String what, Problems problems) {
        this.fields = fields;
        this.what = what;
        this.problems = problems;
    }

    /**
     * Opens a mapping and refuses keys that mean nothing in it.
     *
     * @param what what the mapping is, for messages: {@code rule}
     * @param known the keys that may be there
     * @return null if it is not a mapping
     */
    public static @Nullable Form open(@Nullable Yaml value, String what, Set<String> known, Problems problems) {
        if (!(value instanceof Yaml.Fields fields)) {
            if (value != null) {
                problems.add(
                        ProblemKind.WRONG_SHAPE, value.at(), what + " is not a mapping", value.shape(), "a mapping");
            }
            return null;
        }
        for (var key : fields.keys().entrySet()) {
            if (!known.contains(key.getKey())) {
                problems.unknown(ProblemKind.UNKNOWN_KEY, key.getValue(), "key in " + what + ":", key.getKey(), known);
            }
        }
        return new Form(fields, what, problems);
    }

    /** Where the mapping starts. */
    public Position at() {
        return fields.at();
    }

    /** Where the key stands, or the mapping where it is absent. */
    public Position at(String key) {
        Position at = fields.keys().get(key);
        return at == null ? fields.at() : at;
    }

    /** Whether the key is there. */
    public boolean has(String key) {
        return fields.values().containsKey(key);
    }

    /** The value under a key, or null. */
    public @Nullable Yaml get(String key) {
        return fields.values().get(key);
    }

    /** The value under a key that must be there, or null with a problem. */
    public @Nullable Yaml need(String key) {
        Yaml value = fields.values().get(key);
        if (value == null) {
            problems.add(ProblemKind.MISSING_KEY, fields.at(), what + " has no `" + key + "`", "", "`" + key + "`");
        }
        return value;
    }

    /** A text under a key, or null where it is absent. */
    public Yaml.@Nullable Text text(String key) {
        return asText(get(key), "`" + key + "`", problems);
    }

    /** A text under a key that must be there, or null with a problem. */
    public Yaml.@Nullable Text needText(String key) {
        return asText(need(key), "`" + key + "`", problems);
    }

    /** A word or a list of words under a key; empty where it is absent, an empty list is a problem. */
    public List<Yaml.Text> words(String key) {
        return words(get(key), "`" + key + "`", problems);
    }

    /** The text of a value, or null with a problem where it is none or empty. */
    public static Yaml.@Nullable Text asText(@Nullable Yaml value, String what, Problems problems) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof Yaml.Text text)) {
            problems.add(ProblemKind.WRONG_SHAPE, value.at(), what + " is " + value.shape(), value.shape(), "a word");
            return null;
        }
        if (text.value().isEmpty()) {
            problems.add(ProblemKind.EMPTY, value.at(), what + " is empty");
            return null;
        }
        return text;
    }

    /** The words of a value that is a word or a list of words. */
    public static List<Yaml.Text> words(@Nullable Yaml value, String what, Problems problems) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof Yaml.Items items)) {
            Yaml.Text one = asText(value, what, problems);
            return one == null ? List.of() : List.of(one);
        }
        if (items.values().isEmpty()) {
            problems.add(ProblemKind.EMPTY, value.at(), what + " is empty");
        }
        List<Yaml.Text> words = new ArrayList<>();
        Set<String> seen = new TreeSet<>();
        for (Yaml item : items.values()) {
            Yaml.Text word = asText(item, "an item of " + what, problems);
            if (word == null) {
                continue;
            }
            if (!seen.add(word.value())) {
                problems.add(
                        ProblemKind.DUPLICATE,
                        word.at(),
                        "`" + Names.shown(word.value()) + "` stands twice in " + what);
                continue;
            }
            words.add(word);
        }
        return words;
    }
}
