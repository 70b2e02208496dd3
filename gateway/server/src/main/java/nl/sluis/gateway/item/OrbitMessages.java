package nl.sluis.gateway.item;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Regime;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.determination.BiasEstimate;
import nl.sluis.orbit.determination.FitResult;
import nl.sluis.orbit.determination.OrbitSolution;
import nl.sluis.orbit.determination.Residual;
import nl.sluis.orbit.determination.SensorStatistics;
import nl.sluis.orbit.determination.Verdict;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.proto.v1.Corrections;
import nl.sluis.proto.v1.Covariance;
import nl.sluis.proto.v1.Disagreement;
import nl.sluis.proto.v1.FitQuality;
import nl.sluis.proto.v1.FitVerdict;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.RangeMode;
import nl.sluis.proto.v1.SensorCalibration;
import nl.sluis.proto.v1.SensorResiduals;
import nl.sluis.proto.v1.StateVector;

/** Translates between the contract and the orbit module. Both sides are SI and UTC, so only shapes change. */
public final class OrbitMessages {
    private static final int STATE_DIMENSION = 6;
    private static final double SGP4_EARTH_RADIUS_M = 6_378_135.0; // WGS 72, the unit of B*

    /** Stands between a sensor's name and the digest of its registration. */
    private static final String CORRECTED = " (corrected: ";

    private static final String REGISTRATION = " @";

    private OrbitMessages() {}

    /**
     * An observation as a fit takes it.
     *
     * @param observation its input id is a digest of sensor, epoch and value, so that what comes twice counts once
     * @param sensors the sensors that it names, as they were registered
     */
    public record Tracked(Observation observation, List<Sensor> sensors) {
        /** Copies the list. */
        public Tracked {
            sensors = List.copyOf(sensors);
        }
    }

    /**
     * Observations of a series, in its order; those are left out that no fit can use, because a second sensor is not
     * registered, no sigma is stated anywhere, or nothing says where the satellite was that the sensor is on.
     *
     * @param registry registrations by the identifier of the sensor
     * @throws IllegalStateException if the sensor of the series is not registered
     */
    public static List<Tracked> observations(ObservationSeries series, Map<String, nl.sluis.proto.v1.Sensor> registry) {
        nl.sluis.proto.v1.Sensor registered = registry.get(series.getSensorId());
        if (registered == null) {
            throw new IllegalStateException(
                    "sensor `" + series.getSensorId() + "`: none (expected: registered before use)");
        }
        Sensor sensor = sensor(registered, series.getCorrections());
        Optional<nl.sluis.orbit.determination.Ephemeris> platform =
                series.hasPlatform() ? Optional.of(Trajectories.table(series.getPlatform())) : Optional.empty();
        String way = corrected(registered, series.getCorrections())
                + (series.hasPlatform()
                        ? HexFormat.of().formatHex(series.getPlatform().toByteArray())
                        : "");
        List<Tracked> result = new ArrayList<>(series.getObservationsCount());
        for (nl.sluis.proto.v1.Observation observation : series.getObservationsList()) {
            List<Sensor> sensors = new ArrayList<>(List.of(sensor));
            String second = secondSensorId(observation);
            if (!second.isEmpty()) {
                nl.sluis.proto.v1.Sensor other = registry.get(second);
                if (other == null) {
                    continue;
                }
                sensors.add(sensor(other, series.getCorrections()));
            }
            byte[] value = observation.toBuilder().clearLine().build().toByteArray();
            String id = Digests.id(
                    "observation", series.getSensorId(), way, HexFormat.of().formatHex(value));
            Observation made = observation(id, sensors, observation);
            Instant epoch = made.epoch();
            if (sensor.site().isEmpty() && !made.sigmas().isEmpty()) {
                Optional<nl.sluis.orbit.determination.Ephemeris.Point> there = platform.flatMap(path -> path.at(epoch));
                if (there.isEmpty()) {
                    continue;
                }
                made = new Observation.FromSatellite(
                        made, there.get().state(), there.get().covariance());
            }
            boolean isWeighted = made.sigmas().entrySet().stream()
                    .allMatch(e -> e.getValue().isPresent() || sensor.sigmas().containsKey(e.getKey()));
            if (isWeighted) {
                result.add(new Tracked(made, sensors));
            }
        }
        return result;
    }

