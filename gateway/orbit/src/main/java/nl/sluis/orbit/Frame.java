package nl.sluis.orbit;

/**
 * Reference frames by the names that CCSDS messages use (SANA registries of celestial body and orbit-relative frames).
 */
public enum Frame {
    /** Mean equator and equinox of J2000. */
    EME2000(Kind.INERTIAL),
    /** Geocentric celestial reference frame. */
    GCRF(Kind.INERTIAL),
    /** International celestial reference frame; its axes are those of the GCRF, its origin is taken as the Earth's centre. */
    ICRF(Kind.INERTIAL),
    /** True equator, mean equinox: the frame of SGP4. Taken as inertial at the epoch of the state. */
    TEME(Kind.INERTIAL),
    /** Mean equator and equinox of date. */
    MOD(Kind.INERTIAL),
    /** True equator and equinox of date. */
    TOD(Kind.INERTIAL),
    /** Earth-fixed terrestrial frame (IERS 2010 conventions). */
    ITRF(Kind.ROTATING),
    /** Local: radial, transverse, normal (also RSW, RIC, QSW). */
    RTN(Kind.LOCAL),
    /** Local: tangential (along velocity), normal (in plane), W (along angular momentum). */
    TNW(Kind.LOCAL);

    /** How a frame moves. */
    public enum Kind {
        /** Fixed to the stars. */
        INERTIAL,
        /** Fixed to the Earth. */
        ROTATING,
        /** Fixed to an orbit. */
        LOCAL
    }

    private final Kind kind;

    Frame(Kind kind) {
        this.kind = kind;
    }

    /** Returns how this frame moves. */
    public Kind kind() {
        return kind;
    }
}
