package nl.sluis.partner.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import nl.sluis.certs.Credential;
import nl.sluis.certs.DevelopmentPki;
import nl.sluis.certs.PkiRequest;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.ContextStore;
import nl.sluis.partner.PartnerContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContextCommandTest {
    @TempDir
    static Path pkiFolder;

    private static Credential tenant;

    @TempDir
    Path folder;

    @BeforeAll
    static void makePki() throws Exception {
        tenant = DevelopmentPki.create(
                        PkiRequest.of("nld", PkiRequest.Tenant.parse("nld/ssa-centre:subscriber")),
                        pkiFolder.resolve("pki"),
                        Clock.systemUTC(),
                        new SecureRandom())
                .tenant("nld", "ssa-centre");
    }

    @Test
    void theFirstContextIsTheCurrentOneAndAnotherCanBeUsed() throws Exception {
        ContextStore store = store();
        assertThat(add(store, "first", "localhost:7443").exitCode()).isZero();
        assertThat(add(store, "second", "[::1]:7443").exitCode()).isZero();
        assertThat(Ran.run(new ContextCommand(store), "list").out().lines().map(line -> line.substring(0, 24)))
                .containsExactly("* first   localhost:7443", "  second  [::1]:7443  /t");
        assertThat(Ran.run(new ContextCommand(store), "use", "second").exitCode())
                .isZero();
        assertThat(store.read().current()).contains("second");
        PartnerContext second = store.read().byName().get("second");
        assertThat(second.host()).isEqualTo("::1");
        assertThat(second.endpoint()).isEqualTo("[::1]:7443");
        assertThat(Ran.run(new ContextCommand(store), "remove", "second").exitCode())
                .isZero();
        assertThat(store.read().current()).isEmpty();
        assertThat(store.read().byName()).containsOnlyKeys("first");
    }

    @Test
    void anUnknownNameSaysWhichThereAre() {
        ContextStore store = store();
        add(store, "first", "localhost:7443");
        assertThat(Ran.run(new ContextCommand(store), "use", "frist").err())
                .contains("no context `frist` (expected: one of [first])");
        assertThat(Ran.run(new ContextCommand(store), "add", "../x").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void filesAreCheckedBeforeAContextIsAdded() throws Exception {
        ContextStore store = store();
        Ran ran = Ran.run(
                new ContextCommand(store),
                "add",
                "swapped",
                "--endpoint",
                "localhost:7443",
                "--trust",
                tenant.gatewayRootPem().toString(),
                "--cert",
                tenant.keyPem().toString(),
                "--key",
                tenant.certificatePem().toString());
        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("key.pem`: holds [PRIVATE KEY] (expected: `CERTIFICATE`)");
        assertThat(store.read().byName()).isEmpty();
    }

    @Test
    void aFileThatMeansSomethingElseIsRefusedWithItsReason() throws Exception {
        Map<String, String> reasons = Map.of(
                "contexts: [", "(expected: YAML)",
                "contexts: 1", "contexts: `1` (expected: a mapping)",
                "context: {}", "unknown key `context`",
                "current: a", "current: `a` (expected: one of [])",
                "contexts: {a: {endpoint: x:1, trust: t, certificate: c}}", "contexts.a: no `key`",
                "contexts: {a: {endpoint: x, trust: t, certificate: c, key: k}}", "(expected: `host:port`)",
                "contexts: {a: {endpoint: x:99999, trust: t, certificate: c, key: k}}", "port `99999`",
                "contexts: {a: {endpont: x:1}}", "contexts.a: unknown key `endpont`",
                "contexts: {}\ncontexts: {}", "line 2");
        for (Map.Entry<String, String> each : reasons.entrySet()) {
            Path file = Files.writeString(folder.resolve("wrong.yaml"), each.getKey());
            assertThatThrownBy(() -> new ContextStore(file).read())
                    .isInstanceOf(ContextFileException.class)
                    .hasMessageContaining("wrong.yaml")
                    .hasMessageContaining(each.getValue());
        }
    }

    @Test
    void pathsAreRelativeToTheFile() throws Exception {
        Path file = Files.writeString(
                folder.resolve("contexts.yaml"),
                "contexts: {a: {endpoint: 'x:1', trust: root.pem, certificate: ../c.pem, key: /k.pem}}");
        PartnerContext context = new ContextStore(file).read().byName().get("a");
        assertThat(List.of(context.trustPem(), context.certificatePem(), context.keyPem()))
                .containsExactly(
                        folder.resolve("root.pem"),
                        folder.toAbsolutePath().getParent().resolve("c.pem"),
                        Path.of("/k.pem"));
    }

    private ContextStore store() {
        return new ContextStore(folder.resolve("new").resolve("contexts.yaml"));
    }

    private static Ran add(ContextStore store, String name, String endpoint) {
        return Ran.run(
                new ContextCommand(store),
                "add",
                name,
                "--endpoint",
                endpoint,
                "--trust",
                tenant.gatewayRootPem().toString(),
                "--cert",
                tenant.certificatePem().toString(),
                "--key",
                tenant.keyPem().toString());
    }
}
