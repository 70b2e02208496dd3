package nl.sluis.orbit.encounter;

import java.time.Instant;
import java.util.Optional;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;

/**
 * One close approach of two objects.
 *
 * @param object1 the object whose identity comes first: numbers by value
 * @param object2 the other
 * @param tca time of closest approach, UTC
 * @param missDistanceM distance at that time, m
 * @param relativeSpeedMps m/s
 * @param relativePositionRtnM object 2 minus object 1 along R, T, N of object 1, m
 * @param relativeVelocityRtnMps the same, m/s, axes not turning
 * @param state1 object 1 at that time, TEME
 * @param state2 object 2 at that time, TEME
 * @param covariance1Rtn covariance of object 1 along its own R, T, N; m, m/s; empty: its source has none
 * @param covariance2Rtn the same of object 2
 */
public record Encounter(
        ScreenedObject object1,
        ScreenedObject object2,
        Instant tca,
        double missDistanceM,
        double relativeSpeedMps,
        Vector3 relativePositionRtnM,
        Vector3 relativeVelocityRtnMps,
        OrbitState state1,
        OrbitState state2,
        Optional<SymmetricMatrix> covariance1Rtn,
        Optional<SymmetricMatrix> covariance2Rtn) {}