    private static String secondSensorId(nl.sluis.proto.v1.Observation observation) {
        return switch (observation.getValueCase()) {
            case TIME_DIFFERENCE -> observation.getTimeDifference().getSecondSensorId();
            case FREQUENCY_DIFFERENCE -> observation.getFrequencyDifference().getSecondSensorId();
            default -> "";
        };
    }

    /**
     * The name under which a fit knows a sensor. A registration that was replaced is another sensor, and so is one that
     * delivers corrected values: the model differs, and who may use old observations need not know of the new registration.
     */
    private static String fitSensorId(nl.sluis.proto.v1.Sensor sensor, Corrections corrections) {
        return sensor.getSensorId() + corrected(sensor, corrections) + REGISTRATION + registration(sensor);
    }

    /** Tells the registrations of a sensor apart: a digest. */
    public static String registration(nl.sluis.proto.v1.Sensor sensor) {
        return Digests.id("registration", HexFormat.of().formatHex(sensor.toByteArray()));
    }

    /** The registration from which the sensor of a fit was made. */
    public static String registration(String fitSensorId) {
        return fitSensorId.substring(fitSensorId.lastIndexOf(REGISTRATION) + REGISTRATION.length());
    }

    /** What was corrected of what would be modelled otherwise, as a mark behind the name of the sensor; empty: nothing. */
    private static String corrected(nl.sluis.proto.v1.Sensor sensor, Corrections corrections) {
        List<String> effects = new ArrayList<>();
        if (corrections.getTroposphere()) {
            effects.add("troposphere");
        }
        if (corrections.getLightTime()) {
            effects.add("light time");
        }
        if (corrections.getAberration()) {
            effects.add("aberration");
        }
        if (corrections.getIonosphere() && sensor.hasFrequencyHz()) {
            effects.add("ionosphere");
        }
        return effects.isEmpty() ? "" : CORRECTED + String.join(", ", effects) + ")";
    }

    /** The identifier under which the sensor of a fit is registered. */
    public static String registeredSensorId(String fitSensorId) {
        String reported = reportedSensorId(fitSensorId);
        int cut = reported.lastIndexOf(CORRECTED);
        return cut < 0 ? reported : reported.substring(0, cut);
    }

    /** How a sensor compares with the others, as the contract has it. */
    public static SensorCalibration calibration(nl.sluis.orbit.determination.SensorCalibration calibration) {
        return SensorCalibration.newBuilder()
                .setQuantity(quantity(calibration.component()))
                .setBias(calibration.bias())
                .setBiasSigma(calibration.biasSigma())
                .setNoise(calibration.noise())
                .setObservations(calibration.used())
                .build();
    }

    /** Who disagrees with the others, as the contract has it. */
    public static Disagreement disagreement(
            ObjectReference object, nl.sluis.orbit.determination.Disagreement disagreement) {
        return Disagreement.newBuilder()
                .setObject(object)
                .setOriginator(disagreement.originator())
                .setSigmas(disagreement.sigmas())
                .setDownWeighted(disagreement.downWeighted())
                .build();
    }

    /** The name under which a sensor is reported. */
    private static String reportedSensorId(String fitSensorId) {
        int cut = fitSensorId.lastIndexOf(REGISTRATION);
        return cut < 0 ? fitSensorId : fitSensorId.substring(0, cut);
    }

