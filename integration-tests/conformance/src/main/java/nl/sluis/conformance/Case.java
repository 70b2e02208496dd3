package nl.sluis.conformance;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One way to look whether a promise is kept: what to do, and what to expect.
 *
 * @param name name of its file, without ending
 * @param fields the file's content; {@link #KEYS} and nothing else
 */
record Case(String name, Map<?, ?> fields) {
    /** Everything a case can say. */
    static final Set<String> KEYS = Set.of(
            "requirement",
            "case",
            "certificate",
            "role",
            "unless-role",
            "handshake",
            "call",
            "requests",
            "same-answer",
            "within-s",
            "expect");

    private static final int WITHIN_S = 20;

    static Case of(String name, Map<?, ?> fields) {
        for (Object key : fields.keySet()) {
            if (!KEYS.contains(key.toString())) {
                throw new IllegalStateException(
                        "case `" + name + "`: unknown key `" + key + "` (expected: " + KEYS + ")");
            }
        }
        return new Case(name, fields);
    }

    String requirement() {
        return text("requirement").orElseThrow();
    }

    String sentence() {
        return text("case").orElseThrow();
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(fields.get(key)).map(Object::toString);
    }

    Map<?, ?> map(String key) {
        return fields.get(key) instanceof Map<?, ?> map ? map : Map.of();
    }

    List<?> list(String key) {
        return fields.get(key) instanceof List<?> list ? list : List.of();
    }

    int withinS() {
        return text("within-s").map(Integer::parseInt).orElse(WITHIN_S);
    }
}
