package nl.sluis.orbit.determination;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.hipparchus.exception.MathRuntimeException;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * An information matrix and vector: what some observations say about a correction of a trajectory and of the biases of
 * their sensors. Sums run in the order they are given, so equal inputs give equal bits.
 */
final class NormalEquations {

    /** Smallest pivot of the matrix scaled to unit diagonal; below it the solution is noise. */
    private static final double SMALLEST_PIVOT = 1e-13;

    /** The scaled matrix is symmetric by construction; this only feeds the library's check. */
    private static final double SYMMETRY = 1e-9;

    private final int dimension;
    private final List<BiasKey> biases;
    private final double[][] matrix;
    private final double[] vector;

    /** Weighted squares of the residuals before any correction. */
    private double square;

    private NormalEquations(int dimension, List<BiasKey> biases) {
        this.dimension = dimension;
        this.biases = biases;
        this.matrix = new double[dimension + biases.size()][dimension + biases.size()];
        this.vector = new double[dimension + biases.size()];
    }

    /**
     * Adds up rows.
     *
     * @param dimension how many numbers the trajectory has
     */
    static NormalEquations of(int dimension, Collection<Row> rows) {
        TreeSet<BiasKey> keys = new TreeSet<>();
        rows.forEach(row -> row.modelled().biases().forEach(key -> key.ifPresent(keys::add)));
        NormalEquations sum = new NormalEquations(dimension, List.copyOf(keys));
        rows.forEach(sum::add);
        return sum;
    }

    /**
     * Adds up rows whose errors are not independent, with the inverse of their true covariance as weight: where n rows
     * share an error of variance s² and v is their sum, {@code s²/(1 + n s²) v vᵀ} is taken off.
     *
     * @param dimension how many numbers the trajectory has
     * @param rows the rows
     * @param common what their errors have in common
     */
    static NormalEquations correlated(int dimension, Collection<Row> rows, CommonError common) {
        NormalEquations sum = of(dimension, rows);
        if (common.sigmas() == 0) {
            return sum;
        }
        double variance = common.sigmas() * common.sigmas();
        for (Shared shared : sum.shared(rows, common).values()) {
            double taken = variance / (1 + shared.rows * variance);
            for (int i = 0; i < shared.jacobian.length; i++) {
                for (int j = 0; j < shared.jacobian.length; j++) {
                    sum.matrix[i][j] -= taken * shared.jacobian[i] * shared.jacobian[j];
                }
                sum.vector[i] -= taken * shared.jacobian[i] * shared.residual;
            }
            sum.square -= taken * shared.residual * shared.residual;
        }
        return sum;
    }

    /** Adds up sums. */
    static NormalEquations sum(int dimension, Collection<NormalEquations> parts) {
        TreeSet<BiasKey> keys = new TreeSet<>();
        parts.forEach(part -> keys.addAll(part.biases));
        NormalEquations sum = new NormalEquations(dimension, List.copyOf(keys));
        parts.forEach(sum::add);
        return sum;
    }

    private void add(Row row) {
        MeasurementModel.Modelled modelled = row.modelled();
        for (int c = 0; c < modelled.components().size(); c++) {
            double[] j = row.jacobian(c);
            double r = row.residual(c);
            for (int a = 0; a < dimension; a++) {
                for (int b = 0; b < dimension; b++) {
                    matrix[a][b] += j[a] * j[b];
                }
                vector[a] += j[a] * r;
            }
            square += r * r;
            Optional<BiasKey> bias = modelled.biases().get(c);
            if (bias.isPresent()) {
                int column = column(bias.get());
                double d = 1 / modelled.sigmas().get(c);
                for (int a = 0; a < dimension; a++) {
                    matrix[a][column] += j[a] * d;
                    matrix[column][a] += j[a] * d;
                }
                matrix[column][column] += d * d;
                vector[column] += d * r;
            }
        }
    }

