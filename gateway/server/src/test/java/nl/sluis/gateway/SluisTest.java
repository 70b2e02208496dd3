package nl.sluis.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.AutoComplete;
import picocli.CommandLine;

/** The command as a whole: completed by bash, and each part tells how to use it. */
class SluisTest {
    private static final long LIMIT_S = 30;

    @TempDir
    private Path folder;

    @Test
    void bash_completes_commands_and_the_values_of_an_option() throws Exception {
        Path script =
                Files.writeString(folder.resolve("sluis_completion"), AutoComplete.bash("sluis", Sluis.commandLine()));

        assertThat(completed(script, "sluis", "subs")).containsExactly("subscribe");
        assertThat(completed(script, "sluis", "subscribe", "-o", "cc"))
                .containsExactlyInAnyOrder("ccsds-kvn", "ccsds-xml", "ccsds-json");
    }

    @Test
    void every_command_tells_its_exit_codes() {
        assertThat(leaves(Sluis.commandLine()).toList())
                .hasSizeGreaterThan(20)
                .allSatisfy(command -> assertThat(
                                command.getCommandSpec().usageMessage().exitCodeList())
                        .as(command.getCommandSpec().qualifiedName())
                        .hasSizeGreaterThan(1));
    }

    private static Stream<CommandLine> leaves(CommandLine command) {
        if (command.getCommandSpec().userObject() instanceof AutoComplete.GenerateCompletion
                || command.getCommandSpec().userObject() instanceof CommandLine.HelpCommand) {
            // picocli's own
            return Stream.of();
        }
        return command.getSubcommands().isEmpty()
                ? Stream.of(command)
                : command.getSubcommands().values().stream().flatMap(SluisTest::leaves);
    }

    private static String[] completed(Path script, String... words) throws Exception {
        String command = "source '" + script + "' && COMP_WORDS=(" + String.join(" ", words) + ") && COMP_CWORD="
                + (words.length - 1) + " && _complete_sluis sluis " + words[words.length - 1] + " "
                + words[words.length - 2] + " && printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(LIMIT_S, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).isZero();
        return out.lines().sorted().toArray(String[]::new);
    }
}
