package nl.sluis.partner.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import nl.sluis.partner.Backoff;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.ContributionOutcome;
import nl.sluis.partner.Contributor;
import nl.sluis.partner.ContributorOptions;
import nl.sluis.partner.PartnerClient;
import nl.sluis.partner.StreamEnd;
import nl.sluis.partner.StreamEndedException;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.RefusedPart;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Contributes documents under a label; each is answered by name, and a refused one harms no other. */
@Command(
        name = "contribute",
        sortOptions = false,
        header = "Contributes CCSDS documents, TLE or catalogue files under a label.",
        footer = {
            "",
            "A file contributed twice with the same label is recognised and stored once; so",
            "after an interruption run the same command again.",
            "",
            "Examples:",
            "  sluis contribute pass-1.tdm pass-2.tdm --policy-oid 1.3.26.1.3.1 --lacv 1 \\",
            "    --rel NATO --mode exercise",
            "  sluis contribute warning.cdm --label-file label.json",
            "",
            "A label file is protobuf JSON, for example",
            "  {\"parts\": [{\"policyOid\": \"1.3.26.1.3.1\", \"spifVersion\": 1,",
            "     \"classificationLacv\": 1, \"release\": [{\"members\": [\"NATO\"]}]}],",
            "   \"owners\": [{\"nation\": \"NLD\", \"tenant\": \"ssa-centre\"}],",
            "   \"created\": \"2026-11-01T00:00:00Z\", \"dataMode\": \"DATA_MODE_REAL\"}"
        })
public final class ContributeCommand implements Callable<Integer> {
    /** Below the 4 MiB that a gRPC server takes in one message by default, with room for label and names. */
    static final long DOCUMENT_BYTES_MAX = 4L * 1024 * 1024 - 64 * 1024;

    /** About a minute and a half with the default waits. */
    private static final int ATTEMPTS_MAX = 8;

    private static final int DIGEST_CHARACTERS = 16;

    /** Forms of output. */
    enum Output {
        table,
        jsonl
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(arity = "1..*", paramLabel = "<file>", description = "Documents.")
    private List<Path> files = List.of();

    @Mixin
    private LabelOptions label = new LabelOptions();

    @Option(
            names = "--originator",
            paramLabel = "<NATION/tenant>",
            description = "Whose sensor made the data, where this tenant only relays it.")
    private @Nullable String originator;

    @Option(
            names = "--format",
            paramLabel = "<format>",
            description = "Format of all files, for example tdm-kvn or omm-json (default: told by content, then name).")
    private @Nullable String format;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            paramLabel = "<form>",
            description = "One of: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Output output = Output.table;

    @Option(
            names = "--attempts",
            defaultValue = "" + ATTEMPTS_MAX,
            paramLabel = "<n>",
            description = "Give up after so many failed attempts in a row (default: ${DEFAULT-VALUE}).")
    private int attemptsMax = ATTEMPTS_MAX;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    private final LongSupplier nanoTime;

    /** Times its progress by the system's clock. */
    public ContributeCommand() {
        this(System::nanoTime);
    }

    ContributeCommand(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    @Override
    public Integer call() throws InterruptedException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        if (attemptsMax < 1) {
            throw new ParameterException(line, "--attempts: `" + attemptsMax + "` (expected: at least 1)");
        }
        List<Document> documents = documents(line);
        try (PartnerClient client = PartnerClient.open(connection.resolve(line))) {
            List<Contribution> items = new ArrayList<>();
            Label given = label.label(line, client.channel());
            for (int i = 0; i < documents.size(); i++) {
                items.add(contribution(given, documents.get(i), files.get(i)));
            }
            return send(line, client, documents, items);
        } catch (ContextFileException | IOException e) {
            line.getErr().println(e.getMessage());
            return ExitCode.USAGE;
        } catch (StatusRuntimeException e) {
            line.getErr()
                    .println("cannot ask whom the gateway takes this certificate for: " + e.getMessage()
                            + " (give --owner to do without)");
            return ExitCode.UNREACHABLE;
        }
    }

    private int send(CommandLine line, PartnerClient client, List<Document> documents, List<Contribution> items)
            throws InterruptedException {
        PrintWriter err = line.getErr();
        ContributorOptions options = ContributorOptions.DEFAULT
                .withBackoff(Backoff.DEFAULT.withAttemptsMax(attemptsMax))
                .onInterruption(broken -> err.println(Words.printable(SubscribeCommand.describe(broken))));
        Summary summary = new Summary(line.getOut());
        Progress progress = new Progress(err, nanoTime);
        AtomicInteger answered = new AtomicInteger();
        StreamEnd end;
        try (Contributor contributor = client.contributor(options)) {
            List<CompletionStage<ContributionOutcome>> answers = new ArrayList<>();
            Map<String, CompletionStage<ContributionOutcome>> sent = new HashMap<>();
            for (Contribution item : items) {
                CompletionStage<ContributionOutcome> same = sent.get(item.getClientId());
                if (same != null) {
                    // equal files share a client id, which is in flight once; the gateway then knows the second
                    same.handle((outcome, failure) -> outcome)
                            .toCompletableFuture()
                            .join();
                }
                CompletionStage<ContributionOutcome> answer = contributor.submit(item);
                sent.put(item.getClientId(), answer);
                answers.add(answer.whenComplete((outcome, failure) -> {
                    int count = answered.incrementAndGet();
                    progress.step(() -> "contributing: " + count + " of " + items.size() + " files answered");
                }));
            }
            CompletionStage<StreamEnd> completed = contributor.complete();
            for (int i = 0; i < items.size(); i++) {
                summary.take(documents.get(i), answers.get(i));
            }
            end = completed.toCompletableFuture().join();
        }
        if (end.reason() != StreamEnd.Reason.DONE) {
            err.println(Words.printable(end.toString()));
        }
        err.println(summary.text());
        return end.reason() == StreamEnd.Reason.DONE ? summary.exitCode() : ExitCode.of(end);
    }

