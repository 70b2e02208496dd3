package nl.sluis.gateway.ingest;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.orbit.data.Coverage;
import nl.sluis.orbit.determination.Ephemeris;
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

    /** Between states further apart a low orbit is no longer known to a centimetre from the four about. */
    private static final Duration PLATFORM_STEP_MAX = Duration.ofMinutes(5);

    private static final double GROUND_M = 6_356_000; // at the poles; kilometres for metres come to less

    private static final int PLATFORM_STATES_MIN = 4;

    private final Coverage coverage;
    private final Instant now;
    private final Sensor sensor;
    private final Predicate<String> isOwn;
    private final List<Refusal.Fault> faults = new ArrayList<>();
    // where the check is
    private String at = "";
    private int index = -1;
    private Optional<Ephemeris> platform = Optional.empty();

    /**
     * @param coverage of the tables
     * @param now when the series was received
     * @param sensor whose it is
     * @param isOwn whether a sensor is the contributor's and on the ground: where another's stands is not for it to ask
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
        checkPlatform(series);
        for (int i = 0; i < series.getObservationsCount() && faults.size() < FAULTS_MAX; i++) {
            index = i;
            check(series.getObservations(i));
            if (series.getCorrections().getLightTime() && isDifference(series.getObservations(i))) {
                fault(
                        ".value",
                        "a difference between two receivers out of which the light time was taken (expected: with it, for"
                                + " it is a difference of light time)");
            }
        }
        return faults;
    }

    private static boolean isDifference(Observation observation) {
        return observation.hasTimeDifference() || observation.hasFrequencyDifference();
    }

    /** Where the satellite was that the sensor is on. */
    private void checkPlatform(ObservationSeries series) {
        if (sensor.hasGround()) {
            if (series.hasPlatform()) {
                fault(".platform", "a trajectory (expected: none, the sensor stands on the ground)");
            }
            return;
        }
        if (!series.hasPlatform()) {
            fault(
                    ".platform",
                    "none (expected: where satellite " + sensor.getHostCatalogueNumber()
                            + " was, which carries the sensor)");
            return;
        }
        nl.sluis.proto.v1.Ephemeris given = series.getPlatform();
        int number = given.getObject().getCatalogueNumber();
        if (number != 0 && number != sensor.getHostCatalogueNumber()) {
            fault(
                    ".platform.object.catalogue_number",
                    "`" + number + "` (expected: " + sensor.getHostCatalogueNumber() + ", which carries the sensor)");
        }
        try {
            Ephemeris table = Trajectories.table(given);
            platform = Optional.of(table);
            table.points().stream()
                    .mapToDouble(point -> point.state().positionM().norm())
                    .filter(m -> m < GROUND_M)
                    .findFirst()
                    .ifPresent(m -> fault(
                            ".platform.states", "`" + m + "` m from the Earth's centre (expected: above the ground)"));
            if (given.getCovariancesCount() > 0
                    && table.points().stream()
                            .anyMatch(point -> point.covariance().isEmpty())) {
                fault(".platform.covariances", "not of each state in its frame (expected: so, or none)");
            }
        } catch (IllegalArgumentException e) {
            fault(".platform.states", String.valueOf(e.getMessage()));
        }
    }

    /** An observation from a satellite is of use where that is known, and has no horizon. */
    private void checkFromSatellite(Observation observation) {
        if (observation.hasAzimuthElevation()) {
            fault(
                    ".azimuth_elevation",
                    "from a satellite, which has no horizon (expected: right ascension and declination)");
        } else if (isDifference(observation)) {
            fault(".value", "a difference between receivers on satellites (expected: between two on the ground)");
        } else if (platform.isPresent() && !isKnown(platform.get(), Times.instant(observation.getEpoch()))) {
            fault(
                    ".epoch",
                    "`" + Times.instant(observation.getEpoch())
                            + "` (expected: that of a state of the platform, or among "
                            + PLATFORM_STATES_MIN + " and more of them from "
                            + platform.get().start() + " to " + platform.get().end() + ", at most "
                            + PLATFORM_STEP_MAX.toSeconds() + " s apart)");
        }
    }

    private static boolean isKnown(Ephemeris table, Instant epoch) {
        Optional<Instant> before = Optional.empty();
        for (Ephemeris.Point point : table.points()) {
            Instant at = point.state().epoch();
            if (at.equals(epoch)) {
                return true;
            }
            if (at.isAfter(epoch)) {
                return table.points().size() >= PLATFORM_STATES_MIN
                        && before.isPresent()
                        && Duration.between(before.get(), at).compareTo(PLATFORM_STEP_MAX) <= 0;
            }
            before = Optional.of(at);
        }
        return false;
    }

    private void check(Observation observation) {
        if (!sensor.hasGround()) {
            checkFromSatellite(observation);
        }
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
            fault(field, "`" + sensorId + "` (expected: another sensor on the ground that this tenant has registered)");
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
