package nl.sluis.orbit.manoeuvre;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import nl.sluis.orbit.determination.Ageing;
import nl.sluis.orbit.determination.Innovation;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.PropagationException;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/** How unsure observations show an orbit to be. */
final class Widening {

    /** Observations of a pass that are looked at: what it says of six numbers. */
    private static final int MOST_OBSERVATIONS = 12;

    /** Sigmas grow by this factor at a time. */
    private static final double STEP = 2;

    /** A sigma that is a million times as large says that nothing is known. */
    private static final double MOST = 1e6;

    private Widening() {}

    /**
     * Returns the factor by which all sigmas of an orbit must be enlarged for observations to be no more surprising than chance.
     *
     * @param lastObservation when the orbit was last observed, UTC
     * @param passes observations, pass by pass
     */
    static double factor(
            OrbitSolution orbit, Instant lastObservation, List<Sensor> sensors, List<List<Observation>> passes) {
        double factor = 1;
        for (List<Observation> pass : passes) {
            Optional<Innovation> innovation = innovation(orbit, lastObservation, sensors, pass);
            while (innovation.isPresent() && factor < MOST && isSurprising(innovation.get(), factor)) {
                factor *= STEP;
            }
        }
        return factor;
    }

    private static Optional<Innovation> innovation(
            OrbitSolution orbit, Instant lastObservation, List<Sensor> sensors, List<Observation> pass) {
        List<Observation> few = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST_OBSERVATIONS, pass.size()); i++) {
            few.add(pass.get((int) ((long) i * pass.size() / Math.min(MOST_OBSERVATIONS, pass.size()))));
        }
        try {
            OrbitSolution then = Ageing.at(orbit, lastObservation, few.get(0).epoch());
            return Innovation.of(then, new double[then.fullCovariance().dimension()], sensors, few);
        } catch (PropagationException e) {
            return Optional.empty();
        }
    }

    /** The first six columns are the orbit's. */
    private static boolean isSurprising(Innovation innovation, double factor) {
        RealMatrix design = innovation.design();
        RealMatrix covariance = MatrixUtils.createRealIdentityMatrix(design.getRowDimension());
        for (int column = 0; column < design.getColumnDimension(); column++) {
            RealVector one = design.getColumnVector(column);
            covariance = covariance.add(one.outerProduct(one).scalarMultiply(column < 6 ? factor * factor : 1));
        }
        RealVector r = innovation.residuals();
        // numbers as large as a widened orbit makes them are only just positive definite
        double distance = r.dotProduct(
                new CholeskyDecomposition(covariance, 1e-6, 0).getSolver().solve(r));
        return distance > r.getDimension();
    }
}