    private void add(NormalEquations part) {
        int[] columns = new int[part.vector.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = i < dimension ? i : column(part.biases.get(i - dimension));
        }
        for (int i = 0; i < columns.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                matrix[columns[i]][columns[j]] += part.matrix[i][j];
            }
            vector[columns[i]] += part.vector[i];
        }
        square += part.square;
    }

    /**
     * Adds what is known of one number beforehand.
     *
     * @param index which number of the trajectory
     * @param offset known value minus value of the trajectory
     * @param sigma 1-sigma of the known value
     */
    void addPrior(int index, double offset, double sigma) {
        matrix[index][index] += 1 / (sigma * sigma);
        vector[index] += offset / (sigma * sigma);
        square += offset * offset / (sigma * sigma);
    }

    /** Returns the weighted squares of the residuals that a correction leaves. */
    double cost(Solved solved) {
        double cost = square;
        for (int i = 0; i < vector.length; i++) {
            cost -= vector[i] * solved.correction[i];
        }
        return cost;
    }

    private int column(BiasKey key) {
        return dimension + Collections.binarySearch(biases, key);
    }

    /** Returns the biases, in the order of their columns after those of the trajectory. */
    List<BiasKey> biases() {
        return biases;
    }

    /** Returns how many numbers are estimated. */
    int size() {
        return vector.length;
    }

    /** A solved correction, trajectory first, then biases. */
    static final class Solved {
        private final double[] correction;
        private final List<BiasKey> biases;
        private final int dimension;

        private Solved(double[] correction, int dimension, List<BiasKey> biases) {
            this.correction = correction;
            this.dimension = dimension;
            this.biases = biases;
        }

        double[] correction() {
            return correction;
        }

        /** Returns the correction of a bias; 0 where nothing was said about it. */
        double bias(BiasKey key) {
            int column = Collections.binarySearch(biases, key);
            return column < 0 ? 0 : correction[dimension + column];
        }
    }

    /**
     * Solves.
     *
     * @return empty where the observations do not determine all numbers
     */
    Optional<Solved> solve() {
        return scaled().map(scaled -> {
            RealVector right = new ArrayRealVector(vector.length);
            for (int i = 0; i < vector.length; i++) {
                right.setEntry(i, vector[i] / scaled.scale[i]);
            }
            double[] solution = scaled.decomposition.getSolver().solve(right).toArray();
            for (int i = 0; i < solution.length; i++) {
                solution[i] /= scaled.scale[i];
            }
            return new Solved(solution, dimension, biases);
        });
    }

    /**
     * Returns the covariance of all numbers where errors are not independent: the estimate is the same, its
     * uncertainty is not. With N the information and v the sum of the rows that share one error of variance s², it is
     * {@code N⁻¹ + Σ s² (N⁻¹ v)(N⁻¹ v)ᵀ}.
     *
     * @param rows the accepted rows that these sums are of
     * @param common what their errors have in common
     * @return empty where the numbers are not all determined
     */
    Optional<double[][]> covariance(Collection<Row> rows, CommonError common) {
        Optional<double[][]> formal = inverse();
        if (formal.isEmpty() || common.sigmas() == 0) {
            return formal;
        }
        double[][] covariance = formal.get();
        RealMatrix inverse = MatrixUtils.createRealMatrix(covariance);
        double variance = common.sigmas() * common.sigmas();
        for (Shared shared : shared(rows, common).values()) {
            double[] effect = inverse.operate(shared.jacobian);
            for (int i = 0; i < effect.length; i++) {
                for (int j = 0; j < effect.length; j++) {
                    covariance[i][j] += variance * effect[i] * effect[j];
                }
            }
        }
        return Optional.of(covariance);
    }

    /** Sums over rows that share one error. */
    private static final class Shared {
        private final double[] jacobian;
        private double residual;
        private int rows;

        private Shared(int size) {
            this.jacobian = new double[size];
        }
    }

    private SortedMap<String, Shared> shared(Collection<Row> rows, CommonError common) {
        SortedMap<String, Shared> groups = new TreeMap<>();
        for (Row row : rows) {
            MeasurementModel.Modelled modelled = row.modelled();
            for (int c = 0; c < modelled.components().size(); c++) {
                String key = common.group(
                        modelled.observation(), modelled.components().get(c));
                Shared sum = groups.computeIfAbsent(key, none -> new Shared(vector.length));
                double[] j = row.jacobian(c);
                for (int a = 0; a < dimension; a++) {
                    sum.jacobian[a] += j[a];
                }
                Optional<BiasKey> bias = modelled.biases().get(c);
                if (bias.isPresent()) {
                    sum.jacobian[column(bias.get())] += 1 / modelled.sigmas().get(c);
                }
                sum.residual += row.residual(c);
                sum.rows++;
            }
        }
        return groups;
    }

    /** Returns the covariance of all numbers if errors are independent; empty where they are not all determined. */
    Optional<double[][]> inverse() {
        return scaled().map(scaled -> {
            double[][] inverse = scaled.decomposition.getSolver().getInverse().getData();
            for (int i = 0; i < inverse.length; i++) {
                for (int j = 0; j < inverse.length; j++) {
                    inverse[i][j] /= scaled.scale[i] * scaled.scale[j];
                }
            }
            return inverse;
        });
    }

    /** The decomposed matrix of unit diagonal, and what its rows were divided by. */
    private static final class Scaled {
        private final CholeskyDecomposition decomposition;
        private final double[] scale;

        private Scaled(CholeskyDecomposition decomposition, double[] scale) {
            this.decomposition = decomposition;
            this.scale = scale;
        }
    }

    /** Unit diagonal, so that metres, radians and accelerations do not spoil each other. */
    private Optional<Scaled> scaled() {
        int n = vector.length;
        double[] scale = new double[n];
        for (int i = 0; i < n; i++) {
            scale[i] = Math.sqrt(matrix[i][i]);
            if (!(scale[i] > 0) || !Double.isFinite(scale[i])) {
                return Optional.empty();
            }
        }
        RealMatrix unit = MatrixUtils.createRealMatrix(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                unit.setEntry(i, j, i == j ? 1 : 0.5 * (matrix[i][j] + matrix[j][i]) / (scale[i] * scale[j]));
            }
        }
        try {
            return Optional.of(new Scaled(new CholeskyDecomposition(unit, SYMMETRY, SMALLEST_PIVOT), scale));
        } catch (MathRuntimeException e) {
            return Optional.empty();
        }
    }
}
