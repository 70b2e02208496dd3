package nl.sluis.orbit.determination;

/**
 * What light or air pushes on: a sphere.
 *
 * @param areaM2 cross-section, m²
 * @param coefficient radiation pressure coefficient Cr or drag coefficient Cd
 * @param estimated whether a fit estimates the coefficient
 */
public record Surface(double areaM2, double coefficient, boolean estimated) {
    /** Checks the parts. */
    public Surface {
        if (!(areaM2 > 0) || !Double.isFinite(areaM2) || !Double.isFinite(coefficient)) {
            throw new IllegalArgumentException("surface: `" + areaM2 + " " + coefficient
                    + "` (expected: a positive area and a finite coefficient)");
        }
    }
}
