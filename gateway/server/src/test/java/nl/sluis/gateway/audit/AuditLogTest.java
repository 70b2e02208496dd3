package nl.sluis.gateway.audit;

import static nl.sluis.gateway.audit.AuditLog.WHOLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.StoredDeliveries;
import nl.sluis.journal.v1.StoredDelivery;
import nl.sluis.partner.audit.Hash;
import nl.sluis.partner.audit.MerkleTree;
import nl.sluis.partner.audit.TreeHeads;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.TreeHead;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditLogTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.25Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    @TempDir
    Path directory;

    private final KeyPair key = newKey();
    private Journal journal;

    @BeforeEach
    void openJournal() {
        journal = EmbeddedJournal.open(directory, CLOCK, StoreLimits.DEFAULT);
    }

    @AfterEach
    void closeJournal() {
        journal.close();
    }

    private static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private AuditLog open() {
        return AuditLog.open(journal, new TreeHeadSigner(key), CLOCK);
    }

    private static List<AuditEntry> entries(int from, int to) {
        List<AuditEntry> entries = new ArrayList<>();
        for (int i = from; i < to; i++) {
            entries.add(AuditEntry.newBuilder()
                    .setEvent(AuditEvent.AUDIT_EVENT_RELEASED)
                    .setTenant("nld/space-command")
                    .setItemId("product-" + i)
                    .build());
        }
        return entries;
    }

    @Test
    void everyEntryIsProvedAgainstTheSignedHead() {
        AuditLog log = open();
        log.append(entries(0, 600)).join();
        log.append(entries(600, 601).get(0)).join();

        TreeHead head = log.treeHead(WHOLE);
        assertThat(TreeHeads.verify(head, key.getPublic())).isTrue();
        assertThat(head.getTreeSize()).isEqualTo(601);
        assertThat(head.getAt().getSeconds()).isEqualTo(NOW.getEpochSecond());
        Hash root = Hash.of(head.getRootSha256().toByteArray());
        for (IndexedEntry entry : log.entries(WHOLE, 0, 1_000, false)) {
            List<Hash> proof = log.inclusionProof(WHOLE, entry.getIndex(), 601);
            Hash leaf = MerkleTree.leafHash(entry.getEntry().toByteArray());
            assertThat(MerkleTree.includes(leaf, entry.getIndex(), 601, proof, root))
                    .isTrue();
        }
    }

    @Test
    void eachHeadExtendsTheHeadsBeforeIt() {
        AuditLog log = open();
        List<TreeHead> heads = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            log.append(entries(37 * i, 37 * i + 37)).join();
            heads.add(log.treeHead(WHOLE));
        }
        for (int older = 0; older < heads.size(); older++) {
            for (int newer = older; newer < heads.size(); newer++) {
                TreeHead first = heads.get(older);
                TreeHead second = heads.get(newer);
                assertThat(MerkleTree.extendsTree(
                                first.getTreeSize(),
                                Hash.of(first.getRootSha256().toByteArray()),
                                second.getTreeSize(),
                                Hash.of(second.getRootSha256().toByteArray()),
                                log.consistencyProof(WHOLE, first.getTreeSize(), second.getTreeSize())))
                        .isTrue();
            }
        }
    }

    @Test
    void theSameLogGetsTheSameHeadToTheByteAfterReopening() {
        AuditLog log = open();
        assertThat(log.treeHead(WHOLE).getTreeSize()).isZero();
        log.append(entries(0, 300)).join();
        TreeHead head = log.treeHead(WHOLE);
        assertThat(log.treeHead(WHOLE)).isEqualTo(head);
        journal.close();
        openJournal();
        assertThat(open().treeHead(WHOLE)).isEqualTo(head);
    }

    private static StoredDelivery delivery(int number, String... originators) {
        StoredDelivery.Builder delivery = StoredDelivery.newBuilder()
                .setEntry(AuditEntry.newBuilder()
                        .setEvent(AuditEvent.AUDIT_EVENT_RELEASED)
                        .setItemId("product-" + number)
                        .build()
                        .toByteString());
        for (String originator : originators) {
            delivery.addDowngrades(AuditEntry.newBuilder()
                    .setEvent(AuditEvent.AUDIT_EVENT_DOWNGRADED)
                    .setItemId("product-" + number)
                    .setTenant(originator)
                    .build()
                    .toByteString());
        }
        return delivery.build();
    }

    /** What a batch says, written out. */
    private static List<AuditEntry> writtenOut(StoredDeliveries batch) throws InvalidProtocolBufferException {
        List<AuditEntry> entries = new ArrayList<>();
        for (String tenant : batch.getTenantsList()) {
            for (StoredDelivery delivery : batch.getDeliveriesList()) {
                entries.add(AuditEntry.parseFrom(delivery.getEntry()).toBuilder()
                        .setTenant(tenant)
                        .setAt(batch.getAt())
                        .build());
            }
        }
        for (String tenant : batch.getTenantsList()) {
            for (StoredDelivery delivery : batch.getDeliveriesList()) {
                for (ByteString downgrade : delivery.getDowngradesList()) {
                    entries.add(AuditEntry.parseFrom(downgrade).toBuilder()
                            .setOtherTenant(tenant)
                            .setAt(batch.getAt())
                            .build());
                }
            }
        }
        return entries;
    }

    @Test
    void aBatchToManyIsInEachTreeAsIfEveryDeliveryHadBeenEnteredAlone() throws Exception {
        AuditLog log = open();
        List<AuditEntry> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            StoredDeliveries batch = StoredDeliveries.newBuilder()
                    .setAt(Timestamp.newBuilder().setSeconds(i + 1))
                    // a tenant may have several streams, and an originator may be among the recipients
                    .addAllTenants(List.of("nor/north-watch", "lux/acme-space", "nor/north-watch", "usa/spacecom"))
                    .addDeliveries(delivery(3 * i))
                    .addDeliveries(delivery(3 * i + 1, "usa/spacecom", "fra/cosmos"))
                    .addDeliveries(delivery(3 * i + 2, "usa/spacecom"))
                    .build();
            log.appendDeliveries(List.of(batch)).join();
            log.append(entries(i, i + 1)).join();
            expected.addAll(writtenOut(batch));
            expected.addAll(entries(i, i + 1));
        }
        for (String tree : List.of(WHOLE, "nor/north-watch", "lux/acme-space", "usa/spacecom", "fra/cosmos")) {
            List<AuditEntry> own = expected.stream()
                    .filter(entry -> tree.equals(WHOLE) || entry.getTenant().equals(tree))
                    .toList();
            List<Hash> hashes = own.stream()
                    .map(entry -> MerkleTree.leafHash(entry.toByteArray()))
                    .toList();
            TreeHead head = log.treeHead(tree);
            assertThat(head.getTreeSize()).as(tree).isEqualTo(own.size());
            Hash root = Hash.of(head.getRootSha256().toByteArray());
            for (int i = 0; i < own.size(); i++) {
                assertThat(MerkleTree.includes(
                                hashes.get(i), i, own.size(), log.inclusionProof(tree, i, own.size()), root))
                        .as("%s %d", tree, i)
                        .isTrue();
            }
            for (int page : List.of(1, 7, 100)) {
                List<AuditEntry> listed = new ArrayList<>();
                while (listed.size() < own.size()) {
                    log.entries(tree, listed.size(), page, false).forEach(entry -> listed.add(entry.getEntry()));
                }
                assertThat(listed).isEqualTo(own);
            }
            assertThat(open().treeHead(tree)).isEqualTo(head);
        }
    }

    @Test
    void whatAnotherNodeAppendedIsInTheTree() {
        AuditLog here = open();
        AuditLog there = open();
        here.append(entries(0, 3)).join();
        there.append(entries(3, 5)).join();
        assertThat(here.treeHead(WHOLE).getTreeSize()).isEqualTo(5);
        assertThat(there.treeHead(WHOLE).getRootSha256())
                .isEqualTo(here.treeHead(WHOLE).getRootSha256());
    }

    @Test
    void aLogCutBehindTheGatewaysBackIsRefusedAtStart() throws Exception {
        signAndEdit("""
                delete from entries_audit where position > 7;
                update heads set next = 8 where log = 'audit'""");
        assertRefused(this::open, AuditException.Code.LOG_CUT);
    }

    @Test
    void anEntryRewrittenBehindTheGatewaysBackIsRefusedAtStart() throws Exception {
        signAndEdit("update entries_audit set payload = x'08' where position = 3");
        assertRefused(this::open, AuditException.Code.LOG_REWRITTEN);
    }

    private void signAndEdit(String statements) throws Exception {
        AuditLog log = open();
        log.append(entries(0, 10)).join();
        log.treeHead(WHOLE);
        journal.close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("journal.sqlite"));
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(statements);
        }
        openJournal();
    }

    @Test
    void aHeadOfAnotherKeyIsRefusedAtStart() {
        AuditLog log = open();
        log.append(entries(0, 2)).join();
        log.treeHead(WHOLE);
        assertRefused(
                () -> AuditLog.open(journal, new TreeHeadSigner(newKey()), CLOCK), AuditException.Code.HEAD_FORGED);
    }

    @Test
    void aHeadThatIsNoHeadIsRefusedAtStart() {
        journal.append(LogName.CURSORS, NewEntry.keyed(AuditLog.HEAD_KEY, new byte[] {(byte) 0xff}))
                .join();
        assertRefused(this::open, AuditException.Code.HEAD_FORGED);
    }

    @Test
    void noPartOfASignedHeadMayBeChanged() {
        AuditLog log = open();
        log.append(entries(0, 2)).join();
        TreeHead head = log.treeHead(WHOLE);
        List<TreeHead> changed = List.of(
                head.toBuilder().setTreeSize(3).build(),
                head.toBuilder()
                        .setRootSha256(ByteString.copyFrom(new byte[32]))
                        .build(),
                head.toBuilder().clearAt().build(),
                head.toBuilder().setKeyId(ByteString.EMPTY).build(),
                head.toBuilder().setSignature(ByteString.EMPTY).build(),
                head.toBuilder().setSignature(ByteString.copyFrom(new byte[64])).build());
        assertThat(changed).noneMatch(each -> TreeHeads.verify(each, key.getPublic()));
        assertThat(TreeHeads.verify(head, newKey().getPublic())).isFalse();
    }

    @Test
    void whatIsOutsideTheLogIsRefusedByName() {
        AuditLog log = open();
        log.append(entries(0, 2)).join();
        assertRefused(() -> log.inclusionProof(WHOLE, 2, 2), AuditException.Code.OUT_OF_RANGE);
        assertRefused(() -> log.inclusionProof(WHOLE, 0, 3), AuditException.Code.OUT_OF_RANGE);
        assertRefused(() -> log.consistencyProof(WHOLE, 0, 2), AuditException.Code.OUT_OF_RANGE);
        assertRefused(() -> log.consistencyProof(WHOLE, 2, 3), AuditException.Code.OUT_OF_RANGE);
        assertRefused(() -> log.entries(WHOLE, 3, 1, false), AuditException.Code.OUT_OF_RANGE);
        assertThat(log.entries(WHOLE, 2, 1, false)).isEmpty();
    }

    private static void assertRefused(Runnable call, AuditException.Code code) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        AuditException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
