package nl.sluis.orbit.association;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.FitRequest;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.InitialOrbit;
import nl.sluis.orbit.determination.OrbitDetermination;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Residual;
import nl.sluis.orbit.determination.Verdict;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.orekit.utils.Constants;

/**
 * Objects nobody knows yet, from tracks that belong to none that is known.
 *
 * <p>The newest track gets a first orbit of its own ({@link InitialOrbit}, and a fit over the whole track). Earlier tracks that lie in
 * its gate are tried, likeliest first: both together must be fitted by one orbit, with all weights and forces. What that
 * orbit finds among the other tracks goes with it. A track that no other joins is an object by itself only where its orbit
 * is so well known that it will be found again. Where a track has no orbit by itself, because all its sensor's biases are
 * unknown, or only a vague one, the pair of tracks is tried as one.
 */
public final class NewObjects {

    /** Tracks further apart are not linked: until then a first orbit of one pass has lost the object. */
    private static final Duration LONGEST_GAP = Duration.ofDays(3);

    /** Pairs that are fitted for one new track; each fit costs up to a second. */
    private static final int MOST_PAIRS = 4;

    /** A pair fits when its residuals are no larger than this many sigmas. */
    private static final double MOST_RMS = 3;

    /** And when each track keeps this part of its observations. */
    private static final double LEAST_KEPT = 0.7;

    /** A lone track makes an object when after one revolution it will be found within this, 1-sigma along the orbit, m. */
    private static final double FOUND_AGAIN_M = 10_000;

    private NewObjects() {}

    /**
     * A new object.
     *
     * @param tracks its tracks, the newest first
     * @param orbit its orbit, as it fits the track or the pair of tracks that made it
     */
    public record Found(List<Tracklet> tracks, OrbitSolution orbit) {
        /** Copies the list. */
        public Found {
            tracks = List.copyOf(tracks);
        }
    }

    private record Near(Tracklet track, Gate.Match match) {}

    /**
     * Looks for an object.
     *
     * @param newest a track of no known object
     * @param others earlier ones, in any order
     */
    public static Optional<Found> find(Tracklet newest, List<Tracklet> others) {
        List<Tracklet> within = others.stream()
                .filter(other -> gap(newest, other).compareTo(LONGEST_GAP) <= 0)
                .sorted(Comparator.comparing((Tracklet other) -> gap(newest, other))
                        .thenComparing(Tracklet::id))
                .toList();
        Optional<FitResult> first = first(newest);
        if (first.isEmpty()) {
            return asOne(newest, within);
        }
        OrbitSolution orbit = first.get().solution().orElseThrow();
        List<Near> near = new ArrayList<>();
        for (Tracklet other : within) {
            match(orbit, newest, other)
                    .filter(Gate.Match::isInside)
                    .ifPresent(match -> near.add(new Near(other, match)));
        }
        near.sort(Comparator.comparingDouble((Near n) -> n.match().score())
                .thenComparing(n -> n.track().id()));
        for (Near one : near.subList(0, Math.min(MOST_PAIRS, near.size()))) {
            Optional<OrbitSolution> pair = confirmed(one.match().best(), newest, one.track());
            if (pair.isPresent()) {
                return Optional.of(gathered(pair.get(), newest, one.track(), within));
            }
        }
        if (isFoundAgain(orbit)) {
            return isGood(first.get(), List.of(newest))
                    ? Optional.of(new Found(List.of(newest), orbit))
                    : Optional.empty();
        }
        // so vague an orbit may have missed the gate because errors along it bend
        return asOne(newest, within);
    }

    private static Optional<FitResult> first(Tracklet track) {
        return InitialOrbit.find(track.sensors(), track.observations())
                .map(state -> fit(state, List.of(track)))
                .filter(fit -> fit.verdict() == Verdict.CONVERGED);
    }

    private static FitResult fit(OrbitState start, List<Tracklet> tracks) {
        Map<String, Sensor> sensors = new HashMap<>();
        List<Observation> observations = new ArrayList<>();
        for (Tracklet track : tracks) {
            track.sensors().forEach(sensor -> sensors.put(sensor.id(), sensor));
            observations.addAll(track.observations());
        }
        return OrbitDetermination.fit(new FitRequest(
                start, List.copyOf(sensors.values()), observations, ForceModel.forOrbit(start), FitSettings.DEFAULT));
    }

