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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.StoredAuditEntry;
import nl.sluis.journal.v1.StoredDeliveries;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.partner.audit.Hash;
import nl.sluis.partner.audit.MerkleTree;
import nl.sluis.proto.v1.AuditBasis;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.AuditEvent;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.TreeHead;
import org.jspecify.annotations.Nullable;

/**
 * The journal's AUDIT log as Merkle trees: one for each tenant over the entries that concern it, and a whole one over all.
 *
 * <p>A tenant is shown its own tree alone: sizes and indexes of a shared one would tell it how much others were sent. Each
 * head is made durable before it is handed out, and opening checks that the log still extends all of them: so a log that
 * was cut or rewritten behind the gateway's back is refused at start. If the process dies, entries that were answered stay;
 * a head that was not handed out yet may be signed again.
 */
public final class AuditLog {
    /** The name of the whole log, where a tenant's name stands for its own. */
    public static final String WHOLE = "";

    /** The values in the CURSORS log that keep the last signed heads start with this; the log's name follows. */
    static final String HEAD_KEY = "audit-tree-head/";

    /** Key of the latest change of policy in the AUDIT log. */
    private static final String POLICY_KEY = "policy";

    /** Entries read at once while the trees catch up with the log. */
    private static final int READ_ENTRIES = 1_024;

    private final Journal journal;
    private final TreeHeadSigner signer;
    private final InstantSource clock;
    private final Map<String, Tree> trees = new HashMap<>();
    private long followed;

    private AuditLog(Journal journal, TreeHeadSigner signer, InstantSource clock) {
        this.journal = journal;
        this.signer = signer;
        this.clock = clock;
    }

    /**
     * Reads the log and checks it against the heads that were signed last; takes time in proportion to its length.
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
        log.openOnLastHeads();
        return log;
    }

    private synchronized void openOnLastHeads() {
        catchUp();
        List<Entry> heads = new ArrayList<>();
        journal.scanLatest(LogName.CURSORS, entry -> {
            if (entry.key().startsWith(HEAD_KEY)) {
                heads.add(entry);
            }
        });
        heads.forEach(entry -> checkHead(entry.key().substring(HEAD_KEY.length()), entry.payload()));
    }

    private void checkHead(String log, byte[] stored) {
        TreeHead head;
        try {
            head = TreeHead.parseFrom(stored);
        } catch (InvalidProtocolBufferException e) {
            throw new AuditException(HEAD_FORGED, "tree head: can't be read: " + e.getMessage());
        }
        if (!signer.verify(head)) {
            throw new AuditException(HEAD_FORGED, "tree head: signature of another key (expected: the log's own)");
        }
        if (!head.getTenant().equals(log)) {
            throw new AuditException(
                    HEAD_FORGED, "tree head: of the log of `" + head.getTenant() + "` (expected: `" + log + "`)");
        }
        Tree tree = tree(log);
        if (head.getTreeSize() > tree.hashes.size()) {
            throw new AuditException(
                    LOG_CUT,
                    "audit log of `" + log + "`: `" + tree.hashes.size() + "` entries (expected: at least "
                            + head.getTreeSize() + ", the size of a signed head)");
        }
        Hash root = MerkleTree.root(head.getTreeSize(), tree.hashes);
        if (!ByteString.copyFrom(root.toBytes()).equals(head.getRootSha256())) {
            throw new AuditException(
                    LOG_REWRITTEN,
                    "audit log of `" + log + "`: root `" + root + "` at size " + head.getTreeSize() + " (expected: "
                            + Hash.of(head.getRootSha256().toByteArray()) + ", signed)");
        }
        tree.signed = head;
    }

    /**
     * Appends entries, all or nothing. An entry with a tenant is in that tenant's own tree too.
     *
     * @param entries what happened, in order
     * @return completes when they are durable; or with the journal's failure
     */
    public CompletableFuture<?> append(List<AuditEntry> entries) {
        return appendStored(entries.stream().map(AuditLog::stored).toList());
    }

    /**
     * Appends one entry.
     *
     * @param entry what happened
     * @return completes when it is durable; or with the journal's failure
     */
    public CompletableFuture<?> append(AuditEntry entry) {
        return append(List.of(entry));
    }

