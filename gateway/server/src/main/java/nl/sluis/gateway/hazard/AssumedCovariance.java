package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import nl.sluis.orbit.SymmetricMatrix;

/**
 * What is assumed of public elements, which come without a covariance, so that a probability can be stated at all. It is
 * stated as doubtful with this assumption beside it, and the covariance itself is never given out.
 *
 * @param rtn 6×6 along R, T, N; m, m/s
 * @param text what was assumed
 */
record AssumedCovariance(SymmetricMatrix rtn, String text) {
    private static final double RADIAL_M = 150;
    private static final double TRANSVERSE_M = 500;
    private static final double NORMAL_M = 150;

    /** Errors along the orbit grow with the age of the elements. */
    private static final double TRANSVERSE_M_PER_DAY = 1_000;

    private static final double SECONDS_PER_DAY = 86_400;

    static AssumedCovariance of(Instant elementsEpoch, Instant tca) {
        Duration age = Duration.between(elementsEpoch, tca).abs();
        double transverseM = TRANSVERSE_M + TRANSVERSE_M_PER_DAY * age.toSeconds() / SECONDS_PER_DAY;
        double[][] rows = new double[6][6];
        rows[0][0] = RADIAL_M * RADIAL_M;
        rows[1][1] = transverseM * transverseM;
        rows[2][2] = NORMAL_M * NORMAL_M;
        return new AssumedCovariance(
                SymmetricMatrix.of(rows),
                "assumed for public elements: 1-sigma " + Math.round(RADIAL_M) + " m radial, " + Math.round(transverseM)
                        + " m transverse, " + Math.round(NORMAL_M) + " m normal");
    }
}
