package nl.sluis.gateway.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as engines keep them: microseconds since 1970-01-01 UTC, which also a double holds exactly until 2255. */
final class Timestamps {
    private Timestamps() {}

    static long toMicros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    static Instant fromMicros(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
