package nl.sluis.gateway.audit;

import static nl.sluis.gateway.audit.AuditException.Code.HEAD_FORGED;
import static nl.sluis.gateway.audit.AuditException.Code.LOG_CUT;
import static nl.sluis.gateway.audit.AuditException.Code.LOG_REWRITTEN;
import static nl.sluis.gateway.audit.AuditException.Code.OUT_OF_RANGE;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.TreeHead;
import org.jspecify.annotations.Nullable;

/**
 * The journal's AUDIT log as a Merkle tree: leaf {@code i} is the payload at position {@code i + 1}.
 *
 * <p>Each head is made durable before it is handed out, and opening checks that the log still extends the last one: so a
 * log that was cut or rewritten behind the gateway's back is refused at start. If the process dies, entries that were
 * answered stay; a head that was not handed out yet may be signed again.
 */
public final class AuditLog {
    /** The value in the CURSORS log that keeps the last signed head. */
    static final String HEAD_KEY = "audit-tree-head";

    /** Entries read at once while the tree catches up with the log. */
    private static final int READ_ENTRIES = 1_024;

    private final Journal journal;
    private final TreeHeadSigner signer;
    private final InstantSource clock;
    private final TileCache tree = new TileCache(this::readLeaves);
    private @Nullable TreeHead signed;

    private AuditLog(Journal journal, TreeHeadSigner signer, InstantSource clock) {
        this.journal = journal;
        this.signer = signer;
        this.clock = clock;
    }

    /**
     * Reads the log and checks it against the last head that was signed; takes time in proportion to its length.
     *
     * @param journal where the entries are
     * @param signer the log's key
     * @param clock gives the time of heads, UTC
     * @return the log
     * @throws AuditException LOG_CUT, LOG_REWRITTEN or HEAD_FORGED
     * @throws nl.sluis.gateway.store.StoreException if the journal can't be read
     */
    public static AuditLog open(Journal journal, TreeHeadSigner signer, InstantSource clock) {
        AuditLog log = new AuditLog(journal, signer, clock);
        log.openOnLastHead();
        return log;
    }

    private synchronized void openOnLastHead() {
        catchUp();
        Optional<Entry> stored = journal.latest(LogName.CURSORS, HEAD_KEY);
        if (stored.isEmpty()) {
            return;
        }
        TreeHead head;
        try {
            head = TreeHead.parseFrom(stored.get().payload());
        } catch (InvalidProtocolBufferException e) {
            throw new AuditException(HEAD_FORGED, "tree head: can't be read: " + e.getMessage());
        }
        if (!signer.verify(head)) {
            throw new AuditException(HEAD_FORGED, "tree head: signature of another key (expected: the log's own)");
        }
        if (head.getTreeSize() > tree.size()) {
            throw new AuditException(
                    LOG_CUT,
                    "audit log: `" + tree.size() + "` entries (expected: at least " + head.getTreeSize()
                            + ", the size of a signed head)");
        }
        Hash root = MerkleTree.root(head.getTreeSize(), tree);
        if (!ByteString.copyFrom(root.toBytes()).equals(head.getRootSha256())) {
            throw new AuditException(
                    LOG_REWRITTEN,
                    "audit log: root `" + root + "` at size " + head.getTreeSize() + " (expected: "
                            + Hash.of(head.getRootSha256().toByteArray()) + ", signed)");
        }
        signed = head;
    }

    /**
     * Appends entries, all or nothing.
     *
     * @param entries what happened, in order
     * @return leaf index of each, when durable; or the journal's failure
     */
    public CompletableFuture<List<Long>> append(List<AuditEntry> entries) {
        List<NewEntry> batch =
                entries.stream().map(entry -> NewEntry.of(entry.toByteArray())).toList();
        return journal.append(LogName.AUDIT, batch)
                .thenApply(answers ->
                        answers.stream().map(answer -> answer.position() - 1).toList());
    }

    /**
     * Appends one entry.
     *
     * @param entry what happened
     * @return its leaf index, when durable; or the journal's failure
     */
    public CompletableFuture<Long> append(AuditEntry entry) {
        return append(List.of(entry)).thenApply(indexes -> indexes.get(0));
    }

