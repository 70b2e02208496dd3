package nl.sluis.gateway.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Which role may call which method. A method that is not listed cannot be called by anybody. */
public final class RpcPermissions {
    private static final String RESOURCE = "rpc-permissions.yaml";

    /** Stands in the file for all roles. */
    private static final String EVERY_ROLE = "every-role";

    private static final Pattern SERVICE = Pattern.compile("[a-z][a-z0-9_]*(?:\\.[A-Za-z][A-Za-z0-9_]*)+");
    private static final Pattern METHOD = Pattern.compile("[A-Z][A-Za-z0-9]*");

    private final Map<String, Set<Role>> rolesByMethod;

    private RpcPermissions(Map<String, Set<Role>> rolesByMethod) {
        this.rolesByMethod = Collections.unmodifiableMap(rolesByMethod);
    }

    /** The table that ships with the gateway. */
    public static RpcPermissions standard() {
        try (InputStream in = RpcPermissions.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("no resource `" + RESOURCE + "` beside `RpcPermissions`");
            }
            return new Reader(RESOURCE).read(in);
        } catch (IOException | RpcPermissionsException e) {
            throw new IllegalStateException("the table that ships with the gateway: " + e.getMessage(), e);
        }
    }

    /** Reads an operator's own table. */
    public static RpcPermissions load(Path file) throws IOException, RpcPermissionsException {
        try (InputStream in = Files.newInputStream(file)) {
            return new Reader(file.toString()).read(in);
        }
    }

    static RpcPermissions read(String name, InputStream in) throws RpcPermissionsException {
        return new Reader(name).read(in);
    }

    /**
     * Whether one of the roles may call the method.
     *
     * @param fullMethodName {@code package.Service/Method}
     * @param roles the caller's roles
     */
    public boolean mayCall(String fullMethodName, Set<Role> roles) {
        Set<Role> allowed = rolesByMethod.get(fullMethodName);
        return allowed != null && roles.stream().anyMatch(allowed::contains);
    }

    /** All listed methods with the roles that may call each. */
    public Map<String, Set<Role>> rolesByMethod() {
        return rolesByMethod;
    }

    /** Reads one file; every complaint names file, line and column. */
    private static final class Reader {
        private final String file;

        Reader(String file) {
            this.file = file;
        }

        RpcPermissions read(InputStream in) throws RpcPermissionsException {
            Optional<Node> document;
            try {
                document = new Compose(LoadSettings.builder().setLabel(file).build()).composeInputStream(in);
            } catch (YamlEngineException e) {
                throw new RpcPermissionsException(file, 0, 0, "not YAML: " + e.getMessage());
            }
            if (document.isEmpty()) {
                throw new RpcPermissionsException(file, 1, 1, "empty (expected: services)");
            }
            Map<String, Set<Role>> table = new TreeMap<>();
            Set<String> services = new HashSet<>();
            for (NodeTuple entry : mapping(document.get(), "services").getValue()) {
                String service = word(entry.getKeyNode(), "service", SERVICE);
                if (!services.add(service)) {
                    throw at(entry.getKeyNode(), "service: `" + service + "` stands twice");
                }
                for (NodeTuple method : mapping(entry.getValueNode(), "methods").getValue()) {
                    String name = word(method.getKeyNode(), "method", METHOD);
                    if (table.put(service + "/" + name, roles(method.getValueNode())) != null) {
                        throw at(method.getKeyNode(), "method: `" + name + "` stands twice");
                    }
                }
            }
            return new RpcPermissions(table);
        }

        private Set<Role> roles(Node node) throws RpcPermissionsException {
            if (node instanceof ScalarNode scalar && scalar.getValue().equals(EVERY_ROLE)) {
                return Collections.unmodifiableSet(EnumSet.allOf(Role.class));
            }
            if (!(node instanceof SequenceNode sequence)) {
                throw at(node, "roles: found no list (expected: a list of roles or `" + EVERY_ROLE + "`)");
            }
            EnumSet<Role> roles = EnumSet.noneOf(Role.class);
            for (Node item : sequence.getValue()) {
                String word = item instanceof ScalarNode scalar ? scalar.getValue() : "";
                Role role = Role.of(word)
                        .orElseThrow(() -> at(
                                item,
                                "role: `" + word + "` (expected: one of `"
                                        + EnumSet.allOf(Role.class).stream()
                                                .map(Role::word)
                                                .toList() + "`)"));
                if (!roles.add(role)) {
                    throw at(item, "role: `" + word + "` stands twice");
                }
            }
            return Collections.unmodifiableSet(roles);
        }

        private MappingNode mapping(Node node, String what) throws RpcPermissionsException {
            if (node instanceof MappingNode mapping) {
                return mapping;
            }
            throw at(node, what + ": found no mapping (expected: one)");
        }

        private String word(Node node, String what, Pattern pattern) throws RpcPermissionsException {
            String word = node instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (!pattern.matcher(word).matches()) {
                throw at(node, what + ": `" + word + "` (expected: a name as in the contract)");
            }
            return word;
        }

        private RpcPermissionsException at(Node node, String rule) {
            return new RpcPermissionsException(
                    file,
                    node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0),
                    node.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0),
                    rule);
        }
    }
}
