package nl.sluis.orbit.encounter;

import nl.sluis.orbit.SymmetricMatrix;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Whether a covariance along R, T, N is one.
 *
 * @param isPositivePosition whether the position block is positive definite
 * @param isPositive whether the whole is positive semidefinite to rounding
 * @param leastCorrelationEigenvalue least eigenvalue of the correlation matrix; below zero: not positive
 * @param sigmaRM standard deviation along R, m
 * @param sigmaTM along T, m
 * @param sigmaNM along N, m
 */
public record CovarianceHealth(
        boolean isPositivePosition,
        boolean isPositive,
        double leastCorrelationEigenvalue,
        double sigmaRM,
        double sigmaTM,
        double sigmaNM) {

    /** Eigenvalues of a correlation matrix above minus this are zero to the digits that messages carry. */
    private static final double ROUNDING = 1e-9;

    /** Judges a covariance of positions, or of positions and velocities. */
    static CovarianceHealth of(SymmetricMatrix covariance) {
        double position = leastCorrelationEigenvalue(covariance.leading(3));
        double all = leastCorrelationEigenvalue(covariance);
        return new CovarianceHealth(
                position > 0,
                all > -ROUNDING,
                all,
                Math.sqrt(Math.max(0, covariance.get(0, 0))),
                Math.sqrt(Math.max(0, covariance.get(1, 1))),
                Math.sqrt(Math.max(0, covariance.get(2, 2))));
    }

    /**
     * Returns the factor L with L Lᵀ = covariance, of the nearest positive semidefinite one: eigenvalues below zero of the
     * correlation matrix are taken as zero.
     */
    static double[][] factor(double[][] covariance) {
        int n = covariance.length;
        double[] sigma = new double[n];
        double[][] correlation = correlation(covariance, sigma);
        EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(correlation));
        double[][] factor = new double[n][n];
        for (int k = 0; k < n; k++) {
            double root = Math.sqrt(Math.max(0, eigen.getEigenvalue(k)));
            for (int i = 0; i < n; i++) {
                factor[i][k] = sigma[i] * eigen.getEigenvector(k).getEntry(i) * root;
            }
        }
        return factor;
    }

    /** Solves a symmetric system that may be badly scaled or singular. */
    static double[] solve(double[][] matrix, double[] right) {
        return new SingularValueDecomposition(new Array2DRowRealMatrix(matrix))
                .getSolver()
                .solve(new ArrayRealVector(right))
                .toArray();
    }

    private static double leastCorrelationEigenvalue(SymmetricMatrix covariance) {
        for (int i = 0; i < covariance.dimension(); i++) {
            if (!(covariance.get(i, i) >= 0)) {
                return -1;
            }
        }
        double[] sigma = new double[covariance.dimension()];
        double[][] correlation = correlation(covariance.rows(), sigma);
        double least = Double.POSITIVE_INFINITY;
        for (double eigenvalue :
                new EigenDecompositionSymmetric(new Array2DRowRealMatrix(correlation)).getEigenvalues()) {
            least = Math.min(least, eigenvalue);
        }
        return least;
    }

    private static double[][] correlation(double[][] covariance, double[] sigma) {
        int n = covariance.length;
        double[][] correlation = new double[n][n];
        for (int i = 0; i < n; i++) {
            sigma[i] = Math.sqrt(Math.max(0, covariance[i][i]));
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double scale = sigma[i] * sigma[j];
                correlation[i][j] = scale > 0 ? covariance[i][j] / scale : 0;
            }
        }
        return correlation;
    }
}
