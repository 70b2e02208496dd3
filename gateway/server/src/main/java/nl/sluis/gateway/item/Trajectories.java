package nl.sluis.gateway.item;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.determination.Ageing;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.StateVector;
import nl.sluis.proto.v1.Track;
import nl.sluis.proto.v1.TrackStatus;

/** Trajectories of what the contract holds: of nothing more than the message that is handed in. */
public final class Trajectories {
    private static final int STATE_DIMENSION = 6;
    private static final int LOWER_TRIANGLE = 21;
    private static final int INTERPOLATION_DEGREE = 7; // the steps are the asker's, so the least that suits a table

    private Trajectories() {}

    /**
     * Propagates a track from its own state, with the forces that suit its orbit; what was known of the object beyond the
     * track is not used.
     *
     * @param track the track
     * @param start first epoch, UTC
     * @param end last epoch, UTC, not before the first
     * @param step time between states, positive
     * @return empty where the track has no state, or its orbit can't be propagated so far
     */
    public static Optional<Ephemeris> of(Track track, Instant start, Instant end, Duration step) {
        if (!track.hasState()) {
            return Optional.empty();
        }
        boolean known = isKnown(track);
        return table(track, start, end, step)
                .map(table -> table(
                        table,
                        known,
                        Ephemeris.newBuilder()
                                .setObject(track.getObject())
                                .setStatus(status(track, end))
                                .addComments("propagated from the track's state of "
                                        + Times.instant(track.getState().getEpoch()))
                                .addComments(
                                        "last observed " + observed(track) + "; the uncertainty grows from then on")));
    }

    /** How far a track tells where its object is at a time; unspecified where it has no state. */
    public static TrackStatus status(Track track, Instant time) {
        if (!track.hasState()
                || track.getStatus() == TrackStatus.TRACK_STATUS_UNSPECIFIED
                || track.getStatus() == TrackStatus.TRACK_STATUS_MANOEUVRE_SUSPECTED) {
            return track.getStatus();
        }
        return Ageing.isStale(OrbitMessages.state(track.getState()), observed(track), time)
                ? TrackStatus.TRACK_STATUS_STALE
                : track.getStatus();
    }

    /** Returns when the object was last observed, as far as a track says it, UTC. */
    public static Instant observed(Track track) {
        return Times.instant(
                track.getQuality().hasSpanEnd()
                        ? track.getQuality().getSpanEnd()
                        : track.getState().getEpoch());
    }

    private static boolean isKnown(Track track) {
        return track.getCovariance().getLowerTriangleCount() == LOWER_TRIANGLE
                && track.getCovariance().getFrame() == track.getState().getFrame();
    }

    /** Returns the covariance of a track in the frame of its state; empty where it has none. */
    public static Optional<SymmetricMatrix> covariance(Track track) {
        return isKnown(track)
                ? Optional.of(SymmetricMatrix.ofLowerTriangle(
                        STATE_DIMENSION,
                        track.getCovariance().getLowerTriangleList().stream()
                                .mapToDouble(Double::doubleValue)
                                .toArray()))
                : Optional.empty();
    }

    /** The same for the orbit module, without covariances, which cost most of the time. */
    public static Optional<nl.sluis.orbit.determination.Ephemeris> path(
            Track track, Instant start, Instant end, Duration step) {
        if (!track.hasState()) {
            return Optional.empty();
        }
        OrbitState state = OrbitMessages.state(track.getState());
        try {
            return Optional.of(Propagation.path(
                    state,
                    ForceModel.forOrbit(state),
                    nl.sluis.orbit.determination.Ephemeris.epochs(start, end, step)));
        } catch (PropagationException e) {
            return Optional.empty();
        }
    }

    /** The same for the orbit module, with covariances that have aged; without any where the track has none. */
    private static Optional<nl.sluis.orbit.determination.Ephemeris> table(
            Track track, Instant start, Instant end, Duration step) {
        if (!track.hasState()) {
            return Optional.empty();
        }
        OrbitState state = OrbitMessages.state(track.getState());
        SymmetricMatrix covariance =
                covariance(track).orElse(SymmetricMatrix.ofLowerTriangle(STATE_DIMENSION, new double[LOWER_TRIANGLE]));
        try {
            nl.sluis.orbit.determination.Ephemeris table = aged(
                    Propagation.ephemeris(
                            OrbitSolution.of(state, covariance, ForceModel.forOrbit(state)),
                            nl.sluis.orbit.determination.Ephemeris.epochs(start, end, step)),
                    observed(track));
            return Optional.of(isKnown(track) ? table : withoutCovariances(table));
        } catch (PropagationException e) {
            return Optional.empty();
        }
    }

