package nl.sluis.orbit.manoeuvre;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.association.Association;
import nl.sluis.orbit.association.Predicted;
import nl.sluis.orbit.association.Tracklet;
import nl.sluis.orbit.determination.Compartment;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.FitSettings;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Propagation;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.determination.Residual;
import nl.sluis.orbit.determination.Verdict;
import nl.sluis.orbit.determination.View;
import nl.sluis.orbit.determination.ViewDetermination;
import nl.sluis.orbit.determination.ViewsRequest;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.distribution.continuous.ChiSquaredDistribution;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.RealVector;

/**
 * Looks for a manoeuvre in the observations of one view.
 *
 * <p>Where one orbit fits all, there was none. Else the longest beginning is sought that one orbit fits, in whole passes,
 * from the end and then by halving. What comes behind must tell of the object rather than of a sensor: a sensor must be among it that agreed before,
 * or sensors of two originators. Then
 *
 * <ol>
 *   <li>it is a manoeuvre where the passes behind make an orbit by themselves and the two orbits meet in between; where they
 *       don't, because thrust lasted, two originators must agree on the new one: a sensor that begins to err moves an orbit
 *       aside and the two don't meet;
 *   <li>it may be one where all passes behind lie outside the gate of the orbit before, and are too few for an orbit.
 * </ol>
 *
 * <p>A small manoeuvre shows only after a while, so the beginning may hold a pass that came after it: the manoeuvre is placed
 * behind the last pass that the orbit since does not fit too, and while there is none since, behind the last pass but one.
 *
 * <p>Assumption: one manoeuvre since the first observation that is handed in.
 */
public final class ManoeuvreSearch {

    /** Larger residuals, in sigmas, and one orbit does not fit. */
    private static final double MOST_RMS = 3;

    /** A pass of which less than this part is left is not fitted. */
    private static final double LEAST_KEPT = 0.7;

    /** Fits that are tried for the beginning; each costs as much as the fit that went wrong. */
    private static final int MOST_FITS = 7;

    /** The orbit since rests on at least so many passes, or chance and one wrong pass would make one. */
    private static final int LEAST_PASSES = 2;

    /** Two orbits are one in this part of all cases where they meet. */
    private static final double MEETS = 0.999;

    /** The place where orbits meet is sought at so many epochs. */
    private static final int MEETING_EPOCHS = 300;

    private static final Duration LEAST_STEP = Duration.ofMinutes(1);

    private final List<Sensor> sensors;
    private final Optional<OrbitState> start;
    private final Function<OrbitState, ForceModel> forces;
    private final FitSettings settings;
    private final Map<String, String> originators;

    /**
     * Prepares a search.
     *
     * @param sensors every sensor that an observation names, and possibly more
     * @param start an orbit to start from that the view may use
     * @param forces which forces act, by an orbit
     * @param settings limits of each fit
     * @param originators whose a sensor is; sensors that are not in it are of one originator. Here nobody is weighed down: one
     *     who saw the object first after a manoeuvre would be taken for wrong
     */
    public ManoeuvreSearch(
            List<Sensor> sensors,
            Optional<OrbitState> start,
            Function<OrbitState, ForceModel> forces,
            FitSettings settings,
            Map<String, String> originators) {
        this.sensors = List.copyOf(sensors);
        this.start = start;
        this.forces = forces;
        this.settings = settings;
        this.originators = Map.copyOf(originators);
    }

    /**
     * Looks for a manoeuvre.
     *
     * @param observations of one object, in any order
     * @param all how the fit of all of them ended
     * @return empty where one orbit fits them, or nothing says that the object moved rather than that a sensor erred
     */
    public Optional<Manoeuvre> find(List<Observation> observations, FitResult all) {
        List<Pass> passes = Pass.of(observations);
        if (passes.size() < 2 || !(isWrong(all, passes) || !all.disagreements().isEmpty())) {
            return Optional.empty();
        }
        return beginning(passes).flatMap(beginning -> behind(beginning, passes));
    }

    /**
     * Passes that one orbit fits.
     *
     * @param passes the last of them ends before the manoeuvre, or soon after it
     */
    private record Beginning(List<Pass> passes, FitResult fit) {
        OrbitSolution orbit() {
            return fit.solution().orElseThrow();
        }

        Instant lastObservation() {
            return fit.residuals().stream()
                    .filter(Residual::accepted)
                    .map(Residual::epoch)
                    .max(Instant::compareTo)
                    .orElseThrow();
        }

        /** The end of the last pass of a kind, else of the first of all. */
        Instant endOfLast(Predicate<Pass> kind) {
            return passes.stream()
                    .filter(kind)
                    .map(Pass::end)
                    .max(Instant::compareTo)
                    .orElseGet(() -> passes.get(0).end());
        }
    }

