package nl.sluis.gateway.item;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Identifiers are digests of content, so that they say nothing of what else the gateway holds. */
public final class Digests {
    private static final int ID_BYTES = 16;

    private Digests() {}

    /** SHA-256 of some bytes. */
    public static byte[] sha256(byte[] bytes) {
        return digest().digest(bytes);
    }

    /** A 128-bit identifier of a kind and the parts that make it unique, 32 hexadecimal digits. */
    public static String id(String kind, String... parts) {
        MessageDigest digest = digest();
        add(digest, kind);
        for (String part : parts) {
            add(digest, part);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
    }

    private static void add(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        // the length stands before each part, so that no two lists of parts share a digest
        digest.update(new byte[] {
            (byte) (bytes.length >>> 24), (byte) (bytes.length >>> 16), (byte) (bytes.length >>> 8), (byte) bytes.length
        });
        digest.update(bytes);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
