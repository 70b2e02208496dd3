package nl.sluis.partner.command;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nl.sluis.partner.ContextFileException;
import nl.sluis.partner.PartnerClient;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.WithdrawRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes a contribution back. */
@Command(
        name = "withdraw",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        header = "Takes a contribution back; everyone who got what was made of it is told.",
        footer = {
            "",
            "The identifier is the one that `sluis contribute` printed. From the answer on, nothing",
            "that was made of the contribution leaves the gateway; what is made without it follows.",
            "",
            "Example:",
            "  sluis withdraw 4f1c0a52e1d94b7e8a6f2d3c5b7a9e10 --reason 'mislabelled'"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            ExitCode.OK_TEXT,
            ExitCode.FAILED_TEXT,
            ExitCode.USAGE_TEXT,
            ExitCode.UNREACHABLE_TEXT,
            ExitCode.NOT_PERMITTED_TEXT,
            ExitCode.REFUSED_TEXT
        })
public final class WithdrawCommand implements Callable<Integer> {
    /** To find an old contribution the gateway may have to read all that came after it. */
    private static final long DEADLINE_S = 120;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<contribution>", description = "Identifier of the contribution.")
    private String contribution = "";

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "<text>",
            description = "Why; told to those whom the contribution itself could be told to.")
    private String reason = "";

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        try (PartnerClient client = PartnerClient.open(connection.resolve(line))) {
            var answer = ContributionServiceGrpc.newBlockingStub(client.channel())
                    .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
                    .withdraw(WithdrawRequest.newBuilder()
                            .setContributionId(contribution)
                            .setReason(reason)
                            .build());
            line.getOut().println("withdrawn " + Words.time(answer.getWithdrawn()));
            return ExitCode.OK;
        } catch (ContextFileException e) {
            line.getErr().println(e.getMessage());
            return ExitCode.USAGE;
        } catch (StatusRuntimeException e) {
            line.getErr().println(Words.printable(String.valueOf(e.getMessage())));
            return exitCode(e.getStatus().getCode());
        }
    }

    private static int exitCode(Status.Code code) {
        return switch (code) {
            case NOT_FOUND, INVALID_ARGUMENT, FAILED_PRECONDITION, RESOURCE_EXHAUSTED -> ExitCode.REFUSED;
            case PERMISSION_DENIED, UNAUTHENTICATED -> ExitCode.NOT_PERMITTED;
            case UNAVAILABLE, DEADLINE_EXCEEDED -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        };
    }
}