    private List<Document> documents(CommandLine line) {
        List<Document> documents = new ArrayList<>();
        for (Path file : files) {
            try {
                if (Files.size(file) > DOCUMENT_BYTES_MAX) {
                    throw new ParameterException(
                            line,
                            "`" + file + "`: " + Files.size(file) + " bytes (expected: at most " + DOCUMENT_BYTES_MAX
                                    + "; split the file)");
                }
                byte[] content = Files.readAllBytes(file);
                String name = String.valueOf(file.getFileName());
                documents.add(Document.newBuilder()
                        .setName(name)
                        .setFormat(format(line, file, name, content))
                        .setContent(ByteString.copyFrom(content))
                        .build());
            } catch (IOException e) {
                throw new ParameterException(line, "`" + file + "`: cannot be read: " + e.getMessage(), e);
            }
        }
        return documents;
    }

    private DocumentFormat format(CommandLine line, Path file, String name, byte[] content) {
        if (format != null) {
            return SubscribeCommand.enumValue(
                    line, "--format", DocumentFormat.class, "DOCUMENT_FORMAT_", format.replace('-', '_'));
        }
        return DocumentFormats.detect(name, content)
                .orElseThrow(() -> new ParameterException(
                        line, "`" + file + "`: neither content nor name tells the format (give --format)"));
    }

    private Contribution contribution(Label given, Document document, Path file) throws IOException {
        Label label = given;
        if (!given.hasCreated()) {
            // the file's own time, so that the same file has the same label when it is contributed again
            label = given.toBuilder()
                    .setCreated(Timestamp.newBuilder()
                            .setSeconds(Files.getLastModifiedTime(file).to(TimeUnit.SECONDS)))
                    .build();
        }
        Contribution.Builder contribution =
                Contribution.newBuilder().setLabel(label).setDocument(document);
        if (originator != null) {
            contribution.setOriginator(
                    LabelOptions.owner(Objects.requireNonNull(spec).commandLine(), "--originator", originator));
        }
        return contribution
                .setClientId(document.getName() + ":" + digest(contribution.build()))
                .build();
    }

    private static String digest(Contribution contribution) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(contribution.toByteArray());
            return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARACTERS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Prints answers in the order of the files and counts them. */
    private final class Summary {
        private final PrintWriter out;
        private int accepted;
        private int duplicates;
        private int refused;
        private int refusedParts;
        private int unanswered;

        Summary(PrintWriter out) {
            this.out = out;
        }

        void take(Document document, CompletionStage<ContributionOutcome> answer) {
            ContributionOutcome outcome;
            try {
                outcome = answer.toCompletableFuture().join();
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof StreamEndedException)) {
                    throw e;
                }
                unanswered++;
                out.println("unanswered  " + Words.printable(document.getName()));
                return;
            }
            count(outcome);
            out.println(output == Output.jsonl ? json(document, outcome) : text(document, outcome));
        }

        String text() {
            return accepted + " accepted (" + duplicates + " already stored), " + refused + " refused, " + refusedParts
                    + " lines refused, " + unanswered + " unanswered";
        }

        int exitCode() {
            return refused + refusedParts > 0 ? ExitCode.REFUSED : ExitCode.OK;
        }

        private void count(ContributionOutcome outcome) {
            if (outcome instanceof ContributionOutcome.Accepted yes) {
                accepted++;
                duplicates += yes.duplicate() ? 1 : 0;
                refusedParts += yes.refusedParts().size();
            } else {
                refused++;
            }
        }

        private String text(Document document, ContributionOutcome outcome) {
            StringBuilder text = new StringBuilder();
            if (outcome instanceof ContributionOutcome.Accepted yes) {
                text.append(yes.duplicate() ? "stored      " : "accepted    ")
                        .append(document.getName())
                        .append("  ")
                        .append(yes.records())
                        .append(" records, ")
                        .append(yes.observations())
                        .append(" observations  ")
                        .append(yes.contributionId());
                yes.refusedParts().forEach(part -> text.append("\n            ").append(text(part)));
            } else if (outcome instanceof ContributionOutcome.Refused no) {
                text.append("refused     ")
                        .append(document.getName())
                        .append("  ")
                        .append(no.message());
                no.violations().forEach(each -> text.append("\n            ").append(each));
            }
            return text.toString().lines().map(Words::printable).collect(java.util.stream.Collectors.joining("\n"));
        }

        private static String text(RefusedPart part) {
            return (part.getLine() > 0 ? "line " + part.getLine() + ": " : "") + part.getField() + ": `"
                    + part.getFound() + "` (expected: " + part.getExpected() + ") [" + part.getRule() + "]";
        }

        private static String json(Document document, ContributionOutcome outcome) {
            return "{\"file\":" + JsonWriter.json(Value.newBuilder().setStringValue(document.getName()))
                    + ",\"answer\":" + JsonWriter.json(outcome.response()) + "}";
        }
    }
}
