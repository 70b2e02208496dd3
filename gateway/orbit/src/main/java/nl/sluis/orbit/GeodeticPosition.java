package nl.sluis.orbit;

/**
 * A place on or above the WGS 84 ellipsoid.
 *
 * @param latitudeRad geodetic latitude, rad, north positive, within ±π/2
 * @param longitudeRad longitude, rad, east positive
 * @param altitudeM height above the ellipsoid, m
 */
public record GeodeticPosition(double latitudeRad, double longitudeRad, double altitudeM) {

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if the latitude is beyond a pole or a part is not finite
     */
    public GeodeticPosition {
        if (!(Math.abs(latitudeRad) <= Math.PI / 2) || !Double.isFinite(longitudeRad) || !Double.isFinite(altitudeM)) {
            throw new IllegalArgumentException("position: `" + latitudeRad + " " + longitudeRad + " " + altitudeM
                    + "` (expected: latitude within ±π/2 and finite numbers)");
        }
    }

    /** Makes a position from degrees and metres. */
    public static GeodeticPosition ofDegrees(double latitudeDeg, double longitudeDeg, double altitudeM) {
        return new GeodeticPosition(Math.toRadians(latitudeDeg), Math.toRadians(longitudeDeg), altitudeM);
    }
}