    private static Observation observation(String id, List<Sensor> sensors, nl.sluis.proto.v1.Observation observation) {
        String sensor = sensors.get(0).id();
        Instant epoch = Times.instant(observation.getEpoch());
        return switch (observation.getValueCase()) {
            case RANGE ->
                new Observation.Range(
                        id,
                        sensor,
                        epoch,
                        observation.getRange().getRangeM(),
                        optional(
                                observation.getRange().hasSigmaM(),
                                observation.getRange().getSigmaM()),
                        path(observation.getRange().getMode()));
            case RANGE_RATE ->
                new Observation.RangeRate(
                        id,
                        sensor,
                        epoch,
                        observation.getRangeRate().getRangeRateMS(),
                        optional(
                                observation.getRangeRate().hasSigmaMS(),
                                observation.getRangeRate().getSigmaMS()),
                        path(observation.getRangeRate().getMode()));
            case AZIMUTH_ELEVATION -> {
                var direction = observation.getAzimuthElevation();
                yield new Observation.AzimuthElevation(
                        id,
                        sensor,
                        epoch,
                        direction.getAzimuthRad(),
                        direction.getElevationRad(),
                        optional(direction.hasAzimuthSigmaRad(), direction.getAzimuthSigmaRad()),
                        optional(direction.hasElevationSigmaRad(), direction.getElevationSigmaRad()));
            }
            case RIGHT_ASCENSION_DECLINATION -> {
                var direction = observation.getRightAscensionDeclination();
                // the contract states one sigma on the sky; right ascension itself scatters by 1/cos(declination) more
                OptionalDouble sky = optional(direction.hasSigmaRad(), direction.getSigmaRad());
                OptionalDouble rightAscension = sky.isPresent()
                        ? OptionalDouble.of(sky.getAsDouble() / Math.cos(direction.getDeclinationRad()))
                        : sky;
                yield new Observation.RightAscensionDeclination(
                        id,
                        sensor,
                        epoch,
                        Frame.EME2000,
                        direction.getRightAscensionRad(),
                        direction.getDeclinationRad(),
                        rightAscension,
                        sky);
            }
            case TIME_DIFFERENCE -> {
                var difference = observation.getTimeDifference();
                // the contract subtracts the first arrival from the second, the model the second from the first
                yield new Observation.TimeDifference(
                        id,
                        sensor,
                        sensors.get(1).id(),
                        epoch,
                        -difference.getTimeDifferenceS(),
                        optional(difference.hasSigmaS(), difference.getSigmaS()));
            }
            case FREQUENCY_DIFFERENCE -> {
                var difference = observation.getFrequencyDifference();
                yield new Observation.FrequencyDifference(
                        id,
                        sensor,
                        sensors.get(1).id(),
                        epoch,
                        difference.getTransmitFrequencyHz(),
                        -difference.getFrequencyDifferenceHz(),
                        optional(difference.hasSigmaHz(), difference.getSigmaHz()));
            }
            case MAGNITUDE ->
                new Observation.Magnitude(
                        id, sensor, epoch, observation.getMagnitude().getMagnitude());
            case RADAR_CROSS_SECTION ->
                new Observation.RadarCrossSection(
                        id, sensor, epoch, observation.getRadarCrossSection().getRadarCrossSectionM2());
            case VALUE_NOT_SET -> throw new IllegalArgumentException("observation: no value (expected: one)");
        };
    }

    private static Observation.Path path(RangeMode mode) {
        return mode == RangeMode.RANGE_MODE_ONE_WAY ? Observation.Path.ONE_WAY : Observation.Path.TWO_WAY;
    }

