package nl.sluis.orbit;

import java.time.Instant;
import java.util.Objects;

/**
 * Where an object is and how it moves at one epoch.
 *
 * @param epoch UTC
 * @param frame frame of both vectors; not a local one
 * @param positionM position, m
 * @param velocityMps velocity, m/s
 */
public record OrbitState(Instant epoch, Frame frame, Vector3 positionM, Vector3 velocityMps) {

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the frame is local or a component is not finite
     */
    public OrbitState {
        Objects.requireNonNull(epoch);
        if (frame.kind() == Frame.Kind.LOCAL) {
            throw new IllegalArgumentException("frame: `" + frame + "` (expected: an inertial or terrestrial frame)");
        }
        if (!positionM.isFinite() || !velocityMps.isFinite()) {
            throw new IllegalArgumentException(
                    "state: `" + positionM + " " + velocityMps + "` (expected: finite numbers)");
        }
    }
}
