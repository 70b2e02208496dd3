package nl.sluis.orbit.determination;

import nl.sluis.orbit.measurement.Component;

/**
 * How one number of one sensor compares with the orbit that all sensors of a view give together.
 *
 * @param sensorId the sensor
 * @param component which number
 * @param bias observed minus true, estimated beside the orbit even where the fit takes it as known, in the component's unit
 * @param biasSigma its realistic 1-sigma, same unit
 * @param noise scatter about orbit and bias, 1-sigma, same unit
 * @param used accepted values that it rests on
 */
public record SensorCalibration(
        String sensorId, Component component, double bias, double biasSigma, double noise, int used) {}