    private static OptionalDouble optional(boolean present, double value) {
        return present ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    /**
     * A sensor as a fit needs it.
     *
     * @param corrections what the source has already corrected; the rest is modelled
     */
    public static Sensor sensor(nl.sluis.proto.v1.Sensor sensor, Corrections corrections) {
        Map<Component, Double> sigmas = new EnumMap<>(Component.class);
        MeasurementSigmas given = sensor.getSigmas();
        put(sigmas, Component.RANGE, given.hasRangeM(), given.getRangeM());
        put(sigmas, Component.RANGE_RATE, given.hasRangeRateMS(), given.getRangeRateMS());
        put(sigmas, Component.AZIMUTH, given.hasAzimuthRad(), given.getAzimuthRad());
        put(sigmas, Component.ELEVATION, given.hasElevationRad(), given.getElevationRad());
        boolean sky = given.hasRightAscensionDeclinationRad();
        put(sigmas, Component.RIGHT_ASCENSION, sky, given.getRightAscensionDeclinationRad());
        put(sigmas, Component.DECLINATION, sky, given.getRightAscensionDeclinationRad());
        put(sigmas, Component.TIME_DIFFERENCE, given.hasTimeDifferenceS(), given.getTimeDifferenceS());
        put(sigmas, Component.FREQUENCY_DIFFERENCE, given.hasFrequencyDifferenceHz(), given.getFrequencyDifferenceHz());

        Map<Component, Sensor.Bias> biases = new EnumMap<>(Component.class);
        if (sensor.getEstimatedBiases().getRange()) {
            biases.put(Component.RANGE, Sensor.Bias.guessed(0));
        }
        if (sensor.getEstimatedBiases().getRangeRate()) {
            biases.put(Component.RANGE_RATE, Sensor.Bias.guessed(0));
        }
        if (sensor.getEstimatedBiases().getAzimuthElevation()) {
            biases.put(Component.AZIMUTH, Sensor.Bias.guessed(0));
            biases.put(Component.ELEVATION, Sensor.Bias.guessed(0));
        }

        Set<Correction> toModel = EnumSet.noneOf(Correction.class);
        if (!corrections.getTroposphere()) {
            toModel.add(Correction.RANGE_TROPOSPHERE);
            toModel.add(Correction.ELEVATION_REFRACTION);
        }
        if (!corrections.getAberration()) {
            toModel.add(Correction.STELLAR_ABERRATION);
        }
        if (!corrections.getIonosphere() && sensor.hasFrequencyHz()) {
            toModel.add(Correction.IONOSPHERE);
        }
        return new Sensor(
                fitSensorId(sensor, corrections),
                sensor.hasGround() ? Optional.of(position(sensor.getGround())) : Optional.empty(),
                sigmas,
                biases,
                toModel,
                corrections.getLightTime(),
                optional(sensor.hasFrequencyHz(), sensor.getFrequencyHz()));
    }

    private static GeodeticPosition position(GroundSite site) {
        return new GeodeticPosition(site.getLatitudeRad(), site.getLongitudeRad(), site.getAltitudeM());
    }

    private static void put(Map<Component, Double> sigmas, Component component, boolean present, double value) {
        if (present) {
            sigmas.put(component, value);
        }
    }

    /** A state of the contract as the orbit module has it. */
    public static OrbitState state(StateVector state) {
        return new OrbitState(
                Times.instant(state.getEpoch()),
                frame(state.getFrame()),
                vector(state.getPositionM()),
                vector(state.getVelocityMS()));
    }

    /** A state of the orbit module as the contract has it. */
    public static StateVector state(OrbitState state) {
        return StateVector.newBuilder()
                .setEpoch(Times.timestamp(state.epoch()))
                .setFrame(frame(state.frame()))
                .setPositionM(vector(state.positionM()))
                .setVelocityMS(vector(state.velocityMps()))
                .build();
    }

    /** A covariance of position and velocity as the contract has it. */
    public static Covariance covariance(nl.sluis.proto.v1.Frame frame, SymmetricMatrix matrix) {
        Covariance.Builder covariance = Covariance.newBuilder().setFrame(frame);
        for (double value : matrix.leading(STATE_DIMENSION).lowerTriangle()) {
            covariance.addLowerTriangle(value);
        }
        return covariance.build();
    }

    /** A frame of the contract as the orbit module has it. */
    public static Frame frame(nl.sluis.proto.v1.Frame frame) {
        return switch (frame) {
            case FRAME_EME2000 -> Frame.EME2000;
            case FRAME_GCRF -> Frame.GCRF;
            case FRAME_ITRF -> Frame.ITRF;
            case FRAME_TEME -> Frame.TEME;
            case FRAME_RTN -> Frame.RTN;
            case FRAME_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalArgumentException("frame: `" + frame + "` (expected: a known frame)");
        };
    }

    /** A frame of the orbit module as the contract has it. */
    public static nl.sluis.proto.v1.Frame frame(Frame frame) {
        return switch (frame) {
            case EME2000 -> nl.sluis.proto.v1.Frame.FRAME_EME2000;
            case GCRF, ICRF -> nl.sluis.proto.v1.Frame.FRAME_GCRF;
            case ITRF -> nl.sluis.proto.v1.Frame.FRAME_ITRF;
            case TEME -> nl.sluis.proto.v1.Frame.FRAME_TEME;
            case RTN -> nl.sluis.proto.v1.Frame.FRAME_RTN;
            case MOD, TOD, TNW ->
                throw new IllegalArgumentException("frame: `" + frame + "` (expected: a frame of the contract)");
        };
    }

    /** A vector of the contract as the orbit module has it. */
    public static Vector3 vector(nl.sluis.proto.v1.Vector3 vector) {
        return new Vector3(vector.getX(), vector.getY(), vector.getZ());
    }

    /** A vector of the orbit module as the contract has it. */
    public static nl.sluis.proto.v1.Vector3 vector(Vector3 vector) {
        return nl.sluis.proto.v1.Vector3.newBuilder()
                .setX(vector.x())
                .setY(vector.y())
                .setZ(vector.z())
                .build();
    }

    /** How a fit went, for those who may see it. */
    public static FitQuality quality(FitResult fit, List<Observation> observations) {
        FitQuality.Builder quality = FitQuality.newBuilder()
                .setVerdict(verdict(fit.verdict()))
                .setObservationsUsed(Math.toIntExact(fit.used()))
                .setObservationsRejected(Math.toIntExact(fit.rejected()))
                .setWeightedRms(fit.weightedRms());
        fit.solution().map(OrbitSolution::positionSigmaM).ifPresent(quality::setPositionSigmaM);

        Map<String, Instant> epochs = new TreeMap<>();
        observations.forEach(observation -> epochs.put(observation.inputId(), observation.epoch()));
        List<Instant> used = fit.residuals().stream()
                .filter(Residual::accepted)
                .map(residual -> Objects.requireNonNull(epochs.get(residual.inputId())))
                .sorted()
                .toList();
        if (!used.isEmpty()) {
            quality.setSpanStart(Times.timestamp(used.get(0)));
            quality.setSpanEnd(Times.timestamp(used.get(used.size() - 1)));
        }
        for (SensorStatistics statistics : fit.statistics()) {
            SensorResiduals.Builder residuals = SensorResiduals.newBuilder()
                    .setSensorId(reportedSensorId(statistics.sensorId()))
                    .setQuantity(quantity(statistics.component()))
                    .setUsed(statistics.used())
                    .setRejected(statistics.rejected());
            if (statistics.used() > 0) {
                residuals.setMean(statistics.mean()).setRms(statistics.rms());
            }
            fit.biases().stream()
                    .filter(bias ->
                            bias.sensorId().equals(statistics.sensorId()) && bias.component() == statistics.component())
                    .map(BiasEstimate::value)
                    .findFirst()
                    .ifPresent(residuals::setBias);
            quality.addResiduals(residuals);
        }
        return quality.build();
    }

    /** What became of a fit, as the contract has it. */
    public static FitVerdict verdict(Verdict verdict) {
        return switch (verdict) {
            case CONVERGED -> FitVerdict.FIT_VERDICT_CONVERGED;
            case TOO_FEW_OBSERVATIONS, NOT_OBSERVABLE, NO_INITIAL_ORBIT -> FitVerdict.FIT_VERDICT_TOO_FEW_OBSERVATIONS;
            case NOT_CONVERGED, DIVERGED, TOO_MANY_REJECTED, OUTSIDE_DATA_COVERAGE -> FitVerdict.FIT_VERDICT_DIVERGED;
        };
    }

    private static String quantity(Component component) {
        return component.name().toLowerCase(Locale.ROOT);
    }

    /** Mean elements as the contract has them. */
    public static nl.sluis.proto.v1.MeanElements elements(MeanElements elements) {
        nl.sluis.proto.v1.MeanElements.Builder result = nl.sluis.proto.v1.MeanElements.newBuilder()
                .setObject(ObjectReference.newBuilder()
                        .setCatalogueNumber(elements.catalogueNumber())
                        .setInternationalDesignator(elements.internationalDesignator())
                        .setName(elements.name()))
                .setEpoch(Times.timestamp(elements.epoch()))
                .setMeanMotionRadS(elements.meanMotionRadPerS())
                .setEccentricity(elements.eccentricity())
                .setInclinationRad(elements.inclinationRad())
                .setRaanRad(elements.raanRad())
                .setArgumentOfPerigeeRad(elements.argumentOfPerigeeRad())
                .setMeanAnomalyRad(elements.meanAnomalyRad())
                .setBstarPerM(elements.bStar() / SGP4_EARTH_RADIUS_M);
        elements.elementSetNumber().ifPresent(result::setElementSetNumber);
        elements.revolutionAtEpoch().ifPresent(result::setRevolutionNumber);
        return result.build();
    }

    /** Mean elements as the orbit module has them. */
    public static MeanElements elements(nl.sluis.proto.v1.MeanElements elements) {
        return new MeanElements(
                elements.getObject().getCatalogueNumber(),
                elements.getObject().getName(),
                elements.getObject().getInternationalDesignator(),
                Times.instant(elements.getEpoch()),
                elements.getMeanMotionRadS(),
                elements.getEccentricity(),
                elements.getInclinationRad(),
                elements.getRaanRad(),
                elements.getArgumentOfPerigeeRad(),
                elements.getMeanAnomalyRad(),
                elements.getBstarPerM() * SGP4_EARTH_RADIUS_M,
                OptionalInt.of(elements.getElementSetNumber()),
                OptionalInt.of(elements.getRevolutionNumber()));
    }

    /** The regime of an orbit, from its state in an inertial frame. */
    public static OrbitRegime regime(OrbitState state) {
        return OrbitRegime.valueOf("ORBIT_REGIME_" + Regime.of(state).name());
    }
}
