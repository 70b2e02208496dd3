package nl.sluis.gateway.audit;

import static nl.sluis.gateway.audit.AuditLog.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.IndexedEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every arrival is in the log, and many of one kind take one entry. */
class ArrivalsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

    @TempDir
    private Path folder;

    @Test
    void arrivals_are_entered_with_their_count_and_once() throws Exception {
        try (Journal journal = EmbeddedJournal.open(folder, CLOCK, StoreLimits.DEFAULT)) {
            AuditLog log = AuditLog.open(
                    journal,
                    new TreeHeadSigner(KeyPairGenerator.getInstance("Ed25519").generateKeyPair()),
                    CLOCK);
            Arrivals arrivals = new Arrivals(log, CLOCK);
            arrivals.connected("nld/space-watch", "aa");
            arrivals.connected("nld/space-watch", "aa");
            arrivals.connected("fra/acme", "bb");
            arrivals.turnedAway("EXPIRED");
            arrivals.enter();
            arrivals.connected("nld/space-watch", "aa");
            arrivals.enter();
            arrivals.enter();
            log.append(List.of(AuditEntry.newBuilder()
                            .setEvent(AuditEvent.AUDIT_EVENT_POLICY_CHANGED)
                            .build()))
                    .join();

            assertThat(log.entries(WHOLE, 0, 100, false))
                    .extracting(IndexedEntry::getEntry)
                    .extracting(
                            AuditEntry::getEvent, AuditEntry::getTenant, AuditEntry::getItemId, AuditEntry::getCount)
                    .containsExactlyInAnyOrder(
                            tuple(AuditEvent.AUDIT_EVENT_CONNECTED, "nld/space-watch", "aa", 2L),
                            tuple(AuditEvent.AUDIT_EVENT_CONNECTED, "fra/acme", "bb", 1L),
                            tuple(AuditEvent.AUDIT_EVENT_TURNED_AWAY, "", "", 1L),
                            tuple(AuditEvent.AUDIT_EVENT_CONNECTED, "nld/space-watch", "aa", 1L),
                            tuple(AuditEvent.AUDIT_EVENT_POLICY_CHANGED, "", "", 0L));
        }
    }
}
