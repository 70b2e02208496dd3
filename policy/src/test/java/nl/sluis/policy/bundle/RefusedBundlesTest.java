package nl.sluis.policy.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import nl.sluis.policy.TestBundles;
import nl.sluis.policy.text.PolicyException;
import nl.sluis.policy.text.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file is a bundle with one thing wrong, laid over a right one, and the messages that must come of it. */
class RefusedBundlesTest {
    static Stream<Path> cases() throws IOException {
        try (Stream<Path> files = Files.list(folder().resolve("refused"))) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aBundleIsRefusedWithExactlyTheseMessages(Path file) throws Exception {
        Map<String, byte[]> sections = TestBundles.files(Files.readString(file));
        byte[] expected = sections.remove("expected");
        Map<String, byte[]> files = base();
        files.putAll(sections);

        PolicyException refusal = catchThrowableOfType(PolicyException.class, () -> PolicyBundle.load(files));

        assertThat(refusal).as("refusal of %s", file.getFileName()).isNotNull();
        assertThat(refusal.problems().stream().map(Problem::toString))
                .as(file.getFileName().toString())
                .containsExactlyElementsOf(lines(expected));
    }

    @Test
    void theBundleBelowAllCasesIsRight() throws Exception {
        assertThat(PolicyBundle.load(base()).audiences()).hasSize(2);
    }

    @Test
    void aFileThatIsNotUtf8IsRefused() throws Exception {
        Map<String, byte[]> files = base();
        files.put("latin1.yaml", "groups: {café: [1]}".getBytes(StandardCharsets.ISO_8859_1));

        PolicyException refusal = catchThrowableOfType(PolicyException.class, () -> PolicyBundle.load(files));

        assertThat(refusal).hasMessage("latin1.yaml: file is not UTF-8 (expected: UTF-8)");
    }

    @Test
    void aFileThatIsTooLargeIsRefusedBeforeItIsRead() throws Exception {
        Map<String, byte[]> files = base();
        files.put("large.yaml", new byte[(4 << 20) + 1]);

        PolicyException refusal = catchThrowableOfType(PolicyException.class, () -> PolicyBundle.load(files));

        assertThat(refusal).hasMessage("large.yaml: file of 4194305 bytes is too large (expected: at most 4194304)");
    }

    @Test
    void aListBeyondTheLimitIsRefused() throws Exception {
        Map<String, byte[]> files = base();
        files.put("many.yaml", ("groups: {many: [" + "1,".repeat(400_001) + "1]}").getBytes(StandardCharsets.UTF_8));

        PolicyException refusal = catchThrowableOfType(PolicyException.class, () -> PolicyBundle.load(files));

        assertThat(refusal.getMessage()).contains("too many values (expected: at most 400000 values)");
    }

    private static List<String> lines(byte[] expected) {
        return expected == null
                ? List.of()
                : new String(expected, StandardCharsets.UTF_8)
                        .lines()
                        .filter(l -> !l.isBlank())
                        .toList();
    }

    private static Map<String, byte[]> base() throws IOException {
        return new LinkedHashMap<>(TestBundles.files(Files.readString(folder().resolve("base.yaml-files"))));
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(RefusedBundlesTest.class.getResource("base.yaml-files"))
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
