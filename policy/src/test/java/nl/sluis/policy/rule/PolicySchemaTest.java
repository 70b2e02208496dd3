package nl.sluis.policy.rule;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.text.Problems;
import nl.sluis.policy.text.Yaml;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema for editors accepts every right policy, and sees the mistakes of shape that an editor should show. */
class PolicySchemaTest {
    private static final Path REFUSED = Path.of("src/test/resources/nl/sluis/policy/bundle/refused");
    private static final JsonSchema SCHEMA = schema();

    static Stream<Path> examples() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("examples"))) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsAccepted(Path file) {
        assertThat(SCHEMA.validate(json(file.toString(), read(file)))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "misspelt-key",
                "misspelt-verb",
                "misspelt-kind",
                "empty-to",
                "empty-what",
                "no-what",
                "two-verbs",
                "relabel-that-keeps-nothing",
                "expression-in-a-rule-that-grants",
                "redaction-of-nothing",
                "redaction-of-routing",
                "unknown-key-in-a-tenant",
                "unknown-role",
                "unknown-status",
                "unknown-quota",
                "digraph-as-a-nation",
                "tenant-that-belongs-to-nothing",
                "tenant-with-a-capital",
                "audience-without-a-condition",
                "group-without-members",
                "group-uncorrelated",
                "range-with-letters",
                "consent-of-two-signers",
                "consent-with-a-local-time",
                "consent-without-an-end",
                "header-with-version-zero",
                "header-with-half-a-digest",
                "header-without-validity",
                "policy-without-an-owner",
                "rules-as-a-mapping",
                "rule-that-is-a-word",
                "what-as-a-list",
                "kind-in-capitals",
                "misspelt-data-mode",
                "unknown-obligation",
                "obligation-of-another-verb",
                "unknown-sensitivity",
                "everyone-except-nobody",
                "expression-in-a-downgrade",
                "expression-in-a-quota",
                "relabel-without-a-label",
                "quota-without-a-window",
                "quota-of-something-else",
                "invariant-without-to",
                "test-that-expects-nothing",
                "file-of-no-kind"
            })
    void mistakesOfShapeAreSeen(String name) {
        Map<String, byte[]> files = TestBundles.files(read(REFUSED.resolve(name + ".txt")));
        files.remove("expected");
        assertThat(files.values())
                .anySatisfy(file -> assertThat(SCHEMA.validate(json(name, new String(file, StandardCharsets.UTF_8))))
                        .isNotEmpty());
    }

    @Test
    void theSchemaKnowsEveryVerbAndKind() throws Exception {
        String text = resource();
        for (Rule.Verb verb : Rule.Verb.values()) {
            assertThat(text).contains("\"" + verb.word() + "\"");
        }
        Kind.words().forEach(k -> assertThat(text).contains("\"" + k + "\""));
    }

    private static JsonSchema schema() {
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(resource());
    }

    private static String resource() {
        try (InputStream in = PolicySchemaTest.class.getResourceAsStream("/nl/sluis/policy/policy.schema.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String name, String text) {
        return json(Objects.requireNonNull(Yaml.parse(name, text.getBytes(StandardCharsets.UTF_8), new Problems())));
    }

    private static JsonNode json(Yaml value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof Yaml.Text text) {
            return nodes.textNode(text.value());
        }
        if (value instanceof Yaml.Items items) {
            var array = nodes.arrayNode();
            items.values().forEach(v -> array.add(json(v)));
            return array;
        }
        ObjectNode object = nodes.objectNode();
        ((Yaml.Fields) value).values().forEach((k, v) -> object.set(k, json(v)));
        return object;
    }
}
