package nl.sluis.partner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Named contexts in a YAML file, one of which is the current one.
 *
 * <pre>
 * current: nld
 * contexts:
 *   nld:
 *     endpoint: gateway.example:7443
 *     trust: gateway-root.pem        # relative to this file, or absolute
 *     certificate: certificate.pem
 *     key: key.pem
 *     signing-keys: signing-keys.pem # optional
 * </pre>
 */
public final class ContextStore {
    /** Environment variable that names another file. */
    public static final String CONFIG_VARIABLE = "SLUIS_CONFIG";

    private static final Set<String> TOP_KEYS = Set.of("current", "contexts");
    private static final Set<String> REQUIRED_KEYS = new TreeSet<>(Set.of("endpoint", "trust", "certificate", "key"));
    private static final String SIGNING_KEYS = "signing-keys";

    private final Path file;

    /** Contexts in this file, which need not exist yet. */
    public ContextStore(Path file) {
        this.file = file;
    }

    /** The file named by {@code $SLUIS_CONFIG}, else {@code ~/.config/sluis/contexts.yaml}. */
    public static ContextStore standard() {
        return standard(System.getenv(), Path.of(System.getProperty("user.home", "")));
    }

    static ContextStore standard(Map<String, String> environment, Path home) {
        String named = environment.getOrDefault(CONFIG_VARIABLE, "");
        return new ContextStore(
                named.isEmpty() ? home.resolve(".config").resolve("sluis").resolve("contexts.yaml") : Path.of(named));
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /**
     * All contexts; none where there is no file.
     *
     * @throws ContextFileException if the file cannot be read or means something else
     */
    public Contexts read() throws ContextFileException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return new Contexts(null, Map.of());
        } catch (IOException e) {
            throw new ContextFileException(file, "cannot be read: " + e.getMessage(), e);
        }
        Object yaml;
        try {
            yaml = new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build()).loadFromString(text);
        } catch (MarkedYamlEngineException e) {
            String line = e.getProblemMark()
                    .map(mark -> "line " + (mark.getLine() + 1) + ": ")
                    .orElse("");
            throw new ContextFileException(file, line + e.getProblem() + " (expected: YAML)", e);
        } catch (YamlEngineException e) {
            throw new ContextFileException(file, "not YAML: " + e.getMessage(), e);
        }
        if (yaml == null) {
            return new Contexts(null, Map.of());
        }
        Map<String, Object> top = map(yaml, "the file", TOP_KEYS);
        TreeMap<String, PartnerContext> contexts = new TreeMap<>();
        Object entries = top.get("contexts");
        if (entries != null) {
            for (Map.Entry<String, Object> entry :
                    map(entries, "contexts", null).entrySet()) {
                contexts.put(entry.getKey(), context("contexts." + entry.getKey(), entry.getValue()));
            }
        }
        Object current = top.get("current");
        if (current != null && !contexts.containsKey(current.toString())) {
            throw new ContextFileException(
                    file, "current: `" + current + "` (expected: one of " + contexts.keySet() + ")");
        }
        return new Contexts(current == null ? null : current.toString(), contexts);
    }

    /** Adds or replaces a context; the first one becomes the current one. */
    public void put(String name, PartnerContext context) throws ContextFileException {
        Contexts old = read();
        TreeMap<String, PartnerContext> contexts = new TreeMap<>(old.byName());
        contexts.put(name, context);
        write(new Contexts(old.current().orElse(name), contexts));
    }

    /**
     * Makes a context the current one.
     *
     * @throws ContextFileException if there is no such context
     */
    public void use(String name) throws ContextFileException {
        Contexts old = read();
        old.required(file, name);
        write(new Contexts(name, old.byName()));
    }

    /**
     * Removes a context; its certificate files stay.
     *
     * @throws ContextFileException if there is no such context
     */
    public void remove(String name) throws ContextFileException {
        Contexts old = read();
        old.required(file, name);
        TreeMap<String, PartnerContext> contexts = new TreeMap<>(old.byName());
        contexts.remove(name);
        write(new Contexts(
                old.current().filter(current -> !current.equals(name)).orElse(null), contexts));
    }

    private PartnerContext context(String path, Object yaml) throws ContextFileException {
        Set<String> known = new TreeSet<>(REQUIRED_KEYS);
        known.add(SIGNING_KEYS);
        Map<String, Object> fields = map(yaml, path, known);
        for (String key : REQUIRED_KEYS) {
            if (!fields.containsKey(key)) {
                throw new ContextFileException(file, path + ": no `" + key + "`");
            }
        }
        Object signing = fields.get(SIGNING_KEYS);
        try {
            return PartnerContext.of(
                    String.valueOf(fields.get("endpoint")),
                    path(fields.get("trust")),
                    path(fields.get("certificate")),
                    path(fields.get("key")),
                    signing == null ? null : path(signing));
        } catch (IllegalArgumentException e) {
            throw new ContextFileException(file, path + ": " + e.getMessage(), e);
        }
    }

    private Path path(@Nullable Object text) {
        return file.toAbsolutePath().resolveSibling(String.valueOf(text)).normalize();
    }

    private Map<String, Object> map(Object yaml, String path, @Nullable Set<String> known) throws ContextFileException {
        if (!(yaml instanceof Map<?, ?> raw)) {
            throw new ContextFileException(file, path + ": `" + yaml + "` (expected: a mapping)");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : raw.entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (known != null && !known.contains(key)) {
                throw new ContextFileException(
                        file, path + ": unknown key `" + key + "` (expected: one of " + new TreeSet<>(known) + ")");
            }
            if (entry.getValue() != null) {
                map.put(key, entry.getValue());
            }
        }
        return map;
    }

    private void write(Contexts contexts) throws ContextFileException {
        Map<String, Object> top = new LinkedHashMap<>();
        contexts.current().ifPresent(current -> top.put("current", current));
        Map<String, Object> entries = new LinkedHashMap<>();
        contexts.byName().forEach((name, context) -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("endpoint", context.endpoint());
            fields.put("trust", context.trustPem().toAbsolutePath().toString());
            fields.put("certificate", context.certificatePem().toAbsolutePath().toString());
            fields.put("key", context.keyPem().toAbsolutePath().toString());
            if (context.signingKeysPem() != null) {
                fields.put(
                        SIGNING_KEYS, context.signingKeysPem().toAbsolutePath().toString());
            }
            entries.put(name, fields);
        });
        top.put("contexts", entries);
        String text = new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .build())
                .dumpToString(top);
        Path absolute = file.toAbsolutePath();
        Path fresh = absolute.resolveSibling(absolute.getFileName() + ".new");
        try {
            Files.createDirectories(absolute.getParent());
            Files.writeString(fresh, text);
            Files.move(fresh, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ContextFileException(file, "cannot be written: " + e.getMessage(), e);
        }
    }

    /** What a file of contexts holds. */
    public static final class Contexts {
        private final @Nullable String current;
        private final Map<String, PartnerContext> byName;

        Contexts(@Nullable String current, Map<String, PartnerContext> byName) {
            this.current = current;
            this.byName = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(byName));
        }

        /** The name of the current one. */
        public Optional<String> current() {
            return Optional.ofNullable(current);
        }

        /** All, in alphabetical order. */
        public Map<String, PartnerContext> byName() {
            return byName;
        }

        PartnerContext required(Path file, String name) throws ContextFileException {
            PartnerContext context = byName.get(name);
            if (context == null) {
                throw new ContextFileException(
                        file, "no context `" + name + "` (expected: one of " + byName.keySet() + ")");
            }
            return context;
        }
    }
}
