package nl.sluis.policy;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.text.PolicyException;

/** Small bundles for tests: one file with several sections is cut at lines {@code --- path}. */
public final class TestBundles {
    private TestBundles() {}

    /** Cuts a text at lines {@code --- path} into files. */
    public static Map<String, byte[]> files(String text) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        String path = "";
        StringBuilder content = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("--- ")) {
                if (!path.isEmpty()) {
                    files.put(path, content.toString().getBytes(StandardCharsets.UTF_8));
                }
                path = line.substring(4).strip();
                content.setLength(0);
            } else {
                content.append(line).append('\n');
            }
        }
        files.put(path, content.toString().getBytes(StandardCharsets.UTF_8));
        return files;
    }

    /** Reads a bundle from such a text. */
    public static PolicyBundle bundle(String text) throws PolicyException {
        return PolicyBundle.load(files(text));
    }
}