    private Optional<Beginning> beginning(List<Pass> passes) {
        Optional<Beginning> good = Optional.empty();
        int few = 0;
        int many = passes.size();
        // mostly it is the last pass that came now, or a few
        int back = 1;
        for (int i = 0; i < MOST_FITS && many - few > 1; i++) {
            int tried = few == 0 ? Math.max(1, many - back) : (few + many) / 2;
            List<Pass> some = passes.subList(0, tried);
            FitResult fit = fit(Pass.all(some), start);
            if (isWrong(fit, some)) {
                many = tried;
                back *= 2;
            } else {
                few = tried;
                good = fit.verdict() == Verdict.CONVERGED ? Optional.of(new Beginning(some, fit)) : Optional.empty();
            }
        }
        return good;
    }

    private Optional<Manoeuvre> behind(Beginning beginning, List<Pass> passes) {
        List<Pass> before = beginning.passes();
        List<Pass> behind = passes.subList(before.size(), passes.size());
        // one pass fits some orbit always: that others do not fit it may be its own fault
        if (before.size() < LEAST_PASSES || !isOfObject(before, behind)) {
            return Optional.empty();
        }
        // the object may have moved during a pass, which then fits neither orbit
        Instant end = behind.get(0).end();
        List<Pass> later =
                behind.stream().filter(pass -> pass.start().isAfter(end)).toList();
        return confirmed(beginning, behind)
                .or(() -> confirmed(beginning, later))
                .or(() -> suspected(beginning, behind));
    }

    private boolean isOfObject(List<Pass> before, List<Pass> behind) {
        Set<String> known = before.stream().map(Pass::sensorId).collect(Collectors.toSet());
        List<Pass> telling = behind.stream().filter(Pass::isTelling).toList();
        return telling.stream().anyMatch(pass -> known.contains(pass.sensorId())) || originators(telling) >= 2;
    }

    private long originators(List<Pass> passes) {
        return passes.stream()
                .map(pass -> originators.getOrDefault(pass.sensorId(), ""))
                .distinct()
                .count();
    }

    private Optional<Manoeuvre> confirmed(Beginning beginning, List<Pass> behind) {
        Optional<Pass> telling = behind.stream().filter(Pass::isTelling).findFirst();
        Instant last = beginning.lastObservation();
        if (telling.isEmpty()
                || isInside(telling.get(), beginning.orbit(), last)
                || !behind.get(0).start().isAfter(last)) {
            return Optional.empty();
        }
        Instant first = behind.get(0).start();
        Instant end = telling.get().end();
        return since(beginning.orbit(), behind).flatMap(fit -> {
            OrbitSolution since = fit.solution().orElseThrow();
            Instant notBefore = beginning.endOfLast(pass -> pass.isTelling() && !isInside(pass, since, pass.end()));
            Optional<Manoeuvre.VelocityChange> change = meeting(beginning.orbit(), since, notBefore, end);
            return change.isPresent() || originators(behind) >= 2
                    ? Optional.of(new Manoeuvre(notBefore, end, first, fit, true, change))
                    : Optional.empty();
        });
    }

    /** The orbit that rests on some passes alone, from where the object would have been, else from one found in them. */
    private Optional<FitResult> since(OrbitSolution before, List<Pass> passes) {
        List<Observation> observations = Pass.all(passes);
        Optional<OrbitState> where;
        try {
            where = Optional.of(Propagation.at(before, passes.get(0).start()).state());
        } catch (PropagationException e) {
            where = Optional.empty();
        }
        return where.map(state -> fit(observations, Optional.of(state)))
                .filter(fit -> isGood(fit, passes))
                .or(() -> Optional.of(fit(observations, Optional.empty())).filter(fit -> isGood(fit, passes)));
    }

    private Optional<Manoeuvre> suspected(Beginning beginning, List<Pass> behind) {
        List<Pass> telling = behind.stream().filter(Pass::isTelling).toList();
        Instant first = telling.get(0).start();
        Instant last = beginning.lastObservation();
        if (first.isBefore(last) || telling.stream().anyMatch(pass -> isInside(pass, beginning.orbit(), last))) {
            return Optional.empty();
        }
        double factor = Widening.factor(
                beginning.orbit(),
                last,
                sensors,
                telling.stream().map(Pass::observations).toList());
        List<Pass> before = beginning.passes();
        Instant lastPass = before.get(before.size() - 1).start();
        return Optional.of(new Manoeuvre(
                beginning.endOfLast(pass -> pass.end().isBefore(lastPass)),
                telling.get(0).end(),
                first,
                beginning.fit().widened(factor),
                false,
                Optional.empty()));
    }

