package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.hipparchus.geometry.euclidean.threed.Rotation;
import org.hipparchus.geometry.euclidean.threed.RotationConvention;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.util.FastMath;
import org.hipparchus.util.MathUtils;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;

/**
 * First orbits from ranges alone: circular ones, by search over radius, azimuth and heading at one range.
 *
 * <p>With a range and a radius the elevation follows, so three numbers are left. Each orbit turns evenly, its plane with
 * the secular rate of J2, and is judged by all ranges of some hours: passes hours apart tell apart what one pass can't.
 *
 * <p>Assumption: eccentricity below about 0.05, else the best circular orbit may be too far off for a fit to start from.
 */
final class CircularSearch {

    private static final double MU = Constants.EIGEN5C_EARTH_MU;
    private static final double EARTH_RADIUS_M = Constants.WGS84_EARTH_EQUATORIAL_RADIUS;
    private static final double J2 = -Constants.EIGEN5C_EARTH_C20;

    private static final int RADII = 90;
    private static final double ANGLE_STEP_RAD = Math.toRadians(5);

    /** Lowest elevation at which a range may have been taken. */
    private static final double LEAST_SINE = 0.05;

    /** Candidates whose states are closer than this part of the radius are one. */
    private static final double SAME = 0.25;

    /** One range and where it was taken from, in an inertial frame. */
    record Ranged(AbsoluteDate date, Vector3D site, double rangeM) {}

    /** A circular orbit at the date of the first range, and the root mean square of what it leaves of all. */
    record Candidate(Vector3D positionM, Vector3D velocityMps, double rmsM) {}

    private CircularSearch() {}

    /**
     * Searches.
     *
     * @param anchor the range at which orbits are laid out
     * @param all ranges to judge by, within some hours
     * @param most how many candidates to return
     * @return best first
     */
    static List<Candidate> search(Ranged anchor, List<Ranged> all, int most) {
        double site = anchor.site().getNorm();
        double lowest =
                Math.sqrt(site * site + anchor.rangeM() * anchor.rangeM() + 2 * site * anchor.rangeM() * LEAST_SINE);
        double highest = site + anchor.rangeM();
        Vector3D up = anchor.site().normalize();
        Vector3D east = Vector3D.crossProduct(Vector3D.PLUS_K, up).normalize();
        Vector3D north = Vector3D.crossProduct(up, east);
        List<Candidate> found = new ArrayList<>();
        for (int k = 0; k < RADII; k++) {
            double radius = lowest + (highest - lowest) * (k + 0.5) / RADII;
            if (radius < EARTH_RADIUS_M + 150_000) {
                continue;
            }
            double sine =
                    (radius * radius - site * site - anchor.rangeM() * anchor.rangeM()) / (2 * site * anchor.rangeM());
            double cosine = Math.sqrt(Math.max(0, 1 - sine * sine));
            for (double azimuth = 0; azimuth < MathUtils.TWO_PI; azimuth += ANGLE_STEP_RAD) {
                Vector3D position = new Vector3D(
                        1,
                        anchor.site(),
                        anchor.rangeM() * sine,
                        up,
                        anchor.rangeM() * cosine * FastMath.sin(azimuth),
                        east,
                        anchor.rangeM() * cosine * FastMath.cos(azimuth),
                        north);
                headings(anchor, all, position, radius, found);
            }
        }
        found.sort(Comparator.comparingDouble(Candidate::rmsM));
        return distinct(found, most);
    }

    private static void headings(
            Ranged anchor, List<Ranged> all, Vector3D position, double radius, List<Candidate> found) {
        Vector3D radial = position.normalize();
        Vector3D across = radial.orthogonal();
        Vector3D third = Vector3D.crossProduct(radial, across);
        double speed = Math.sqrt(MU / radius);
        Candidate best = null;
        for (double heading = 0; heading < MathUtils.TWO_PI; heading += ANGLE_STEP_RAD) {
            Vector3D along = new Vector3D(FastMath.cos(heading), across, FastMath.sin(heading), third);
            double rms = misfit(anchor, all, radial, along, radius, best == null ? Double.MAX_VALUE : best.rmsM());
            if (best == null || rms < best.rmsM()) {
                best = new Candidate(position, along.scalarMultiply(speed), rms);
            }
        }
        found.add(best);
    }

    private static double misfit(
            Ranged anchor, List<Ranged> all, Vector3D radial, Vector3D along, double radius, double limit) {
        Vector3D normal = Vector3D.crossProduct(radial, along);
        double rate = Math.sqrt(MU / (radius * radius * radius));
        double flattening = 1.5 * J2 * (EARTH_RADIUS_M / radius) * (EARTH_RADIUS_M / radius) * rate;
        double cosine = normal.getZ();
        double node = -flattening * cosine;
        double turn = rate + flattening * (4 * cosine * cosine - 1);
        double sum = 0;
        double most = limit * limit * all.size();
        for (Ranged one : all) {
            double t = one.date().durationFrom(anchor.date());
            double angle = turn * t;
            Vector3D unturned = new Vector3D(radius * FastMath.cos(angle), radial, radius * FastMath.sin(angle), along);
            Vector3D at = new Rotation(Vector3D.PLUS_K, node * t, RotationConvention.VECTOR_OPERATOR).applyTo(unturned);
            double miss = Vector3D.distance(at, one.site()) - one.rangeM();
            sum += miss * miss;
            if (sum > most) {
                return Double.MAX_VALUE;
            }
        }
        return Math.sqrt(sum / all.size());
    }

    private static List<Candidate> distinct(List<Candidate> sorted, int most) {
        List<Candidate> kept = new ArrayList<>();
        for (Candidate one : sorted) {
            double radius = one.positionM().getNorm();
            double speed = one.velocityMps().getNorm();
            boolean isNew = kept.stream()
                    .noneMatch(k -> Vector3D.distance(k.positionM(), one.positionM()) / radius
                                    + Vector3D.distance(k.velocityMps(), one.velocityMps()) / speed
                            < SAME);
            if (isNew) {
                kept.add(one);
            }
            if (kept.size() == most) {
                break;
            }
        }
        return kept;
    }
}