    /**
     * Enters that a policy bundle is in force, unless the one entered last is the same; blocks.
     *
     * @param manifestSha256 digest of its manifest, hexadecimal
     * @param version its version
     */
    public void enterPolicy(String manifestSha256, long version) {
        Optional<Entry> last = journal.latest(LogName.AUDIT, POLICY_KEY);
        AuditEntry entry = AuditEntry.newBuilder()
                .setAt(timestamp(clock.instant()))
                .setEvent(AuditEvent.AUDIT_EVENT_POLICY_CHANGED)
                .setItemId(manifestSha256)
                .setPolicyVersion(version)
                .build();
        try {
            if (last.isEmpty()
                    || !AuditEntry.parseFrom(parse(last.get()).getLeaf())
                            .getItemId()
                            .equals(manifestSha256)) {
                journal.append(
                                LogName.AUDIT,
                                NewEntry.keyed(POLICY_KEY, stored(entry).toByteArray()))
                        .join();
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AuditException(LOG_REWRITTEN, "audit log: latest policy can't be read: " + e.getMessage());
        }
    }

    /**
     * Appends batches of deliveries, all or nothing.
     *
     * @param batches what is about to be sent, and to whom; of at most {@link Leaves#BATCH_LEAVES_MAX} leaves each
     * @return completes when they are durable; or with the journal's failure
     */
    public CompletableFuture<?> appendDeliveries(List<StoredDeliveries> batches) {
        return appendStored(batches.stream()
                .map(batch -> StoredAuditEntry.newBuilder().setDeliveries(batch).build())
                .toList());
    }

    static StoredAuditEntry stored(AuditEntry entry) {
        return StoredAuditEntry.newBuilder()
                .setLeaf(entry.toByteString())
                .setTenant(entry.getTenant())
                .build();
    }

    private CompletableFuture<?> appendStored(List<StoredAuditEntry> entries) {
        return journal.append(
                LogName.AUDIT,
                entries.stream().map(entry -> NewEntry.of(entry.toByteArray())).toList());
    }

    /**
     * The signed head over everything appended so far; blocks.
     *
     * @param log a tenant, or {@link #WHOLE}
     * @return the head, durable before it is returned; the same one again while nothing is appended
     */
    public synchronized TreeHead treeHead(String log) {
        catchUp();
        Tree tree = tree(log);
        TreeHead last = tree.signed;
        if (last != null && last.getTreeSize() == tree.hashes.size()) {
            return last;
        }
        TreeHead head = signer.sign(TreeHead.newBuilder()
                .setTreeSize(tree.hashes.size())
                .setRootSha256(ByteString.copyFrom(
                        MerkleTree.root(tree.hashes.size(), tree.hashes).toBytes()))
                .setAt(timestamp(clock.instant()))
                .setTenant(log));
        journal.append(LogName.CURSORS, NewEntry.keyed(HEAD_KEY + log, head.toByteArray()))
                .join();
        tree.signed = head;
        return head;
    }

    /**
     * Proves that an entry is in a log; blocks.
     *
     * @param log a tenant, or {@link #WHOLE}
     * @param index leaf index
     * @param treeSize size of the tree to prove it for
     * @return hashes for {@link MerkleTree#includes}
     * @throws AuditException OUT_OF_RANGE
     */
    public synchronized List<Hash> inclusionProof(String log, long index, long treeSize) {
        Tree tree = upTo(log, "tree_size", treeSize);
        if (index < 0 || index >= treeSize) {
            throw new AuditException(OUT_OF_RANGE, "index: `" + index + "` (expected: below " + treeSize + ")");
        }
        return MerkleTree.inclusionProof(index, treeSize, tree.hashes);
    }

    /**
     * Proves that a log was only appended to; blocks.
     *
     * @param log a tenant, or {@link #WHOLE}
     * @param firstSize size of an older tree, from 1
     * @param secondSize size of a newer tree
     * @return hashes for {@link MerkleTree#extendsTree}
     * @throws AuditException OUT_OF_RANGE
     */
    public synchronized List<Hash> consistencyProof(String log, long firstSize, long secondSize) {
        Tree tree = upTo(log, "second_size", secondSize);
        if (firstSize < 1 || firstSize > secondSize) {
            throw new AuditException(
                    OUT_OF_RANGE, "first_size: `" + firstSize + "` (expected: 1 to " + secondSize + ")");
        }
        return MerkleTree.consistencyProof(firstSize, secondSize, tree.hashes);
    }

    /**
     * Reads entries; blocks.
     *
     * @param log a tenant, or {@link #WHOLE}
     * @param fromIndex first leaf index
     * @param entriesMax most entries to return
     * @param withBasis whether each gets what it was made from, as far as that is still kept
     * @return entries in order; empty at the end of the log
     * @throws AuditException OUT_OF_RANGE if no entry has been near that index yet
     */
    public synchronized List<IndexedEntry> entries(String log, long fromIndex, int entriesMax, boolean withBasis) {
        catchUp();
        Tree tree = tree(log);
        long size = tree.hashes.size();
        if (fromIndex < 0 || fromIndex > size) {
            throw new AuditException(OUT_OF_RANGE, "from_index: `" + fromIndex + "` (expected: 0 to " + size + ")");
        }
        List<IndexedEntry> entries = new ArrayList<>();
        for (Leaves.Leaf leaf : tree.read(fromIndex, (int) Math.min(entriesMax, size - fromIndex))) {
            long index = fromIndex + entries.size();
            try {
                IndexedEntry.Builder entry =
                        IndexedEntry.newBuilder().setIndex(index).setEntry(AuditEntry.parseFrom(leaf.bytes()));
                if (withBasis && leaf.productPosition() > 0) {
                    basis(leaf).ifPresent(entry::setBasis);
                }
                entries.add(entry.build());
            } catch (InvalidProtocolBufferException e) {
                throw new AuditException(
                        LOG_REWRITTEN,
                        "audit log of `" + log + "`: entry " + index + " can't be read: " + e.getMessage());
            }
        }
        return entries;
    }

    private Optional<AuditBasis> basis(Leaves.Leaf leaf) throws InvalidProtocolBufferException {
        if (leaf.productPosition() < journal.oldest(LogName.PRODUCTS)) {
            return Optional.empty();
        }
        byte[] product =
                journal.read(LogName.PRODUCTS, leaf.productPosition(), 1).get(0).payload();
        return Optional.of(basisOf(StoredProduct.parseFrom(product).getBasis()).toBuilder()
                .setSalt(leaf.salt())
                .build());
    }

    /** What an auditor is shown of a basis, still without salt. */
    public static AuditBasis basisOf(Basis basis) {
        return AuditBasis.newBuilder()
                .addAllInputIds(basis.getContributionIdsList())
                .setLabel(basis.getLabel())
                .build();
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private Tree upTo(String log, String field, long treeSize) {
        catchUp();
        Tree tree = tree(log);
        if (treeSize < 0 || treeSize > tree.hashes.size()) {
            throw new AuditException(
                    OUT_OF_RANGE, field + ": `" + treeSize + "` (expected: up to " + tree.hashes.size() + ")");
        }
        return tree;
    }

    private Tree tree(String log) {
        return trees.computeIfAbsent(log, name -> new Tree());
    }

    /** Other nodes append too, so the trees follow the log and not this node's own appends. */
    private void catchUp() {
        List<Entry> page = journal.read(LogName.AUDIT, followed + 1, READ_ENTRIES);
        while (!page.isEmpty()) {
            for (Entry entry : page) {
                Leaves leaves = leaves(entry);
                for (int i = 0; i < leaves.count(); i++) {
                    Leaves.Leaf leaf = leaves.get(i);
                    Hash hash = leaf.hash();
                    tree(WHOLE).append(entry.position(), i, hash);
                    if (!leaf.tenant().isEmpty()) {
                        tree(leaf.tenant()).append(entry.position(), i, hash);
                    }
                }
                followed = entry.position();
            }
            page = journal.read(LogName.AUDIT, followed + 1, READ_ENTRIES);
        }
    }

    private static Leaves leaves(Entry entry) {
        try {
            return new Leaves(parse(entry));
        } catch (InvalidProtocolBufferException e) {
            throw new AuditException(
                    LOG_REWRITTEN, "audit log: entry " + entry.position() + " can't be read: " + e.getMessage());
        }
    }

    private static StoredAuditEntry parse(Entry entry) throws InvalidProtocolBufferException {
        return StoredAuditEntry.parseFrom(entry.payload());
    }

    /**
     * A tree and where its leaves stand in the journal. Leaves of one entry that follow each other are a run, which takes
     * sixteen bytes of memory.
     */
    private final class Tree {
        /** Bits of a place that number a leaf within its entry; those above are the entry's position. */
        private static final int ORDINAL_BITS = 16;

        final TileCache hashes = new TileCache(this::readHashes);

        @Nullable
        TreeHead signed;

        private long[] firstIndexes = new long[16];
        private long[] places = new long[16];
        private int runs;

        void append(long position, int ordinal, Hash leaf) {
            long place = position << ORDINAL_BITS | ordinal;
            long index = hashes.size();
            if (runs == 0 || place != places[runs - 1] + index - firstIndexes[runs - 1]) {
                if (runs == places.length) {
                    firstIndexes = Arrays.copyOf(firstIndexes, 2 * runs);
                    places = Arrays.copyOf(places, 2 * runs);
                }
                firstIndexes[runs] = index;
                places[runs++] = place;
            }
            hashes.append(leaf);
        }

        private long position(int run) {
            return places[run] >> ORDINAL_BITS;
        }

        /** Leaves from an index on; entries that follow each other in the journal are read together. */
        List<Leaves.Leaf> read(long fromIndex, int count) {
            List<Leaves.Leaf> read = new ArrayList<>(count);
            while (read.size() < count) {
                int run = runOf(fromIndex + read.size());
                int last = run;
                while (last + 1 < runs
                        && firstIndexes[last + 1] < fromIndex + count
                        && position(last + 1) <= position(last) + 1) {
                    last++;
                }
                int entries = (int) (position(last) - position(run) + 1);
                for (Entry entry : journal.read(LogName.AUDIT, position(run), entries)) {
                    Leaves leaves = leaves(entry);
                    for (; run <= last && position(run) == entry.position(); run++) {
                        long end = run + 1 < runs ? firstIndexes[run + 1] : hashes.size();
                        int first = (int) (places[run] - (entry.position() << ORDINAL_BITS));
                        for (long index = fromIndex + read.size(); index < end && read.size() < count; index++) {
                            read.add(leaves.get(first + (int) (index - firstIndexes[run])));
                        }
                    }
                }
            }
            return read;
        }

        private int runOf(long index) {
            int found = Arrays.binarySearch(firstIndexes, 0, runs, index);
            return found >= 0 ? found : -found - 2;
        }

        private List<Hash> readHashes(long fromIndex, int count) {
            return read(fromIndex, count).stream().map(Leaves.Leaf::hash).toList();
        }
    }
}
