package nl.sluis.orbit.determination;

import java.util.List;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;

/**
 * An orbit with its covariance and all that is needed to propagate both.
 *
 * @param state at the epoch of the fit, in an inertial frame
 * @param covariance covariance of the state in the frame of the state, order x, y, z, vx, vy, vz; m, m/s; a realistic one
 *     where it comes from a fit with {@link CommonError}
 * @param covarianceRtn the same along radial, transverse and normal axes that do not turn
 * @param forces which forces act
 * @param parameters estimated parameters of the forces
 * @param fullCovariance covariance of the state followed by {@code parameters}; its leading block is {@code covariance}
 */
public record OrbitSolution(
        OrbitState state,
        SymmetricMatrix covariance,
        SymmetricMatrix covarianceRtn,
        ForceModel forces,
        List<DynamicParameter> parameters,
        SymmetricMatrix fullCovariance) {

    /** Checks sizes and copies the list. */
    public OrbitSolution {
        parameters = List.copyOf(parameters);
        if (fullCovariance.dimension() != 6 + parameters.size()) {
            throw new IllegalArgumentException(
                    "full covariance: " + fullCovariance.dimension() + " (expected: " + (6 + parameters.size()) + ")");
        }
    }

    /**
     * Makes a solution without estimated parameters, for example from a message.
     *
     * @param covariance of the state, in its frame
     */
    public static OrbitSolution of(OrbitState state, SymmetricMatrix covariance, ForceModel forces) {
        return new OrbitSolution(state, covariance, LocalAxes.toRtn(state, covariance), forces, List.of(), covariance);
    }

    /** Returns the same orbit with all sigmas enlarged by a factor. */
    OrbitSolution widened(double factor) {
        double square = factor * factor;
        return new OrbitSolution(
                state,
                covariance.times(square),
                covarianceRtn.times(square),
                forces,
                parameters.stream()
                        .map(one -> new DynamicParameter(one.name(), one.value(), factor * one.sigma()))
                        .toList(),
                fullCovariance.times(square));
    }

    /** Returns the 1-sigma position: the root of the sum of the three position variances, m. */
    public double positionSigmaM() {
        return Math.sqrt(covariance.get(0, 0) + covariance.get(1, 1) + covariance.get(2, 2));
    }
}
