package nl.sluis.orbit.determination;

import nl.sluis.orbit.measurement.Component;

/**
 * Residuals of one component of one sensor.
 *
 * @param sensorId the sensor
 * @param component which number
 * @param used accepted values
 * @param rejected rejected values
 * @param mean mean of the accepted, in the component's unit; NaN if none
 * @param rms root mean square of the accepted, same unit; NaN if none
 * @param weightedRms the same over their sigmas; NaN if none
 */
public record SensorStatistics(
        String sensorId, Component component, int used, int rejected, double mean, double rms, double weightedRms) {}
