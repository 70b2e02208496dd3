package nl.sluis.orbit.encounter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.internal.Convert;
import org.jspecify.annotations.Nullable;
import org.orekit.errors.OrekitException;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * Where the objects of a screening are: exact states in TEME at seconds after the start of the window. Propagators hold
 * state, so each thread has its own.
 */
final class Motions {

    /** Below this radius SGP4's own authors call an object decayed, m. */
    private static final double DECAYED_RADIUS_M = 6_378_135;

    private static final double MU = Constants.EIGEN5C_EARTH_MU;

    private final Source[] sources;

    // by object, side by side: a search asks for them millions of times

    private final @Nullable TLEPropagator[] propagators;
    private final @Nullable Ephemeris[] ephemerides;

    private final Instant startInstant;
    private final AbsoluteDate start;
    private final double seconds;

    /** Why an object could not be followed, by index; null: it could. */
    final @Nullable String[] gaps;

    /** Evaluations so far. */
    long evaluations;

    /**
     * What moves one object.
     *
     * @param object the object
     * @param propagator of mean elements
     * @param sampled of given states, in TEME
     * @param gap why it has neither
     */
    record Source(
            ScreenedObject object,
            @Nullable TLEPropagator propagator,
            ScreenedObject.@Nullable Sampled sampled,
            @Nullable String gap) {
        static Source of(ScreenedObject object) {
            if (object.motion() instanceof ScreenedObject.Sampled motion) {
                return new Source(object, null, motion.inTeme(), null);
            }
            try {
                return new Source(
                        object, Sgp4.propagator(((ScreenedObject.Elements) object.motion()).elements()), null, null);
            } catch (OrekitException e) {
                return new Source(object, null, null, oneLine(e));
            }
        }

        @Nullable
        Ephemeris ephemeris() {
            return sampled == null ? null : sampled.ephemeris();
        }
    }

    private Motions(Instant start, double seconds, List<Source> sources) {
        this.sources = sources.toArray(Source[]::new);
        this.seconds = seconds;
        this.startInstant = start;
        this.start = Convert.date(start);
        propagators = sources.stream().map(Source::propagator).toArray(TLEPropagator[]::new);
        ephemerides = sources.stream().map(Source::ephemeris).toArray(Ephemeris[]::new);
        gaps = sources.stream().map(Source::gap).toArray(String[]::new);
    }

    static Motions of(List<ScreenedObject> objects, Instant start, double seconds) {
        return ofSources(objects.stream().map(Source::of).toList(), start, seconds);
    }

    static Motions ofSources(List<Source> sources, Instant start, double seconds) {
        return new Motions(start, seconds, sources);
    }

    /** Returns these objects and one more, last; the others' propagators are shared. */
    Motions with(ScreenedObject one) {
        List<Source> all = new ArrayList<>(List.of(sources));
        all.add(Source.of(one));
        return new Motions(startInstant, seconds, all);
    }

    AbsoluteDate date(double t) {
        return start.shiftedBy(t);
    }

    /** Returns whether the object moves through given states. */
    boolean isSampled(int i) {
        return ephemerides[i] != null;
    }

    /** Returns the state, or null where the object's source has none. */
    @Nullable
    PVCoordinates at(int i, double t) {
        return at(i, t, null);
    }

    /** Returns the state; the date is that of t where the caller has it at hand. */
    @Nullable
    PVCoordinates at(int i, double t, @Nullable AbsoluteDate date) {
        evaluations++;
        TLEPropagator propagator = propagators[i];
        if (propagator != null) {
            try {
                PVCoordinates pv = propagator.getPVCoordinates(date == null ? date(t) : date);
                // also false where it is no number
                if (pv.getPosition().getNormSq() >= DECAYED_RADIUS_M * DECAYED_RADIUS_M) {
                    return pv;
                }
                gap(i, t, "decayed by " + instant(t));
            } catch (OrekitException e) {
                gap(i, t, oneLine(e));
            }
            return null;
        }
        Ephemeris ephemeris = ephemerides[i];
        if (ephemeris == null) {
            return null;
        }
        Optional<OrbitState> state = ephemeris.stateAt(instant(t));
        if (state.isEmpty()) {
            gap(i, t, "states from " + ephemeris.start() + " to " + ephemeris.end() + " only");
            return null;
        }
        return Convert.pv(state.get());
    }

    /**
     * Returns the state of a sampled object for the search: up to a step beyond its states it moves on as about a point
     * mass, so that an approach just inside is seen from a step just outside.
     */
    @Nullable
    PVCoordinates near(int i, double t, double reachS) {
        PVCoordinates pv = at(i, t);
        Ephemeris ephemeris = ephemerides[i];
        if (pv != null || ephemeris == null) {
            return pv;
        }
        OrbitState edge = ephemeris
                .points()
                .get(
                        instant(t).isBefore(ephemeris.start())
                                ? 0
                                : ephemeris.points().size() - 1)
                .state();
        double dt = t - seconds(startInstant, edge.epoch());
        if (Math.abs(dt) > reachS) {
            return null;
        }
        Vector3 r = edge.positionM();
        Vector3 a = r.times(-MU / Math.pow(r.norm(), 3));
        return new PVCoordinates(
                Convert.vector(r.plus(edge.velocityMps().times(dt)).plus(a.times(0.5 * dt * dt))),
                Convert.vector(edge.velocityMps().plus(a.times(dt))));
    }

    /** Returns the covariance of a sampled object along its own R, T, N. */
    Optional<SymmetricMatrix> covarianceRtn(int i, Instant epoch) {
        ScreenedObject.Sampled sampled = sources[i].sampled();
        return sampled == null ? Optional.empty() : sampled.covarianceRtn(epoch);
    }

    Instant instant(double t) {
        return startInstant.plusNanos(Math.round(t * 1e9));
    }

    static double seconds(Instant from, Instant to) {
        Duration d = Duration.between(from, to);
        return d.getSeconds() + d.getNano() * 1e-9;
    }

    private void gap(int i, double t, String reason) {
        // the search looks a little beyond the window, where nobody asked
        if (gaps[i] == null && t >= 0 && t <= seconds) {
            gaps[i] = reason;
        }
    }

    private static String oneLine(OrekitException e) {
        return String.valueOf(e.getMessage()).replace('\n', ' ');
    }

    ScreenedObject object(int i) {
        return sources[i].object();
    }
}