    /** Whether a pass lies in the gate of an orbit that was last observed at a time. */
    private boolean isInside(Pass pass, OrbitSolution orbit, Instant last) {
        return Association.isPossible(
                new Tracklet("", sensors, pass.observations()), Predicted.fitted("", orbit, last));
    }

    private FitResult fit(List<Observation> observations, Optional<OrbitState> from) {
        String all = "";
        return ViewDetermination.fit(new ViewsRequest(
                        sensors,
                        List.of(new Compartment(all, observations)),
                        List.of(new View(List.of(all), from)),
                        forces,
                        settings))
                .get(0);
    }

    private static boolean isGood(FitResult fit, List<Pass> passes) {
        return fit.verdict() == Verdict.CONVERGED
                && !isWrong(fit, passes)
                && passes.stream()
                                .filter(pass -> pass.isTelling() && !isLost(fit, pass))
                                .count()
                        >= LEAST_PASSES;
    }

    /** Whether no orbit fits; too few observations for an orbit are not wrong. */
    private static boolean isWrong(FitResult fit, List<Pass> passes) {
        return switch (fit.verdict()) {
            case NOT_CONVERGED, DIVERGED, TOO_MANY_REJECTED -> true;
            case TOO_FEW_OBSERVATIONS, NOT_OBSERVABLE, NO_INITIAL_ORBIT, OUTSIDE_DATA_COVERAGE -> false;
            // what was lost in the middle was lost to a sensor, not to the object
            case CONVERGED ->
                !(fit.weightedRms() <= MOST_RMS)
                        || isLost(fit, passes.get(0))
                        || isLost(fit, passes.get(passes.size() - 1));
        };
    }

    private static boolean isLost(FitResult fit, Pass pass) {
        Map<String, Boolean> kept = new HashMap<>();
        fit.residuals().forEach(one -> kept.merge(one.inputId(), one.accepted(), Boolean::logicalAnd));
        long left = pass.observations().stream()
                .filter(one -> kept.getOrDefault(one.inputId(), false))
                .count();
        return pass.isTelling() && left < LEAST_KEPT * pass.observations().size();
    }

    /** Where two orbits are nearest, in sigmas of both, between two epochs; empty where they don't meet. */
    private static Optional<Manoeuvre.VelocityChange> meeting(
            OrbitSolution before, OrbitSolution since, Instant from, Instant until) {
        Duration step = Duration.between(from, until).dividedBy(MEETING_EPOCHS);
        List<Instant> epochs = Ephemeris.epochs(from, until, step.compareTo(LEAST_STEP) > 0 ? step : LEAST_STEP);
        List<Ephemeris.Point> one;
        List<Ephemeris.Point> other;
        try {
            one = Propagation.ephemeris(before, epochs).points();
            other = Propagation.ephemeris(since, epochs).points();
        } catch (PropagationException e) {
            return Optional.empty();
        }
        double nearest = new ChiSquaredDistribution(3).inverseCumulativeProbability(MEETS);
        Optional<Manoeuvre.VelocityChange> change = Optional.empty();
        for (int i = 0; i < one.size(); i++) {
            double[][] sum = sum(one.get(i), other.get(i));
            Vector3 apart =
                    other.get(i).state().positionM().minus(one.get(i).state().positionM());
            double distance = distance(sum, apart);
            if (distance < nearest) {
                nearest = distance;
                change = Optional.of(change(one.get(i).state(), other.get(i).state(), sum));
            }
        }
        return change;
    }

    private static double[][] sum(Ephemeris.Point one, Ephemeris.Point other) {
        double[][] sum = one.covariance().orElseThrow().rows();
        double[][] more = other.covariance().orElseThrow().rows();
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                sum[i][j] += more[i][j];
            }
        }
        return sum;
    }

    private static double distance(double[][] covariance, Vector3 apart) {
        RealVector d = new ArrayRealVector(new double[] {apart.x(), apart.y(), apart.z()});
        Array2DRowRealMatrix position = new Array2DRowRealMatrix(3, 3);
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                position.setEntry(i, j, covariance[i][j]);
            }
        }
        return d.dotProduct(new LUDecomposition(position, 0).getSolver().solve(d));
    }

    private static Manoeuvre.VelocityChange change(OrbitState before, OrbitState since, double[][] covariance) {
        Vector3 change = since.velocityMps().minus(before.velocityMps());
        double[] u = {change.x(), change.y(), change.z()};
        double variance = 0;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                variance += u[i] * covariance[3 + i][3 + j] * u[j];
            }
        }
        return new Manoeuvre.VelocityChange(
                before.epoch(), LocalAxes.toRtn(before, change), Math.sqrt(variance) / change.norm());
    }
}
