package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.RealMatrix;
import org.jspecify.annotations.Nullable;
import org.orekit.errors.OrekitException;
import org.orekit.estimation.measurements.EstimatedMeasurement;
import org.orekit.propagation.MatricesHarvester;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.numerical.NumericalPropagator;
import org.orekit.propagation.sampling.OrekitStepInterpolator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.TimeStampedPVCoordinates;

/**
 * Observations linearised about one trajectory: for each a whitened residual and its derivatives.
 *
 * <p>The row of an observation depends on the trajectory and on that observation alone, to the last bit: the path is
 * integrated over whole segments of fixed length that start afresh, so that no observation, and no end of the data,
 * shifts a step of the integrator. That is what lets views share a pass without learning of each other.
 */
final class Linearisation {

    /** Length of a segment. Shorter ones restart the integrator too often, longer ones waste the rest of the last. */
    private static final long SEGMENT_S = 10_800;

    /** The same for low orbits, which take seven steps meanwhile: a new track costs one segment, however short it is. */
    private static final long LOW_SEGMENT_S = 600;

    /** Period below which an orbit is low. */
    private static final double LOW_PERIOD_S = 10_800;

    /** A path that ends with its last observation goes on for a moment, so that this is in its last step. */
    private static final double MARGIN_S = 1;

    private final Trajectory about;
    private final boolean whole;
    private final long lengthS;
    private final Map<String, Row> rows = new HashMap<>();
    private final Path backward = new Path(-1);
    private final Path forward = new Path(1);
    private Optional<String> failure = Optional.empty();

    private Linearisation(Trajectory about, boolean whole) {
        this.about = about;
        this.whole = whole;
        this.lengthS = Dynamics.periodS(about.state()) < LOW_PERIOD_S ? LOW_SEGMENT_S : SEGMENT_S;
    }

    /**
     * Linearises.
     *
     * @param about the trajectory
     * @param observations what to evaluate; an observation beyond a point where the path breaks off has no row
     */
    static Linearisation about(Trajectory about, Collection<MeasurementModel.Modelled> observations) {
        return about(about, observations, true);
    }

    /**
     * Linearises for one use alone: the path ends with the last observation. What follows a segment's first observation then
     * depends on which others there are, in its last bits.
     */
    static Linearisation once(Trajectory about, Collection<MeasurementModel.Modelled> observations) {
        return about(about, observations, false);
    }

    private static Linearisation about(
            Trajectory about, Collection<MeasurementModel.Modelled> observations, boolean whole) {
        Linearisation made = new Linearisation(about, whole);
        made.extend(observations);
        return made;
    }

    /**
     * Evaluates observations that came later: of the path only what they need is integrated, from the start of their segment
     * on. Their rows are the same, to the last bit, as if they had been there at first.
     */
    void extend(Collection<MeasurementModel.Modelled> observations) {
        TreeMap<Long, List<MeasurementModel.Modelled>> segments = new TreeMap<>();
        for (MeasurementModel.Modelled one : observations) {
            if (!rows.containsKey(one.observation().inputId())) {
                double s = seconds(about.state().epoch(), one.observation().epoch());
                long segment = (long) Math.floor(s / lengthS);
                segments.computeIfAbsent(whole ? segment : segment < 0 ? -1 : 0, none -> new ArrayList<>())
                        .add(one);
            }
        }
        run(new ArrayList<>(segments.headMap(0L, false).descendingMap().entrySet()), backward);
        run(new ArrayList<>(segments.tailMap(0L, true).entrySet()), forward);
    }

    /** The path one way from the epoch. */
    private static final class Path {
        private final int direction;

        /** States with their derivatives where segments start, as far as the path was integrated. */
        private final TreeMap<Long, SpacecraftState> starts = new TreeMap<>();

        private @Nullable NumericalPropagator propagator;
        private @Nullable MatricesHarvester harvester;

        Path(int direction) {
            this.direction = direction;
        }
    }

    /** Returns what it is linearised about. */
    Trajectory trajectory() {
        return about;
    }

    /** Returns the row of an observation; empty where the path did not reach it. */
    Optional<Row> row(String inputId) {
        return Optional.ofNullable(rows.get(inputId));
    }

    /** Returns why the path broke off, if it did. */
    Optional<String> failure() {
        return failure;
    }

