package nl.sluis.gateway.ingest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.data.Coverage;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Sensor;

/** What a series of observations must fulfil before it is stored. */
final class ObservationChecks {
    private static final double RANGE_M_MAX = 1e9; // beyond the Moon nothing is tracked here
    private static final double RANGE_RATE_M_S_MAX = 1e5;
    private static final double TIME_DIFFERENCE_S_MAX = 0.05; // light crosses the Earth in 0.043 s
    private static final double FREQUENCY_DIFFERENCE_PART_MAX = 1e-4; // of the emitter's, as two receivers see it
    private static final double FREQUENCY_HZ_MAX = 1e12;
    private static final int FAULTS_MAX = 20; // named in one answer; a broken file would otherwise answer with itself

    private final Coverage coverage;
    private final Instant now;
    private final Sensor sensor;
    private final Predicate<String> isOwn;
    private final List<Refusal.Fault> faults = new ArrayList<>();
    // where the check is
    private String at = "";
    private int index = -1;

    /**
     * @param coverage of the tables
     * @param now when the series was received
     * @param sensor whose it is
     * @param isOwn whether a sensor is the contributor's: where another's stands is not for it to ask
     */
    ObservationChecks(Coverage coverage, Instant now, Sensor sensor, Predicate<String> isOwn) {
        this.coverage = coverage;
        this.now = now;
        this.sensor = sensor;
        this.isOwn = isOwn;
    }

    /** The faults of a series, the first few of them. */
    List<Refusal.Fault> check(String path, ObservationSeries series) {
        at = path;
        if (series.getObservationsCount() == 0) {
            fault(".observations", "none (expected: at least one)");
        }
        if (series.getCorrections().getLightTime()) {
            fault(".corrections.light_time", "`true` (expected: values as received, with the light time in them)");
        }
        for (int i = 0; i < series.getObservationsCount() && faults.size() < FAULTS_MAX; i++) {
            index = i;
            check(series.getObservations(i));
        }
        return faults;
    }

    private void check(Observation observation) {
        if (!observation.hasEpoch()) {
            fault(".epoch", "none (expected: the time of reception, UTC)");
        } else {
            Instant epoch = Times.instant(observation.getEpoch());
            if (epoch.isAfter(now)) {
                fault(".epoch", "`" + epoch + "` (expected: not after now)");
            } else if (!coverage.covers(epoch)) {
                fault(
                        ".epoch",
                        "`" + epoch + "` (expected: within the tables, " + coverage.from() + " to " + coverage.until()
                                + ")");
            }
        }
        MeasurementSigmas sigmas = sensor.getSigmas();
        switch (observation.getValueCase()) {
            case RANGE -> {
                var range = observation.getRange();
                within(".range.range_m", range.getRangeM(), 0, RANGE_M_MAX);
                sigma(".range.sigma_m", range.hasSigmaM(), range.getSigmaM(), sigmas.hasRangeM());
            }
            case RANGE_RATE -> {
                var rate = observation.getRangeRate();
                within(".range_rate.range_rate_m_s", rate.getRangeRateMS(), -RANGE_RATE_M_S_MAX, RANGE_RATE_M_S_MAX);
                sigma(".range_rate.sigma_m_s", rate.hasSigmaMS(), rate.getSigmaMS(), sigmas.hasRangeRateMS());
            }
            case AZIMUTH_ELEVATION -> {
                var direction = observation.getAzimuthElevation();
                within(".azimuth_elevation.azimuth_rad", direction.getAzimuthRad(), -2 * Math.PI, 2 * Math.PI);
                within(".azimuth_elevation.elevation_rad", direction.getElevationRad(), -Math.PI / 2, Math.PI / 2);
                sigma(
                        ".azimuth_elevation.azimuth_sigma_rad",
                        direction.hasAzimuthSigmaRad(),
                        direction.getAzimuthSigmaRad(),
                        sigmas.hasAzimuthRad());
                sigma(
                        ".azimuth_elevation.elevation_sigma_rad",
                        direction.hasElevationSigmaRad(),
                        direction.getElevationSigmaRad(),
                        sigmas.hasElevationRad());
            }
            case RIGHT_ASCENSION_DECLINATION -> {
                var direction = observation.getRightAscensionDeclination();
                within(
                        ".right_ascension_declination.right_ascension_rad",
                        direction.getRightAscensionRad(),
                        -2 * Math.PI,
                        2 * Math.PI);
                within(
                        ".right_ascension_declination.declination_rad",
                        direction.getDeclinationRad(),
                        -Math.PI / 2,
                        Math.PI / 2);
                sigma(
                        ".right_ascension_declination.sigma_rad",
                        direction.hasSigmaRad(),
                        direction.getSigmaRad(),
                        sigmas.hasRightAscensionDeclinationRad());
            }
            case MAGNITUDE ->
                within(".magnitude.magnitude", observation.getMagnitude().getMagnitude(), -30, 40);
            case RADAR_CROSS_SECTION ->
                within(
                        ".radar_cross_section.radar_cross_section_m2",
                        observation.getRadarCrossSection().getRadarCrossSectionM2(),
                        0,
                        1e6);
            case TIME_DIFFERENCE -> {
                var difference = observation.getTimeDifference();
                second(".time_difference.second_sensor_id", difference.getSecondSensorId());
                within(
                        ".time_difference.time_difference_s",
                        difference.getTimeDifferenceS(),
                        -TIME_DIFFERENCE_S_MAX,
                        TIME_DIFFERENCE_S_MAX);
                sigma(
                        ".time_difference.sigma_s",
                        difference.hasSigmaS(),
                        difference.getSigmaS(),
                        sigmas.hasTimeDifferenceS());
            }
            case FREQUENCY_DIFFERENCE -> {
                var difference = observation.getFrequencyDifference();
                second(".frequency_difference.second_sensor_id", difference.getSecondSensorId());
                within(
                        ".frequency_difference.transmit_frequency_hz",
                        difference.getTransmitFrequencyHz(),
                        1,
                        FREQUENCY_HZ_MAX);
                double most = FREQUENCY_DIFFERENCE_PART_MAX * difference.getTransmitFrequencyHz();
                within(
                        ".frequency_difference.frequency_difference_hz",
                        difference.getFrequencyDifferenceHz(),
                        -most,
                        most);
                sigma(
                        ".frequency_difference.sigma_hz",
                        difference.hasSigmaHz(),
                        difference.getSigmaHz(),
                        sigmas.hasFrequencyDifferenceHz());
            }
            case VALUE_NOT_SET -> fault(".value", "none (expected: one measurement)");
        }
    }

    private void second(String field, String sensorId) {
        if (sensorId.equals(sensor.getSensorId()) || !isOwn.test(sensorId)) {
            fault(field, "`" + sensorId + "` (expected: another sensor that this tenant has registered)");
        }
    }

    private void within(String field, double value, double from, double to) {
        // a NaN fails both comparisons and so is a fault
        if (!(value >= from && value <= to)) {
            fault(field, "`" + value + "` (expected: " + from + " to " + to + ")");
        }
    }

    private void sigma(String field, boolean present, double value, boolean registered) {
        if (present && !(value > 0 && Double.isFinite(value))) {
            fault(field, "`" + value + "` (expected: a positive number)");
        } else if (!present && !registered) {
            fault(field, "none (expected: a sigma here or with the sensor `" + sensor.getSensorId() + "`)");
        }
    }

    private void fault(String field, String message) {
        // put together here only: good observations are many
        String observation = index < 0 ? "" : ".observations[" + index + "]";
        faults.add(new Refusal.Fault(at + observation + field, message));
    }
}
