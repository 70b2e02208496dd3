package nl.sluis.gateway.audit;

import java.util.ArrayList;
import java.util.List;
import nl.sluis.partner.audit.Hash;
import nl.sluis.partner.audit.MerkleTree;

/** The definitions of RFC 6962, section 2.1, word for word and slow. */
final class ReferenceTree {
    private ReferenceTree() {}

    /** MTH(D[n]). */
    static Hash mth(List<byte[]> d) {
        if (d.isEmpty()) {
            return Hash.of(MerkleTree.sha256().digest());
        }
        if (d.size() == 1) {
            return MerkleTree.leafHash(d.get(0));
        }
        int k = k(d.size());
        return MerkleTree.nodeHash(mth(d.subList(0, k)), mth(d.subList(k, d.size())));
    }

    /** PATH(m, D[n]). */
    static List<Hash> path(int m, List<byte[]> d) {
        if (d.size() == 1) {
            return List.of();
        }
        int k = k(d.size());
        return m < k
                ? plus(path(m, d.subList(0, k)), mth(d.subList(k, d.size())))
                : plus(path(m - k, d.subList(k, d.size())), mth(d.subList(0, k)));
    }

    /** PROOF(m, D[n]). */
    static List<Hash> proof(int m, List<byte[]> d) {
        return subProof(m, d, true);
    }

    private static List<Hash> subProof(int m, List<byte[]> d, boolean b) {
        if (m == d.size()) {
            return b ? List.of() : List.of(mth(d));
        }
        int k = k(d.size());
        return m <= k
                ? plus(subProof(m, d.subList(0, k), b), mth(d.subList(k, d.size())))
                : plus(subProof(m - k, d.subList(k, d.size()), false), mth(d.subList(0, k)));
    }

    private static List<Hash> plus(List<Hash> hashes, Hash last) {
        List<Hash> all = new ArrayList<>(hashes);
        all.add(last);
        return all;
    }

    private static int k(int n) {
        int k = 1;
        while (2 * k < n) {
            k *= 2;
        }
        return k;
    }
}
