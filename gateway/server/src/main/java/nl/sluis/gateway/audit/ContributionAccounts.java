package nl.sluis.gateway.audit;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Timestamp;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.Progress;
import nl.sluis.gateway.store.StoreException;
import nl.sluis.journal.v1.QuarantinedContribution;
import nl.sluis.journal.v1.StoredContribution;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Enters what was contributed and what was refused: now and then, for each tenant, how many and one digest over them all.
 * Behind ingest and not in its way, since an entry for each observation would cost more than the observation.
 *
 * <p>How far it has read stands in the journal with the entries it made, so that none is left out and none counted twice,
 * whatever dies. One node at a time does it.
 */
public final class ContributionAccounts {
    /** Between two entries of one tenant. */
    public static final Duration ENTRY_INTERVAL = Duration.ofSeconds(5);

    /** Entries read at once. */
    private static final int READ_ENTRIES = 1_024;

    /** Entries accounted for in one go: ten seconds of the highest rate, read in less than one. */
    private static final long ROUND_ENTRIES = 200_000;

    private static final Logger LOG = LoggerFactory.getLogger(ContributionAccounts.class);

    private final Journal journal;
    private final InstantSource clock;
    private long fenced;

    /**
     * @param journal where contributions are and entries go
     * @param clock the gateway's clock
     */
    public ContributionAccounts(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /**
     * Enters what was taken and refused since the last call, on any node; blocks.
     *
     * @param token the fencing token under which this node does it
     */
    public synchronized void enter(long token) {
        try {
            for (Account account : Account.values()) {
                enter(account, token);
            }
            fenced = token;
        } catch (StoreException | CompletionException e) {
            // asked again at the next call, from where it was
            LOG.warn("contributions not accounted for yet, reason={}", e.getMessage());
        }
    }

    private void enter(Account account, long token) {
        if (fenced != token) {
            // whoever did it before writes nothing any more, from here on
            journal.advance(LogName.AUDIT, List.of(), new Progress(account.reader, token, 0))
                    .join();
        }
        long position = journal.progress(LogName.AUDIT, account.reader);
        long next = Math.max(position + 1, journal.oldest(account.log));
        long end = Math.min(journal.watermark(account.log), next + ROUND_ENTRIES - 1);
        Map<String, Batch> batches = new TreeMap<>();
        while (next <= end) {
            List<Entry> entries = journal.read(account.log, next, (int) Math.min(READ_ENTRIES, end - next + 1));
            if (entries.isEmpty()) {
                break;
            }
            for (Entry entry : entries) {
                add(account, entry, batches);
                next = entry.position() + 1;
            }
        }
        if (next - 1 > position) {
            Instant now = clock.instant();
            List<NewEntry> made = new ArrayList<>();
            batches.forEach((tenant, batch) -> made.add(NewEntry.of(
                    AuditLog.stored(batch.entry(account.event, tenant, now)).toByteArray())));
            journal.advance(LogName.AUDIT, made, new Progress(account.reader, token, next - 1))
                    .join();
        }
    }

    private static void add(Account account, Entry entry, Map<String, Batch> batches) {
        try {
            String tenant = field(entry.payload(), account.sourceField).toStringUtf8();
            ByteString what = field(entry.payload(), account.digestedField);
            batches.computeIfAbsent(tenant, none -> new Batch())
                    .add(
                            account == Account.TAKEN
                                    ? what.toStringUtf8()
                                    : HexFormat.of().formatHex(sha256(what)));
        } catch (IOException e) {
            LOG.error(
                    "entry not accounted for: it can't be read, log={} position={}", account.log, entry.position(), e);
        }
    }

    /** One field of a message, without parsing the rest: this runs for each observation. */
    private static ByteString field(byte[] message, int number) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(message);
        int tag = in.readTag();
        while (tag != 0) {
            if (WireFormat.getTagFieldNumber(tag) == number) {
                return in.readBytes();
            }
            in.skipField(tag);
            tag = in.readTag();
        }
        return ByteString.EMPTY;
    }

    private static byte[] sha256(ByteString bytes) {
        MessageDigest digest = sha256();
        digest.update(bytes.asReadOnlyByteBuffer());
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** What is accounted for: the logs, the names of the positions in them, and where tenant and content stand. */
    private enum Account {
        TAKEN(
                LogName.CONTRIBUTIONS,
                "accounts-taken",
                AuditEvent.AUDIT_EVENT_CONTRIBUTED,
                StoredContribution.SOURCE_FIELD_NUMBER,
                // a digest of tenant, client's identifier and content already
                StoredContribution.CONTRIBUTION_ID_FIELD_NUMBER),
        REFUSED(
                LogName.QUARANTINE,
                "accounts-refused",
                AuditEvent.AUDIT_EVENT_QUARANTINED,
                QuarantinedContribution.SOURCE_FIELD_NUMBER,
                QuarantinedContribution.ORIGINAL_FIELD_NUMBER);

        private final LogName log;
        private final String reader;
        private final AuditEvent event;
        private final int sourceField;
        private final int digestedField;

        Account(LogName log, String reader, AuditEvent event, int sourceField, int digestedField) {
            this.log = log;
            this.reader = reader;
            this.event = event;
            this.sourceField = sourceField;
            this.digestedField = digestedField;
        }
    }

    /** What one tenant sent. */
    private static final class Batch {
        private final MessageDigest digest = sha256();
        private long count;

        void add(String line) {
            digest.update((line + "\n").getBytes(StandardCharsets.US_ASCII));
            count++;
        }

        AuditEntry entry(AuditEvent event, String tenant, Instant now) {
            return AuditEntry.newBuilder()
                    .setAt(Timestamp.newBuilder()
                            .setSeconds(now.getEpochSecond())
                            .setNanos(now.getNano()))
                    .setEvent(event)
                    .setTenant(tenant)
                    .setItemId(HexFormat.of().formatHex(digest.digest()))
                    .setCount(count)
                    .build();
        }
    }
}
