package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.internal.Sightlines;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.orekit.errors.OrekitException;
import org.orekit.estimation.iod.IodGauss;
import org.orekit.estimation.iod.IodGibbs;
import org.orekit.estimation.iod.IodGooding;
import org.orekit.estimation.iod.IodHerrickGibbs;
import org.orekit.estimation.iod.IodLambert;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.orbits.Orbit;
import org.orekit.propagation.analytical.KeplerianPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;

/**
 * A first orbit from observations alone.
 *
 * <p>Where ranges stand beside directions, positions follow, and an orbit from three of them (Gibbs, Herrick-Gibbs) or
 * two (Lambert). From directions alone: Gauss, and Gooding from a grid of ranges. Each candidate is judged on its whole
 * track, the best are fitted to it by least squares, and then to ever longer arcs about it, so that what comes out is
 * never a raw orbit of three points.
 *
 * <p>From ranges alone: a search over circular orbits ({@link CircularSearch}), judged by passes of some hours.
 *
 * <p>Assumptions: one object; no manoeuvre; some track with directions at three epochs, or ranges of a nearly circular orbit
 * in several passes.
 */
public final class InitialOrbit {

    private static final double MU = Constants.EIGEN5C_EARTH_MU;

    /** Observations closer than this are one track. */
    private static final Duration TRACK_GAP = Duration.ofMinutes(45);

    /** A range and a direction of one sensor this close in time make a position, the range being interpolated. */
    private static final Duration PAIRING = Duration.ofMinutes(20);

    /** Tracks that are tried, those with most observations first. */
    private static final int MOST_TRACKS = 4;

    /** Candidates of a track that are fitted. */
    private static final int MOST_FITTED = 8;

    /** A candidate that leaves no more than this, in sigmas, is taken at once. */
    private static final double GOOD_RMS = 3;

    /** Ranges alone are judged by passes within this of the track. */
    private static final Duration RANGES_ARC = Duration.ofHours(9);

    /** Fewer ranges in a track say nothing of its shape. */
    private static final int LEAST_RANGES = 4;

    /** Circular orbits that are fitted: several come near where there are few passes. */
    private static final int MOST_CIRCULAR = 16;

    /** Distances that Gooding starts from, m: low orbits to beyond the geostationary. */
    private static final double[] RANGES_M = {4e5, 8e5, 1.5e6, 3e6, 6e6, 1.2e7, 2e7, 3e7, 3.8e7, 4.5e7};

    /** Half lengths of the arcs that a first orbit is grown over. */
    private static final List<Duration> ARCS =
            List.of(Duration.ofHours(3), Duration.ofHours(8), Duration.ofHours(26), Duration.ofDays(3));

    /** An orbit that grows is refined with these forces; drag is left to the fit proper. */
    private static final ForceModel SIMPLE =
            new ForceModel(8, 8, true, true, Optional.empty(), Optional.empty(), OptionalInt.empty(), 1000, false);

    private static final FitSettings SETTINGS = new FitSettings(15, 10, 4, 0.5, CommonError.NONE);

    private InitialOrbit() {}

    /**
     * Finds a first orbit.
     *
     * @param sensors every sensor that an observation names
     * @param observations in any order
     * @return empty where none was found
     */
    public static Optional<OrbitState> find(List<Sensor> sensors, List<Observation> observations) {
        OrekitData.load();
        List<Observation> sorted = observations.stream()
                .filter(o -> !o.sigmas().isEmpty())
                .sorted(Observation.ORDER)
                .toList();
        List<List<Observation>> tracks = tracks(sorted);
        Sky sky = new Sky(sensors);
        for (List<Observation> track : tracks) {
            List<Observation> arc = track;
            List<Candidate> candidates = candidates(sky, track);
            if (candidates.isEmpty()) {
                arc = around(sorted, track, RANGES_ARC);
                candidates = fromRanges(sky, track, arc);
            }
            Optional<FitResult> best = Optional.empty();
            for (Candidate candidate : candidates) {
                FitResult fitted = refine(sensors, arc, candidate.state());
                if (isBetter(fitted, best)) {
                    best = Optional.of(fitted);
                }
                if (best.isPresent() && best.get().weightedRms() < GOOD_RMS) {
                    break;
                }
            }
            if (best.isPresent()) {
                return Optional.of(grow(
                        sensors,
                        sorted,
                        arc,
                        best.get().solution().orElseThrow().state()));
            }
        }
        return Optional.empty();
    }

