package nl.sluis.orbit.determination;

import java.time.Instant;
import nl.sluis.orbit.measurement.Component;

/**
 * What is left of one number of one observation.
 *
 * @param inputId the caller's id of the observation
 * @param sensorId its sensor
 * @param component which number
 * @param epoch its epoch, UTC
 * @param value observed minus computed, biases removed, in the component's unit
 * @param sigma 1-sigma that weighed it, same unit
 * @param accepted whether the solution rests on it
 */
public record Residual(
        String inputId,
        String sensorId,
        Component component,
        Instant epoch,
        double value,
        double sigma,
        boolean accepted) {}
