package nl.sluis.gateway.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.QuarantinedContribution;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.IndexedEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each contribution is in exactly one entry of its tenant, and whoever knows what was answered can check the digest. */
class ContributionAccountsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000));

    @TempDir
    private Path folder;

    private Journal journal;
    private AuditLog audit;

    @BeforeEach
    void open() throws Exception {
        journal = EmbeddedJournal.open(folder, CLOCK, StoreLimits.DEFAULT);
        audit = AuditLog.open(
                journal,
                new TreeHeadSigner(KeyPairGenerator.getInstance("Ed25519").generateKeyPair()),
                CLOCK);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    @Test
    void many_contributions_of_a_tenant_are_one_entry_in_its_own_log_and_no_others() throws Exception {
        taken("nor/radar", 1, 2_500);
        taken("deu/radar", 1, 3);
        taken("nor/radar", 2_501, 3_000);
        ContributionAccounts accounts = new ContributionAccounts(journal, CLOCK);

        accounts.enter(1);
        accounts.enter(1);

        assertThat(entries("nor/radar"))
                .containsExactly(entry(AuditEvent.AUDIT_EVENT_CONTRIBUTED, "nor/radar", 3_000, ids(1, 3_000)));
        assertThat(entries("deu/radar"))
                .containsExactly(entry(AuditEvent.AUDIT_EVENT_CONTRIBUTED, "deu/radar", 3, ids(1, 3)));
    }

    @Test
    void another_life_goes_on_where_the_last_one_was_and_the_last_one_writes_no_more() throws Exception {
        taken("nor/radar", 1, 5);
        ContributionAccounts before = new ContributionAccounts(journal, CLOCK);
        before.enter(1);
        taken("nor/radar", 6, 7);
        ContributionAccounts after = new ContributionAccounts(journal, CLOCK);
        after.enter(2);
        taken("nor/radar", 8, 8);
        before.enter(1);

        assertThat(entries("nor/radar"))
                .containsExactly(
                        entry(AuditEvent.AUDIT_EVENT_CONTRIBUTED, "nor/radar", 5, ids(1, 5)),
                        entry(AuditEvent.AUDIT_EVENT_CONTRIBUTED, "nor/radar", 2, ids(6, 7)));
        after.enter(2);
        assertThat(entries("nor/radar")).hasSize(3);
    }

    @Test
    void what_was_refused_is_accounted_for_by_its_bytes() throws Exception {
        byte[] original = "damaged".getBytes(StandardCharsets.UTF_8);
        journal.append(
                        LogName.QUARANTINE,
                        NewEntry.of(QuarantinedContribution.newBuilder()
                                .setSource("nor/radar")
                                .addFaults("label: absent")
                                .setOriginal(ByteString.copyFrom(original))
                                .build()
                                .toByteArray()))
                .join();

        new ContributionAccounts(journal, CLOCK).enter(1);

        String line =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(original)) + "\n";
        assertThat(entries("nor/radar"))
                .containsExactly(entry(AuditEvent.AUDIT_EVENT_QUARANTINED, "nor/radar", 1, line));
    }

    private void taken(String source, int from, int to) {
        List<NewEntry> batch = new java.util.ArrayList<>();
        for (int i = from; i <= to; i++) {
            batch.add(NewEntry.of(StoredContribution.newBuilder()
                    .setContributionId("contribution-" + i)
                    .setSource(source)
                    .setOriginal(ByteString.copyFromUtf8("content"))
                    .build()
                    .toByteArray()));
        }
        journal.append(LogName.CONTRIBUTIONS, batch).join();
    }

    private static String ids(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i <= to; i++) {
            lines.append("contribution-").append(i).append('\n');
        }
        return lines.toString();
    }

    private static AuditEntry entry(AuditEvent event, String tenant, long count, String lines) throws Exception {
        return AuditEntry.newBuilder()
                .setAt(Timestamp.newBuilder().setSeconds(1_000))
                .setEvent(event)
                .setTenant(tenant)
                .setItemId(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(lines.getBytes(StandardCharsets.US_ASCII))))
                .setCount(count)
                .build();
    }

    private List<AuditEntry> entries(String tenant) {
        return audit.entries(tenant, 0, 10, false).stream()
                .map(IndexedEntry::getEntry)
                .toList();
    }
}
