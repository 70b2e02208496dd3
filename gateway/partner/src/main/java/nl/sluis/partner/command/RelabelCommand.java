package nl.sluis.partner.command;

import com.google.protobuf.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.ContributionServiceGrpc;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.RelabelRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a contribution another label. */
@Command(
        name = "relabel",
        sortOptions = false,
        header = "Gives a contribution another label; what was made of it is taken back, and made anew.",
        footer = {
            "",
            "The identifier is the one that `sluis contribute` printed. From the answer on, nothing",
            "that was made under the old label leaves the gateway.",
            "",
            "Example:",
            "  sluis relabel 4f1c0a52e1d94b7e8a6f2d3c5b7a9e10 --reason 'released too widely' \\",
            "    --policy-oid 1.3.26.1.3.1 --lacv 2 --rel NLD"
        })
public final class RelabelCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "<contribution>", description = "Identifier of the contribution.")
    private String contribution = "";

    @Option(names = "--reason", required = true, paramLabel = "<text>", description = "Why.")
    private String reason = "";

    @Mixin
    private LabelOptions label = new LabelOptions();

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        return Asking.gateway(
                line,
                connection,
                channel -> line.getOut()
                        .println("relabelled "
                                + Words.time(ContributionServiceGrpc.newBlockingStub(channel)
                                        .withDeadlineAfter(WithdrawCommand.DEADLINE_S, TimeUnit.SECONDS)
                                        .relabel(RelabelRequest.newBuilder()
                                                .setContributionId(contribution)
                                                .setLabel(created(label.label(line, channel)))
                                                .setReason(reason)
                                                .build())
                                        .getRelabelled())));
    }

    private static Label created(Label given) {
        Instant now = Clock.systemUTC().instant();
        return given.hasCreated()
                ? given
                : given.toBuilder()
                        .setCreated(Timestamp.newBuilder().setSeconds(now.getEpochSecond()))
                        .build();
    }
}