    /**
     * The signed head over everything appended so far; blocks.
     *
     * @return the head, durable before it is returned; the same one again while nothing is appended
     */
    public synchronized TreeHead treeHead() {
        catchUp();
        TreeHead last = signed;
        if (last != null && last.getTreeSize() == tree.size()) {
            return last;
        }
        Instant now = clock.instant();
        TreeHead head = signer.sign(TreeHead.newBuilder()
                .setTreeSize(tree.size())
                .setRootSha256(
                        ByteString.copyFrom(MerkleTree.root(tree.size(), tree).toBytes()))
                .setAt(Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano())));
        journal.append(LogName.CURSORS, NewEntry.keyed(HEAD_KEY, head.toByteArray()))
                .join();
        signed = head;
        return head;
    }

    /**
     * Proves that an entry is in the log; blocks.
     *
     * @param index leaf index
     * @param treeSize size of the tree to prove it for
     * @return hashes for {@link MerkleTree#includes}
     * @throws AuditException OUT_OF_RANGE
     */
    public synchronized List<Hash> inclusionProof(long index, long treeSize) {
        requireSize(treeSize);
        if (index < 0 || index >= treeSize) {
            throw new AuditException(OUT_OF_RANGE, "index: `" + index + "` (expected: below " + treeSize + ")");
        }
        return MerkleTree.inclusionProof(index, treeSize, tree);
    }

    /**
     * Proves that the log was only appended to; blocks.
     *
     * @param firstSize size of an older tree, from 1
     * @param secondSize size of a newer tree
     * @return hashes for {@link MerkleTree#extendsTree}
     * @throws AuditException OUT_OF_RANGE
     */
    public synchronized List<Hash> consistencyProof(long firstSize, long secondSize) {
        requireSize(secondSize);
        if (firstSize < 1 || firstSize > secondSize) {
            throw new AuditException(
                    OUT_OF_RANGE, "first_size: `" + firstSize + "` (expected: 1 to " + secondSize + ")");
        }
        return MerkleTree.consistencyProof(firstSize, secondSize, tree);
    }

    /**
     * Reads entries; blocks.
     *
     * @param fromIndex first leaf index
     * @param entriesMax most entries to return
     * @return entries in order; empty at the end of the log
     * @throws AuditException OUT_OF_RANGE if no entry has been near that index yet
     */
    public List<IndexedEntry> entries(long fromIndex, int entriesMax) {
        if (fromIndex < 0 || fromIndex > journal.watermark(LogName.AUDIT)) {
            throw new AuditException(
                    OUT_OF_RANGE,
                    "from_index: `" + fromIndex + "` (expected: 0 to " + journal.watermark(LogName.AUDIT) + ")");
        }
        List<IndexedEntry> entries = new ArrayList<>();
        for (Entry entry : journal.read(LogName.AUDIT, fromIndex + 1, entriesMax)) {
            try {
                entries.add(IndexedEntry.newBuilder()
                        .setIndex(entry.position() - 1)
                        .setEntry(AuditEntry.parseFrom(entry.payload()))
                        .build());
            } catch (InvalidProtocolBufferException e) {
                throw new AuditException(
                        LOG_REWRITTEN,
                        "audit log: entry " + (entry.position() - 1) + " can't be read: " + e.getMessage());
            }
        }
        return entries;
    }

    private void requireSize(long treeSize) {
        catchUp();
        if (treeSize < 0 || treeSize > tree.size()) {
            throw new AuditException(
                    OUT_OF_RANGE, "tree_size: `" + treeSize + "` (expected: up to " + tree.size() + ")");
        }
    }

    /** Other nodes append too, so the tree follows the log and not this node's own appends. */
    private void catchUp() {
        List<Entry> page = journal.read(LogName.AUDIT, tree.size() + 1, READ_ENTRIES);
        while (!page.isEmpty()) {
            for (Entry entry : page) {
                tree.append(MerkleTree.leafHash(entry.payload()));
            }
            page = journal.read(LogName.AUDIT, tree.size() + 1, READ_ENTRIES);
        }
    }

    private List<Hash> readLeaves(long fromIndex, int count) {
        List<Hash> leaves = new ArrayList<>(count);
        while (leaves.size() < count) {
            for (Entry entry : journal.read(LogName.AUDIT, fromIndex + leaves.size() + 1, count - leaves.size())) {
                leaves.add(MerkleTree.leafHash(entry.payload()));
            }
        }
        return leaves;
    }
}
