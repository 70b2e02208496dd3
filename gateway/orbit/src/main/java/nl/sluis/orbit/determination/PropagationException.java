package nl.sluis.orbit.determination;

import java.time.Instant;

/** An orbit cannot be propagated to an epoch. */
public final class PropagationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Instant epoch;

    PropagationException(Instant epoch, RuntimeException cause) {
        super(
                "propagation to `" + epoch + "`: "
                        + String.valueOf(cause.getMessage()).replace('\n', ' '),
                cause);
        this.epoch = epoch;
    }

    /** Returns the epoch that was asked for, UTC. */
    public Instant epoch() {
        return epoch;
    }
}
