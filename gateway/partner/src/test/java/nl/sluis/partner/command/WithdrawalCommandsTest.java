package nl.sluis.partner.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import java.nio.file.Path;
import nl.sluis.partner.FakeGateway;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.RelabelRequest;
import nl.sluis.proto.v1.Withdrawal;
import nl.sluis.proto.v1.WithdrawalRecipient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an originator takes back or labels anew, and what its officers see of who has answered. */
class WithdrawalCommandsTest {
    private static final Timestamp NOON =
            Timestamp.newBuilder().setSeconds(1_793_534_400L).build();

    @TempDir
    static Path folder;

    private static FakeGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = new FakeGateway(folder.resolve("pki"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void officersSeeWhoWasSentWhatAndWhoHasNotAnswered() {
        gateway.withdrawals.clear();
        gateway.withdrawals.add(withdrawal("0123456789abcdef", "nor/north-watch", true));
        gateway.withdrawals.add(withdrawal("fedcba9876543210", "lux/acme-space", false));

        Ran ran = Ran.run(gateway, new WithdrawalsCommand());

        assertThat(ran.out()).isEqualToNormalizingNewlines("""
                0123456789ab versions 2 to 3  withdrawn 2026-11-01 12:00:00  NATO RESTRICTED
                  nor/north-watch          removed 2026-11-01 12:00:00
                fedcba987654 versions 2 to 3  withdrawn 2026-11-01 12:00:00  NATO RESTRICTED
                  lux/acme-space           has not answered
                """);
        assertThat(ran.err()).contains("1 answers missing");
        assertThat(ran.exitCode()).isZero();
        assertThat(Ran.run(gateway, new WithdrawalsCommand(), "--json").out().lines())
                .hasSize(2)
                .allMatch(line -> line.startsWith("{\"productId\":"));
    }

    @Test
    void aNewLabelIsPutTogetherAsForAContribution() throws Exception {
        Ran ran = Ran.run(
                gateway,
                new RelabelCommand(),
                "0123",
                "--reason",
                "released too widely",
                "--policy-oid",
                "1.3.26.1.3.1",
                "--lacv",
                "2",
                "--rel",
                "NLD",
                "--owner",
                "NLD/ssa-centre");

        assertThat(ran.exitCode()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("relabelled 2026-11-01 12:00:00");
        RelabelRequest request = gateway.relabelled.remove();
        assertThat(request.getContributionId()).isEqualTo("0123");
        assertThat(request.getReason()).isEqualTo("released too widely");
        Label label = request.getLabel();
        assertThat(label.hasCreated()).isTrue();
        assertThat(label.getParts(0).getClassificationLacv()).isEqualTo(2);
        assertThat(label.getParts(0).getRelease(0).getMembersList()).containsExactly("NLD");
    }

    @Test
    void withoutALabelNothingIsAsked() {
        Ran ran = Ran.run(gateway, new RelabelCommand(), "0123", "--reason", "mislabelled");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(ran.err()).contains("no label (expected: --label-file, or --policy-oid and --lacv)");
        assertThat(gateway.relabelled).isEmpty();
    }

    private static Withdrawal withdrawal(String product, String tenant, boolean answered) {
        WithdrawalRecipient.Builder recipient = WithdrawalRecipient.newBuilder().setTenant(tenant);
        if (answered) {
            recipient.setAcknowledged(NOON);
        }
        return Withdrawal.newBuilder()
                .setProductId(product)
                .setSinceVersion(2)
                .setVersion(3)
                .setWithdrawn(NOON)
                .setMarking("NATO RESTRICTED")
                .addRecipients(recipient)
                .build();
    }
}
