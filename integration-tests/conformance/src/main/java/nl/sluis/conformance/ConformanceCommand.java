package nl.sluis.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import nl.sluis.conformance.Result.Verdict;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.command.ConnectionOptions;
import nl.sluis.partner.command.ShortErrors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Checks a gateway against the numbered requirements. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Checks a gateway against the numbered requirements, as any partner can.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every case that could be run passed, and at least one could",
            "1:a case failed, or none could be run",
            "2:wrong option, context or file"
        })
public final class ConformanceCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Option(names = "--list", description = "List requirements and cases; call nothing.")
    private boolean list;

    @Option(
            names = "--only",
            defaultValue = ".*",
            paramLabel = "<pattern>",
            description = "Only requirements whose number matches, for example 'SUB-.*'.")
    private Pattern only = Pattern.compile(".*");

    @Option(names = "--report", paramLabel = "<xml>", description = "Write the results as JUnit XML too.")
    private @Nullable Path report;

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new ConformanceCommand())
                .setParameterExceptionHandler(new ShortErrors())
                .execute(args));
    }

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        PrintWriter out = line.getOut();
        List<Requirement> requirements = Requirement.all().stream()
                .filter(requirement -> only.matcher(requirement.id()).matches())
                .toList();
        if (list) {
            requirements.forEach(requirement -> {
                out.println(requirement.id() + "  " + requirement.text());
                requirement.cases().forEach(each -> out.println("       " + each.name() + ": " + each.sentence()));
            });
            return 0;
        }
        List<Result> results;
        try {
            results = new Runner(connection.resolve(line)).run(requirements, result -> print(out, result));
            if (report != null) {
                write(report, results);
            }
        } catch (ContextFileException | IOException e) {
            line.getErr().println(e.getMessage());
            return 2;
        }
        out.println(count(results, Verdict.PASSED) + " passed, " + count(results, Verdict.FAILED) + " failed, "
                + count(results, Verdict.NOT_RUN) + " not run");
        return count(results, Verdict.FAILED) == 0 && count(results, Verdict.PASSED) > 0 ? 0 : 1;
    }

    private static void print(PrintWriter out, Result result) {
        out.println(String.format(
                Locale.ROOT,
                "%-7s %-6s %s (%.1f s)",
                result.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                result.requirement(),
                result.sentence(),
                result.seconds()));
        if (!result.finding().isEmpty()) {
            out.println("               " + result.finding().replaceAll("\\p{Cntrl}", "?"));
        }
        out.flush();
    }

    private static long count(List<Result> results, Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    private static void write(Path file, List<Result> results) throws IOException {
        try (var target = Files.newBufferedWriter(file)) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(target);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "sluis conformance");
            xml.writeAttribute("tests", Integer.toString(results.size()));
            xml.writeAttribute("failures", Long.toString(count(results, Verdict.FAILED)));
            xml.writeAttribute("skipped", Long.toString(count(results, Verdict.NOT_RUN)));
            for (Result result : results) {
                xml.writeStartElement("testcase");
                xml.writeAttribute("classname", result.requirement());
                xml.writeAttribute("name", result.caseName() + ": " + result.sentence());
                xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", result.seconds()));
                if (result.verdict() != Verdict.PASSED) {
                    xml.writeEmptyElement(result.verdict() == Verdict.FAILED ? "failure" : "skipped");
                    xml.writeAttribute("message", result.finding().replaceAll("\\p{Cntrl}", "?"));
                }
                xml.writeEndElement();
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.flush();
        } catch (XMLStreamException e) {
            throw new IOException("`" + file + "`: cannot be written: " + e.getMessage(), e);
        }
    }
}
