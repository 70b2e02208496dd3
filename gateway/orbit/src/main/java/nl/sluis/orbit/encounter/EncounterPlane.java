package nl.sluis.orbit.encounter;

import nl.sluis.orbit.Vector3;

/**
 * A short encounter in the plane across the relative velocity, along the principal axes of the projected covariance.
 *
 * @param missXM miss along the axis of the larger sigma, m
 * @param missYM miss along the other, m
 * @param sigmaXM larger sigma, m
 * @param sigmaYM smaller sigma, m
 * @param mended whether a variance was raised because the projected covariance was not positive definite
 */
record EncounterPlane(double missXM, double missYM, double sigmaXM, double sigmaYM, boolean mended) {

    /** Least standard deviation as a part of the combined radius; smaller ones are raised, as NASA CARA does. */
    private static final double LEAST_SIGMA_PER_RADIUS = 1e-4;

    /**
     * Projects.
     *
     * @param r mean of the relative position, m
     * @param v relative velocity; not zero
     * @param c covariance of the relative position, 3×3, m²
     * @param radiusM combined radius, m
     */
    static EncounterPlane of(Vector3 r, Vector3 v, double[][] c, double radiusM) {
        Vector3 along = v.times(1 / v.norm());
        Vector3 miss = r.minus(along.times(r.dot(along)));
        Vector3 x = miss.norm() > 0 ? miss.times(1 / miss.norm()) : across(along);
        Vector3 y = along.cross(x);
        double cxx = form(c, x, x);
        double cxy = form(c, x, y);
        double cyy = form(c, y, y);
        double half = 0.5 * Math.atan2(2 * cxy, cxx - cyy);
        double mean = 0.5 * (cxx + cyy);
        double difference = Math.hypot(0.5 * (cxx - cyy), cxy);
        double least = LEAST_SIGMA_PER_RADIUS * radiusM * LEAST_SIGMA_PER_RADIUS * radiusM;
        // the product over the larger root keeps the smaller one exact where the ellipse is thin
        double major = mean + difference;
        double minor = major > 0 ? (cxx * cyy - cxy * cxy) / major : mean - difference;
        return new EncounterPlane(
                miss.norm() * Math.cos(half),
                -miss.norm() * Math.sin(half),
                Math.sqrt(Math.max(least, major)),
                Math.sqrt(Math.max(least, minor)),
                !(minor >= least) || !(major >= least));
    }

    double missM() {
        return Math.hypot(missXM, missYM);
    }

    double mahalanobis() {
        return Math.hypot(missXM / sigmaXM, missYM / sigmaYM);
    }

    /** Returns the plane with all standard deviations multiplied. */
    EncounterPlane scaled(double factor) {
        return new EncounterPlane(missXM, missYM, factor * sigmaXM, factor * sigmaYM, mended);
    }

    /** Returns a unit vector across a unit vector. */
    static Vector3 across(Vector3 v) {
        Vector3 other = Math.abs(v.x()) < 0.9 ? new Vector3(1, 0, 0) : new Vector3(0, 1, 0);
        Vector3 w = v.cross(other);
        return w.times(1 / w.norm());
    }

    /** Returns the bilinear form of a 3×3 matrix. */
    static double form(double[][] c, Vector3 left, Vector3 right) {
        return left.x() * (c[0][0] * right.x() + c[0][1] * right.y() + c[0][2] * right.z())
                + left.y() * (c[1][0] * right.x() + c[1][1] * right.y() + c[1][2] * right.z())
                + left.z() * (c[2][0] * right.x() + c[2][1] * right.y() + c[2][2] * right.z());
    }
}
