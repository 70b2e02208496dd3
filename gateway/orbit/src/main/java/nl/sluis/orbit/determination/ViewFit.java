package nl.sluis.orbit.determination;

import java.util.Objects;
import java.util.Optional;

/**
 * What came of one view.
 *
 * @param result how its fit ended
 * @param reference what it was linearised about, for its next fit; empty where it shared none
 */
public record ViewFit(FitResult result, Optional<Reference> reference) {
    /** Checks the parts. */
    public ViewFit {
        Objects.requireNonNull(result);
        Objects.requireNonNull(reference);
    }
}
