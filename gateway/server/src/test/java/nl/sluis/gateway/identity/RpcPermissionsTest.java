package nl.sluis.gateway.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import nl.sluis.proto.v1.SubscriptionServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RpcPermissionsTest {
    private final RpcPermissions permissions = RpcPermissions.standard();

    @Test
    void every_method_of_the_contract_is_listed_and_no_other() throws Exception {
        Set<String> methods = new TreeSet<>();
        for (String name : classesOfTheContract()) {
            ServiceDescriptor service = (ServiceDescriptor)
                    Class.forName(name).getMethod("getServiceDescriptor").invoke(null);
            service.getMethods().stream()
                    .map(MethodDescriptor::getFullMethodName)
                    .forEach(methods::add);
        }
        assertThat(methods).hasSizeGreaterThan(20);
        assertThat(permissions.rolesByMethod().keySet())
                .filteredOn(method -> method.startsWith("sluis."))
                .containsExactlyInAnyOrderElementsOf(methods);
    }

    @Test
    void health_and_reflection_are_listed_as_the_gRPC_project_defines_them() {
        // grpc/grpc-proto: grpc/health/v1/health.proto, grpc/reflection/v1/reflection.proto and its v1alpha
        assertThat(permissions.rolesByMethod().keySet())
                .filteredOn(method -> method.startsWith("grpc."))
                .containsExactlyInAnyOrder(
                        "grpc.health.v1.Health/Check",
                        "grpc.health.v1.Health/List",
                        "grpc.health.v1.Health/Watch",
                        "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                        "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
    }

    @Test
    void a_method_that_is_not_listed_cannot_be_called_by_anybody() {
        Set<Role> all = EnumSet.allOf(Role.class);
        assertThat(permissions.mayCall("sluis.v1.TenantService/Delete", all)).isFalse();
        assertThat(permissions.mayCall("/sluis.v1.TenantService/GetSelf", all)).isFalse();
        assertThat(permissions.mayCall("", all)).isFalse();
    }

    @Test
    void without_a_role_nothing_can_be_called() {
        assertThat(permissions.rolesByMethod().keySet()).noneMatch(method -> permissions.mayCall(method, Set.of()));
    }

    @Test
    void each_method_can_be_called_in_exactly_the_roles_that_its_line_names() {
        permissions.rolesByMethod().forEach((method, roles) -> {
            for (Role role : Role.values()) {
                assertThat(permissions.mayCall(method, Set.of(role))).isEqualTo(roles.contains(role));
            }
        });
    }

    @Test
    void officers_alone_change_policy_and_revoke() {
        assertThat(permissions.rolesByMethod().get("sluis.v1.PolicyService/ApproveBundle"))
                .containsExactly(Role.OFFICER);
        assertThat(permissions.rolesByMethod().get("sluis.v1.TenantService/RevokeCredential"))
                .containsExactly(Role.OFFICER);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            "a.B:\n  C: [emperor]"                 | "p.yaml:2:7: role: `emperor` (expected: one of"
            "a.B:\n  C: subscriber"                | "p.yaml:2:6: roles: found no list"
            "a.B:\n  C: [officer, officer]"        | "p.yaml:2:16: role: `officer` stands twice"
            "a.B:\n  C: [officer]\n  C: [officer]" | "p.yaml:3:3: method: `C` stands twice"
            "a.B:\n  C: [officer]\na.B: {}"        | "p.yaml:3:1: service: `a.B` stands twice"
            "a.B:\n  c: [officer]"                 | "p.yaml:2:3: method: `c`"
            "a/B: {}"                              | "p.yaml:1:1: service: `a/B`"
            "- a"                                  | "p.yaml:1:1: services: found no mapping"
            "a: ["                                 | "not YAML"
            """)
    void a_wrong_table_is_refused_with_line_and_column(String yaml, String message) {
        assertThatThrownBy(() -> RpcPermissions.read(
                        "p.yaml",
                        new ByteArrayInputStream(yaml.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(RpcPermissionsException.class)
                .hasMessageContaining(message);
    }

    /** The generated class of each service, from the folder or the jar that the contract was loaded from. */
    private static List<String> classesOfTheContract() throws Exception {
        String folder = "nl/sluis/proto/v1";
        Path source = Path.of(SubscriptionServiceGrpc.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (Files.isDirectory(source)) {
            return servicesIn(source.resolve(folder));
        }
        try (FileSystem jar = FileSystems.newFileSystem(source)) {
            return servicesIn(jar.getPath(folder));
        }
    }

    private static List<String> servicesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("ServiceGrpc.class"))
                    .map(name -> "nl.sluis.proto.v1." + name.substring(0, name.length() - ".class".length()))
                    .toList();
        }
    }
}
