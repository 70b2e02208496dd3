package nl.sluis.gateway.item;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

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
        return id(kind, List.of(parts), new byte[0]);
    }

    /** The same with bytes as the last part. */
    public static String id(String kind, List<String> parts, byte[] last) {
        MessageDigest digest = digest();
        add(digest, kind.getBytes(StandardCharsets.UTF_8));
        for (String part : parts) {
            add(digest, part.getBytes(StandardCharsets.UTF_8));
        }
        if (last.length > 0) {
            add(digest, last);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
    }

    private static void add(MessageDigest digest, byte[] bytes) {
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
