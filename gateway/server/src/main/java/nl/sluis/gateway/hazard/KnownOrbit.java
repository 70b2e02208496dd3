package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.journal.v1.Basis;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.Ageing;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.ErrorGrowth;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.encounter.FrameChange;
import nl.sluis.orbit.encounter.ScreenedCatalogue;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.Label;
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
    private static final double STATES_PER_REVOLUTION = 30;

    /** Windows in which it is held ready: those of orbits that begin some hours before and after it. */
    private static final int WINDOWS_MAX = 3;

    /** A path beside a known one errs by a fiftieth of how far they are apart. */
    private static final double BESIDE_SIGMAS = 5;

    private static final double LEAST_BESIDE_M = 2_000;
    private static final double MOST_BESIDE_M = 50_000;

    /** An orbit is followed for longer than its window by one part in so many. */
    private static final int LONGER = 4;

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

    /** A path of this orbit or of an older one, in TEME. */
    private @Nullable Ephemeris reference;

    private @Nullable Ephemeris states;
    private @Nullable ScreenedObject screened;
    private boolean isFollowed;

    private final Map<Instant, ScreenedCatalogue.Held> held = new LinkedHashMap<>(4, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Instant, ScreenedCatalogue.Held> eldest) {
            return size() > WINDOWS_MAX;
        }
    };

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

    private KnownOrbit(KnownOrbit same) {
        this.basis = same.basis;
        this.key = same.key;
        this.object = same.object;
        this.track = same.track;
        this.given = same.given;
        this.source = same.source;
        this.start = same.start;
        this.end = same.end;
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
            followed().ifPresent(sampled -> {
                states = sampled.ephemeris();
                screened = new ScreenedObject(key.text(), object.getName(), source.text(), sampled);
            });
        }
        return Optional.ofNullable(screened);
    }

    private Optional<ScreenedObject.Sampled> followed() {
        if (given.isPresent()) {
            return given.map(table -> new ScreenedObject.Sampled(table).inTeme());
        }
        return track.filter(Track::hasState)
                .flatMap(this::path)
                .map(path -> new ScreenedObject.Sampled(path, Optional.of(this::covarianceRtn)));
    }

    private Optional<Ephemeris> path(Track made) {
        Duration step = step(made);
        Instant epoch = Times.instant(made.getState().getEpoch());
        List<Instant> epochs = Ephemeris.epochs(start, end, step);
        Optional<Ephemeris> beside = Optional.ofNullable(reference)
                .flatMap(known -> Propagation.displaced(
                        known,
                        FrameChange.to(OrbitMessages.state(made.getState()), Frame.TEME),
                        epochs,
                        mostBesideM(made)));
        if (beside.isPresent()) {
            return beside;
        }
        // from where it is known, and a while longer than it is wanted: for the orbits that are soon to come
        Instant first = epoch.isBefore(start) ? epoch : start;
        Instant last = epoch.isAfter(end) ? epoch : end;
        Instant later = last.plus(Duration.between(start, end).dividedBy(LONGER));
        Optional<Ephemeris> known = Trajectories.path(made, first, later, step)
                .or(() -> Trajectories.path(made, first, last, step))
                .map(path -> new ScreenedObject.Sampled(path).inTeme().ephemeris());
        reference = known.orElse(null);
        return known.map(path -> new Ephemeris(epochs.stream()
                .map(at -> new Ephemeris.Point(path.stateAt(at).orElseThrow(), Optional.empty()))
                .toList()));
    }

    /** How far from a known path it is taken as beside it: what that errs by is a tenth of what it is known to. */
    private double mostBesideM(Track made) {
        return Trajectories.covariance(made)
                .flatMap(covariance -> growth(made, List.of(end))
                        .map(growth -> growth.covarianceRtn(covariance, end))
                        .map(rtn -> Math.sqrt(rtn.get(0, 0) + rtn.get(1, 1) + rtn.get(2, 2))))
                .map(sigma -> Math.min(MOST_BESIDE_M, Math.max(LEAST_BESIDE_M, BESIDE_SIGMAS * sigma)))
                .orElse(LEAST_BESIDE_M);
    }

    /**
     * The same orbit, to be followed along the path of an older one of the object as far as the two are close together; along
     * none of which the data came under other labels.
     */
    KnownOrbit beside(KnownOrbit older) {
        KnownOrbit beside = new KnownOrbit(this);
        beside.reference = older.isLabelledAs(this) ? older.reference : null;
        return beside;
    }

    /** The same, held ready over a window of the search. */
    Optional<ScreenedCatalogue.Held> held(Instant from, Duration over) {
        return screened()
                .map(object -> held.computeIfAbsent(from, slot -> new ScreenedCatalogue.Held(object, slot, over)));
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

    /** Whether it speaks for a newer orbit of the object that did not move from it: for most of the newer one's window. */
    boolean speaksFor(KnownOrbit newer) {
        return isLabelledAs(newer)
                && !newer.start
                        .plus(Duration.between(newer.start, newer.end)
                                .multipliedBy(3)
                                .dividedBy(4))
                        .isAfter(end);
    }

    private boolean isLabelledAs(KnownOrbit other) {
        return says(basis.getLabel()).equals(says(other.basis.getLabel()))
                && sources(basis).equals(sources(other.basis));
    }

    private static Set<Label> sources(Basis basis) {
        return basis.getSourceLabelsList().stream().map(KnownOrbit::says).collect(Collectors.toSet());
    }

    /** A label without when it was made and of what, which changes with every observation. */
    private static Label says(Label label) {
        return label.toBuilder().clearCreated().clearLineage().build();
    }

    /** Where it was said to be at a time. */
    private Optional<OrbitState> at(Instant epoch) {
        return screened().flatMap(object -> Optional.ofNullable(states)).flatMap(followed -> followed.stateAt(epoch));
    }

    /** How well it is known at a time, along its own R, T, N; empty where the track says nothing of it. */
    private Optional<SymmetricMatrix> covarianceRtn(Instant epoch) {
        return track.flatMap(made -> Trajectories.covariance(made)
                .flatMap(covariance -> at(epoch)
                        .flatMap(there -> growth(made, List.of(epoch))
                                .map(growth -> aged(made, growth.covarianceRtn(covariance, epoch), there)))));
    }

    /** How errors of a track grow along the path of this orbit. */
    private Optional<ErrorGrowth> growth(Track made, List<Instant> epochs) {
        OrbitState state = OrbitMessages.state(made.getState());
        return Optional.ofNullable(reference)
                .filter(path -> Stream.concat(epochs.stream(), Stream.of(state.epoch()))
                        .allMatch(epoch -> path.stateAt(epoch).isPresent()))
                .flatMap(path -> {
                    try {
                        return Optional.of(ErrorGrowth.of(state, path, epochs));
                    } catch (PropagationException e) {
                        return Optional.empty();
                    }
                });
    }

    private static SymmetricMatrix aged(Track track, SymmetricMatrix rtn, OrbitState there) {
        return LocalAxes.toRtn(there, Ageing.aged(there, LocalAxes.fromRtn(there, rtn), Trajectories.observed(track)));
    }

    /**
     * Whether an older orbit of the object said something else: by more than a share of its own standard deviation where
     * this one begins or where the older one ends, or with another covariance. An operator's always does.
     */
    boolean movedFrom(KnownOrbit older, double sigmas) {
        if (track.isEmpty() || Trajectories.covariance(track.get()).isEmpty()) {
            return true;
        }
        OrbitState now = OrbitMessages.state(track.get().getState());
        Optional<OrbitState> before = older.at(now.epoch()).map(state -> FrameChange.to(state, now.frame()));
        List<Instant> epochs = List.of(start, older.end());
        Optional<ErrorGrowth> growth = before.isPresent() && start.isBefore(older.end())
                ? older.growth(track.get(), epochs)
                : Optional.empty();
        return growth.isEmpty()
                || epochs.stream()
                        .anyMatch(epoch -> differs(
                                older,
                                epoch,
                                growth.get()
                                        .offsetRtnM(
                                                now.positionM()
                                                        .minus(before.get().positionM()),
                                                now.velocityMps()
                                                        .minus(before.get().velocityMps()),
                                                epoch),
                                growth.get(),
                                sigmas));
    }

    private boolean differs(KnownOrbit older, Instant epoch, Vector3 moved, ErrorGrowth growth, double sigmas) {
        Optional<OrbitState> there = older.at(epoch);
        Optional<SymmetricMatrix> before = older.covarianceRtn(epoch);
        if (there.isEmpty() || before.isEmpty()) {
            return true;
        }
        SymmetricMatrix after = track.flatMap(made -> Trajectories.covariance(made)
                        .map(covariance -> aged(made, growth.covarianceRtn(covariance, epoch), there.get())))
                .orElseThrow();
        double[] by = {moved.x(), moved.y(), moved.z()};
        for (int axis = 0; axis < by.length; axis++) {
            // along the axes of the orbit, which are close to those of the covariance
            double sigmaBefore = Math.sqrt(before.get().get(axis, axis));
            if (!(Math.abs(by[axis]) <= sigmas * sigmaBefore)
                    || !(Math.abs(Math.sqrt(after.get(axis, axis)) - sigmaBefore) <= sigmas * sigmaBefore)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return key + " " + source + " from " + start;
    }
}
