package nl.sluis.gateway.analyst;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Messages to read, and how the answer is written. A mixin for commands that answer for each of several messages. */
@Command(mixinStandardHelpOptions = true, exitCodeListHeading = "%nExit codes:%n")
final class MessageFiles {
    /** The exit code of every command here that is given files. */
    static final String UNREADABLE = "2:wrong use, or a file that cannot be read";

    @Parameters(
            arity = "1..*",
            paramLabel = "<file>",
            description = "Messages; packed ones too, `-` is standard input.")
    private List<Path> files = List.of();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "<form>",
            defaultValue = "text",
            description = "text or json (one array); default: ${DEFAULT-VALUE}.")
    private Format format = Format.text;

    /** Forms of the answer. */
    private enum Format {
        text,
        json
    }

    List<Path> files() {
        return files;
    }

    boolean asText() {
        return format == Format.text;
    }
}
