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
import org.orekit.propagation.BoundedPropagator;
import org.orekit.propagation.EphemerisGenerator;
import org.orekit.propagation.MatricesHarvester;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.numerical.NumericalPropagator;
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

    /** The same for low orbits, which take four steps meanwhile: a new track costs one segment, however short it is. */
    private static final long LOW_SEGMENT_S = 300;

    /** Period below which an orbit is low. */
    private static final double LOW_PERIOD_S = 10_800;

    /**
     * Where a path breaks off within a segment, as that of an object that comes down, half of the segment is flown, else half of
     * that, down to this part: where it ends must not depend on the observations.
     */
    private static final int SMALLEST_PART = 16;

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
        this.lengthS = whole && Dynamics.periodS(about.state()) < LOW_PERIOD_S ? LOW_SEGMENT_S : SEGMENT_S;
    }

    /**
     * Linearises.
     *
     * @param about the trajectory
     * @param observations what to evaluate; an observation about or beyond the point where the path breaks off has no row
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
                segments.computeIfAbsent(segment, none -> new ArrayList<>()).add(one);
            }
        }
        run(new ArrayList<>(segments.headMap(0L, false).descendingMap().entrySet()), backward);
        run(new ArrayList<>(segments.tailMap(0L, true).entrySet()), forward);
    }

    /** The path over one segment, as it was integrated. */
    private record Segment(long start, BoundedPropagator flown) {}

    /** The path one way from the epoch. */
    private static final class Path {
        private final int direction;

        /** States with their derivatives where segments start, as far as the path was integrated. */
        private final TreeMap<Long, SpacecraftState> starts = new TreeMap<>();

        /** Where further tracks of the same minutes find the path, some 80 kB. */
        private @Nullable Segment latest;

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
            for (int i = 0; i < segments.size(); i++) {
                Map.Entry<Long, List<MeasurementModel.Modelled>> segment = segments.get(i);
                long start = direction > 0 ? segment.getKey() : segment.getKey() + 1;
                boolean isLast = i == segments.size() - 1;
                AbsoluteDate end = whole || !isLast ? end(start + direction) : last(segment.getValue(), direction);
                BoundedPropagator flown = flown(start, end, path, propagator);
                List<MeasurementModel.Modelled> due = new ArrayList<>(segment.getValue());
                due.sort((a, b) -> direction
                        * a.observation().epoch().compareTo(b.observation().epoch()));
                for (MeasurementModel.Modelled one : due) {
                    SpacecraftState state = flown.propagate(one.date());
                    rows.put(one.observation().inputId(), row(one, state, harvester, columns));
                }
            }
        } catch (OrekitException | MathRuntimeException | IllegalArgumentException | ArithmeticException e) {
            // thrown by the library, at several depths, when an orbit degenerates or enters the Earth
            failure = Optional.of(String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }

    /** The path over a segment. */
    private BoundedPropagator flown(long start, AbsoluteDate until, Path path, NumericalPropagator propagator) {
        if (path.latest != null && path.latest.start == start) {
            return path.latest.flown;
        }
        Optional<RuntimeException> broken = Optional.empty();
        for (int part = 1; part <= SMALLEST_PART; part *= 2) {
            try {
                goTo(start, path, propagator);
                EphemerisGenerator generator = propagator.getEphemerisGenerator();
                SpacecraftState end = propagator.propagate(
                        part == 1 ? until : end(start).shiftedBy(path.direction * (double) lengthS / part));
                BoundedPropagator flown = generator.getGeneratedEphemeris();
                if (part == 1 && until.equals(end(start + path.direction))) {
                    path.starts.putIfAbsent(start + path.direction, end);
                    path.latest = new Segment(start, flown);
                }
                return flown;
            } catch (OrekitException | MathRuntimeException e) {
                broken = broken.or(() -> Optional.of(e));
            }
        }
        throw broken.orElseThrow();
    }

    private static AbsoluteDate last(List<MeasurementModel.Modelled> due, int direction) {
        return due.stream()
                .map(MeasurementModel.Modelled::date)
                .max((a, b) -> direction * a.compareTo(b))
                .orElseThrow()
                .shiftedBy(direction * MARGIN_S);
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

    private Row row(MeasurementModel.Modelled one, SpacecraftState state, MatricesHarvester harvester, int[] columns) {
        int n = about.dimension();
        double[] partials = new double[6 * n];
        RealMatrix phi = harvester.getStateTransitionMatrix(state);
        RealMatrix byParameters = columns.length == 0 ? null : harvester.getParametersJacobian(state);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                partials[i * n + j] = phi.getEntry(i, j);
            }
            for (int k = 0; k < columns.length && byParameters != null; k++) {
                partials[i * n + 6 + k] = byParameters.getEntry(i, columns[k]);
            }
        }
        StateDerivatives estimated = StateDerivatives.of(one.measurement(), state);
        double[][] byState = estimated.byState();
        double[] observed = estimated.observed();
        double[] computed = estimated.computed();
        MeasurementModel.Modelled weighed = one.withPlatform(byState, state.getFrame());
        int m = one.components().size();
        double[][] jacobian = new double[m][n];
        double[] residuals = new double[m];
        double[] gradients = new double[2 * m];
        for (int c = 0; c < m; c++) {
            double sigma = weighed.sigmas().get(c);
            residuals[c] = (observed[c] - computed[c]) / sigma;
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int i = 0; i < 6; i++) {
                    sum += byState[c][i] * partials[i * n + j];
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
        return new Row(weighed, there, residuals, jacobian, partials, gradients, scale(estimated.legs(), state));
    }

    private static double norm(double[] six, int from) {
        return Math.sqrt(six[from] * six[from] + six[from + 1] * six[from + 1] + six[from + 2] * six[from + 2]);
    }

    /** The length over which the model bends: the shortest leg of the signal, or the distance from the Earth's centre. */
    private static double scale(TimeStampedPVCoordinates[] legs, SpacecraftState state) {
        double scale = state.getPosition().getNorm();
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
