package nl.sluis.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.decide.CompiledPolicy;
import nl.sluis.policy.decide.Decision;
import nl.sluis.policy.decide.Explanation;
import nl.sluis.policy.decide.Item;
import nl.sluis.policy.rule.PolicyTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Ways to get data that one may not have, one a file. A file says what is tried, holds the policies that are tried with and
 * their tests, and in {@code expected} what is told of the first test to whom.
 */
class AttacksTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    static Stream<Path> cases() throws IOException {
        try (Stream<Path> files = Files.list(folder())) {
            return files.filter(f -> f.toString().endsWith(".txt")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsTriedFails(Path file) throws Exception {
        Map<String, byte[]> sections = TestBundles.files(Files.readString(file));
        sections.remove("");
        List<String> expected = text(sections.remove("expected")).lines().toList();
        byte[] received = sections.remove("received");
        Instant at = received == null ? NOW : Instant.parse(text(received).strip());
        Map<String, byte[]> files =
                new LinkedHashMap<>(TestBundles.files(Files.readString(folder().resolve("base.yaml-files"))));
        files.putAll(sections);
        PolicyBundle bundle = PolicyBundle.load(files);
        CompiledPolicy compiled = CompiledPolicy.compile(bundle);

        List<PolicyTest> tests =
                bundle.policies().stream().flatMap(p -> p.tests().stream()).toList();
        assertThat(tests).isNotEmpty();
        if (received == null) {
            assertThat(TestRun.run(bundle, NOW))
                    .allSatisfy(r -> assertThat(r.passed())
                            .as(
                                    "%s: %s: %s gets `%s` (expected: %s)",
                                    file.getFileName(), r.test(), r.who(), r.found(), r.expected())
                            .isTrue());
        }
        Item item = TestRun.item(tests.get(0).item(), at);
        Decision decision = compiled.decide(item, NOW);
        for (String line : expected) {
            if (!line.isBlank()) {
                String tenant = line.substring(0, line.indexOf(':'));
                Explanation explanation = decision.explain(
                        Objects.requireNonNull(bundle.audienceOf(tenant)).index());
                assertThat(tenant + ": " + explanation.summary())
                        .as(file.getFileName().toString())
                        .isEqualTo(line);
            }
        }
    }

    private static String text(byte[] bytes) {
        return new String(Objects.requireNonNull(bytes), StandardCharsets.UTF_8);
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(AttacksTest.class.getResource("attacks/base.yaml-files"))
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
