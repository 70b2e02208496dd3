package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import nl.sluis.orbit.Vector3;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.ode.ODEState;
import org.hipparchus.ode.OrdinaryDifferentialEquation;
import org.hipparchus.ode.nonstiff.DormandPrince853Integrator;
import org.hipparchus.ode.sampling.ODEStateInterpolator;
import org.hipparchus.ode.sampling.ODEStepHandler;
import org.hipparchus.util.FastMath;
import org.orekit.utils.Constants;

/**
 * What becomes of a small difference from a known path. All forces made the path; of the difference only the attraction of the
 * Earth and its flattening make something that counts. The second zonal term is about the third axis of the path's frame, from
 * which the Earth's pole is a part of a degree away.
 *
 * <p>Source: Encke's method; Montenbruck and Gill, Satellite Orbits (2000), 3.2 for the potential and 7.2 for the variational
 * equations.
 */
final class BesidePath {
    /** Position and velocity. */
    static final int STATE_DIMENSION = 6;

    private static final double MU = Constants.EIGEN5C_EARTH_MU;
    private static final double FLATTENING = -1.5
            * Constants.EIGEN5C_EARTH_C20
            * MU
            * Constants.EIGEN5C_EARTH_EQUATORIAL_RADIUS
            * Constants.EIGEN5C_EARTH_EQUATORIAL_RADIUS;

    private static final double MIN_STEP_S = 1e-3;
    private static final double MAX_STEP_S = 3600;

    /** Longest step as a part of a revolution. */
    private static final double MAX_STEP_PERIODS = 1.0 / 12;

    private static final double RELATIVE_TOLERANCE = 1e-6;

    private final Ephemeris path;
    private final Instant start;

    /**
     * Beside a path.
     *
     * @param path in an inertial frame of the equator
     * @param start when the difference is known, UTC, on the path
     */
    BesidePath(Ephemeris path, Instant start) {
        this.path = path;
        this.start = start;
    }

    /**
     * Returns a difference at epochs.
     *
     * @param apart position, m, and velocity, m/s, less those of the path at the start
     * @param epochs UTC, in order of time, on the path
     * @return the same by epoch
     * @throws PropagationException if it can't be followed so far
     */
    List<double[]> differences(double[] apart, List<Instant> epochs) {
        double rate = rate();
        double scale = Math.max(1, Math.hypot(norm(apart, 0), norm(apart, 3) / rate));
        double[] tolerance = new double[STATE_DIMENSION];
        Arrays.fill(tolerance, 0, 3, RELATIVE_TOLERANCE * scale);
        Arrays.fill(tolerance, 3, STATE_DIMENSION, RELATIVE_TOLERANCE * scale * rate);
        return solved(apart, tolerance, epochs, (r, y, dot) -> {
            System.arraycopy(y, 3, dot, 0, 3);
            double[] there = acceleration(r[0] + y[0], r[1] + y[1], r[2] + y[2]);
            double[] here = acceleration(r[0], r[1], r[2]);
            for (int i = 0; i < 3; i++) {
                dot[i + 3] = there[i] - here[i];
            }
        });
    }

    /**
     * Returns the matrices that take a vanishing difference at the start to one at epochs.
     *
     * @param epochs UTC, in order of time, on the path
     * @return by epoch, row by row; m and m/s
     * @throws PropagationException if it can't be followed so far
     */
    List<double[]> transitions(List<Instant> epochs) {
        double[] unit = new double[STATE_DIMENSION * STATE_DIMENSION];
        double[] tolerance = new double[unit.length];
        double rate = rate();
        for (int i = 0; i < STATE_DIMENSION; i++) {
            unit[STATE_DIMENSION * i + i] = 1;
            for (int j = 0; j < STATE_DIMENSION; j++) {
                tolerance[STATE_DIMENSION * i + j] = RELATIVE_TOLERANCE * (i < 3 ? 1 : rate) / (j < 3 ? 1 : rate);
            }
        }
        return solved(unit, tolerance, epochs, (r, y, dot) -> {
            double[][] gradient = gradient(r[0], r[1], r[2]);
            int half = 3 * STATE_DIMENSION;
            System.arraycopy(y, half, dot, 0, half);
            for (int i = 0; i < 3; i++) {
                for (int column = 0; column < STATE_DIMENSION; column++) {
                    double sum = 0;
                    for (int j = 0; j < 3; j++) {
                        sum += gradient[i][j] * y[STATE_DIMENSION * j + column];
                    }
                    dot[half + STATE_DIMENSION * i + column] = sum;
                }
            }
        });
    }

