package nl.sluis.orbit.determination;

import nl.sluis.orbit.measurement.Component;

/**
 * An estimated bias.
 *
 * @param sensorId the sensor
 * @param component which number it is added to
 * @param value observed minus true, in the component's unit
 * @param sigma 1-sigma, same unit
 */
public record BiasEstimate(String sensorId, Component component, double value, double sigma) {}