    private static List<List<Observation>> tracks(List<Observation> sorted) {
        List<List<Observation>> tracks = new ArrayList<>();
        List<Observation> current = new ArrayList<>();
        for (Observation o : sorted) {
            if (!current.isEmpty()
                    && Duration.between(current.get(current.size() - 1).epoch(), o.epoch())
                                    .compareTo(TRACK_GAP)
                            > 0) {
                tracks.add(current);
                current = new ArrayList<>();
            }
            current.add(o);
        }
        if (!current.isEmpty()) {
            tracks.add(current);
        }
        tracks.sort(Comparator.comparing((List<Observation> t) -> -t.size()));
        return tracks.subList(0, Math.min(MOST_TRACKS, tracks.size()));
    }

    private static FitResult refine(List<Sensor> sensors, List<Observation> arc, OrbitState start) {
        return OrbitDetermination.fit(new FitRequest(start, sensors, arc, SIMPLE, SETTINGS));
    }

    private static boolean isBetter(FitResult fitted, Optional<FitResult> best) {
        return fitted.solution().isPresent()
                && isClosed(fitted.solution().get().state())
                && (best.isEmpty() || misfit(fitted) < misfit(best.get()));
    }

    /** A wrong orbit may fit what it keeps, so what it had to reject counts against it. */
    private static double misfit(FitResult fitted) {
        return fitted.weightedRms() * (1 + fitted.rejected());
    }

    private static OrbitState grow(
            List<Sensor> sensors, List<Observation> all, List<Observation> track, OrbitState first) {
        OrbitState state = first;
        int before = track.size();
        for (Duration half : ARCS) {
            List<Observation> arc = around(all, track, half);
            if (arc.size() > before) {
                Optional<OrbitSolution> grown = refine(sensors, arc, state).solution();
                if (grown.isEmpty()) {
                    return state;
                }
                state = grown.get().state();
                before = arc.size();
            }
        }
        return state;
    }

    private static List<Observation> around(List<Observation> all, List<Observation> track, Duration half) {
        Instant from = track.get(0).epoch().minus(half);
        Instant until = track.get(track.size() - 1).epoch().plus(half);
        return all.stream()
                .filter(o -> !o.epoch().isBefore(from) && !o.epoch().isAfter(until))
                .toList();
    }

    private static List<Candidate> fromRanges(Sky sky, List<Observation> track, List<Observation> arc) {
        List<CircularSearch.Ranged> all = sky.ranges(arc);
        List<CircularSearch.Ranged> own = sky.ranges(track);
        if (own.size() < LEAST_RANGES) {
            return List.of();
        }
        CircularSearch.Ranged anchor = own.get(own.size() / 2);
        return CircularSearch.search(anchor, all, MOST_CIRCULAR).stream()
                .map(c -> new Candidate(
                        new OrbitState(
                                Convert.instant(anchor.date()),
                                Frame.GCRF,
                                Convert.vector(c.positionM()),
                                Convert.vector(c.velocityMps())),
                        c.rmsM()))
                .toList();
    }

    private static boolean isClosed(OrbitState state) {
        double r = state.positionM().norm();
        return state.velocityMps().dot(state.velocityMps()) / 2 - MU / r < 0;
    }

    /** A direction, and a position where a range goes with it, in GCRF. */
    private record Sighting(AbsoluteDate date, Vector3D site, Vector3D direction, Optional<Vector3D> position) {}

    /** An orbit and how badly it fits its track. */
    private record Candidate(OrbitState state, double misfit) {}

    /** What sensors saw of one object. */
    private static final class Sky {
        private final Sightlines lines;
        private final org.orekit.frames.Frame frame;

        Sky(List<Sensor> sensors) {
            lines = new Sightlines(sensors, Frame.GCRF);
            frame = lines.frame();
        }

        Vector3D site(Observation observation, AbsoluteDate date) {
            return lines.site(observation, date).getPosition();
        }

