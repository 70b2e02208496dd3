package nl.sluis.partner.audit;

import java.util.Arrays;
import java.util.HexFormat;

/** A SHA-256 digest: 32 bytes that never change. */
public final class Hash {
    static final int LENGTH_BYTES = 32;

    private final byte[] bytes;

    private Hash(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Takes a digest.
     *
     * @param bytes 32 bytes, copied
     * @return the hash
     * @throws IllegalArgumentException for any other length
     */
    public static Hash of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException("hash: `" + bytes.length + "` bytes (expected: " + LENGTH_BYTES + ")");
        }
        return new Hash(bytes.clone());
    }

    /**
     * The digest.
     *
     * @return a copy of the 32 bytes
     */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Hash that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Lower-case hexadecimal. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
