package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.orekit.utils.CartesianDerivativesFilter;

/**
 * What an error of an orbit has become at other times, along R, T, N of where the object is then: carried along a known path
 * with the attraction of the Earth and its flattening.
 *
 * <p>After a day sigmas differ from those with all forces by less than 2 % of the position's, for a hundredth of the time.
 */
public final class ErrorGrowth {
    private static final int STATE_DIMENSION = BesidePath.STATE_DIMENSION;

    private final List<Instant> epochs;

    /** By epoch: takes an error of the state to one along R, T, N. */
    private final List<double[][]> toRtn;

    private ErrorGrowth(List<Instant> epochs, List<double[][]> toRtn) {
        this.epochs = List.copyOf(epochs);
        this.toRtn = toRtn;
    }

    /**
     * Follows.
     *
     * @param state whose errors grow, in any frame but a local one
     * @param path where the object goes, or close by, in an inertial frame of the equator; it reaches to the state and to all
     *     epochs
     * @param epochs UTC, in order of time
     * @throws PropagationException if errors can't be followed to an epoch
     */
    public static ErrorGrowth of(OrbitState state, Ephemeris path, List<Instant> epochs) {
        OrekitData.load();
        double[][] toFrame = new double[STATE_DIMENSION][STATE_DIMENSION];
        Convert.frame(state.frame())
                .getTransformTo(Convert.frame(path.points().get(0).state().frame()), Convert.date(state.epoch()))
                .getJacobian(CartesianDerivativesFilter.USE_PV, toFrame);
        RealMatrix inFrame = MatrixUtils.createRealMatrix(toFrame);
        List<double[]> transitions = new BesidePath(path, state.epoch()).transitions(epochs);
        List<double[][]> toRtn = new ArrayList<>();
        for (int k = 0; k < epochs.size(); k++) {
            double[][] rows = new double[STATE_DIMENSION][];
            for (int i = 0; i < STATE_DIMENSION; i++) {
                rows[i] = Arrays.copyOfRange(transitions.get(k), STATE_DIMENSION * i, STATE_DIMENSION * (i + 1));
            }
            OrbitState there = path.stateAt(epochs.get(k)).orElseThrow();
            toRtn.add(MatrixUtils.createRealMatrix(LocalAxes.turn(there))
                    .multiply(MatrixUtils.createRealMatrix(rows))
                    .multiply(inFrame)
                    .getData());
        }
        return new ErrorGrowth(epochs, toRtn);
    }

    /** Returns what a covariance of the state, in its frame, has become at an epoch, along R, T, N. */
    public SymmetricMatrix covarianceRtn(SymmetricMatrix covariance, Instant epoch) {
        return covariance.congruent(at(epoch));
    }

    /** Returns where an error of position and velocity, in the frame of the state, has led to at an epoch, along R, T, N, m. */
    public Vector3 offsetRtnM(Vector3 positionM, Vector3 velocityMps, Instant epoch) {
        double[] led = MatrixUtils.createRealMatrix(at(epoch)).operate(new double[] {
            positionM.x(), positionM.y(), positionM.z(), velocityMps.x(), velocityMps.y(), velocityMps.z()
        });
        return new Vector3(led[0], led[1], led[2]);
    }

    private double[][] at(Instant epoch) {
        int at = epochs.indexOf(epoch);
        if (at < 0) {
            throw new IllegalArgumentException("epoch: `" + epoch + "` (expected: one of " + epochs.size()
                    + " to which the errors were followed)");
        }
        return toRtn.get(at);
    }
}
