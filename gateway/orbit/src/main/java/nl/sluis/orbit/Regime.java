package nl.sluis.orbit;

/** Regimes of orbits about the Earth. */
public enum Regime {
    /** Perigee below 2,000 km, eccentricity below 0.25. */
    LEO,
    /** Between the others. */
    MEO,
    /** Period within 10 % of a sidereal day, eccentricity below 0.25. */
    GEO,
    /** Highly elliptical: eccentricity of 0.25 and more. */
    HEO;

    private static final double EARTH_MU = 3.986004418e14; // m³/s², IERS Conventions (2010), table 1.1
    private static final double EARTH_RADIUS_M = 6_378_137; // WGS 84
    private static final double LEO_PERIGEE_HEIGHT_M = 2_000_000;
    private static final double HIGH_ECCENTRICITY = 0.25;
    private static final double SIDEREAL_DAY_S = 86_164.0905;
    private static final double GEO_PERIOD_TOLERANCE = 0.1;

    /**
     * Returns the regime of a state.
     *
     * @param state in an inertial frame
     */
    public static Regime of(OrbitState state) {
        double r = state.positionM().norm();
        double energy = state.velocityMps().dot(state.velocityMps()) / 2 - EARTH_MU / r;
        Vector3 momentum = state.positionM().cross(state.velocityMps());
        double eccentricity = Math.sqrt(Math.max(0, 1 + 2 * energy * momentum.dot(momentum) / (EARTH_MU * EARTH_MU)));
        return of(-EARTH_MU / (2 * energy), eccentricity);
    }

    /**
     * Returns the regime of an orbit.
     *
     * @param semiMajorAxisM semi-major axis, m; an orbit without one is highly elliptical
     * @param eccentricity eccentricity
     */
    public static Regime of(double semiMajorAxisM, double eccentricity) {
        if (!(semiMajorAxisM > 0) || eccentricity >= HIGH_ECCENTRICITY) {
            return HEO;
        }
        if (semiMajorAxisM * (1 - eccentricity) - EARTH_RADIUS_M < LEO_PERIGEE_HEIGHT_M) {
            return LEO;
        }
        double periodS = 2 * Math.PI * Math.sqrt(semiMajorAxisM * semiMajorAxisM * semiMajorAxisM / EARTH_MU);
        return Math.abs(periodS - SIDEREAL_DAY_S) <= GEO_PERIOD_TOLERANCE * SIDEREAL_DAY_S ? GEO : MEO;
    }

    /**
     * Returns the regime of mean elements.
     *
     * @param meanMotionRadPerS mean motion, rad/s
     * @param eccentricity eccentricity
     */
    public static Regime ofMeanMotion(double meanMotionRadPerS, double eccentricity) {
        return of(semiMajorAxisM(meanMotionRadPerS), eccentricity);
    }

    /** Returns the semi-major axis of a mean motion in rad/s, m. */
    public static double semiMajorAxisM(double meanMotionRadPerS) {
        return Math.cbrt(EARTH_MU / (meanMotionRadPerS * meanMotionRadPerS));
    }
}
