package nl.sluis.partner.command;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.CatalogueServiceGrpc;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.ScreenTrajectoryRequest;
import nl.sluis.proto.v1.ScreenTrajectoryResponse;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks the gateway what comes near a trajectory that is only planned. */
@Command(
        name = "screen-trajectory",
        mixinStandardHelpOptions = true,
        header = "Screens a planned trajectory against the orbits that this tenant was released.",
        description = {
            "The trajectory goes to the gateway, is screened and forgotten; only this tenant gets the answer. Orbits that",
            "this tenant has coarsely or late are taken so. One approach a line."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK_TEXT,
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT
        })
public final class ScreenTrajectoryCommand implements Callable<Integer> {
    private static final long CALL_MAX_S = 120;
    private static final double M_PER_KM = 1000;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Parameters(index = "0", paramLabel = "<oem>", description = "OEM (KVN) with one segment.")
    private Path file = Path.of("");

    @Option(
            names = "--threshold-km",
            paramLabel = "<km>",
            defaultValue = "5",
            description = "Approaches below this distance are reported (default: ${DEFAULT-VALUE}).")
    private double thresholdKm;

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        ScreenTrajectoryRequest request;
        try {
            request = ScreenTrajectoryRequest.newBuilder()
                    .setThresholdM(thresholdKm * M_PER_KM)
                    .setDocument(Document.newBuilder()
                            .setName(String.valueOf(file.getFileName()))
                            .setFormat(DocumentFormat.DOCUMENT_FORMAT_OEM_KVN)
                            .setContent(ByteString.copyFrom(Files.readAllBytes(file))))
                    .build();
        } catch (IOException e) {
            line.getErr().println("`" + file + "`: cannot be read (expected: an OEM)");
            return ExitCode.FAILED;
        }
        return Asking.gateway(
                line,
                connection,
                channel -> print(
                        line.getOut(),
                        line.getErr(),
                        CatalogueServiceGrpc.newBlockingStub(channel)
                                .withDeadlineAfter(CALL_MAX_S, TimeUnit.SECONDS)
                                .screenTrajectory(request)));
    }

    private static void print(PrintWriter out, PrintWriter err, Iterator<ScreenTrajectoryResponse> answers) {
        while (answers.hasNext()) {
            ScreenTrajectoryResponse answer = answers.next();
            if (answer.hasConjunction()) {
                out.println(row(answer.getConjunction()));
            } else {
                err.printf(
                        Locale.ROOT,
                        "%,d approaches to %,d objects%n",
                        answer.getComplete().getApproaches(),
                        answer.getComplete().getObjects());
            }
        }
    }

    private static String row(ConjunctionWarning approach) {
        Timestamp tca = approach.getTca();
        return String.format(
                Locale.ROOT,
                "%s  %s  %s  miss %.3f km  %.3f km/s%s",
                Instant.ofEpochSecond(tca.getSeconds(), tca.getNanos()),
                Words.printable(Words.object(approach.getObject1().getObject())),
                Words.printable(Words.object(approach.getObject2().getObject())),
                approach.getMissDistanceM() / M_PER_KM,
                approach.getRelativeSpeedMS() / M_PER_KM,
                approach.hasProbability()
                        ? String.format(
                                Locale.ROOT,
                                "  Pc %.2e %s",
                                approach.getProbability().getValue(),
                                Words.of(approach.getProbability().getValidity()))
                        : "");
    }
}
