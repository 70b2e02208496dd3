package nl.sluis.orbit.determination;

import org.orekit.time.AbsoluteDate;

/** Whole hours, numbered from J2000.0: between them what turns or goes evenly is interpolated, for every path alike. */
final class Hours {
    static final double LENGTH_S = 3600;

    private Hours() {}

    /** Returns the hour in which a date lies. */
    static long of(AbsoluteDate date) {
        return (long) Math.floor(date.durationFrom(AbsoluteDate.J2000_EPOCH) / LENGTH_S);
    }

    /** Returns when an hour begins. */
    static AbsoluteDate start(long hour) {
        return AbsoluteDate.J2000_EPOCH.shiftedBy(hour * LENGTH_S);
    }
}
