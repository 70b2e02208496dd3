package nl.sluis.policy.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A value of a YAML 1.2 file that knows where it stands: a text, a list or a mapping. Scalars are kept as text. */
public sealed interface Yaml {
    /** Longest file: 4 MiB, room for groups with every catalogued object. */
    int FILE_BYTES_MAX = 4 << 20;
    /** Deepest nesting: 16 levels; the language needs 7. */
    int DEPTH_MAX = 16;
    /** Most values in one file: 400,000, an object group of that many. */
    int NODES_MAX = 400_000;

    /** Where the value stands. */
    Position at();

    /** The shape in a word for messages. */
    String shape();

    /** A scalar. {@code plain} tells an unquoted one. */
    record Text(Position at, String value, boolean plain) implements Yaml {
        @Override
        public String shape() {
            return plain && value.isEmpty() ? "nothing" : "`" + Names.shown(value) + "`";
        }
    }

    /** A list. */
    record Items(Position at, List<Yaml> values) implements Yaml {
        @Override
        public String shape() {
            return "a list";
        }
    }

    /** A mapping, in the order of the file; {@code keys} tells where each key stands. */
    record Fields(Position at, Map<String, Yaml> values, Map<String, Position> keys) implements Yaml {
        @Override
        public String shape() {
            return "a mapping";
        }
    }

    /**
     * Reads one document.
     *
     * @param file the name for messages
     * @param bytes UTF-8
     * @param problems where to put what is wrong
     * @return the root, or null if the file cannot be read at all
     */
    static @Nullable Yaml parse(String file, byte[] bytes, Problems problems) {
        if (bytes.length > FILE_BYTES_MAX) {
            problems.add(
                    ProblemKind.TOO_LARGE,
                    Position.of(file),
                    "file of " + bytes.length + " bytes is too large",
                    Integer.toString(bytes.length),
                    "at most " + FILE_BYTES_MAX);
            return null;
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(ProblemKind.SYNTAX, Position.of(file), "file is not UTF-8", "other bytes", "UTF-8");
            return null;
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(FILE_BYTES_MAX)
                .setMaxAliasesForCollections(0)
                .setAllowRecursiveKeys(false)
                .setUseMarks(true)
                .build();
        try {
            if (!isPlainData(file, new Parse(settings).parseString(text), problems)) {
                return null;
            }
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                problems.add(ProblemKind.EMPTY, Position.of(file), "file is empty");
                return null;
            }
            return convert(file, root.get(), problems);
        } catch (MarkedYamlEngineException e) {
            Position at = e.getProblemMark().map(m -> at(file, m)).orElse(Position.of(file));
            problems.add(ProblemKind.SYNTAX, at, "not YAML 1.2: " + oneLine(e.getProblem()));
            return null;
        } catch (YamlEngineException e) {
            String why = e.getMessage();
            problems.add(ProblemKind.SYNTAX, Position.of(file), "not YAML 1.2: " + oneLine(why == null ? "" : why));
            return null;
        }
    }

    /** Refuses, on the event stream, what could grow or change meaning before any tree is built. */
    private static boolean isPlainData(String file, Iterable<Event> events, Problems problems) {
        int depth = 0;
        int nodes = 0;
        int documents = 0;
        for (Event event : events) {
            Position at = event.getStartMark().map(m -> at(file, m)).orElse(Position.of(file));
            if (event instanceof DocumentStartEvent && ++documents > 1) {
                problems.add(ProblemKind.NOT_ALLOWED, at, "a second document in one file");
                return false;
            }
            if (event instanceof AliasEvent alias) {
                problems.add(
                        ProblemKind.NOT_ALLOWED, at, "alias `*" + alias.getAlias() + "` is not allowed: write it out");
                return false;
            }
            if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
                problems.add(
                        ProblemKind.NOT_ALLOWED,
                        at,
                        "anchor `&" + node.getAnchor().get() + "` is not allowed: write it out");
                return false;
            }
            boolean tagged = (event instanceof ScalarEvent scalar
                            && scalar.getTag().filter(t -> !"!".equals(t)).isPresent())
                    || (event instanceof CollectionStartEvent start
                            && start.getTag().isPresent());
            if (tagged) {
                problems.add(ProblemKind.NOT_ALLOWED, at, "tags are not allowed");
                return false;
            }
            if (event instanceof CollectionStartEvent && ++depth > DEPTH_MAX) {
                problems.add(
                        ProblemKind.TOO_LARGE,
                        at,
                        "nested too deep",
                        depth + " levels",
                        "at most " + DEPTH_MAX + " levels");
                return false;
            }
            if (event instanceof CollectionEndEvent) {
                depth--;
            }
            if (event instanceof NodeEvent && ++nodes > NODES_MAX) {
                problems.add(
                        ProblemKind.TOO_LARGE,
                        at,
                        "too many values",
                        nodes + " values",
                        "at most " + NODES_MAX + " values");
                return false;
            }
        }
        return true;
    }

    private static @Nullable Yaml convert(String file, Node node, Problems problems) {
        Position at = node.getStartMark().map(m -> at(file, m)).orElse(Position.of(file));
        if (node instanceof ScalarNode scalar) {
            return new Text(at, scalar.getValue(), scalar.isPlain());
        }
        if (node instanceof SequenceNode sequence) {
            List<Yaml> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                Yaml value = convert(file, item, problems);
                if (value != null) {
                    items.add(value);
                }
            }
            return new Items(at, List.copyOf(items));
        }
        if (node instanceof MappingNode mapping) {
            Map<String, Yaml> values = new LinkedHashMap<>();
            Map<String, Position> keys = new LinkedHashMap<>();
            for (NodeTuple tuple : mapping.getValue()) {
                Position keyAt =
                        tuple.getKeyNode().getStartMark().map(m -> at(file, m)).orElse(at);
                if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                    problems.add(ProblemKind.WRONG_SHAPE, keyAt, "a key must be a word");
                    continue;
                }
                Position earlier = keys.putIfAbsent(key.getValue(), keyAt);
                if (earlier != null) {
                    problems.add(
                            ProblemKind.DUPLICATE,
                            keyAt,
                            "key `" + Names.shown(key.getValue()) + "` stands twice, first at line " + earlier.line());
                    continue;
                }
                Yaml value = convert(file, tuple.getValueNode(), problems);
                if (value != null) {
                    values.put(key.getValue(), value);
                }
            }
            return new Fields(at, values, keys);
        }
        problems.add(ProblemKind.SYNTAX, at, "not YAML 1.2: unexpected node");
        return null;
    }

    private static Position at(String file, Mark mark) {
        return new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static String oneLine(String text) {
        return Names.shown(text.replaceAll("\\s+", " ").strip());
    }
}
