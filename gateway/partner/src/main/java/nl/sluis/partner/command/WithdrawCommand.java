package nl.sluis.partner.command;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
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
        sortOptions = false,
        header = "Takes a contribution back; everyone who got what was made of it is told.",
        footer = {
            "",
            "The identifier is the one that `sluis contribute` printed. From the answer on, nothing",
            "that was made of the contribution leaves the gateway; what is made without it follows.",
            "",
            "Example:",
            "  sluis withdraw 4f1c0a52e1d94b7e8a6f2d3c5b7a9e10 --reason 'mislabelled'"
        })
public final class WithdrawCommand implements Callable<Integer> {
    /** To find an old contribution the gateway may have to read all that came after it. */
    static final long DEADLINE_S = 120;

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
        return Asking.gateway(
                line,
                connection,
                channel -> line.getOut()
                        .println("withdrawn "
                                + Words.time(ContributionServiceGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(DEADLINE_S, TimeUnit.SECONDS)
                                        .withdraw(WithdrawRequest.newBuilder()
                                                .setContributionId(contribution)
                                                .setReason(reason)
                                                .build())
                                        .getWithdrawn())));
    }
}
