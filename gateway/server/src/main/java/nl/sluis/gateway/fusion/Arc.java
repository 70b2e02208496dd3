package nl.sluis.gateway.fusion;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Regime;

/** How far back the observations reach that an orbit rests on. */
final class Arc {

    /** Of a low orbit: over longer one drag coefficient does not hold. */
    private static final Duration LOW = Duration.ofDays(7);

    /** Of another: over longer neither does one for radiation pressure, nor that nothing was thrust. */
    private static final Duration LONGEST = Duration.ofDays(30);

    private Arc() {}

    /**
     * Where the arc begins: at midnight, so that it stays for a day and views that differ by a pass begin together.
     *
     * @param latest the view's latest observation, UTC
     * @param about about where the object is, of what the view may use; empty: nobody said so
     */
    static Instant start(Instant latest, Optional<OrbitState> about) {
        return latest.minus(about.filter(Arc::isLow).isPresent() ? LOW : LONGEST)
                .truncatedTo(ChronoUnit.DAYS);
    }

    private static boolean isLow(OrbitState state) {
        return state.frame().kind() == Frame.Kind.INERTIAL && Regime.of(state) == Regime.LEO;
    }
}
