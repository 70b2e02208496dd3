package nl.sluis.orbit.measurement;

/** A physical effect that is still in a sensor's observations, so that the model must have it too. */
public enum Correction {
    /** Delay of ranges by the troposphere: modified Saastamoinen, standard atmosphere. */
    RANGE_TROPOSPHERE,
    /** Bending of elevations: Recommendation ITU-R P.834. */
    ELEVATION_REFRACTION,
    /** Annual and diurnal aberration of right ascension and declination. */
    STELLAR_ABERRATION,
    /** Movement of the station with the tides of the solid Earth (IERS 2010). */
    STATION_TIDES,
    /**
     * Delay of ranges by the free electrons of the ionosphere, and what its change does to range rates read off the carrier:
     * NeQuick. Needs the sensor's frequency.
     */
    IONOSPHERE
}
