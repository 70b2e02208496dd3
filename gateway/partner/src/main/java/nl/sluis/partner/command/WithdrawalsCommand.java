package nl.sluis.partner.command;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import nl.sluis.proto.v1.ListWithdrawalsRequest;
import nl.sluis.proto.v1.ListWithdrawalsResponse;
import nl.sluis.proto.v1.PolicyServiceGrpc;
import nl.sluis.proto.v1.Withdrawal;
import nl.sluis.proto.v1.WithdrawalRecipient;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Who was sent what was withdrawn since, and who has said that it is removed. */
@Command(
        name = "withdrawals",
        sortOptions = false,
        header = "Lists withdrawn products, whom they had been sent to, and who has answered, for officers.",
        footer = {
            "",
            "Of an officer's own nation's data; the host's officers of all that its clearance allows.",
            "",
            "Example:",
            "  sluis withdrawals --unanswered"
        })
public final class WithdrawalsCommand implements Callable<Integer> {
    private static final int PAGE = 500;
    private static final int ID_WIDTH = 12;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--unanswered", description = "Only those that a tenant has not answered.")
    private boolean unanswered;

    @Option(names = "--json", description = "One line of JSON for each product.")
    private boolean json;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Override
    public Integer call() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        return Asking.gateway(line, connection, channel -> {
            String token = "";
            long waiting = 0;
            do {
                ListWithdrawalsResponse page = PolicyServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(Asking.ANSWER_MAX_S, TimeUnit.SECONDS)
                        .listWithdrawals(ListWithdrawalsRequest.newBuilder()
                                .setUnanswered(unanswered)
                                .setPageSize(PAGE)
                                .setPageToken(token)
                                .build());
                for (Withdrawal withdrawal : page.getWithdrawalsList()) {
                    print(line.getOut(), withdrawal);
                    waiting += withdrawal.getRecipientsList().stream()
                            .filter(recipient -> !recipient.hasAcknowledged())
                            .count();
                }
                token = page.getNextPageToken();
            } while (!token.isEmpty());
            line.getErr().println(waiting + " answers missing");
        });
    }

    private void print(PrintWriter out, Withdrawal withdrawal) {
        if (json) {
            out.println(JsonWriter.json(withdrawal));
            return;
        }
        out.println(String.format(
                Locale.ROOT,
                "%." + ID_WIDTH + "s versions %d to %d  withdrawn %s  %s",
                Words.printable(withdrawal.getProductId()),
                withdrawal.getSinceVersion(),
                withdrawal.getVersion(),
                Words.time(withdrawal.getWithdrawn()),
                Words.printable(withdrawal.getMarking())));
        for (WithdrawalRecipient recipient : withdrawal.getRecipientsList()) {
            out.println(String.format(
                    Locale.ROOT,
                    "  %-24s %s",
                    Words.printable(recipient.getTenant()),
                    recipient.hasAcknowledged()
                            ? "removed " + Words.time(recipient.getAcknowledged())
                            : "has not answered"));
        }
    }
}