    /** Pairs without a first orbit of either: the nearest in time first. */
    private static Optional<Found> asOne(Tracklet newest, List<Tracklet> within) {
        for (Tracklet other : within.subList(0, Math.min(MOST_PAIRS, within.size()))) {
            Map<String, Sensor> sensors = new HashMap<>();
            newest.sensors().forEach(sensor -> sensors.put(sensor.id(), sensor));
            other.sensors().forEach(sensor -> sensors.put(sensor.id(), sensor));
            List<Observation> both = new ArrayList<>(newest.observations());
            both.addAll(other.observations());
            Optional<OrbitSolution> pair = InitialOrbit.find(List.copyOf(sensors.values()), both)
                    .flatMap(state -> confirmed(state, newest, other));
            if (pair.isPresent()) {
                return Optional.of(gathered(pair.get(), newest, other, within));
            }
        }
        return Optional.empty();
    }

    private static Optional<OrbitSolution> confirmed(OrbitState start, Tracklet newest, Tracklet other) {
        List<Tracklet> both = List.of(newest, other);
        FitResult fit = fit(start, both);
        return isGood(fit, both) ? fit.solution() : Optional.empty();
    }

    private static boolean isGood(FitResult fit, List<Tracklet> tracks) {
        if (fit.verdict() != Verdict.CONVERGED || !(fit.weightedRms() <= MOST_RMS)) {
            return false;
        }
        Map<String, Boolean> kept = new HashMap<>();
        for (Residual residual : fit.residuals()) {
            kept.merge(residual.inputId(), residual.accepted(), Boolean::logicalAnd);
        }
        return tracks.stream().allMatch(track -> {
            long of = track.observations().stream()
                    .filter(o -> kept.getOrDefault(o.inputId(), false))
                    .count();
            return of >= LEAST_KEPT * track.observations().size();
        });
    }

    private static Found gathered(OrbitSolution orbit, Tracklet newest, Tracklet other, List<Tracklet> within) {
        List<Tracklet> tracks = new ArrayList<>(List.of(newest, other));
        for (Tracklet one : within) {
            if (!one.equals(other)
                    && match(orbit, newest, one).filter(Gate.Match::isInside).isPresent()) {
                tracks.add(one);
            }
        }
        return new Found(tracks, orbit);
    }

    private static Optional<Gate.Match> match(OrbitSolution orbit, Tracklet observed, Tracklet track) {
        return Association.match(
                track, new Looks(track, Frame.GCRF), Predicted.fitted(observed.id(), orbit, observed.end()));
    }

    /** Whether the period is known well enough: a semi-major axis off by da puts the object off by 3π da a revolution. */
    private static boolean isFoundAgain(OrbitSolution orbit) {
        Vector3 p = orbit.state().positionM();
        Vector3 v = orbit.state().velocityMps();
        double mu = Constants.EIGEN5C_EARTH_MU;
        double r = p.norm();
        double axis = 1 / (2 / r - v.dot(v) / mu);
        if (!(axis > 0)) {
            return false;
        }
        Vector3 byPosition = p.times(2 * axis * axis / (r * r * r));
        Vector3 byVelocity = v.times(2 * axis * axis / mu);
        SymmetricMatrix variance = orbit.covariance().congruent(new double[][] {
            {byPosition.x(), byPosition.y(), byPosition.z(), byVelocity.x(), byVelocity.y(), byVelocity.z()}
        });
        return 3 * Math.PI * Math.sqrt(variance.get(0, 0)) <= FOUND_AGAIN_M;
    }

    private static Duration gap(Tracklet a, Tracklet b) {
        Duration after = Duration.between(a.end(), b.start());
        Duration before = Duration.between(b.end(), a.start());
        Duration gap = after.compareTo(before) > 0 ? after : before;
        return gap.isNegative() ? Duration.ZERO : gap;
    }
}
