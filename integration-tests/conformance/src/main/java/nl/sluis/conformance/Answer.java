package nl.sluis.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a call went.
 *
 * @param responses messages, as maps and lists
 * @param code name of the status; null where the call was still open when it was looked at
 * @param message the status's message
 * @param details google.rpc.Status as map; empty where there were none
 * @param tls true where the call failed below gRPC: no TLS connection, or the connection was cut
 */
record Answer(List<Object> responses, @Nullable String code, String message, Map<?, ?> details, boolean tls) {

    /** All values at a path: {@code "a.b[].c"}, where {@code []} goes into each element of a list. */
    static List<String> at(@Nullable Object root, String path) {
        List<Object> here = new ArrayList<>();
        if (root != null) {
            here.add(root);
        }
        for (String step : path.split("\\.", -1)) {
            boolean each = step.endsWith("[]");
            String key = each ? step.substring(0, step.length() - 2) : step;
            List<Object> next = new ArrayList<>();
            for (Object node : here) {
                Object value = node instanceof Map<?, ?> map ? map.get(key) : null;
                if (each && value instanceof List<?> list) {
                    next.addAll(list);
                } else if (value != null) {
                    next.add(value);
                }
            }
            here = next;
        }
        return here.stream().map(Object::toString).toList();
    }

    String describe() {
        String text = code == null ? "still open" : code + (message.isEmpty() ? "" : ": " + message);
        return responses.isEmpty()
                ? text
                : responses.size() + " responses, " + text + ", last " + responses.get(responses.size() - 1);
    }
}
