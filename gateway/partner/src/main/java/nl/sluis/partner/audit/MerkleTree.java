package nl.sluis.partner.audit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/**
 * The hashes and proofs of RFC 9162, section 2.1 (the tree of RFC 6962 with SHA-256), as pure functions.
 *
 * <p>Sizes and indexes are of leaves, from 0. Whoever makes a proof hands in the hashes of complete subtrees; whoever
 * checks one needs nothing else.
 */
public final class MerkleTree {
    private static final byte LEAF_PREFIX = 0;
    private static final byte NODE_PREFIX = 1;

    private MerkleTree() {}

    /** Hashes of complete subtrees. */
    public interface Subtrees {
        /**
         * The hash over the leaves from {@code index << level} to {@code (index + 1 << level) - 1}.
         *
         * @param level height of the subtree; 0 for a leaf
         * @param index place among the subtrees of that height
         * @return its hash
         */
        Hash hash(int level, long index);
    }

    /**
     * The hash of a leaf.
     *
     * @param entry the bytes of the entry
     * @return SHA-256 of 0x00 and the entry
     */
    public static Hash leafHash(byte[] entry) {
        MessageDigest digest = sha256();
        digest.update(LEAF_PREFIX);
        return Hash.of(digest.digest(entry));
    }

    /**
     * The hash of an inner node.
     *
     * @param left hash of the left child
     * @param right hash of the right child
     * @return SHA-256 of 0x01 and both
     */
    public static Hash nodeHash(Hash left, Hash right) {
        MessageDigest digest = sha256();
        digest.update(NODE_PREFIX);
        digest.update(left.toBytes());
        return Hash.of(digest.digest(right.toBytes()));
    }

    /**
     * The root of a tree (section 2.1.1).
     *
     * @param size leaves in the tree
     * @param subtrees complete subtrees of at least these leaves
     * @return its hash; that of nothing for an empty tree
     */
    public static Hash root(long size, Subtrees subtrees) {
        return size == 0 ? Hash.of(sha256().digest()) : rangeHash(0, size, subtrees);
    }

    /**
     * Proves that a leaf is in a tree (section 2.1.3.1).
     *
     * @param index the leaf, below {@code size}
     * @param size leaves in the tree
     * @param subtrees complete subtrees of at least these leaves
     * @return hashes from the leaf's sibling to the child of the root
     */
    public static List<Hash> inclusionProof(long index, long size, Subtrees subtrees) {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("index: `" + index + "` (expected: 0 to " + (size - 1) + ")");
        }
        List<Hash> proof = new ArrayList<>();
        addPath(index, 0, size, subtrees, proof);
        return List.copyOf(proof);
    }

    private static void addPath(long index, long begin, long end, Subtrees subtrees, List<Hash> proof) {
        if (end - begin == 1) {
            return;
        }
        long middle = begin + split(end - begin);
        if (index < middle) {
            addPath(index, begin, middle, subtrees, proof);
            proof.add(rangeHash(middle, end, subtrees));
        } else {
            addPath(index, middle, end, subtrees, proof);
            proof.add(rangeHash(begin, middle, subtrees));
        }
    }

    /**
     * Proves that a tree begins with all of a smaller one (section 2.1.4.1).
     *
     * @param firstSize leaves in the smaller tree, from 1
     * @param secondSize leaves in the larger tree
     * @param subtrees complete subtrees of at least the larger tree
     * @return hashes; none if the sizes are equal
     */
    public static List<Hash> consistencyProof(long firstSize, long secondSize, Subtrees subtrees) {
        if (firstSize < 1 || firstSize > secondSize) {
            throw new IllegalArgumentException("firstSize: `" + firstSize + "` (expected: 1 to " + secondSize + ")");
        }
        List<Hash> proof = new ArrayList<>();
        addSubProof(firstSize, 0, secondSize, true, subtrees, proof);
        return List.copyOf(proof);
    }

    private static void addSubProof(
            long firstSize, long begin, long end, boolean whole, Subtrees subtrees, List<Hash> proof) {
        if (firstSize == end) {
            // the root of the smaller tree is known to who checks
            if (!whole) {
                proof.add(rangeHash(begin, end, subtrees));
            }
            return;
        }
        long middle = begin + split(end - begin);
        if (firstSize <= middle) {
            addSubProof(firstSize, begin, middle, whole, subtrees, proof);
            proof.add(rangeHash(middle, end, subtrees));
        } else {
            addSubProof(firstSize, middle, end, false, subtrees, proof);
            proof.add(rangeHash(begin, middle, subtrees));
        }
    }

    /**
     * Checks an inclusion proof (section 2.1.3.2).
     *
     * @param leaf hash of the leaf
     * @param index its place
     * @param size leaves in the tree
     * @param proof the proof
     * @param root root of the tree
     * @return true if the leaf is in the tree
     */
    public static boolean includes(Hash leaf, long index, long size, List<Hash> proof, Hash root) {
        if (index < 0 || index >= size) {
            return false;
        }
        long fn = index;
        long sn = size - 1;
        Hash r = leaf;
        for (Hash p : proof) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                r = nodeHash(p, r);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = nodeHash(r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && r.equals(root);
    }

    /**
     * Checks a consistency proof (section 2.1.4.2).
     *
     * @param firstSize leaves in the smaller tree
     * @param firstRoot its root
     * @param secondSize leaves in the larger tree
     * @param secondRoot its root
     * @param proof the proof
     * @return true if the larger tree begins with all of the smaller one
     */
    public static boolean extendsTree(
            long firstSize, Hash firstRoot, long secondSize, Hash secondRoot, List<Hash> proof) {
        if (firstSize < 1 || firstSize > secondSize) {
            return false;
        }
        if (firstSize == secondSize) {
            return proof.isEmpty() && firstRoot.equals(secondRoot);
        }
        List<Hash> path = new ArrayList<>(proof);
        if (Long.bitCount(firstSize) == 1) {
            path.add(0, firstRoot);
        }
        if (path.isEmpty()) {
            return false;
        }
        long fn = firstSize - 1;
        long sn = secondSize - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        Hash fr = path.get(0);
        Hash sr = path.get(0);
        for (Hash c : path.subList(1, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                fr = nodeHash(c, fr);
                sr = nodeHash(c, sr);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = nodeHash(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && fr.equals(firstRoot) && sr.equals(secondRoot);
    }

    /** The hash over leaves from begin to end − 1; begin is a multiple of the power of two that the range splits at. */
    private static Hash rangeHash(long begin, long end, Subtrees subtrees) {
        long size = end - begin;
        if (Long.bitCount(size) == 1) {
            int level = Long.numberOfTrailingZeros(size);
            return subtrees.hash(level, begin >> level);
        }
        long middle = begin + split(size);
        return nodeHash(rangeHash(begin, middle, subtrees), rangeHash(middle, end, subtrees));
    }

    /** The largest power of two below n. */
    private static long split(long n) {
        return Long.highestOneBit(n - 1);
    }

    /** A new digest of the kind that all hashes of the trees are. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            // every Java platform must have it
            throw new IllegalStateException("SHA-256 is missing", e);
        }
    }
}
