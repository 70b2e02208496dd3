package nl.sluis.partner.audit;

import com.google.protobuf.ByteString;
import java.security.PublicKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import nl.sluis.proto.v1.AuditEntry;
import nl.sluis.proto.v1.IndexedEntry;
import nl.sluis.proto.v1.TreeHead;

/** Checks the answers of an audit service. Each check returns what is wrong, one line, or nothing. */
public final class AuditCheck {
    private static final int HASH_BYTES = 32;

    private AuditCheck() {}

    /**
     * Checks that a head is of this log and signed.
     *
     * @param head as it came
     * @param log the tenant whose log was asked for; empty for the whole log
     * @param keys public keys of the gateway; none where the signature can't be checked
     */
    public static Optional<String> head(TreeHead head, String log, Collection<PublicKey> keys) {
        if (!head.getTenant().equals(log)) {
            return Optional.of("tree head: of the log of `" + head.getTenant() + "` (expected: `" + log + "`)");
        }
        if (head.getRootSha256().size() != HASH_BYTES) {
            return Optional.of("tree head: root of " + head.getRootSha256().size() + " bytes (expected: 32)");
        }
        return keys.isEmpty() || keys.stream().anyMatch(key -> TreeHeads.verify(head, key))
                ? Optional.empty()
                : Optional.of("tree head: signature does not verify (expected: one by a known key)");
    }

    /**
     * Checks that a log was only appended to since an earlier head.
     *
     * @param earlier a head that was checked
     * @param later a head that was checked
     * @param proof from {@code GetConsistencyProof}; not needed where the earlier tree was empty
     */
    public static Optional<String> growth(TreeHead earlier, TreeHead later, List<ByteString> proof) {
        if (earlier.getTreeSize() == 0) {
            return Optional.empty();
        }
        if (later.getTreeSize() < earlier.getTreeSize()) {
            return Optional.of("tree head: " + later.getTreeSize() + " entries (expected: at least "
                    + earlier.getTreeSize() + ", as signed before); the log was cut");
        }
        Optional<List<Hash>> hashes = hashes(proof);
        return hashes.isPresent()
                        && MerkleTree.extendsTree(
                                earlier.getTreeSize(), root(earlier), later.getTreeSize(), root(later), hashes.get())
                ? Optional.empty()
                : Optional.of("tree head: of " + later.getTreeSize() + " entries, does not extend the one of "
                        + earlier.getTreeSize() + " entries; the log was rewritten");
    }

    /**
     * Checks that an entry is in a log, and that the basis that came with it is the one it was made with.
     *
     * @param entry as it came
     * @param head a head that was checked
     * @param proof from {@code GetInclusionProof}
     */
    public static Optional<String> entry(IndexedEntry entry, TreeHead head, List<ByteString> proof) {
        Optional<List<Hash>> hashes = hashes(proof);
        if (hashes.isEmpty()
                || !MerkleTree.includes(
                        leafHash(entry.getEntry()), entry.getIndex(), head.getTreeSize(), hashes.get(), root(head))) {
            return Optional.of(
                    "entry " + entry.getIndex() + ": is not in the tree of " + head.getTreeSize() + " entries");
        }
        return !entry.hasBasis() || BasisDigest.binds(entry.getEntry(), entry.getBasis())
                ? Optional.empty()
                : Optional.of("entry " + entry.getIndex() + ": basis is not the one it was made with");
    }

    /** The hash of an entry as a leaf. */
    public static Hash leafHash(AuditEntry entry) {
        return MerkleTree.leafHash(entry.toByteArray());
    }

    private static Hash root(TreeHead head) {
        return Hash.of(head.getRootSha256().toByteArray());
    }

    private static Optional<List<Hash>> hashes(List<ByteString> proof) {
        return proof.stream().allMatch(hash -> hash.size() == HASH_BYTES)
                ? Optional.of(
                        proof.stream().map(hash -> Hash.of(hash.toByteArray())).toList())
                : Optional.empty();
    }
}
