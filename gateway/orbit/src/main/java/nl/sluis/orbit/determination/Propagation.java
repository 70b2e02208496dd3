package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.linear.RealMatrix;
import org.orekit.propagation.MatricesHarvester;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.conversion.NumericalPropagatorBuilder;
import org.orekit.propagation.numerical.NumericalPropagator;
import org.orekit.propagation.sampling.OrekitStepHandler;
import org.orekit.propagation.sampling.OrekitStepInterpolator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.PVCoordinates;
import org.orekit.utils.ParameterDriver;

/** Moves a solution and its covariance through time with the forces it was fitted with. */
public final class Propagation {

    private Propagation() {}

    /**
     * Returns the states at given epochs, with covariances.
     *
     * <p>The covariance is Φ P Φᵀ with the state transition matrix and the partial derivatives by the estimated
     * parameters of the forces; no process noise is added, so errors of unmodelled forces are not in it.
     *
     * @param solution what to propagate
     * @param epochs UTC, in any order, each once or more; the result has them sorted and once
     * @return in the frame of the solution's state
     * @throws IllegalArgumentException if there is no epoch
     * @throws PropagationException if the orbit cannot be propagated to an epoch, for example because it enters the Earth
     */
    public static Ephemeris ephemeris(OrbitSolution solution, List<Instant> epochs) {
        OrekitData.load();
        if (epochs.isEmpty()) {
            throw new IllegalArgumentException("epochs: 0 (expected: at least 1)");
        }
        Map<Instant, Ephemeris.Point> points = new TreeMap<>();
        TreeSet<Instant> sorted = new TreeSet<>(epochs);
        Instant epoch = solution.state().epoch();
        run(solution, new ArrayList<>(sorted.headSet(epoch, false).descendingSet()), points);
        run(solution, new ArrayList<>(sorted.tailSet(epoch, true)), points);
        return new Ephemeris(new ArrayList<>(points.values()));
    }

    /**
     * Returns the state and covariance at one epoch.
     *
     * @throws PropagationException as {@link #ephemeris}
     */
    public static Ephemeris.Point at(OrbitSolution solution, Instant epoch) {
        return ephemeris(solution, List.of(epoch)).points().get(0);
    }

