package nl.sluis.gateway.ingest;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import nl.sluis.gateway.item.ObjectKey;
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
    private static final int FAULTS_MAX = 20; // named in one answer; a broken file would otherwise answer with itself

    private final Coverage coverage;
    private final Instant now;
    private final Sensor sensor;
    private final List<Refusal.Fault> faults = new ArrayList<>();

    ObservationChecks(Coverage coverage, Instant now, Sensor sensor) {
        this.coverage = coverage;
        this.now = now;
        this.sensor = sensor;
    }

    /** The faults of a series, the first few of them. */
    List<Refusal.Fault> check(String path, ObservationSeries series) {
        if (ObjectKey.of(series.getObject()).isEmpty()) {
            fault(
                    path + ".object",
                    "no identifier (expected: a catalogue number, an international designator or an object id)");
        }
        if (series.getObservationsCount() == 0) {
            fault(path + ".observations", "none (expected: at least one)");
        }
        for (int i = 0; i < series.getObservationsCount() && faults.size() < FAULTS_MAX; i++) {
            check(path + ".observations[" + i + "]", series.getObservations(i));
        }
        return faults;
    }

    private void check(String path, Observation observation) {
        if (!observation.hasEpoch()) {
            fault(path + ".epoch", "none (expected: the time of reception, UTC)");
        } else {
            Instant epoch = Times.instant(observation.getEpoch());
            if (epoch.isAfter(now)) {
                fault(path + ".epoch", "`" + epoch + "` (expected: not after now)");
            } else if (!coverage.covers(epoch)) {
                fault(
                        path + ".epoch",
                        "`" + epoch + "` (expected: within the tables, " + coverage.from() + " to " + coverage.until()
                                + ")");
            }
        }
        MeasurementSigmas sigmas = sensor.getSigmas();
        switch (observation.getValueCase()) {
            case RANGE -> {
                var range = observation.getRange();
                within(path + ".range.range_m", range.getRangeM(), 0, RANGE_M_MAX);
                sigma(path + ".range.sigma_m", range.hasSigmaM(), range.getSigmaM(), sigmas.hasRangeM());
            }
            case RANGE_RATE -> {
                var rate = observation.getRangeRate();
                within(
                        path + ".range_rate.range_rate_m_s",
                        rate.getRangeRateMS(),
                        -RANGE_RATE_M_S_MAX,
                        RANGE_RATE_M_S_MAX);
                sigma(path + ".range_rate.sigma_m_s", rate.hasSigmaMS(), rate.getSigmaMS(), sigmas.hasRangeRateMS());
            }
            case AZIMUTH_ELEVATION -> {
                var direction = observation.getAzimuthElevation();
                String field = path + ".azimuth_elevation.";
                within(field + "azimuth_rad", direction.getAzimuthRad(), -2 * Math.PI, 2 * Math.PI);
                within(field + "elevation_rad", direction.getElevationRad(), -Math.PI / 2, Math.PI / 2);
                sigma(
                        field + "azimuth_sigma_rad",
                        direction.hasAzimuthSigmaRad(),
                        direction.getAzimuthSigmaRad(),
                        sigmas.hasAzimuthRad());
                sigma(
                        field + "elevation_sigma_rad",
                        direction.hasElevationSigmaRad(),
                        direction.getElevationSigmaRad(),
                        sigmas.hasElevationRad());
            }
            case RIGHT_ASCENSION_DECLINATION -> {
                var direction = observation.getRightAscensionDeclination();
                String field = path + ".right_ascension_declination.";
                within(field + "right_ascension_rad", direction.getRightAscensionRad(), -2 * Math.PI, 2 * Math.PI);
                within(field + "declination_rad", direction.getDeclinationRad(), -Math.PI / 2, Math.PI / 2);
                sigma(
                        field + "sigma_rad",
                        direction.hasSigmaRad(),
                        direction.getSigmaRad(),
                        sigmas.hasRightAscensionDeclinationRad());
            }
            case MAGNITUDE ->
                within(path + ".magnitude.magnitude", observation.getMagnitude().getMagnitude(), -30, 40);
            case RADAR_CROSS_SECTION ->
                within(
                        path + ".radar_cross_section.radar_cross_section_m2",
                        observation.getRadarCrossSection().getRadarCrossSectionM2(),
                        0,
                        1e6);
            case TIME_DIFFERENCE, FREQUENCY_DIFFERENCE ->
                fault(path + ".value", "a difference between two receivers (expected: a kind that this version fits)");
            case VALUE_NOT_SET -> fault(path + ".value", "none (expected: one measurement)");
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
        faults.add(new Refusal.Fault(field, message));
    }
}
