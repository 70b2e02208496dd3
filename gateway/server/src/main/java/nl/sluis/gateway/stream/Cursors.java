package nl.sluis.gateway.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import nl.sluis.gateway.identity.TenantId;

/**
 * Writes and reads cursors: opaque, encrypted and authenticated (AES-256-GCM, NIST SP 800-38D), bound to tenant and
 * filter. A cursor that was changed, or is shown by another tenant or for another filter, is refused.
 *
 * <p>The nonce is a keyed digest of all that a cursor says and is bound to (HMAC-SHA256, cut to 96 bits), so the same place
 * gives a tenant the same bytes whatever else the gateway did in between, and no nonce serves two texts.
 */
final class Cursors {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int PLACE_BYTES = Integer.BYTES + 4 * Long.BYTES;
    private static final int CURSOR_BYTES = NONCE_BYTES + PLACE_BYTES + TAG_BITS / Byte.SIZE;
    private static final String REFUSED =
            "not a cursor of this tenant and filter (expected: the cursor of a checkpoint "
                    + "of a subscription with the same kinds, objects, regimes, data modes and filter)";

    private static final String MAC = "HmacSHA256";
    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final String MISSING = "every JDK has AES-GCM and HMAC-SHA256";

    private final SecretKey sealing;
    private final SecretKey naming;
    private final ThreadLocal<Tools> tools = ThreadLocal.withInitial(this::newTools);

    /** @param key 32 secret bytes, the same on every node and after a restart */
    Cursors(byte[] key) {
        if (key.length != KEY_BYTES) {
            throw new IllegalArgumentException("cursor key: " + key.length + " bytes (expected: " + KEY_BYTES + ")");
        }
        this.sealing = new SecretKeySpec(derived(key, "cursor text"), "AES");
        this.naming = new SecretKeySpec(derived(key, "cursor nonce"), MAC);
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
            byte[] nonce = Arrays.copyOf(mac(own.mac, name(tenant), binding, plain), NONCE_BYTES);
            byte[] sealed = own.sealing(nonce, tenant, binding).doFinal(plain);
            return ByteBuffer.allocate(NONCE_BYTES + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MISSING, e);
        }
    }

    Place read(TenantId tenant, byte[] binding, byte[] cursor) throws SubscriptionRefused {
        // a shorter one makes the JDK's cipher fail in an untyped way
        if (cursor.length != CURSOR_BYTES) {
            throw new SubscriptionRefused("cursor", REFUSED);
        }
        try {
            Cipher cipher = cipher(
                    Cipher.getInstance(CIPHER),
                    Cipher.DECRYPT_MODE,
                    Arrays.copyOf(cursor, NONCE_BYTES),
                    tenant,
                    binding);
            ByteBuffer plain = ByteBuffer.wrap(cipher.doFinal(cursor, NONCE_BYTES, cursor.length - NONCE_BYTES));
            return new Place(plain.getLong(), plain.getInt(), plain.getLong(), plain.getLong(), plain.getLong());
        } catch (GeneralSecurityException e) {
            throw (SubscriptionRefused) new SubscriptionRefused("cursor", REFUSED).initCause(e);
        }
    }

    private Cipher cipher(Cipher cipher, int mode, byte[] nonce, TenantId tenant, byte[] binding)
            throws GeneralSecurityException {
        cipher.init(mode, sealing, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(name(tenant));
        cipher.updateAAD(binding);
        return cipher;
    }

    /** One thread's: there is a cursor in every batch, and to look up an algorithm takes as long as to use it. */
    private final class Tools {
        private final Mac mac;
        private Cipher cipher;
        private byte[] lastNonce = {};

        Tools() throws GeneralSecurityException {
            mac = Mac.getInstance(MAC);
            mac.init(naming);
            cipher = Cipher.getInstance(CIPHER);
        }

        Cipher sealing(byte[] nonce, TenantId tenant, byte[] binding) throws GeneralSecurityException {
            if (Arrays.equals(nonce, lastNonce)) {
                // the same text again; the JDK takes no nonce twice in a row
                cipher = Cipher.getInstance(CIPHER);
            }
            lastNonce = nonce;
            return cipher(cipher, Cipher.ENCRYPT_MODE, nonce, tenant, binding);
        }
    }

    private Tools newTools() {
        try {
            return new Tools();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(MISSING, e);
        }
    }

    private static byte[] name(TenantId tenant) {
        return tenant.toString().getBytes(StandardCharsets.UTF_8);
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
