package nl.sluis.gateway.store;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What a log may keep. Entries beyond either bound go, oldest first; client ids go with their entries.
 *
 * @param ageMax entries recorded longer ago than this go
 * @param bytesMax the oldest entries go until the payloads of the log are at most this many bytes together
 * @param latestAgeMax latest values recorded longer ago than this go; they outlive their entries
 */
public record Retention(Duration ageMax, long bytesMax, Duration latestAgeMax) {

    /** About 290 years. */
    private static final Duration FOREVER = Duration.ofDays(106_000);

    /** Checks the bounds. */
    public Retention {
        if (ageMax.isNegative()) {
            throw new IllegalArgumentException("ageMax: `" + ageMax + "` (expected: zero or more)");
        }
        if (bytesMax < 0) {
            throw new IllegalArgumentException("bytesMax: `" + bytesMax + "` (expected: zero or more)");
        }
        if (latestAgeMax.isNegative()) {
            throw new IllegalArgumentException("latestAgeMax: `" + latestAgeMax + "` (expected: zero or more)");
        }
    }

    /**
     * Keeps entries for a time, and latest values for good.
     *
     * @param ageMax entries recorded longer ago than this go
     * @return a retention without a bound on size
     */
    public static Retention byAge(Duration ageMax) {
        return new Retention(ageMax, Long.MAX_VALUE, FOREVER);
    }

    /**
     * Keeps the newest entries up to a size, and latest values for good.
     *
     * @param bytesMax payload bytes to keep
     * @return a retention without a bound on age
     */
    public static Retention bySize(long bytesMax) {
        return new Retention(FOREVER, bytesMax, FOREVER);
    }

    long ageMaxMicros() {
        return micros(ageMax);
    }

    long latestAgeMaxMicros() {
        return micros(latestAgeMax);
    }

    private static long micros(Duration age) {
        return TimeUnit.MICROSECONDS.convert(age.compareTo(FOREVER) < 0 ? age : FOREVER);
    }
}