    private static nl.sluis.orbit.determination.Ephemeris withoutCovariances(
            nl.sluis.orbit.determination.Ephemeris table) {
        return new nl.sluis.orbit.determination.Ephemeris(table.points().stream()
                .map(point -> new nl.sluis.orbit.determination.Ephemeris.Point(point.state(), Optional.empty()))
                .toList());
    }

    /**
     * An ephemeris of the contract for the orbit module; covariances count where every state has one in its frame.
     *
     * @throws IllegalArgumentException if it has no state, states of several frames or epochs out of order
     */
    public static nl.sluis.orbit.determination.Ephemeris table(Ephemeris ephemeris) {
        boolean known = ephemeris.getCovariancesCount() == ephemeris.getStatesCount();
        List<nl.sluis.orbit.determination.Ephemeris.Point> points = new ArrayList<>();
        for (int i = 0; i < ephemeris.getStatesCount(); i++) {
            Covariance covariance = known ? ephemeris.getCovariances(i) : Covariance.getDefaultInstance();
            points.add(new nl.sluis.orbit.determination.Ephemeris.Point(
                    OrbitMessages.state(ephemeris.getStates(i)),
                    covariance.getLowerTriangleCount() == LOWER_TRIANGLE
                                    && covariance.getFrame()
                                            == ephemeris.getStates(i).getFrame()
                            ? Optional.of(SymmetricMatrix.ofLowerTriangle(
                                    STATE_DIMENSION,
                                    covariance.getLowerTriangleList().stream()
                                            .mapToDouble(Double::doubleValue)
                                            .toArray()))
                            : Optional.empty()));
        }
        return new nl.sluis.orbit.determination.Ephemeris(points);
    }

    /** An orbit that nobody has observed for long is less sure than its last fit says. */
    private static nl.sluis.orbit.determination.Ephemeris aged(
            nl.sluis.orbit.determination.Ephemeris young, Instant observed) {
        return new nl.sluis.orbit.determination.Ephemeris(young.points().stream()
                .map(point -> new nl.sluis.orbit.determination.Ephemeris.Point(
                        point.state(),
                        point.covariance().map(covariance -> Ageing.aged(point.state(), covariance, observed))))
                .toList());
    }

    /** Interpolates an ephemeris; empty where it does not reach from start to end: it is never extrapolated. */
    public static Optional<Ephemeris> of(Ephemeris ephemeris, Instant start, Instant end, Duration step) {
        if (ephemeris.getStatesCount() == 0) {
            return Optional.empty();
        }
        boolean known = ephemeris.getCovariancesCount() == ephemeris.getStatesCount();
        List<nl.sluis.orbit.determination.Ephemeris.Point> points = new ArrayList<>();
        for (int i = 0; i < ephemeris.getStatesCount(); i++) {
            points.add(new nl.sluis.orbit.determination.Ephemeris.Point(
                    OrbitMessages.state(ephemeris.getStates(i)), Optional.empty()));
        }
        nl.sluis.orbit.determination.Ephemeris table;
        try {
            table = new nl.sluis.orbit.determination.Ephemeris(points);
        } catch (IllegalArgumentException e) {
            // several frames, or epochs out of order: readable, and nothing to interpolate in
            return Optional.empty();
        }
        if (start.isBefore(table.start()) || end.isAfter(table.end())) {
            return Optional.empty();
        }
        List<nl.sluis.orbit.determination.Ephemeris.Point> asked =
                nl.sluis.orbit.determination.Ephemeris.epochs(start, end, step).stream()
                        .map(epoch -> table.at(epoch).orElseThrow())
                        .toList();
        return Optional.of(table(
                new nl.sluis.orbit.determination.Ephemeris(asked),
                false,
                Ephemeris.newBuilder()
                        .setObject(ephemeris.getObject())
                        .setMadeBy(ephemeris.getMadeBy())
                        .addComments(known ? "interpolated; covariances are not" : "interpolated")));
    }

    private static Ephemeris table(
            nl.sluis.orbit.determination.Ephemeris made, boolean withCovariance, Ephemeris.Builder out) {
        for (nl.sluis.orbit.determination.Ephemeris.Point point : made.points()) {
            StateVector state = OrbitMessages.state(point.state());
            out.addStates(state);
            if (withCovariance) {
                Covariance covariance = OrbitMessages.covariance(
                        state.getFrame(), point.covariance().orElseThrow());
                out.addCovariances(covariance);
            }
        }
        return out.setInterpolationDegree(INTERPOLATION_DEGREE).build();
    }
}
