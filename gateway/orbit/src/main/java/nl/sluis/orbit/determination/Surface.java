package nl.sluis.orbit.determination;

/**
 * What light or air pushes on: a sphere.
 *
 * @param areaM2 cross-section, m²
 * @param coefficient radiation pressure coefficient Cr or drag coefficient Cd; a first guess where it is estimated
 * @param sigma how far the coefficient may be off, 1-sigma, before any observation; 0: it is known and not estimated;
 *     infinite: nothing is known
 */
public record Surface(double areaM2, double coefficient, double sigma) {
    /** Checks the parts. */
    public Surface {
        if (!(areaM2 > 0) || !Double.isFinite(areaM2) || !Double.isFinite(coefficient) || !(sigma >= 0)) {
            throw new IllegalArgumentException("surface: `" + areaM2 + " " + coefficient + " " + sigma
                    + "` (expected: a positive area, a finite coefficient and its sigma)");
        }
    }

    /** Returns a surface whose coefficient is known. */
    public static Surface known(double areaM2, double coefficient) {
        return new Surface(areaM2, coefficient, 0);
    }

    /** Returns a surface whose coefficient only the observations tell. */
    public static Surface estimated(double areaM2, double firstGuess) {
        return new Surface(areaM2, firstGuess, Double.POSITIVE_INFINITY);
    }

    /** Returns whether a fit estimates the coefficient. */
    public boolean isEstimated() {
        return sigma > 0;
    }
}
