package nl.sluis.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.sluis.gateway.Sluis;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written about the project is true of it, and nothing lies about that does not belong there. */
final class RepositoryTest {
    private static final Path ROOT = root();
    private static final String DEMO = "mvn -q -DskipTests package && java -jar gateway/server/target/sluis.jar demo";
    private static final String TESTS = "mvn verify";
    private static final long DEMO_LIMIT_S = 110;

    private static final Pattern FENCE = Pattern.compile("(?ms)^```sh\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

    // written in two pieces, so that this file does not find itself
    private static final Pattern MARKER = Pattern.compile("\\bTO" + "DO\\b|\\bFIX" + "ME\\b|\\bXX" + "X\\b");
    private static final Pattern MACHINE = Pattern.compile(
            "(?<![\\w.}])/wo" + "rk/|(?<![\\w.}])/ro" + "ot/" + "|repo1?\\.maven\\.apache|artifact" + "ory|nexus\\.");
    private static final Pattern ASLEEP = Pattern.compile("@Disab" + "led|Thread\\.sle" + "ep\\(");

    @Test
    void the_top_level_has_only_what_belongs_there() throws IOException {
        Set<String> ignored = ignoredAtTop();
        try (Stream<Path> entries = Files.list(ROOT)) {
            assertThat(entries.map(path -> String.valueOf(path.getFileName()))
                            .filter(name -> !name.startsWith(".") && !ignored.contains(name)))
                    .containsExactlyInAnyOrder(
                            "pom.xml",
                            "gateway",
                            "proto",
                            "policy",
                            "certs-dev",
                            "integration-tests",
                            "README.md",
                            "LICENSE");
        }
    }

    @Test
    void the_quick_start_is_two_commands_and_ci_runs_the_second() throws IOException {
        List<String> blocks = blocks(ROOT.resolve("README.md"));
        assertThat(blocks.get(0).lines()).containsExactly(DEMO, TESTS);
        assertThat(ROOT.resolve(".ci/run")).isExecutable().content().contains("mvn -B verify");
    }

    @Test
    void every_sluis_command_that_is_written_down_can_be_given() throws IOException {
        List<String> given = new ArrayList<>();
        for (Path page : files(".md")) {
            for (String block : blocks(page)) {
                for (String line : block.replace("\\\n", " ").lines().toList()) {
                    String command = line.replaceFirst("^.*java -jar gateway/server/target/sluis\\.jar ", "sluis ");
                    if (command.startsWith("sluis ")) {
                        given.add(command);
                        // a quoted word is one, as in a shell
                        String[] words = Pattern.compile("\"([^\"]*)\"|\\S+")
                                .matcher(command.substring("sluis ".length()))
                                .results()
                                .map(word -> word.group(1) == null ? word.group() : word.group(1))
                                .toArray(String[]::new);
                        assertThatCode(() -> Sluis.commandLine().parseArgs(words))
                                .as("%s: %s", ROOT.relativize(page), command)
                                .doesNotThrowAnyException();
                    }
                }
            }
        }
        assertThat(given).hasSizeGreaterThan(3);
    }

    @Test
    void every_file_that_a_command_reads_is_there() throws IOException {
        Pattern source = Pattern.compile("(?<![\\w/.-])(?:gateway|policy|proto|certs-dev|integration-tests)/[\\w./-]+");
        for (Path page : files(".md")) {
            for (String block : blocks(page)) {
                source.matcher(block)
                        .results()
                        .map(MatchResult::group)
                        .filter(path -> !path.contains("/target/"))
                        .forEach(path -> assertThat(ROOT.resolve(path))
                                .as("named in %s", ROOT.relativize(page))
                                .exists());
            }
        }
    }

    @Test
    void every_relative_link_leads_somewhere() throws IOException {
        for (Path page : files(".md")) {
            Matcher links = LINK.matcher(Files.readString(page));
            while (links.find()) {
                String target = links.group(1);
                if (!target.matches("[a-z]+:.*")) {
                    String[] parts = target.split("#", 2);
                    Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
                    assertThat(file).as("link in %s", ROOT.relativize(page)).exists();
                    if (parts.length == 2) {
                        assertThat(anchors(file))
                                .as("link `%s` in %s", target, page)
                                .contains(parts[1]);
                    }
                }
            }
        }
    }

    @Test
    void nothing_is_left_over() throws IOException {
        for (Path file :
                files(".java", ".md", ".xml", ".yaml", ".proto", ".puml", ".lua", ".args", ".py", ".properties")) {
            String text = Files.readString(file);
            assertThat(MARKER.matcher(text).results().map(MatchResult::group))
                    .as("markers in %s", ROOT.relativize(file))
                    .isEmpty();
            assertThat(MACHINE.matcher(text).results().map(MatchResult::group))
                    .as("paths and hosts of one machine in %s", ROOT.relativize(file))
                    .isEmpty();
            assertThat(ASLEEP.matcher(text).results().map(MatchResult::group))
                    .as("tests that are off or asleep in %s", ROOT.relativize(file))
                    .isEmpty();
        }
    }

    @Test
    void every_package_says_what_it_does_and_is_null_marked() throws IOException {
        Set<Path> packages = files(".java").stream()
                .filter(file -> ROOT.relativize(file).toString().contains("src/main/java"))
                .map(file -> Objects.requireNonNull(file.getParent()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages)
                .hasSizeGreaterThan(10)
                .allSatisfy(folder -> assertThat(folder.resolve("package-info.java"))
                        .content()
                        .contains("@NullMarked", "/**"));
    }

    @Test
    @Tag("long")
    void the_demonstration_refuses_nothing_of_its_own(@TempDir Path folder) throws Exception {
        String output = demo(folder);
        assertToldWhatEachPartnerGot(output);
        assertThat(output).contains("521 obs, AUS ITA KOR USA ZAF").doesNotContain("input that was refused");
    }

    @Test
    void the_demonstration_ends_well_and_a_damaged_line_is_named_and_the_rest_of_its_file_taken(@TempDir Path folder)
            throws Exception {
        String good = Files.readString(ROOT.resolve("gateway/server/src/main/resources/demo/w3b/w3b-kumsan.tdm"));
        String bad = good.replaceFirst(" 43\\.1923\n", " forty-three\n");
        Path input = Files.createDirectories(folder.resolve("input"));
        Files.writeString(input.resolve("w3b-kumsan.tdm"), bad);
        long line = bad.lines().takeWhile(text -> !text.contains("forty-three")).count() + 1;

        String output = demo(folder, "--input", input.toString());
        assertToldWhatEachPartnerGot(output);
        assertThat(output).contains("520 obs, AUS ITA KOR USA ZAF");
        assertThat(output.substring(output.indexOf("input that was refused")))
                .contains("w3b-kumsan", "line " + line, "forty-three", "the rest of the file was taken");
    }

    private static void assertToldWhatEachPartnerGot(String output) {
        assertThat(output)
                .contains("what each partner got", "what was withheld, and by which rule")
                .containsPattern("(?m)^W3B +1-sigma \\S+ k?m +1-sigma \\S+ k?m +1-sigma \\S+ k?m")
                .contains("contributors withheld");
    }

    /** Runs the demonstration as the README has it, in a process of its own. */
    private static String demo(Path folder, String... more) throws IOException, InterruptedException {
        Path jar = ROOT.resolve(DEMO.replaceFirst(".*-jar (\\S+) demo", "$1"));
        assumeTrue(Files.exists(jar), "sluis.jar is made by `mvn package`");
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of("-jar", ROOT.relativize(jar).toString(), "demo"));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command)
                .directory(ROOT.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(DEMO_LIMIT_S, TimeUnit.SECONDS);
            assertThat(ended)
                    .as("ended within %d s: %s", DEMO_LIMIT_S, Files.readString(output))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }

    private static List<String> blocks(Path page) throws IOException {
        return FENCE.matcher(Files.readString(page))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    /** Headings as anchors: lower case, without punctuation, hyphens for spaces. */
    private static List<String> anchors(Path page) throws IOException {
        return Files.readString(page)
                .lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w\\- ]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static Set<String> ignoredAtTop() throws IOException {
        return Files.readString(ROOT.resolve(".gitignore"))
                .lines()
                .map(line -> line.replaceAll("^/|/$", ""))
                .filter(line -> !line.contains("/") && !line.contains("*"))
                .collect(Collectors.toSet());
    }

    /** All files with such an ending, but for what is built and what git keeps. */
    private static List<Path> files(String... endings) throws IOException {
        Set<String> ignored = ignoredAtTop();
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = String.valueOf(folder.getFileName());
                return ignored.contains(name) || name.equals(".git")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (Arrays.stream(endings).anyMatch(file.toString()::endsWith)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        assertThat(found).isNotEmpty();
        return found;
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            folder = Objects.requireNonNull(folder.getParent(), "a folder that holds .mvn");
        }
        return folder;
    }
}
