package nl.sluis.gateway.hazard;

import java.util.Locale;

/** Where it is known from how an object moves; one object may be known from several, which are never compared. */
enum OrbitSource {
    /** Public elements, by SGP4. */
    ELEMENTS,
    /** What fusion made of observations. */
    FUSION,
    /** The ephemeris of whoever operates the object, the newest. */
    EPHEMERIS;

    /** What results of a search call it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
