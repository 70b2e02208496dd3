package nl.sluis.policy.decide;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How much an orbit is displaced before a coarse tier may have it. Offsets are a keyed function of object, tier and
 * bucket, so that whoever asks twice, or two partners who compare, learn nothing more; they are constant until the bucket
 * ends. The orbit itself is displaced by whoever knows orbits, and everything released derives from the displaced one.
 *
 * <p>Assumptions:
 * <ul>
 *   <li>the three offsets are independent and uniform on ±√3 sigma, so that their standard deviation is the tier's sigma
 *       and the published covariance covers them always within 1.74 sigma;
 *   <li>the drift moves the object along its track by at most a quarter of sigma until the bucket ends;
 *   <li>buckets of different objects and tiers start at different times, which the key hides.
 * </ul>
 */
public final class Coarsening {
    private static final String ALGORITHM = "HmacSHA256";
    /** Shortest key: 256 bit. */
    private static final int KEY_BYTES_MIN = 32;
    /** Probabilities are published as one of 20 powers of ten; below, it is the smallest. */
    private static final int DECADES = 20;

    private final byte[] key;
    private final long bucketS;

    /**
     * Coarsening under a secret key.
     *
     * @param key secret, at least 32 bytes
     * @param bucketS how long offsets stay, s
     */
    public Coarsening(byte[] key, long bucketS) {
        if (key.length < KEY_BYTES_MIN || bucketS < 1) {
            throw new IllegalArgumentException("key of " + key.length + " bytes, bucket of " + bucketS
                    + " s (expected: at least " + KEY_BYTES_MIN + " bytes, 1 s)");
        }
        this.key = key.clone();
        this.bucketS = bucketS;
    }

    /**
     * Where a coarse tier sees an object.
     *
     * @param alongTrackM displacement in orbital phase, expressed along the track, m
     * @param crossTrackM displacement of the orbital plane, expressed at its largest, m
     * @param planeAngleRad argument of latitude at which the plane's displacement is largest, rad
     * @param driftMPerS change of the displacement along the track with time since the bucket's start, m/s: the offset of
     *     the mean motion
     * @param bucketStart when these offsets began, UTC
     * @param bucketEnd when others take their place, UTC
     */
    public record Offsets(
            double alongTrackM,
            double crossTrackM,
            double planeAngleRad,
            double driftMPerS,
            Instant bucketStart,
            Instant bucketEnd) {}

    /**
     * The offsets of an object for a tier at an epoch.
     *
     * @param objectId canonical identifier of the object
     * @param positionSigmaM the tier: its standard deviation, m
     * @param at when the gateway received the last input of what is released, UTC: not the epoch of the data, which the
     *     asker could choose, and not the time of sending, because the same product sent twice must be the same
     */
    public Offsets offsets(String objectId, double positionSigmaM, Instant at) {
        if (!(positionSigmaM > 0)) {
            throw new IllegalArgumentException("sigma of " + positionSigmaM + " m (expected: above 0)");
        }
        long phase = Math.floorMod(number(objectId, positionSigmaM, "phase", 0), bucketS);
        long bucket = Math.floorDiv(at.getEpochSecond() - phase, bucketS);
        double spread = Math.sqrt(3) * positionSigmaM;
        return new Offsets(
                spread * unit(objectId, positionSigmaM, "along", bucket),
                spread * unit(objectId, positionSigmaM, "cross", bucket),
                Math.PI * unit(objectId, positionSigmaM, "angle", bucket),
                positionSigmaM / (4 * bucketS) * unit(objectId, positionSigmaM, "drift", bucket),
                Instant.ofEpochSecond(bucket * bucketS + phase),
                Instant.ofEpochSecond((bucket + 1) * bucketS + phase));
    }

    /**
     * What a coarse tier is told of a collision probability: the next power of ten, never below the true value, so that
     * risk is never under-stated and the value gives no orbit away.
     *
     * @param probability the true one, dimensionless, from 0 to 1
     * @return a power of ten from 1e-20 to 1
     */
    public static double probabilityBound(double probability) {
        if (!(probability <= 1) || probability < 0) {
            return 1;
        }
        for (int decade = DECADES; decade > 0; decade--) {
            double bound = Double.parseDouble("1e-" + decade);
            if (probability <= bound) {
                return bound;
            }
        }
        return 1;
    }

    /**
     * Another name for an identifier that is a digest of what a coarse tier may not know, and so could be found by trying.
     *
     * @return 32 hexadecimal digits, always the same for the same identifier
     */
    public String alias(String identifier) {
        return HexFormat.of()
                .toHexDigits(number(identifier, 0, "alias", 0))
                .concat(HexFormat.of().toHexDigits(number(identifier, 0, "alias", 1)));
    }

    /** Uniform on −1 to 1. */
    private double unit(String objectId, double sigmaM, String purpose, long bucket) {
        return number(objectId, sigmaM, purpose, bucket) / -(double) Long.MIN_VALUE;
    }

    private long number(String objectId, double sigmaM, String purpose, long bucket) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            for (String part : new String[] {"sluis-coarsening-1", purpose, objectId}) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                // the length first, so that no two triples read alike
                mac.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
                mac.update(bytes);
            }
            mac.update(ByteBuffer.allocate(16).putDouble(sigmaM).putLong(bucket).array());
            return ByteBuffer.wrap(mac.doFinal()).getLong();
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }
}
