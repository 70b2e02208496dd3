package nl.sluis.orbit.ccsds;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;

/**
 * An orbit parameter message (CCSDS 502.0-B-3).
 *
 * @param originator who made it
 * @param creationDate when, UTC
 * @param objectName name of the object
 * @param objectId its designator
 * @param state position and velocity
 * @param covariance of the state in the frame of the state; m, m/s; empty if not given
 * @param massKg mass, kg
 */
public record OrbitMessage(
        String originator,
        Instant creationDate,
        String objectName,
        String objectId,
        OrbitState state,
        Optional<SymmetricMatrix> covariance,
        OptionalDouble massKg) {}