        List<CircularSearch.Ranged> ranges(List<Observation> observations) {
            List<CircularSearch.Ranged> ranges = new ArrayList<>();
            for (Observation o : observations) {
                AbsoluteDate date = Convert.date(o.epoch());
                if (o.measured() instanceof Observation.Range range) {
                    ranges.add(new CircularSearch.Ranged(date, site(o, date), range.rangeM()));
                } else if (o instanceof Observation.LaserRange range) {
                    ranges.add(new CircularSearch.Ranged(date, site(o, date), range.rangeM()));
                }
            }
            return ranges;
        }

        List<Sighting> sightings(List<Observation> track) {
            Map<String, List<Observation.Range>> ranges = new HashMap<>();
            for (Observation o : track) {
                if (o.measured() instanceof Observation.Range range) {
                    ranges.computeIfAbsent(range.sensorId(), none -> new ArrayList<>())
                            .add(range);
                }
            }
            List<Sighting> sightings = new ArrayList<>();
            for (Observation o : track) {
                AbsoluteDate date = Convert.date(o.epoch());
                Optional<Vector3D> direction = lines.direction(o, date);
                if (direction.isPresent()) {
                    Vector3D site = site(o, date);
                    Vector3D toward = direction.get();
                    Optional<Vector3D> position = range(ranges.getOrDefault(o.sensorId(), List.of()), o.epoch())
                            .map(range -> new Vector3D(1, site, range, toward));
                    sightings.add(new Sighting(date, site, toward, position));
                }
            }
            return sightings;
        }
    }

    /** Returns the range at an epoch between two ranges, or at one of them. */
    private static Optional<Double> range(List<Observation.Range> ranges, Instant epoch) {
        for (int i = 0; i < ranges.size(); i++) {
            Observation.Range here = ranges.get(i);
            if (Math.abs(seconds(here.epoch(), epoch)) < 1) {
                return Optional.of(here.rangeM());
            }
            if (i > 0) {
                Observation.Range before = ranges.get(i - 1);
                double span = seconds(before.epoch(), here.epoch());
                if (before.epoch().isBefore(epoch) && here.epoch().isAfter(epoch) && span < PAIRING.toSeconds()) {
                    double share = seconds(before.epoch(), epoch) / span;
                    return Optional.of((1 - share) * before.rangeM() + share * here.rangeM());
                }
            }
        }
        return Optional.empty();
    }

