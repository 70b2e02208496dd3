package nl.sluis.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.change.TestRun;
import nl.sluis.policy.rule.Rule;
import org.junit.jupiter.api.Test;

/** The specification is true: its example is right, and it names every improper example and every attack. */
class SpecificationTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Path RESOURCES = Path.of("src/test/resources/nl/sluis/policy");

    @Test
    void theExampleIsRightAndItsTestsPass() throws Exception {
        Matcher fenced = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(text());
        int found = 0;
        while (fenced.find()) {
            Map<String, byte[]> files = new TreeMap<>();
            for (String file : fenced.group(1).split("---\n", -1)) {
                String path = file.substring(2, file.indexOf('\n'));
                files.put(path, file.getBytes(StandardCharsets.UTF_8));
            }
            assertThat(TestRun.run(PolicyBundle.load(files), NOW)).isNotEmpty().allMatch(TestRun.Result::passed);
            found++;
        }
        assertThat(found).isPositive();
    }

    @Test
    void everyImproperExampleHasItsReason() throws Exception {
        assertThat(table("## 6. Improper examples", "## 7. Attacks")).isEqualTo(files("bundle/refused"));
    }

    @Test
    void everyAttackIsNamed() throws Exception {
        assertThat(table("## 7. Attacks", null)).isEqualTo(files("change/attacks"));
    }

    @Test
    void theGrammarHasEveryVerb() throws Exception {
        for (Rule.Verb verb : Rule.Verb.values()) {
            assertThat(text()).contains("= \"" + verb.word() + ":\" name");
        }
    }

    /** The names in the first column of a section's table. */
    private static Set<String> table(String from, String to) throws IOException {
        String text = text();
        String section = text.substring(text.indexOf(from), to == null ? text.length() : text.indexOf(to));
        return section.lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| file |"))
                .map(line -> line.substring(2, line.indexOf('|', 2)))
                .flatMap(Pattern.compile(",")::splitAsStream)
                .map(String::strip)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(RESOURCES.resolve(folder))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(".txt"))
                    .map(name -> name.substring(0, name.length() - 4))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String text() throws IOException {
        return Files.readString(Path.of("SPECIFICATION.md"));
    }
}