    /** Derivatives of what is beside the path, where that is at a position. */
    private interface Derivatives {
        void compute(double[] pathM, double[] y, double[] dot);
    }

    private double rate() {
        return path.stateAt(start)
                .map(state -> state.velocityMps().norm() / state.positionM().norm())
                .orElseThrow();
    }

    private static double norm(double[] v, int from) {
        return new Vector3(v[from], v[from + 1], v[from + 2]).norm();
    }

    private List<double[]> solved(double[] initial, double[] tolerance, List<Instant> epochs, Derivatives derivatives) {
        List<Instant> before = new ArrayList<>(
                epochs.stream().filter(epoch -> epoch.isBefore(start)).toList());
        Collections.reverse(before);
        List<double[]> states = oneWay(initial, tolerance, before, derivatives);
        Collections.reverse(states);
        states.addAll(oneWay(initial, tolerance, epochs.subList(before.size(), epochs.size()), derivatives));
        return states;
    }

    private List<double[]> oneWay(double[] initial, double[] tolerance, List<Instant> epochs, Derivatives derivatives) {
        List<double[]> states = new ArrayList<>();
        double[] times = epochs.stream()
                .mapToDouble(epoch -> Ephemeris.seconds(start, epoch))
                .toArray();
        if (times.length == 0 || times[times.length - 1] == 0) {
            epochs.forEach(epoch -> states.add(initial.clone()));
            return states;
        }
        double period = Dynamics.periodS(path.stateAt(start).orElseThrow());
        double[] relative = new double[initial.length];
        Arrays.fill(relative, RELATIVE_TOLERANCE);
        DormandPrince853Integrator integrator = new DormandPrince853Integrator(
                MIN_STEP_S, Math.min(MAX_STEP_S, MAX_STEP_PERIODS * period), tolerance, relative);
        integrator.addStepHandler(new ODEStepHandler() {
            @Override
            public void handleStep(ODEStateInterpolator step) {
                double end = step.getCurrentState().getTime();
                while (states.size() < times.length
                        && (step.isForward() ? times[states.size()] <= end : times[states.size()] >= end)) {
                    states.add(step.getInterpolatedState(times[states.size()]).getPrimaryState());
                }
            }
        });
        try {
            integrator.integrate(
                    new OrdinaryDifferentialEquation() {
                        @Override
                        public int getDimension() {
                            return initial.length;
                        }

                        @Override
                        public double[] computeDerivatives(double t, double[] y) {
                            Vector3 there = path.stateAt(start.plusNanos(Math.round(t * 1e9)))
                                    .orElseThrow()
                                    .positionM();
                            double[] dot = new double[y.length];
                            derivatives.compute(new double[] {there.x(), there.y(), there.z()}, y, dot);
                            return dot;
                        }
                    },
                    new ODEState(0, initial),
                    times[times.length - 1]);
        } catch (MathRuntimeException e) {
            throw new PropagationException(epochs.get(Math.min(states.size(), epochs.size() - 1)), e);
        }
        return states;
    }

    /** Attraction at a position, m/s². */
    private static double[] acceleration(double x, double y, double z) {
        double r2 = x * x + y * y + z * z;
        double r3 = r2 * FastMath.sqrt(r2);
        double r5 = r3 * r2;
        double across = -MU / r3 + FLATTENING * (5 * z * z / (r5 * r2) - 1 / r5);
        return new double[] {across * x, across * y, (across - 2 * FLATTENING / r5) * z};
    }

    /** Its derivative by position, 1/s². */
    private static double[][] gradient(double x, double y, double z) {
        double r2 = x * x + y * y + z * z;
        double r3 = r2 * FastMath.sqrt(r2);
        double r5 = r3 * r2;
        double r7 = r5 * r2;
        double across = -MU / r3 + FLATTENING * (5 * z * z / r7 - 1 / r5);
        double outer = 3 * MU / r5 + FLATTENING * (5 / r7 - 35 * z * z / (r7 * r2));
        double tilt = 10 * FLATTENING * z / r7;
        double[] r = {x, y, z};
        double[][] gradient = new double[3][3];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                gradient[i][j] += outer * r[i] * r[j];
            }
            gradient[i][i] += i < 2 ? across : across - 2 * FLATTENING / r5;
            gradient[i][2] += tilt * r[i];
            gradient[2][i] += tilt * r[i];
        }
        return gradient;
    }
}
