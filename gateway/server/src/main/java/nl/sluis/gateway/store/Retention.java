package nl.sluis.gateway.store;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What a log keeps. Entries beyond either bound go, oldest first; client ids go with their entries.
 *
 * @param ageMax entries recorded longer ago than this go
 * @param bytesMax the oldest entries go until the payloads of the log are at most this many bytes together
 * @param latestAgeMax latest values recorded longer ago than this go; they outlive their entries
 * @param keepFrom entries from this position on stay, whatever the bounds say: somebody has yet to read them
 */
public record Retention(Duration ageMax, long bytesMax, Duration latestAgeMax, long keepFrom) {

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
     * Keeps entries within the bounds that are given, and latest values for good.
     *
     * @param ageMax entries recorded longer ago than this go; empty for no bound
     * @param bytesMax payload bytes to keep; empty for no bound
     * @return a retention
     */
    public static Retention of(Optional<Duration> ageMax, OptionalLong bytesMax) {
        return new Retention(ageMax.orElse(FOREVER), bytesMax.orElse(Long.MAX_VALUE), FOREVER, Long.MAX_VALUE);
    }

    /**
     * Keeps entries for a time, and latest values for good.
     *
     * @param ageMax entries recorded longer ago than this go
     * @return a retention without a bound on size
     */
    public static Retention byAge(Duration ageMax) {
        return new Retention(ageMax, Long.MAX_VALUE, FOREVER, Long.MAX_VALUE);
    }

    /**
     * Keeps the newest entries up to a size, and latest values for good.
     *
     * @param bytesMax payload bytes to keep
     * @return a retention without a bound on age
     */
    public static Retention bySize(long bytesMax) {
        return new Retention(FOREVER, bytesMax, FOREVER, Long.MAX_VALUE);
    }

    /**
     * The same bounds for a log that somebody has yet to read.
     *
     * @param position first entry that must stay
     * @return a copy
     */
    public Retention keepingFrom(long position) {
        return new Retention(ageMax, bytesMax, latestAgeMax, position);
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
