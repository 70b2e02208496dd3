package nl.sluis.gateway.analyst;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import nl.sluis.orbit.ccsds.CcsdsMessage;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MessageException;
import nl.sluis.orbit.ccsds.MessageKind;
import nl.sluis.orbit.ccsds.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluis ccsds}: checks and converts navigation messages. */
@Command(
        name = "ccsds",
        mixinStandardHelpOptions = true,
        header = "Checks and converts CCSDS navigation messages.",
        description = {
            "Reads OPM, OMM, OEM, OCM, CDM, TDM, APM, AEM and ACM in KVN, XML and JSON; catalogues of "
                    + "elements (TLE, OMM in CSV or JSON) are checked too."
        },
        subcommands = {CcsdsCommand.Check.class, CcsdsCommand.Convert.class})
public final class CcsdsCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "missing command: check or convert");
    }

    /** Reads a message in any notation. */
    private static CcsdsMessage read(String text) throws MessageException {
        return CcsdsMessage.read(text.stripLeading().startsWith("{") ? XmlJson.xml(text) : text);
    }

    /** {@code sluis ccsds check}. */
    @Command(
            name = "check",
            sortOptions = false,
            header = "Says of each file whether it is a message that can be read, and if not: line, field, found and"
                    + " expected.",
            exitCodeList = {"0:all are right", "1:one or more are not", MessageFiles.UNREADABLE})
    static final class Check implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Mixin
        private MessageFiles messages = new MessageFiles();

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            JsonArray array = new JsonArray();
            boolean wrong = false;
            for (Path file : messages.files()) {
                JsonObject answer = answer(file);
                wrong |= !answer.getBoolean("valid");
                array.add(answer);
                if (messages.asText()) {
                    out.println(line(file, answer));
                }
            }
            if (!messages.asText()) {
                out.println(array.encodePrettily());
            }
            out.flush();
            return wrong ? 1 : 0;
        }

        private JsonObject answer(Path file) {
            String text = InputFile.text(file, spec.commandLine());
            Optional<MessageKind> kind = MessageKind.of(text);
            JsonObject answer = new JsonObject().put("file", file.toString());
            kind.ifPresent(k -> answer.put("kind", k.name()));
            try {
                if (kind.isPresent() && isCatalogue(kind.get(), text)) {
                    ElementsReader.Result result = ElementsReader.read(text);
                    JsonArray problems = new JsonArray();
                    result.problems().forEach(problem -> problems.add(json(problem)));
                    return answer.put("valid", result.problems().isEmpty())
                            .put("elements", result.elements().size())
                            .put("problems", problems);
                }
                CcsdsMessage message = read(text);
                answer.put("valid", true).put("version", message.version()).put("segments", message.segments());
                message.originator().ifPresent(who -> answer.put("originator", who));
                message.creationDate().ifPresent(when -> answer.put("created", when.toString()));
                return answer.put("problems", new JsonArray());
            } catch (MessageException e) {
                return answer.put("valid", false).put("problems", new JsonArray().add(json(e.problem())));
            }
        }

        private static JsonObject json(Problem problem) {
            return new JsonObject()
                    .put("line", problem.line())
                    .put("keyword", problem.keyword())
                    .put("found", problem.found())
                    .put("expected", problem.expected())
                    .put("message", problem.message());
        }

        private static String line(Path file, JsonObject answer) {
            JsonArray problems = answer.getJsonArray("problems");
            if (answer.getBoolean("valid")) {
                return file + ": right: " + answer.getString("kind")
                        + (answer.containsKey("elements")
                                ? ", " + answer.getInteger("elements") + " sets of elements"
                                : " " + answer.getDouble("version") + ", " + answer.getInteger("segments")
                                        + (answer.getInteger("segments") == 1 ? " segment" : " segments")
                                        + ", from " + answer.getString("originator", "nobody"));
            }
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < problems.size(); i++) {
                out.append(i == 0 ? "" : "\n")
                        .append(file)
                        .append(": WRONG: ")
                        .append(problems.getJsonObject(i).getString("message"));
            }
            return out.toString();
        }
    }

    /** Elements come as catalogues of many sets; one OMM in KVN or XML is a message like any other. */
    private static boolean isCatalogue(MessageKind kind, String text) {
        String start = text.stripLeading();
        return kind == MessageKind.TLE
                || (kind == MessageKind.OMM
                        && !start.startsWith("<")
                        && !(start.startsWith("{") && start.contains("\"header\""))
                        && !start.contains("CCSDS_OMM_VERS"));
    }

    /** {@code sluis ccsds convert}. */
    @Command(
            name = "convert",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            header = "Writes a message in another notation.",
            description = {
                "The JSON has the names and the structure of the XML: one object named after the message, "
                        + "`header`, `body`; what occurs more than once is a list, numbers are numbers, and units "
                        + "are those of the standard."
            },
            exitCodeListHeading = "%nExit codes:%n",
            exitCodeList = {
                "0:converted",
                "1:the message could not be read, or lacks what the other notation needs",
                MessageFiles.UNREADABLE
            })
    static final class Convert implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Parameters(paramLabel = "<file>", description = "The message; `-` is standard input.")
        private Path file = Path.of("-");

        @Option(
                names = {"-t", "--to"},
                required = true,
                paramLabel = "<notation>",
                description = "kvn, xml or json.")
        private Notation notation = Notation.kvn;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "<file>",
                description = "Where to write; default: standard output.")
        private @Nullable Path output;

        /** Notations. */
        enum Notation {
            kvn,
            xml,
            json
        }

        @Override
        public Integer call() {
            String text = InputFile.text(file, spec.commandLine());
            String converted;
            try {
                CcsdsMessage message = read(text);
                converted = switch (notation) {
                    case kvn -> message.kvn();
                    case xml -> message.xml();
                    case json ->
                        XmlJson.json(message.xml(), message.kind().name().toLowerCase(Locale.ROOT));
                };
            } catch (MessageException e) {
                spec.commandLine().getErr().println(file + ": " + e.problem().message());
                return 1;
            }
            if (output == null) {
                spec.commandLine().getOut().print(converted);
                spec.commandLine().getOut().flush();
                return 0;
            }
            try {
                Files.writeString(output, converted);
                return 0;
            } catch (IOException e) {
                throw new CommandLine.ParameterException(
                        spec.commandLine(), "`" + output + "` cannot be written: " + e.getMessage(), e);
            }
        }
    }
}
