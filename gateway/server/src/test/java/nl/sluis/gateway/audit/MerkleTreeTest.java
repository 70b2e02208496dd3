package nl.sluis.gateway.audit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import nl.sluis.partner.audit.Hash;
import nl.sluis.partner.audit.MerkleTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MerkleTreeTest {
    /** Past one tile of the cache, so that proofs mix cached and made-again subtrees. */
    private static final int LEAVES = 2 * TileCache.TILE_LEAVES + 70;

    private static List<byte[]> entries(int count) {
        List<byte[]> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(("entry " + i).getBytes(UTF_8));
        }
        return entries;
    }

    private static TileCache tree(List<byte[]> entries) {
        TileCache tree = new TileCache((from, count) -> entries.subList((int) from, (int) from + count).stream()
                .map(MerkleTree::leafHash)
                .toList());
        entries.forEach(entry -> tree.append(MerkleTree.leafHash(entry)));
        return tree;
    }

    @Test
    void everyProofOfEverySmallTreeIsTheReferencesAndIsAccepted() {
        List<byte[]> entries = entries(40);
        TileCache tree = tree(entries);
        for (int size = 1; size <= entries.size(); size++) {
            List<byte[]> d = entries.subList(0, size);
            Hash root = MerkleTree.root(size, tree);
            assertThat(root).isEqualTo(ReferenceTree.mth(d));
            for (int m = 0; m < size; m++) {
                List<Hash> proof = MerkleTree.inclusionProof(m, size, tree);
                assertThat(proof).isEqualTo(ReferenceTree.path(m, d));
                assertThat(MerkleTree.includes(MerkleTree.leafHash(d.get(m)), m, size, proof, root))
                        .isTrue();
            }
            for (int m = 1; m <= size; m++) {
                List<Hash> proof = MerkleTree.consistencyProof(m, size, tree);
                assertThat(proof).isEqualTo(ReferenceTree.proof(m, d));
                assertThat(MerkleTree.extendsTree(m, MerkleTree.root(m, tree), size, root, proof))
                        .isTrue();
            }
        }
    }

    @Test
    void proofsAcrossTilesAreTheReferences() {
        List<byte[]> entries = entries(LEAVES);
        TileCache tree = tree(entries);
        for (int size : new int[] {255, 256, 257, 511, 512, 513, LEAVES}) {
            List<byte[]> d = entries.subList(0, size);
            assertThat(MerkleTree.root(size, tree)).isEqualTo(ReferenceTree.mth(d));
            for (int m : new int[] {0, 1, 127, 128, 254, 255, 256, 300, 511, 512, LEAVES - 1}) {
                if (m < size) {
                    assertThat(MerkleTree.inclusionProof(m, size, tree)).isEqualTo(ReferenceTree.path(m, d));
                }
                if (m >= 1 && m <= size) {
                    assertThat(MerkleTree.consistencyProof(m, size, tree)).isEqualTo(ReferenceTree.proof(m, d));
                }
            }
        }
    }

    @Test
    void noHashOfAProofMayBeChanged() {
        List<byte[]> entries = entries(21);
        TileCache tree = tree(entries);
        Hash root = MerkleTree.root(21, tree);
        for (int m = 0; m < 21; m++) {
            List<Hash> proof = MerkleTree.inclusionProof(m, 21, tree);
            for (int i = 0; i < proof.size(); i++) {
                List<Hash> changed = new ArrayList<>(proof);
                byte[] bytes = changed.get(i).toBytes();
                bytes[i] ^= 1;
                changed.set(i, Hash.of(bytes));
                assertThat(MerkleTree.includes(MerkleTree.leafHash(entries.get(m)), m, 21, changed, root))
                        .as("leaf %s hash %s", m, i)
                        .isFalse();
            }
        }
    }

    @Test
    void whatIsNotInTheTreeHasNoProof() {
        TileCache tree = tree(entries(3));
        assertThatThrownBy(() -> MerkleTree.inclusionProof(3, 3, tree)).hasMessage("index: `3` (expected: 0 to 2)");
        assertThatThrownBy(() -> MerkleTree.consistencyProof(0, 3, tree))
                .hasMessage("firstSize: `0` (expected: 1 to 3)");
        assertThatThrownBy(() -> MerkleTree.consistencyProof(4, 3, tree))
                .hasMessage("firstSize: `4` (expected: 1 to 3)");
        assertThatThrownBy(() -> Hash.of(new byte[31])).hasMessage("hash: `31` bytes (expected: 32)");
    }

    @Test
    void rootsAreThoseOfTheReferenceImplementation() throws IOException {
        List<byte[]> entries = new ArrayList<>();
        for (List<String> row : rows("roots.tsv").toList()) {
            int size = Integer.parseInt(row.get(0));
            if (size > 0) {
                entries.add(HexFormat.of().parseHex(row.get(1).replace("-", "")));
            }
            assertThat(entries).hasSize(size);
            assertThat(MerkleTree.root(size, tree(entries))).as("size " + size).hasToString(row.get(2));
        }
    }

    static Stream<List<String>> inclusion() throws IOException {
        return rows("inclusion.tsv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("inclusion")
    void inclusionIsAcceptedOnlyWhereItHolds(List<String> row) {
        assertThat(MerkleTree.includes(
                        hash(row.get(4)),
                        Long.parseLong(row.get(2)),
                        Long.parseLong(row.get(3)),
                        hashes(row.get(6)),
                        hash(row.get(5))))
                .as(row.get(0))
                .isEqualTo(Boolean.parseBoolean(row.get(1)));
    }

    static Stream<List<String>> consistency() throws IOException {
        return rows("consistency.tsv");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("consistency")
    void consistencyIsAcceptedOnlyWhereItHolds(List<String> row) {
        assertThat(MerkleTree.extendsTree(
                        Long.parseLong(row.get(2)),
                        hash(row.get(4)),
                        Long.parseLong(row.get(3)),
                        hash(row.get(5)),
                        hashes(row.get(6))))
                .as(row.get(0))
                .isEqualTo(Boolean.parseBoolean(row.get(1)));
    }

    private static Stream<List<String>> rows(String file) throws IOException {
        try (InputStream in = MerkleTreeTest.class.getResourceAsStream(file)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.asList(line.split("\t", -1)));
        }
    }

    private static Hash hash(String hex) {
        return Hash.of(HexFormat.of().parseHex(hex));
    }

    private static List<Hash> hashes(String text) {
        return text.equals("-")
                ? List.of()
                : Arrays.stream(text.split(" ", -1)).map(MerkleTreeTest::hash).toList();
    }
}