    /**
     * Returns the states at given epochs, without covariances.
     *
     * @param start where to start
     * @param forces the forces that act; estimated coefficients have their default values
     * @param epochs UTC, in any order
     * @return in the order of the epochs
     * @throws PropagationException if the orbit cannot be propagated to an epoch
     */
    public static List<OrbitState> states(OrbitState start, ForceModel forces, List<Instant> epochs) {
        OrekitData.load();
        Frame frame = Dynamics.propagationFrame(start);
        NumericalPropagator propagator = Dynamics.builder(start, forces).buildPropagator();
        List<OrbitState> states = new ArrayList<>(epochs.size());
        for (Instant epoch : epochs) {
            try {
                PVCoordinates pv = propagator.propagate(Convert.date(epoch)).getPVCoordinates(Convert.frame(frame));
                states.add(new OrbitState(
                        epoch, frame, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity())));
            } catch (RuntimeException e) {
                throw new PropagationException(epoch, e);
            }
        }
        return states;
    }

    /**
     * Returns the path that an orbit leads along, without covariances: the integrator takes its own steps, and what lies
     * between is interpolated.
     *
     * @param start where to start
     * @param forces the forces that act; estimated coefficients have their default values
     * @param epochs UTC, in any order, at least one; the result has them sorted and once
     * @return in the frame of the start where that is inertial and does not move, else in GCRF
     * @throws PropagationException if the orbit cannot be propagated to an epoch
     */
    public static Ephemeris path(OrbitState start, ForceModel forces, List<Instant> epochs) {
        OrekitData.load();
        Map<Instant, Ephemeris.Point> points = new TreeMap<>();
        TreeSet<Instant> sorted = new TreeSet<>(epochs);
        for (List<Instant> part : List.of(
                List.copyOf(sorted.headSet(start.epoch(), false).descendingSet()),
                List.copyOf(sorted.tailSet(start.epoch(), true)))) {
            Frame frame = Dynamics.propagationFrame(start);
            run(
                    Dynamics.builder(start, forces).buildPropagator(),
                    part,
                    (epoch, state) ->
                            points.put(epoch, new Ephemeris.Point(ours(epoch, frame, state), Optional.empty())));
        }
        return new Ephemeris(new ArrayList<>(points.values()));
    }

    /**
     * Returns the path of an orbit that stays close to a known path: that one, displaced by what the Earth and its flattening
     * alone make of the difference. It is off by less than a fiftieth of the displacement, and costs far less
     * than {@link #path}.
     *
     * @param known a path, in an inertial frame of the equator
     * @param state the orbit, in the frame of the path
     * @param epochs UTC, in order of time, at least one
     * @param mostM how far the two may be apart, m
     * @return empty where the known path does not reach to all epochs, or the two are further apart at one of them
     */
    public static Optional<Ephemeris> displaced(Ephemeris known, OrbitState state, List<Instant> epochs, double mostM) {
        Optional<OrbitState> beside = known.stateAt(state.epoch());
        if (beside.isEmpty()
                || known.start().isAfter(epochs.get(0))
                || known.end().isBefore(epochs.get(epochs.size() - 1))) {
            return Optional.empty();
        }
        Vector3 position = state.positionM().minus(beside.get().positionM());
        Vector3 velocity = state.velocityMps().minus(beside.get().velocityMps());
        List<double[]> apart;
        try {
            apart = new BesidePath(known, state.epoch())
                    .differences(
                            new double[] {
                                position.x(), position.y(), position.z(), velocity.x(), velocity.y(), velocity.z()
                            },
                            epochs);
        } catch (PropagationException e) {
            // it is not beside that path, then
            return Optional.empty();
        }
        List<Ephemeris.Point> points = new ArrayList<>();
        for (int k = 0; k < epochs.size(); k++) {
            double[] by = apart.get(k);
            Vector3 away = new Vector3(by[0], by[1], by[2]);
            if (!(away.norm() <= mostM)) {
                return Optional.empty();
            }
            OrbitState there = known.stateAt(epochs.get(k)).orElseThrow();
            points.add(new Ephemeris.Point(
                    new OrbitState(
                            there.epoch(),
                            there.frame(),
                            there.positionM().plus(away),
                            there.velocityMps().plus(new Vector3(by[3], by[4], by[5]))),
                    Optional.empty()));
        }
        return Optional.of(new Ephemeris(points));
    }

    private static OrbitState ours(Instant epoch, Frame frame, SpacecraftState state) {
        PVCoordinates pv = state.getPVCoordinates(Convert.frame(frame));
        return new OrbitState(epoch, frame, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
    }

    private static void run(OrbitSolution solution, List<Instant> epochs, Map<Instant, Ephemeris.Point> points) {
        if (epochs.isEmpty()) {
            return;
        }
        NumericalPropagatorBuilder builder = Dynamics.builder(solution.state(), solution.forces());
        for (DynamicParameter parameter : solution.parameters()) {
            for (ParameterDriver driver :
                    builder.getPropagationParametersDrivers().getDrivers()) {
                if (driver.getName().equals(parameter.name())) {
                    driver.setValue(parameter.value());
                }
            }
        }
        NumericalPropagator propagator = builder.buildPropagator();
        MatricesHarvester harvester = propagator.setupMatricesComputation("stm", null, null);
        Frame frame = Dynamics.propagationFrame(solution.state());
        run(
                propagator,
                epochs,
                (epoch, state) -> points.put(
                        epoch,
                        new Ephemeris.Point(
                                ours(epoch, frame, state), Optional.of(covariance(solution, harvester, state)))));
    }

    /** Hands over the states at epochs, which are in the order of the propagation. */
    static void run(NumericalPropagator propagator, List<Instant> epochs, BiConsumer<Instant, SpacecraftState> taker) {
        if (epochs.isEmpty()) {
            return;
        }
        Table table = new Table(epochs, taker);
        // the integrator takes its own steps, and what lies between is interpolated: a stop at each epoch costs several
        // times
        propagator.setStepHandler(table);
        try {
            SpacecraftState last = propagator.propagate(Convert.date(epochs.get(epochs.size() - 1)));
            while (table.next < epochs.size()) {
                table.take(last);
            }
        } catch (RuntimeException e) {
            throw new PropagationException(epochs.get(Math.min(table.next, epochs.size() - 1)), e);
        }
    }

    /** Takes states at the epochs that a step passes. */
    private static final class Table implements OrekitStepHandler {
        private final List<Instant> epochs;
        private final BiConsumer<Instant, SpacecraftState> taker;
        private int next;

        Table(List<Instant> epochs, BiConsumer<Instant, SpacecraftState> taker) {
            this.epochs = epochs;
            this.taker = taker;
        }

        @Override
        public void handleStep(OrekitStepInterpolator step) {
            AbsoluteDate end = step.getCurrentState().getDate();
            while (next < epochs.size()) {
                AbsoluteDate date = Convert.date(epochs.get(next));
                boolean isPassed = step.isForward() ? date.isBeforeOrEqualTo(end) : date.isAfterOrEqualTo(end);
                if (!isPassed) {
                    return;
                }
                take(step.getInterpolatedState(date));
            }
        }

        private void take(SpacecraftState state) {
            taker.accept(epochs.get(next), state);
            next++;
        }
    }

    private static SymmetricMatrix covariance(
            OrbitSolution solution, MatricesHarvester harvester, SpacecraftState state) {
        int n = 6 + solution.parameters().size();
        double[][] t = new double[6][n];
        RealMatrix phi = harvester.getStateTransitionMatrix(state);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                t[i][j] = phi.getEntry(i, j);
            }
        }
        RealMatrix byParameters = harvester.getParametersJacobian(state);
        if (byParameters != null) {
            List<String> columns = harvester.getJacobiansColumnsNames();
            for (int k = 0; k < solution.parameters().size(); k++) {
                String name = solution.parameters().get(k).name();
                for (int c = 0; c < columns.size(); c++) {
                    // the library names a column after the first span of the parameter's validity
                    if (columns.get(c).equals(name) || columns.get(c).equals("Span" + name + "0")) {
                        for (int i = 0; i < 6; i++) {
                            t[i][6 + k] = byParameters.getEntry(i, c);
                        }
                    }
                }
            }
        }
        return solution.fullCovariance().congruent(t);
    }
}
