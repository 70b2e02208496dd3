package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.journal.v1.Basis;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Track;
import org.jspecify.annotations.Nullable;

/**
 * An orbit as one view knows it, and where it leads over a window: one that fusion made, or the ephemeris of whoever operates
 * the object. Two are the same only if they are the same solution: what was found about one is never taken for another's.
 */
final class KnownOrbit {
    /**
     * States on a revolution as low as the perigee: Hermite's polynomial of seventh degree errs by less than a metre between
     * them.
     */
    private static final double STATES_PER_REVOLUTION = 48;

    private static final Duration LONGEST_STEP = Duration.ofMinutes(30);
    private static final double EARTH_MU = 3.986004418e14; // m³/s², IERS Conventions (2010), table 1.1

    private final Basis basis;
    private final ObjectKey key;
    private final ObjectReference object;
    private final Optional<Track> track;
    private final Optional<Ephemeris> given;
    private final OrbitSource source;
    private final Instant start;
    private final Instant end;
    private @Nullable Ephemeris states;
    private @Nullable ScreenedObject screened;
    private boolean isFollowed;

    /** The window begins with the last observation: before it nobody is warned any more. */
    KnownOrbit(Basis basis, Track track, ObjectKey key, Duration window) {
        this(basis, track, key, lastKnown(track), window);
    }

    KnownOrbit(Basis basis, Track track, ObjectKey key, Instant start, Duration window) {
        this.basis = basis;
        this.key = key;
        this.object = track.getObject();
        this.track = Optional.of(track);
        this.given = Optional.empty();
        this.source = OrbitSource.FUSION;
        this.start = start;
        this.end = start.plus(window);
    }

    /**
     * An operator's ephemeris, as far as it reaches into a window that begins with its receipt.
     *
     * @param states at least two
     */
    KnownOrbit(Basis basis, ObjectReference object, ObjectKey key, Ephemeris states, Duration window) {
        Instant received = Times.instant(basis.getReceived());
        Instant last = received.plus(window);
        this.basis = basis;
        this.key = key;
        this.object = object;
        this.track = Optional.empty();
        this.given = Optional.of(states);
        this.source = OrbitSource.EPHEMERIS;
        this.start = states.start().isAfter(received) ? states.start() : received;
        this.end = states.end().isBefore(last) ? states.end() : last;
    }

    private static Instant lastKnown(Track track) {
        Instant epoch = Times.instant(track.getState().getEpoch());
        Instant last = track.getQuality().hasSpanEnd()
                ? Times.instant(track.getQuality().getSpanEnd())
                : epoch;
        return last.isAfter(epoch) ? last : epoch;
    }

    Basis basis() {
        return basis;
    }

    ObjectReference object() {
        return object;
    }

    /** The orbit that fusion made; empty: it is an operator's. */
    Optional<Track> track() {
        return track;
    }

    OrbitSource source() {
        return source;
    }

    ObjectKey key() {
        return key;
    }

    Instant received() {
        return Times.instant(basis.getReceived());
    }

    Instant start() {
        return start;
    }

    Instant end() {
        return end;
    }

    /** Whether it says where the object is at a time. */
    boolean reaches(Instant epoch) {
        return !epoch.isBefore(start) && !epoch.isAfter(end);
    }

    /** The object over the window; empty where its orbit can't be propagated so far. */
    Optional<ScreenedObject> screened() {
        if (!isFollowed) {
            isFollowed = true;
            given.or(() -> track.flatMap(made -> Trajectories.table(made, start, end, step(made))))
                    .ifPresent(followed -> {
                        states = followed;
                        screened = new ScreenedObject(
                                key.text(),
                                object.getName(),
                                source.name().toLowerCase(Locale.ROOT),
                                new ScreenedObject.Sampled(followed).inTeme());
                    });
        }
        return Optional.ofNullable(screened);
    }

    private static Duration step(Track track) {
        OrbitState state = OrbitMessages.state(track.getState());
        double r = state.positionM().norm();
        double v2 = state.velocityMps().dot(state.velocityMps());
        double momentum = state.positionM().cross(state.velocityMps()).norm();
        double parameter = momentum * momentum / EARTH_MU;
        double eccentricity = Math.sqrt(Math.max(0, 1 + parameter * (v2 / EARTH_MU - 2 / r)));
        double perigeeM = parameter / (1 + eccentricity);
        double revolutionS = 2 * Math.PI * Math.sqrt(perigeeM * perigeeM * perigeeM / EARTH_MU);
        Duration step = Duration.ofSeconds(Math.max(1, (long) (revolutionS / STATES_PER_REVOLUTION)));
        return step.compareTo(LONGEST_STEP) < 0 ? step : LONGEST_STEP;
    }

    /** Where it was said to be at a time, with its covariance. */
    private Optional<Ephemeris.Point> at(Instant epoch) {
        return screened().flatMap(object -> Optional.ofNullable(states)).flatMap(followed -> followed.at(epoch));
    }

    /**
     * Whether an older orbit of the object said something else: by more than a share of its own standard deviation where
     * this one begins or where the older one ends, or with another covariance.
     */
    boolean movedFrom(KnownOrbit older, double sigmas) {
        return differs(older, start(), sigmas) || differs(older, older.end(), sigmas);
    }

    private boolean differs(KnownOrbit older, Instant epoch, double sigmas) {
        Optional<Ephemeris.Point> before = older.at(epoch);
        Optional<Ephemeris.Point> now = at(epoch);
        if (before.isEmpty()
                || now.isEmpty()
                || before.get().covariance().isEmpty()
                || now.get().covariance().isEmpty()) {
            return true;
        }
        Vector3 moved = LocalAxes.toRtn(
                before.get().state(),
                now.get().state().positionM().minus(before.get().state().positionM()));
        double[] sigmaBefore = sigmas(before.get());
        double[] sigmaNow = sigmas(now.get());
        double[] by = {moved.x(), moved.y(), moved.z()};
        for (int axis = 0; axis < by.length; axis++) {
            // along the axes of the orbit, which are close to those of the covariance
            if (!(Math.abs(by[axis]) <= sigmas * sigmaBefore[axis])
                    || !(Math.abs(sigmaNow[axis] - sigmaBefore[axis]) <= sigmas * sigmaBefore[axis])) {
                return true;
            }
        }
        return false;
    }

    private static double[] sigmas(Ephemeris.Point point) {
        SymmetricMatrix rtn = LocalAxes.toRtn(point.state(), point.covariance().orElseThrow());
        return new double[] {Math.sqrt(rtn.get(0, 0)), Math.sqrt(rtn.get(1, 1)), Math.sqrt(rtn.get(2, 2))};
    }

    @Override
    public String toString() {
        return key + " " + source + " from " + start;
    }
}
