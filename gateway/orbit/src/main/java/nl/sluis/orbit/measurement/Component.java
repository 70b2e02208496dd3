package nl.sluis.orbit.measurement;

/** One number of an observation: what has a sigma, a bias and residuals. The unit is in the name of {@link #unit()}. */
public enum Component {
    /** Distance, m. */
    RANGE("m"),
    /** Rate of the distance, m/s. */
    RANGE_RATE("m/s"),
    /** Azimuth, rad. */
    AZIMUTH("rad"),
    /** Elevation, rad. */
    ELEVATION("rad"),
    /** Right ascension, rad. */
    RIGHT_ASCENSION("rad"),
    /** Declination, rad. */
    DECLINATION("rad"),
    /** Difference of arrival times, s. */
    TIME_DIFFERENCE("s"),
    /** Difference of frequencies, Hz. */
    FREQUENCY_DIFFERENCE("Hz");

    private final String unit;

    Component(String unit) {
        this.unit = unit;
    }

    /** Returns the SI unit of the component. */
    public String unit() {
        return unit;
    }
}
