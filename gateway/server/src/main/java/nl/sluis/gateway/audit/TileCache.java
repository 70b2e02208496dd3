package nl.sluis.gateway.audit;

import java.util.ArrayList;
import java.util.List;
import nl.sluis.partner.audit.Hash;
import nl.sluis.partner.audit.MerkleTree;

/**
 * The tree of a growing log in little memory: hashes of complete subtrees of 256 leaves and higher stay, about a quarter
 * of a byte per leaf; lower ones are made again from the log when a proof needs them. Not thread-safe.
 */
final class TileCache implements MerkleTree.Subtrees {
    static final int TILE_HEIGHT = 8;
    static final int TILE_LEAVES = 1 << TILE_HEIGHT;

    /** Reads entries back from the log. */
    interface Leaves {
        /** The hashes of so many leaves from an index on. */
        List<Hash> read(long fromIndex, int count);
    }

    private final Leaves leaves;
    // by level above the tiles' own
    private final List<List<Hash>> levels = new ArrayList<>();
    private final List<Hash> unfinishedTile = new ArrayList<>();
    private long size;
    private long readTile = -1;
    private List<Hash> readLeaves = List.of();

    TileCache(Leaves leaves) {
        this.leaves = leaves;
    }

    long size() {
        return size;
    }

    void append(Hash leaf) {
        unfinishedTile.add(leaf);
        size++;
        if (unfinishedTile.size() == TILE_LEAVES) {
            Hash hash = subtree(unfinishedTile, TILE_HEIGHT, 0);
            unfinishedTile.clear();
            addTile(0, hash);
        }
    }

    private void addTile(int level, Hash hash) {
        if (levels.size() == level) {
            levels.add(new ArrayList<>());
        }
        List<Hash> ofLevel = levels.get(level);
        ofLevel.add(hash);
        int count = ofLevel.size();
        if (count % 2 == 0) {
            addTile(level + 1, MerkleTree.nodeHash(ofLevel.get(count - 2), hash));
        }
    }

    @Override
    public Hash hash(int level, long index) {
        if (level >= TILE_HEIGHT) {
            return levels.get(level - TILE_HEIGHT).get(Math.toIntExact(index));
        }
        long tile = index >> (TILE_HEIGHT - level);
        return subtree(tileLeaves(tile), level, (int) (index - (tile << (TILE_HEIGHT - level))));
    }

    private List<Hash> tileLeaves(long tile) {
        if (tile == size / TILE_LEAVES) {
            return unfinishedTile;
        }
        // one proof asks for several subtrees of one tile in turn
        if (tile != readTile) {
            readLeaves = leaves.read(tile * TILE_LEAVES, TILE_LEAVES);
            readTile = tile;
        }
        return readLeaves;
    }

    private static Hash subtree(List<Hash> tile, int level, int index) {
        return level == 0
                ? tile.get(index)
                : MerkleTree.nodeHash(subtree(tile, level - 1, 2 * index), subtree(tile, level - 1, 2 * index + 1));
    }
}
