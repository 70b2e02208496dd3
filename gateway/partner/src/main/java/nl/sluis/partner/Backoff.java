package nl.sluis.partner;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: doubling, with jitter, so that a thousand partners do not come back at once.
 *
 * @param first ceiling of the first wait
 * @param max ceiling of every wait
 * @param attemptsMax failed attempts in a row after which it is given up; {@link #UNLIMITED} for never
 */
public record Backoff(Duration first, Duration max, int attemptsMax) {
    /** Never give up. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** From half a second to a minute, for ever. */
    public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(1), UNLIMITED);

    /** Checks that the waits grow. */
    public Backoff {
        if (first.isNegative() || first.isZero() || max.compareTo(first) < 0 || attemptsMax < 1) {
            throw new IllegalArgumentException("back-off: first `" + first + "`, max `" + max + "`, attempts `"
                    + attemptsMax + "` (expected: 0 < first <= max, attempts >= 1)");
        }
    }

    /** The same waits, given up after so many failed attempts in a row. */
    public Backoff withAttemptsMax(int attempts) {
        return new Backoff(first, max, attempts);
    }

    /**
     * The wait after a number of failed attempts in a row: between half and all of min(max, first · 2^(attempt-1)).
     *
     * @param attempt from 1
     */
    Duration delay(int attempt, RandomGenerator random) {
        int doublings = Math.min(attempt - 1, 30);
        long ceilingMs = Math.min(max.toMillis(), saturatedShift(first.toMillis(), doublings));
        long floorMs = ceilingMs / 2;
        return Duration.ofMillis(floorMs + (long) (random.nextDouble() * (ceilingMs - floorMs)));
    }

    /** A wait that the gateway asked for: never shorter, up to a fifth longer. */
    static Duration atLeast(Duration asked, RandomGenerator random) {
        return asked.plusMillis((long) (random.nextDouble() * asked.toMillis() / 5));
    }

    private static long saturatedShift(long value, int bits) {
        return value > (Long.MAX_VALUE >> bits) ? Long.MAX_VALUE : value << bits;
    }
}
