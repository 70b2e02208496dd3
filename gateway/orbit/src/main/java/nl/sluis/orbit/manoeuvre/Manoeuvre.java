package nl.sluis.orbit.manoeuvre;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.FitResult;

/**
 * A change of an orbit between two observations.
 *
 * @param notBefore end of the last pass that only the orbit before fits, UTC; while there is none since, of the last but one
 *     that it fits, for a small manoeuvre does not show at once
 * @param notAfter end of the first pass that does not go with it, UTC
 * @param from epoch of the first observation of that pass, UTC: what was observed before is of the orbit before
 * @param fit where it is {@link #isConfirmed() confirmed} the orbit that rests on the observations since; else the orbit
 *     before, with a covariance that was widened until the observations since lie within it
 * @param isConfirmed whether the observations since make an orbit by themselves
 * @param change where and by how much, where the two orbits meet between the two observations
 */
public record Manoeuvre(
        Instant notBefore,
        Instant notAfter,
        Instant from,
        FitResult fit,
        boolean isConfirmed,
        Optional<VelocityChange> change) {

    /** Checks the parts. */
    public Manoeuvre {
        Objects.requireNonNull(fit);
        Objects.requireNonNull(change);
        if (notAfter.isBefore(notBefore)) {
            throw new IllegalArgumentException(
                    "manoeuvre: not before " + notBefore + " and not after " + notAfter + " (expected: in this order)");
        }
    }

    /**
     * A change of velocity at one moment.
     *
     * @param epoch where the orbits meet best, UTC
     * @param rtnMps along radial, transverse and normal of the orbit before, m/s
     * @param sigmaMps 1-sigma of its size, m/s
     */
    public record VelocityChange(Instant epoch, Vector3 rtnMps, double sigmaMps) {}
}
