package nl.sluis.gateway.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test moves by hand, back as well. */
final class HandMovedClock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-03-01T00:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    void move(Duration step) {
        now = now.plus(step);
    }
}