    private static List<Candidate> candidates(Sky sky, List<Observation> track) {
        List<Sighting> sightings = sky.sightings(track);
        List<Sighting> fixes =
                sightings.stream().filter(s -> s.position().isPresent()).toList();
        List<Orbit> orbits = new ArrayList<>();
        for (Sighting[] three : triples(fixes)) {
            fromPositions(sky.frame, three, orbits);
        }
        if (orbits.isEmpty()) {
            for (Sighting[] three : triples(sightings)) {
                fromDirections(sky.frame, three, orbits);
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        for (Orbit orbit : orbits) {
            misfit(orbit, sightings).ifPresent(misfit -> candidates.add(new Candidate(state(orbit), misfit)));
        }
        candidates.sort(Comparator.comparingDouble(Candidate::misfit));
        return candidates.subList(0, Math.min(MOST_FITTED, candidates.size()));
    }

    /** First, middle and last; and the same within the half about the middle, in case the track is longer than a turn. */
    private static List<Sighting[]> triples(List<Sighting> sightings) {
        List<Sighting[]> triples = new ArrayList<>();
        int n = sightings.size();
        for (int[] ends : new int[][] {{0, n - 1}, {n / 4, 3 * n / 4}, {0, n / 2}, {n / 2, n - 1}}) {
            int middle = (ends[0] + ends[1]) / 2;
            if (ends[0] < middle
                    && middle < ends[1]
                    && ends[1] < n
                    && sightings
                                    .get(middle)
                                    .date()
                                    .durationFrom(sightings.get(ends[0]).date())
                            > 0
                    && sightings
                                    .get(ends[1])
                                    .date()
                                    .durationFrom(sightings.get(middle).date())
                            > 0) {
                triples.add(new Sighting[] {sightings.get(ends[0]), sightings.get(middle), sightings.get(ends[1])});
            }
        }
        return triples;
    }

    private static void fromPositions(org.orekit.frames.Frame frame, Sighting[] s, List<Orbit> orbits) {
        Vector3D[] p = new Vector3D[3];
        for (int i = 0; i < 3; i++) {
            p[i] = s[i].position().orElseThrow();
        }
        attempt(
                orbits,
                () -> new IodHerrickGibbs(MU).estimate(frame, p[0], s[0].date(), p[1], s[1].date(), p[2], s[2].date()));
        attempt(
                orbits,
                () -> new IodGibbs(MU).estimate(frame, p[0], s[0].date(), p[1], s[1].date(), p[2], s[2].date()));
        boolean posigrade = Vector3D.crossProduct(p[0], p[2]).getZ() > 0;
        attempt(orbits, () -> new IodLambert(MU).estimate(frame, posigrade, 0, p[0], s[0].date(), p[2], s[2].date()));
    }

    private static void fromDirections(org.orekit.frames.Frame frame, Sighting[] s, List<Orbit> orbits) {
        attempt(
                orbits,
                () -> new IodGauss(MU)
                        .estimate(
                                frame,
                                s[0].site(),
                                s[0].date(),
                                s[0].direction(),
                                s[1].site(),
                                s[1].date(),
                                s[1].direction(),
                                s[2].site(),
                                s[2].date(),
                                s[2].direction()));
        for (double first : RANGES_M) {
            for (double last : RANGES_M) {
                if (last <= 2.5 * first && first <= 2.5 * last) {
                    for (boolean posigrade : new boolean[] {true, false}) {
                        attempt(
                                orbits,
                                () -> new IodGooding(MU)
                                        .estimate(
                                                frame,
                                                s[0].site(),
                                                s[1].site(),
                                                s[2].site(),
                                                s[0].direction(),
                                                s[0].date(),
                                                s[1].direction(),
                                                s[1].date(),
                                                s[2].direction(),
                                                s[2].date(),
                                                first,
                                                last,
                                                0,
                                                posigrade));
                    }
                }
            }
        }
    }

    private interface Method {
        Orbit orbit();
    }

    private static void attempt(List<Orbit> orbits, Method method) {
        try {
            Orbit orbit = method.orbit();
            if (orbit != null
                    && orbit.getA() > 0
                    && orbit.getE() < 1
                    && orbit.getA() * (1 - orbit.getE()) > 0.9 * Dynamics.earthRadiusM()) {
                orbits.add(orbit);
            }
        } catch (OrekitException | MathRuntimeException | IllegalArgumentException | ArithmeticException e) {
            // these three points do not give an orbit in this way; another method or triple may
        }
    }

    /** Returns the root mean square of the angle between directions seen and computed, rad, plus that of the ranges. */
    private static Optional<Double> misfit(Orbit orbit, List<Sighting> sightings) {
        try {
            KeplerianPropagator propagator = new KeplerianPropagator(new KeplerianOrbit(orbit));
            double sum = 0;
            for (Sighting s : sightings) {
                Vector3D seen = propagator.getPosition(s.date(), orbit.getFrame());
                Vector3D line = seen.subtract(s.site());
                double angle = Vector3D.angle(line, s.direction());
                double miss = s.position()
                        .map(p -> Vector3D.distance(p, seen) / line.getNorm())
                        .orElse(angle);
                sum += miss * miss;
            }
            double rms = Math.sqrt(sum / sightings.size());
            return Double.isFinite(rms) ? Optional.of(rms) : Optional.empty();
        } catch (OrekitException | MathRuntimeException e) {
            return Optional.empty();
        }
    }

    private static OrbitState state(Orbit orbit) {
        PVCoordinates pv = orbit.getPVCoordinates();
        return new OrbitState(
                Convert.instant(orbit.getDate()),
                Frame.GCRF,
                Convert.vector(pv.getPosition()),
                Convert.vector(pv.getVelocity()));
    }

    private static double seconds(Instant from, Instant to) {
        Duration d = Duration.between(from, to);
        return d.getSeconds() + d.getNano() * 1e-9;
    }
}
