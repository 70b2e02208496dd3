package nl.sluis.gateway.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import nl.sluis.gateway.identity.TenantId;

/**
 * Writes and reads cursors: opaque, encrypted and authenticated, bound to tenant and filter. A cursor that was changed, or is
 * shown by another tenant or for another filter, is refused.
 *
 * <p>Deterministic authenticated encryption with a synthetic initialisation vector (Rogaway and Shrimpton, Eurocrypt 2006;
 * the shape of RFC 5297): the vector is a keyed digest of all that a cursor says and is bound to (HMAC-SHA256, cut to 128
 * bits), it starts AES-256-CTR over the text, and it is checked against what was decrypted. The same place gives a tenant
 * the same bytes whatever else the gateway did in between.
 */
final class Cursors {
    private static final int KEY_BYTES = 32;
    private static final int VECTOR_BYTES = 16;
    private static final int PLACE_BYTES = Integer.BYTES + 4 * Long.BYTES;
    private static final int CURSOR_BYTES = VECTOR_BYTES + PLACE_BYTES;
    private static final String REFUSED =
            "not a cursor of this tenant and filter (expected: the cursor of a checkpoint "
                    + "of a subscription with the same kinds, objects, regimes, data modes and filter)";

    private static final String MAC = "HmacSHA256";
    private static final String CIPHER = "AES/CTR/NoPadding";
    private static final String MISSING = "every JDK has AES-CTR and HMAC-SHA256";

    private final SecretKey encrypting;
    private final SecretKey authenticating;
    private final ThreadLocal<Tools> tools = ThreadLocal.withInitial(this::newTools);

    /** @param key 32 secret bytes, the same on every node and after a restart */
    Cursors(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("cursor key: " + key.length + " bytes (expected: " + KEY_BYTES + ")");
        }
        this.encrypting = new SecretKeySpec(derived(key, "cursor text"), "AES");
        this.authenticating = new SecretKeySpec(derived(key, "cursor vector"), MAC);
    }

    /**
     * What a cursor says.
     *
     * @param audience which audience's log the index is of
     * @param era how often that log lost its count; an index of another era says nothing
     * @param next index in the audience's own log of the next entry to send
     * @param sequence number of the last checkpoint
     * @param delivered how many products were delivered so far
     */
    record Place(long audience, int era, long next, long sequence, long delivered) {}

    byte[] write(TenantId tenant, byte[] binding, Place place) {
        byte[] plain = ByteBuffer.allocate(PLACE_BYTES)
                .putLong(place.audience())
                .putInt(place.era())
                .putLong(place.next())
                .putLong(place.sequence())
                .putLong(place.delivered())
                .array();
        try {
            Tools own = tools.get();
            byte[] vector = own.vector(tenant, binding, plain);
            byte[] cursor = Arrays.copyOf(vector, CURSOR_BYTES);
            own.cipher(Cipher.ENCRYPT_MODE, vector).doFinal(plain, 0, PLACE_BYTES, cursor, VECTOR_BYTES);
            return cursor;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MISSING, e);
        }
    }

    Place read(TenantId tenant, byte[] binding, byte[] cursor) throws SubscriptionRefused {
        if (cursor.length != CURSOR_BYTES) {
            throw new SubscriptionRefused("cursor", REFUSED);
        }
        try {
            Tools own = tools.get();
            byte[] vector = Arrays.copyOf(cursor, VECTOR_BYTES);
            byte[] plain = own.cipher(Cipher.DECRYPT_MODE, vector).doFinal(cursor, VECTOR_BYTES, PLACE_BYTES);
            if (!MessageDigest.isEqual(vector, own.vector(tenant, binding, plain))) {
                throw new SubscriptionRefused("cursor", REFUSED);
            }
            ByteBuffer place = ByteBuffer.wrap(plain);
            return new Place(place.getLong(), place.getInt(), place.getLong(), place.getLong(), place.getLong());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MISSING, e);
        }
    }

    /** One thread's: there is a cursor in every batch, and to look up an algorithm takes as long as to use it. */
    private final class Tools {
        private final Mac mac;
        private final Cipher cipher;

        Tools() throws GeneralSecurityException {
            mac = Mac.getInstance(MAC);
            mac.init(authenticating);
            cipher = Cipher.getInstance(CIPHER);
        }

        byte[] vector(TenantId tenant, byte[] binding, byte[] plain) {
            byte[] name = tenant.toString().getBytes(StandardCharsets.UTF_8);
            return Arrays.copyOf(mac(mac, name, binding, plain), VECTOR_BYTES);
        }

        Cipher cipher(int mode, byte[] vector) throws GeneralSecurityException {
            cipher.init(mode, encrypting, new IvParameterSpec(vector));
            return cipher;
        }
    }

    private Tools newTools() {
        try {
            return new Tools();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MISSING, e);
        }
    }

    private static byte[] derived(byte[] key, String use) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(new SecretKeySpec(key, MAC));
            return mac(mac, use.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    /** Each part goes in behind its length, so that no two lists of parts read alike. */
    private static byte[] mac(Mac mac, byte[]... parts) {
        for (byte[] part : parts) {
            mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, part.length));
            mac.update(part);
        }
        return mac.doFinal();
    }
}
