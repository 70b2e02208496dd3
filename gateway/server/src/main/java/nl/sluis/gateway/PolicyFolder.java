package nl.sluis.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import nl.sluis.gateway.release.SignedFiles;

/** A policy bundle as a folder of YAML files. */
public final class PolicyFolder {
    private static final int POLICY_FILE_BYTES_MAX = 4 << 20; // object groups of the whole catalogue fit

    /** Officers of one bundle: two of each party at most, and room for those who need not have signed. */
    private static final int SIGNATURES_MAX = 256;
    /** A signature with its certificate is about 1 kB. */
    private static final int SIGNATURE_BYTES_MAX = 64 << 10;

    private PolicyFolder() {}

    /**
     * The files of a bundle with the signatures in its folder {@code signatures}, {@code *.cms}.
     *
     * @throws IOException if the folder is missing or a file is too large or can't be read
     */
    public static SignedFiles signed(Path folder) throws IOException {
        Path signed = folder.resolve("signatures");
        List<byte[]> signatures = new ArrayList<>();
        if (Files.isDirectory(signed)) {
            try (Stream<Path> found = Files.list(signed)) {
                for (Path file : found.filter(path -> path.toString().endsWith(".cms"))
                        .sorted()
                        .limit(SIGNATURES_MAX)
                        .toList()) {
                    if (Files.size(file) > SIGNATURE_BYTES_MAX) {
                        throw new IOException("signature `" + file + "`: " + Files.size(file)
                                + " bytes (expected: at most " + SIGNATURE_BYTES_MAX + ")");
                    }
                    signatures.add(Files.readAllBytes(file));
                }
            }
        }
        return new SignedFiles(read(folder), signatures);
    }

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
