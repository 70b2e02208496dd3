package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
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
        Table table = new Table(solution, epochs, harvester, points);
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

    /** Takes states and covariances at the epochs that a step passes. */
    private static final class Table implements OrekitStepHandler {
        private final OrbitSolution solution;
        private final Frame frame;
        private final List<Instant> epochs;
        private final MatricesHarvester harvester;
        private final Map<Instant, Ephemeris.Point> points;
        private int next;

        Table(
                OrbitSolution solution,
                List<Instant> epochs,
                MatricesHarvester harvester,
                Map<Instant, Ephemeris.Point> points) {
            this.solution = solution;
            this.frame = Dynamics.propagationFrame(solution.state());
            this.epochs = epochs;
            this.harvester = harvester;
            this.points = points;
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
            PVCoordinates pv = state.getPVCoordinates(Convert.frame(frame));
            OrbitState ours = new OrbitState(
                    epochs.get(next), frame, Convert.vector(pv.getPosition()), Convert.vector(pv.getVelocity()));
            points.put(
                    epochs.get(next), new Ephemeris.Point(ours, Optional.of(covariance(solution, harvester, state))));
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
