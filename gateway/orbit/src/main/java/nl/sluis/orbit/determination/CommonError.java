package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;

/**
 * What the errors of one sensor have in common within a while: calibration that wanders, refraction, timing. Each component of
 * each sensor has in each while one more unknown error, of which only the size is known. It makes a covariance realistic:
 * without it a hundred numbers of one pass would count as a hundred independent ones.
 *
 * @param sigmas its 1-sigma, in sigmas of the single number; 0: errors are independent
 * @param length how long a while is; whiles start at multiples of it
 */
public record CommonError(double sigmas, Duration length) {

    /** Errors are independent. */
    public static final CommonError NONE = new CommonError(0, Duration.ofHours(1));

    /**
     * As large as the error of a single number. With it the orbits of any two stations or more of W3B differ from that of
     * all five as their covariances say; the formal covariances were too small by a factor of up to eight.
     */
    public static final CommonError REALISTIC = new CommonError(1, Duration.ofHours(1));

    /** Checks the parts. */
    public CommonError {
        if (!(sigmas >= 0) || !Double.isFinite(sigmas) || length.isNegative() || length.isZero()) {
            throw new IllegalArgumentException(
                    "common error: `" + sigmas + " " + length + "` (expected: a sigma and a positive length)");
        }
    }

    String group(Observation observation, Component component) {
        return group(observation.sensorId(), component, observation.epoch());
    }

    String group(String sensorId, Component component, Instant epoch) {
        return sensorId + "/" + component + "/" + Math.floorDiv(epoch.getEpochSecond(), length.toSeconds());
    }
}
