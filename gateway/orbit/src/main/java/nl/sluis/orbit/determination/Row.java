package nl.sluis.orbit.determination;

import java.util.Arrays;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;

/** One observation linearised about a trajectory; everything is divided by the sigma of its component. */
final class Row {
    private static final int STATE = 6;

    private final MeasurementModel.Modelled modelled;
    private final OrbitState state;
    private final double[] residuals;
    private final double[][] jacobian;
    /** Row by row. */
    private final double[] partials;

    private final double[] gradients;
    private final double scaleM;

    /**
     * Makes a row.
     *
     * @param state where the trajectory is at the epoch of the observation
     * @param residuals observed minus computed, per component
     * @param jacobian derivative of each computed component by the trajectory's numbers
     * @param partials derivative of position and velocity at the epoch of the observation by the same, row by row
     * @param gradients length of the derivative by position, then by velocity, of each component
     * @param scaleM length over which the model bends, m
     */
    Row(
            MeasurementModel.Modelled modelled,
            OrbitState state,
            double[] residuals,
            double[][] jacobian,
            double[] partials,
            double[] gradients,
            double scaleM) {
        this.modelled = modelled;
        this.state = state;
        this.residuals = residuals;
        this.jacobian = jacobian;
        this.partials = partials;
        this.gradients = gradients;
        this.scaleM = scaleM;
    }

    /** Returns the row as if the sigmas of its observation were larger by a factor. */
    Row downWeighted(double factor) {
        return new Row(
                modelled.downWeighted(factor),
                state,
                divided(residuals, factor),
                Arrays.stream(jacobian).map(j -> divided(j, factor)).toArray(double[][]::new),
                partials,
                divided(gradients, factor),
                scaleM);
    }

    private static double[] divided(double[] values, double factor) {
        return Arrays.stream(values).map(value -> value / factor).toArray();
    }

    /** Returns the row as if every bias of its sensor were estimated. */
    Row freed() {
        return new Row(modelled.freed(), state, residuals, jacobian, partials, gradients, scaleM);
    }

    MeasurementModel.Modelled modelled() {
        return modelled;
    }

    double residual(int component) {
        return residuals[component];
    }

    double[] jacobian(int component) {
        return jacobian[component];
    }

    /** Returns how far a correction moves the object at the epoch of this observation, over its distance. */
    double relativeStep(double[] correction) {
        return norm(correction, 0) / scaleM;
    }

    /**
     * Returns about what a linear model leaves out for a correction, squared, in sigmas: the second-order term is the
     * first-order one times the displacement over the length on which the model bends.
     */
    double squaredBend(double[] correction) {
        double moved = norm(correction, 0);
        double turned = norm(correction, 3);
        double sum = 0;
        for (int c = 0; c < residuals.length; c++) {
            double bend = (gradients[2 * c] * moved + gradients[2 * c + 1] * turned) * moved / scaleM;
            sum += bend * bend;
        }
        return sum;
    }

    /** Returns where the object is at the epoch of this observation after a correction. */
    OrbitState corrected(double[] correction) {
        double[] d = displacement(correction);
        return new OrbitState(
                state.epoch(),
                state.frame(),
                state.positionM().plus(new Vector3(d[0], d[1], d[2])),
                state.velocityMps().plus(new Vector3(d[3], d[4], d[5])));
    }

    /** Returns the covariance of position and velocity at the epoch of this observation from that of the trajectory's numbers. */
    SymmetricMatrix covariance(SymmetricMatrix numbers) {
        int n = numbersOf();
        double[][] rows = new double[STATE][];
        for (int i = 0; i < STATE; i++) {
            rows[i] = Arrays.copyOfRange(partials, i * n, (i + 1) * n);
        }
        return numbers.congruent(rows);
    }

    private int numbersOf() {
        return partials.length / STATE;
    }

    private double[] displacement(double[] correction) {
        int n = numbersOf();
        double[] moved = new double[STATE];
        for (int i = 0; i < STATE; i++) {
            for (int j = 0; j < n; j++) {
                moved[i] += partials[i * n + j] * correction[j];
            }
        }
        return moved;
    }

    private double norm(double[] correction, int from) {
        double[] d = displacement(correction);
        return Math.sqrt(d[from] * d[from] + d[from + 1] * d[from + 1] + d[from + 2] * d[from + 2]);
    }
}
