package nl.sluis.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A policy bundle as a folder of YAML files. */
public final class PolicyFolder {
    private static final int POLICY_FILE_BYTES_MAX = 4 << 20; // object groups of the whole catalogue fit

    private PolicyFolder() {}

    /**
     * The files of a bundle by their paths in the folder, with forward slashes.
     *
     * @throws IOException if the folder is missing or a file is too large or can't be read
     */
    public static Map<String, byte[]> read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException(folder.toString(), null, "policy folder (expected: a folder of YAML files)");
        }
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> found = Files.walk(folder)) {
            for (Path file : found.filter(Files::isRegularFile)
                    .filter(path -> path.toString().endsWith(".yaml"))
                    .toList()) {
                if (Files.size(file) > POLICY_FILE_BYTES_MAX) {
                    throw new IOException("policy file `" + file + "`: " + Files.size(file)
                            + " bytes (expected: at most " + POLICY_FILE_BYTES_MAX + ")");
                }
                files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return files;
    }
}