    private void run(List<Map.Entry<Long, List<MeasurementModel.Modelled>>> segments, Path path) {
        if (segments.isEmpty()) {
            return;
        }
        int direction = path.direction;
        try {
            NumericalPropagator propagator = path.propagator;
            MatricesHarvester harvester = path.harvester;
            if (propagator == null || harvester == null) {
                propagator = about.builder().buildPropagator();
                harvester = propagator.setupMatricesComputation("stm", null, null);
                path.propagator = propagator;
                path.harvester = harvester;
            }
            int[] columns = Dynamics.columns(about.names(), harvester.getJacobiansColumnsNames());
            for (Map.Entry<Long, List<MeasurementModel.Modelled>> segment : segments) {
                long start = direction > 0 ? segment.getKey() : segment.getKey() + 1;
                goTo(start, path, propagator);
                List<MeasurementModel.Modelled> due = new ArrayList<>(segment.getValue());
                due.sort((a, b) -> direction
                        * a.measurement().getDate().compareTo(b.measurement().getDate()));
                propagator.clearStepHandlers();
                int[] next = {0};
                MatricesHarvester derivatives = harvester;
                propagator.getMultiplexer().add(step -> next[0] = evaluate(step, due, next[0], derivatives, columns));
                AbsoluteDate last = due.get(due.size() - 1).measurement().getDate();
                SpacecraftState end =
                        propagator.propagate(whole ? end(start + direction) : last.shiftedBy(direction * MARGIN_S));
                if (!whole) {
                    break;
                }
                path.starts.putIfAbsent(start + direction, end);
            }
        } catch (OrekitException | MathRuntimeException | IllegalArgumentException | ArithmeticException e) {
            // thrown by the library, at several depths, when an orbit degenerates or enters the Earth
            failure = Optional.of(String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }

    /** Takes the path to where a segment starts, from the nearest place before it that is known. */
    private void goTo(long start, Path path, NumericalPropagator propagator) {
        int direction = path.direction;
        propagator.clearStepHandlers();
        if (path.starts.isEmpty()) {
            path.starts.put(0L, propagator.getInitialState());
        }
        Map.Entry<Long, SpacecraftState> known =
                direction > 0 ? path.starts.floorEntry(start) : path.starts.ceilingEntry(start);
        propagator.resetInitialState(known.getValue());
        for (long at = known.getKey(); at != start; at += direction) {
            path.starts.put(at + direction, propagator.propagate(end(at + direction)));
        }
    }

    private AbsoluteDate end(long segments) {
        return Convert.date(about.state().epoch()).shiftedBy((double) segments * lengthS);
    }

    private int evaluate(
            OrekitStepInterpolator step,
            List<MeasurementModel.Modelled> due,
            int next,
            MatricesHarvester harvester,
            int[] columns) {
        boolean forward = step.isForward();
        int i = next;
        while (i < due.size()) {
            MeasurementModel.Modelled one = due.get(i);
            double past = one.measurement()
                    .getDate()
                    .durationFrom(step.getCurrentState().getDate());
            if (forward ? past > 0 : past < 0) {
                break;
            }
            SpacecraftState state = step.getInterpolatedState(one.measurement().getDate());
            rows.put(one.observation().inputId(), row(one, state, harvester, columns));
            i++;
        }
        return i;
    }

    private Row row(MeasurementModel.Modelled one, SpacecraftState state, MatricesHarvester harvester, int[] columns) {
        int n = about.dimension();
        double[][] partials = new double[6][n];
        RealMatrix phi = harvester.getStateTransitionMatrix(state);
        RealMatrix byParameters = columns.length == 0 ? null : harvester.getParametersJacobian(state);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                partials[i][j] = phi.getEntry(i, j);
            }
            for (int k = 0; k < columns.length && byParameters != null; k++) {
                partials[i][6 + k] = byParameters.getEntry(i, columns[k]);
            }
        }
        EstimatedMeasurement<?> estimated = one.measurement().estimate(0, 0, new SpacecraftState[] {state});
        double[][] byState = estimated.getStateDerivatives(0);
        double[] observed = estimated.getObservedValue();
        double[] computed = estimated.getEstimatedValue();
        int m = one.components().size();
        double[][] jacobian = new double[m][n];
        double[] residuals = new double[m];
        double[] gradients = new double[2 * m];
        for (int c = 0; c < m; c++) {
            double sigma = one.sigmas().get(c);
            residuals[c] = (observed[c] - computed[c]) / sigma;
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int i = 0; i < 6; i++) {
                    sum += byState[c][i] * partials[i][j];
                }
                jacobian[c][j] = sum / sigma;
            }
            gradients[2 * c] = norm(byState[c], 0) / sigma;
            gradients[2 * c + 1] = norm(byState[c], 3) / sigma;
        }
        OrbitState there = new OrbitState(
                one.observation().epoch(),
                Dynamics.propagationFrame(about.state()),
                Convert.vector(state.getPosition()),
                Convert.vector(state.getPVCoordinates().getVelocity()));
        return new Row(one, there, residuals, jacobian, partials, gradients, scale(estimated, state));
    }

    private static double norm(double[] six, int from) {
        return Math.sqrt(six[from] * six[from] + six[from + 1] * six[from + 1] + six[from + 2] * six[from + 2]);
    }

    /** The length over which the model bends: the shortest leg of the signal, or the distance from the Earth's centre. */
    private static double scale(EstimatedMeasurement<?> estimated, SpacecraftState state) {
        double scale = state.getPosition().getNorm();
        TimeStampedPVCoordinates[] legs = estimated.getParticipants();
        for (int i = 1; i < legs.length; i++) {
            scale = Math.min(scale, legs[i].getPosition().distance(legs[i - 1].getPosition()));
        }
        return scale;
    }

    private static double seconds(Instant from, Instant to) {
        Duration d = Duration.between(from, to);
        return d.getSeconds() + d.getNano() * 1e-9;
    }
}
