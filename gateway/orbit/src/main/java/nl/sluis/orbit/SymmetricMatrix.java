package nl.sluis.orbit;

import java.util.Arrays;

/**
 * A symmetric matrix that never changes, for covariances and information matrices. Covariances of states have the order
 * x, y, z, vx, vy, vz (m, m/s) unless their holder says otherwise.
 */
public final class SymmetricMatrix {

    private final int dimension;
    private final double[] lower;

    private SymmetricMatrix(int dimension, double[] lower) {
        this.dimension = dimension;
        this.lower = lower;
    }

    /**
     * Makes a matrix from its lower triangle by rows, as CCSDS messages list it.
     *
     * @param dimension number of rows
     * @param lower {@code dimension * (dimension + 1) / 2} values: (1,1), (2,1), (2,2), (3,1), …
     * @throws IllegalArgumentException if the number of values does not fit
     */
    public static SymmetricMatrix ofLowerTriangle(int dimension, double[] lower) {
        int expected = dimension * (dimension + 1) / 2;
        if (lower.length != expected) {
            throw new IllegalArgumentException("lower triangle: " + lower.length + " (expected: " + expected + ")");
        }
        return new SymmetricMatrix(dimension, lower.clone());
    }

    /**
     * Makes a matrix from full rows; opposite elements are averaged.
     *
     * @param rows square
     * @throws IllegalArgumentException if the rows are not square
     */
    public static SymmetricMatrix of(double[][] rows) {
        int n = rows.length;
        double[] lower = new double[n * (n + 1) / 2];
        int k = 0;
        for (int i = 0; i < n; i++) {
            if (rows[i].length != n) {
                throw new IllegalArgumentException("row " + i + ": " + rows[i].length + " (expected: " + n + ")");
            }
            for (int j = 0; j <= i; j++) {
                lower[k++] = i == j ? rows[i][i] : 0.5 * (rows[i][j] + rows[j][i]);
            }
        }
        return new SymmetricMatrix(n, lower);
    }

    /** Returns the number of rows. */
    public int dimension() {
        return dimension;
    }

    /** Returns one element; indices start at 0. */
    public double get(int row, int column) {
        int i = Math.max(row, column);
        int j = Math.min(row, column);
        return lower[i * (i + 1) / 2 + j];
    }

    /** Returns the lower triangle by rows, a copy. */
    public double[] lowerTriangle() {
        return lower.clone();
    }

    /** Returns full rows, a copy. */
    public double[][] rows() {
        double[][] rows = new double[dimension][dimension];
        for (int i = 0; i < dimension; i++) {
            for (int j = 0; j < dimension; j++) {
                rows[i][j] = get(i, j);
            }
        }
        return rows;
    }

    /** Returns the leading block of the given size. */
    public SymmetricMatrix leading(int size) {
        return new SymmetricMatrix(size, Arrays.copyOf(lower, size * (size + 1) / 2));
    }

    /** Returns the matrix with every element multiplied. */
    public SymmetricMatrix times(double factor) {
        double[] scaled = lower.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= factor;
        }
        return new SymmetricMatrix(dimension, scaled);
    }

    /** Returns the congruent matrix {@code T * this * Tᵀ}; T may have any number of rows. */
    public SymmetricMatrix congruent(double[][] t) {
        double[][] p = new double[t.length][t.length];
        for (int i = 0; i < t.length; i++) {
            double[] left = new double[dimension];
            for (int k = 0; k < dimension; k++) {
                double sum = 0;
                for (int j = 0; j < dimension; j++) {
                    sum += t[i][j] * get(j, k);
                }
                left[k] = sum;
            }
            for (int j = 0; j < t.length; j++) {
                double sum = 0;
                for (int k = 0; k < dimension; k++) {
                    sum += left[k] * t[j][k];
                }
                p[i][j] = sum;
            }
        }
        return of(p);
    }

    /** Returns whether all elements are finite numbers. */
    public boolean isFinite() {
        return Arrays.stream(lower).allMatch(Double::isFinite);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SymmetricMatrix that && dimension == that.dimension && Arrays.equals(lower, that.lower);
    }

    @Override
    public int hashCode() {
        return 31 * dimension + Arrays.hashCode(lower);
    }

    @Override
    public String toString() {
        return "SymmetricMatrix" + Arrays.toString(lower);
    }
}
