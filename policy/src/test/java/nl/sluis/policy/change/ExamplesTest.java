package nl.sluis.policy.change;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.text.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples that come with the module are right, and their own tests pass. */
class ExamplesTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Path FOLDER = Path.of("examples", "netherlands");

    @ParameterizedTest
    @ValueSource(strings = {"first-steps", "netherlands"})
    void everyTestAndInvariantOfTheExamplesHolds(String example) throws Exception {
        PolicyBundle bundle = PolicyBundle.load(files(Path.of("examples", example)));

        assertThat(TestRun.run(bundle, NOW)).hasSizeGreaterThan(5);
        assertThat(Preview.problems(bundle, NOW).stream().map(Problem::toString))
                .isEmpty();
        assertThat(bundle.policies())
                .allSatisfy(policy -> assertThat(policy.tests())
                        .as("tests of %s", policy.name())
                        .isNotEmpty());
    }

    @Test
    void aTestThatFailsSaysWhatHappensInstead() throws Exception {
        Map<String, byte[]> files = files();
        files.put(
                "fra.yaml",
                new String(files.get("fra.yaml"), StandardCharsets.UTF_8)
                        .replace("nld-mod: deny by=FRA", "nld-mod: release")
                        .getBytes(StandardCharsets.UTF_8));

        List<Problem> problems = Preview.problems(PolicyBundle.load(files), NOW);

        assertThat(problems)
                .extracting(Problem::toString)
                .containsExactly("fra.yaml:18:14: test `a Dutch rule frees no French payload`: `nld-mod` gets"
                        + " `deny no release rule of FRA` (expected: release)");
    }

    @Test
    void replayCountsWhatEachTenantWouldHaveGainedAndLost() throws Exception {
        PolicyBundle before = PolicyBundle.load(files());
        Map<String, byte[]> files = files();
        files.put(
                "commercial.yaml",
                new String(files.get("commercial.yaml"), StandardCharsets.UTF_8)
                        .replace("to: [acme-space]", "to: [sst-hub]")
                        .getBytes(StandardCharsets.UTF_8));
        List<Preview.Recorded> past = TestRun.run(before, NOW).isEmpty()
                ? List.of()
                : before.policies().stream()
                        .flatMap(p -> p.tests().stream())
                        .map(t -> new Preview.Recorded(TestRun.item(t.item(), NOW), NOW))
                        .toList();

        Map<String, Preview.Change> changes = Preview.replay(before, PolicyBundle.load(files), past);

        assertThat(changes.get("sst-hub").lost()).isEqualTo(1);
        assertThat(changes.get("sst-hub").examples()).hasSize(1);
        assertThat(changes.get("nld-mod").lost() + changes.get("nld-mod").gained())
                .isZero();
    }

    private static Map<String, byte[]> files() throws IOException {
        return files(FOLDER);
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> paths = Files.list(folder)) {
            paths.filter(p -> p.toString().endsWith(".yaml")).forEach(p -> {
                try {
                    files.put(p.getFileName().toString(), Files.readAllBytes(p));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return files;
    }
}
