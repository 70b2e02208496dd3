package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.orekit.bodies.CelestialBody;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.estimation.measurements.AngularAzEl;
import org.orekit.estimation.measurements.AngularRaDec;
import org.orekit.estimation.measurements.FDOA;
import org.orekit.estimation.measurements.GroundStation;
import org.orekit.estimation.measurements.ObservableSatellite;
import org.orekit.estimation.measurements.ObservedMeasurement;
import org.orekit.estimation.measurements.Range;
import org.orekit.estimation.measurements.RangeRate;
import org.orekit.estimation.measurements.TDOA;
import org.orekit.estimation.measurements.modifiers.AberrationModifier;
import org.orekit.estimation.measurements.modifiers.AngularRadioRefractionModifier;
import org.orekit.estimation.measurements.modifiers.Bias;
import org.orekit.estimation.measurements.modifiers.RangeTroposphericDelayModifier;
import org.orekit.estimation.measurements.modifiers.ShapiroRangeModifier;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.TopocentricFrame;
import org.orekit.models.earth.ITURP834AtmosphericRefraction;
import org.orekit.models.earth.displacement.TidalDisplacement;
import org.orekit.models.earth.troposphere.MendesPavlisModel;
import org.orekit.models.earth.troposphere.ModifiedSaastamoinenModel;
import org.orekit.models.earth.weather.ConstantPressureTemperatureHumidityProvider;
import org.orekit.models.earth.weather.PressureTemperatureHumidity;
import org.orekit.models.earth.weather.water.CIPM2007;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.CartesianDerivativesFilter;
import org.orekit.utils.Constants;
import org.orekit.utils.IERSConventions;
import org.orekit.utils.TimeStampedPVCoordinates;
import org.orekit.utils.units.Unit;

/** Turns observations into the library's measurements, with stations, biases and corrections of one fit. */
final class MeasurementModel {

    /** An observation beside its measurement. */
    record Modelled(
            Observation observation,
            Supplier<ObservedMeasurement<?>> source,
            List<Component> components,
            List<Double> sigmas,
            List<Optional<BiasKey>> biases) {

        /** The library's measurement, made when it is asked for: a row needs it once, and is kept for long. */
        ObservedMeasurement<?> measurement() {
            return source.get();
        }

        /** When the signal arrived. */
        AbsoluteDate date() {
            return Convert.date(observation.epoch());
        }

        /** The same with sigmas larger by a factor. */
        Modelled downWeighted(double factor) {
            return new Modelled(
                    observation,
                    source,
                    components,
                    sigmas.stream().map(sigma -> sigma * factor).toList(),
                    biases);
        }

        /**
         * The same with the sigmas enlarged by what is not known of the platform, where a sensor was on one. As all errors of
         * a sensor it is then one that its numbers have in common as well.
         *
         * @param byState derivatives by position and velocity of the object: those by the platform's are their opposites, for
         *     over the time of flight both move alike
         * @param frame frame of these
         */
        Modelled withPlatform(double[][] byState, org.orekit.frames.Frame frame) {
            if (!(observation instanceof Observation.FromSatellite from)
                    || from.covariance().isEmpty()) {
                return this;
            }
            double[][] turn = new double[6][6];
            Convert.frame(from.platform().frame())
                    .getTransformTo(frame, date())
                    .getJacobian(CartesianDerivativesFilter.USE_PV, turn);
            double[][] covariance = from.covariance().get().congruent(turn).rows();
            List<Double> widened = new ArrayList<>();
            for (int c = 0; c < sigmas.size(); c++) {
                double variance = sigmas.get(c) * sigmas.get(c);
                for (int i = 0; i < 6; i++) {
                    for (int j = 0; j < 6; j++) {
                        variance += byState[c][i] * covariance[i][j] * byState[c][j];
                    }
                }
                widened.add(Math.sqrt(variance));
            }
            return new Modelled(observation, source, components, widened, biases);
        }

        /** The same with every bias estimated. */
        Modelled freed() {
            return new Modelled(
                    observation,
                    source,
                    components,
                    sigmas,
                    components.stream()
                            .map(component -> Optional.of(new BiasKey(observation.sensorId(), component)))
                            .toList());
        }
    }

    private static final List<Component> RANGE = List.of(Component.RANGE);
    private static final List<Component> RANGE_RATE = List.of(Component.RANGE_RATE);
    private static final List<Component> AZIMUTH_ELEVATION = List.of(Component.AZIMUTH, Component.ELEVATION);
    private static final List<Component> RIGHT_ASCENSION_DECLINATION =
            List.of(Component.RIGHT_ASCENSION, Component.DECLINATION);
    private static final List<Component> TIME_DIFFERENCE = List.of(Component.TIME_DIFFERENCE);
    private static final List<Component> FREQUENCY_DIFFERENCE = List.of(Component.FREQUENCY_DIFFERENCE);
    private static final ObservableSatellite SATELLITE = new ObservableSatellite(0);

    private final Map<String, Sensor> sensors = new HashMap<>();
    private final Map<String, GroundStation> stations = new HashMap<>();
    private final Map<String, Bias<?>> biases = new HashMap<>();
    private final Map<String, Optional<Ionosphere>> airs = new HashMap<>();

    MeasurementModel(List<Sensor> sensors) {
        for (Sensor sensor : sensors) {
            this.sensors.put(sensor.id(), sensor);
        }
    }

    /**
     * Returns the model of an observation; empty where no orbit can rest on it.
     *
     * @throws IllegalArgumentException if its sensor is not known or nobody states its sigma
     */
    Optional<Modelled> model(Observation observation) {
        Sensor sensor = sensor(observation.sensorId());
        List<Component> components = components(observation.measured());
        if (components.isEmpty()) {
            return Optional.empty();
        }
        List<Double> sigmas = sigmas(observation, sensor, components);
        return Optional.of(new Modelled(
                observation,
                source(observation, sensor, sigmas, bias(sensor, components)),
                components,
                sigmas,
                biases(sensor, components)));
    }

    private static List<Component> components(Observation measured) {
        if (measured instanceof Observation.Range || measured instanceof Observation.LaserRange) {
            return RANGE;
        }
        if (measured instanceof Observation.RangeRate) {
            return RANGE_RATE;
        }
        if (measured instanceof Observation.AzimuthElevation) {
            return AZIMUTH_ELEVATION;
        }
        if (measured instanceof Observation.RightAscensionDeclination) {
            return RIGHT_ASCENSION_DECLINATION;
        }
        if (measured instanceof Observation.TimeDifference) {
            return TIME_DIFFERENCE;
        }
        return measured instanceof Observation.FrequencyDifference ? FREQUENCY_DIFFERENCE : List.of();
    }

    private static List<Double> sigmas(Observation observation, Sensor sensor, List<Component> components) {
        Map<Component, OptionalDouble> own = observation.sigmas();
        return components.stream()
                .map(component -> sigma(own.getOrDefault(component, OptionalDouble.empty()), sensor, component))
                .toList();
    }

    private Supplier<ObservedMeasurement<?>> source(
            Observation observation, Sensor sensor, List<Double> sigmas, Optional<Bias<?>> bias) {
        if (observation instanceof Observation.FromSatellite o) {
            return () -> fromSatellite(o, sensor, sigmas, bias);
        }
        GroundStation station = station(sensor);
        if (observation instanceof Observation.Range o) {
            Optional<Ionosphere> air = air(sensor);
            return () -> range(o, sensor, station, sigmas.get(0), bias, air);
        }
        if (observation instanceof Observation.LaserRange o) {
            return () -> laserRange(o, sensor, station, sigmas.get(0), bias);
        }
        if (observation instanceof Observation.RangeRate o) {
            Optional<Ionosphere> air = air(sensor);
            return () -> rangeRate(o, sensor, station, sigmas.get(0), bias, air);
        }
        if (observation instanceof Observation.AzimuthElevation o) {
            return () -> azimuthElevation(o, sensor, station, sigmas, bias);
        }
        if (observation instanceof Observation.RightAscensionDeclination o) {
            return () -> rightAscensionDeclination(o, sensor, station, sigmas, bias);
        }
        if (observation instanceof Observation.TimeDifference o) {
            GroundStation second = station(sensor(o.secondSensorId()));
            return () -> timeDifference(o, station, second, sigmas.get(0), bias);
        }
        if (observation instanceof Observation.FrequencyDifference o) {
            GroundStation second = station(sensor(o.secondSensorId()));
            return () -> frequencyDifference(o, station, second, sigmas.get(0), bias);
        }
        throw new IllegalArgumentException("observation: `" + observation + "` (expected: one that is modelled)");
    }

    private static Range range(
            Observation.Range o,
            Sensor sensor,
            GroundStation station,
            double sigma,
            Optional<Bias<?>> bias,
            Optional<Ionosphere> air) {
        Range m = sensor.isAtOnce()
                ? AtOnce.range(station, Convert.date(o.epoch()), o.rangeM(), sigma, SATELLITE)
                : new Range(
                        station,
                        o.path() == Observation.Path.TWO_WAY,
                        Convert.date(o.epoch()),
                        o.rangeM(),
                        sigma,
                        1.0,
                        SATELLITE);
        add(m, bias);
        if (sensor.corrections().contains(Correction.RANGE_TROPOSPHERE)) {
            m.addModifier(new RangeTroposphericDelayModifier(ModifiedSaastamoinenModel.getStandardModel()));
        }
        air.ifPresent(known -> m.addModifier(known.range()));
        return m;
    }

    private static Range laserRange(
            Observation.LaserRange o, Sensor sensor, GroundStation station, double sigma, Optional<Bias<?>> bias) {
        Range m = new Range(station, true, Convert.date(o.epoch()), o.rangeM(), sigma, 1.0, SATELLITE);
        add(m, bias);
        o.air().ifPresent(air -> m.addModifier(new RangeTroposphericDelayModifier(delay(air, sensor))));
        m.addModifier(new ShapiroRangeModifier(Constants.EIGEN5C_EARTH_MU));
        return m;
    }

    private static RangeRate rangeRate(
            Observation.RangeRate o,
            Sensor sensor,
            GroundStation station,
            double sigma,
            Optional<Bias<?>> bias,
            Optional<Ionosphere> air) {
        RangeRate m = sensor.isAtOnce()
                ? AtOnce.rangeRate(station, Convert.date(o.epoch()), o.rangeRateMps(), sigma, SATELLITE)
                : new RangeRate(
                        station,
                        Convert.date(o.epoch()),
                        o.rangeRateMps(),
                        sigma,
                        1.0,
                        o.path() == Observation.Path.TWO_WAY,
                        SATELLITE);
        add(m, bias);
        air.ifPresent(known -> m.addModifier(known.rangeRate()));
        return m;
    }

    private static AngularAzEl azimuthElevation(
            Observation.AzimuthElevation o,
            Sensor sensor,
            GroundStation station,
            List<Double> sigmas,
            Optional<Bias<?>> bias) {
        double[] angles = {o.azimuthRad(), o.elevationRad()};
        double[] both = {sigmas.get(0), sigmas.get(1)};
        AngularAzEl m = sensor.isAtOnce()
                ? AtOnce.direction(station, Convert.date(o.epoch()), angles, both, SATELLITE)
                : new AngularAzEl(station, Convert.date(o.epoch()), angles, both, new double[] {1.0, 1.0}, SATELLITE);
        if (sensor.corrections().contains(Correction.ELEVATION_REFRACTION)) {
            m.addModifier(new AngularRadioRefractionModifier(
                    new ITURP834AtmosphericRefraction(sensor.position().altitudeM())));
        }
        // after refraction, which is computed from the elevation it is given and must not see the bias
        add(m, bias);
        return m;
    }

    private static AngularRaDec rightAscensionDeclination(
            Observation.RightAscensionDeclination o,
            Sensor sensor,
            GroundStation station,
            List<Double> sigmas,
            Optional<Bias<?>> bias) {
        double[] angles = {o.rightAscensionRad(), o.declinationRad()};
        double[] both = {sigmas.get(0), sigmas.get(1)};
        AngularRaDec m = sensor.isAtOnce()
                ? AtOnce.direction(station, Convert.frame(o.frame()), Convert.date(o.epoch()), angles, both, SATELLITE)
                : new AngularRaDec(
                        station,
                        Convert.frame(o.frame()),
                        Convert.date(o.epoch()),
                        angles,
                        both,
                        new double[] {1.0, 1.0},
                        SATELLITE);
        if (sensor.corrections().contains(Correction.STELLAR_ABERRATION)) {
            m.addModifier(new AberrationModifier());
        }
        add(m, bias);
        return m;
    }

    private static TDOA timeDifference(
            Observation.TimeDifference o,
            GroundStation station,
            GroundStation second,
            double sigma,
            Optional<Bias<?>> bias) {
        TDOA m = new TDOA(station, second, Convert.date(o.epoch()), o.differenceS(), sigma, 1.0, SATELLITE);
        add(m, bias);
        return m;
    }

    private static FDOA frequencyDifference(
            Observation.FrequencyDifference o,
            GroundStation station,
            GroundStation second,
            double sigma,
            Optional<Bias<?>> bias) {
        FDOA m = new FDOA(
                station,
                second,
                o.centreFrequencyHz(),
                Convert.date(o.epoch()),
                o.differenceHz(),
                sigma,
                1.0,
                SATELLITE);
        add(m, bias);
        return m;
    }

    private static FromSatellite fromSatellite(
            Observation.FromSatellite observation, Sensor sensor, List<Double> sigmas, Optional<Bias<?>> bias) {
        FromSatellite m = fromSatellite(observation, sensor, sigmas);
        add(m, bias);
        return m;
    }

    private static FromSatellite fromSatellite(
            Observation.FromSatellite observation, Sensor sensor, List<Double> sigmas) {
        FromSatellite.Platform platform = new FromSatellite.Platform(
                new TimeStampedPVCoordinates(
                        Convert.date(observation.epoch()),
                        Convert.pv(observation.platform(), Convert.frame(Frame.GCRF))),
                Convert.frame(Frame.GCRF));
        if (observation.measured() instanceof Observation.Range o) {
            return FromSatellite.range(
                    platform, FromSatellite.light(o.path(), sensor.isAtOnce()), o.rangeM(), sigmas.get(0), SATELLITE);
        }
        if (observation.measured() instanceof Observation.RangeRate o) {
            return FromSatellite.rangeRate(
                    platform,
                    FromSatellite.light(o.path(), sensor.isAtOnce()),
                    o.rangeRateMps(),
                    sigmas.get(0),
                    SATELLITE);
        }
        if (observation.measured() instanceof Observation.RightAscensionDeclination o) {
            return FromSatellite.direction(
                    platform,
                    FromSatellite.light(Observation.Path.ONE_WAY, sensor.isAtOnce()),
                    Convert.frame(o.frame()),
                    sensor.corrections().contains(Correction.STELLAR_ABERRATION),
                    new double[] {o.rightAscensionRad(), o.declinationRad()},
                    new double[] {sigmas.get(0), sigmas.get(1)},
                    SATELLITE);
        }
        throw new IllegalArgumentException("observation from a satellite: `" + observation.measured()
                + "` (expected: a range, a range rate, or a right ascension and declination)");
    }

    private Sensor sensor(String id) {
        Sensor sensor = sensors.get(id);
        if (sensor == null) {
            throw new IllegalArgumentException("sensor: `" + id + "` (expected: one of the sensors of the request)");
        }
        return sensor;
    }

    private GroundStation station(Sensor sensor) {
        return stations.computeIfAbsent(sensor.id(), id -> {
            GeodeticPoint point = new GeodeticPoint(
                    sensor.position().latitudeRad(),
                    sensor.position().longitudeRad(),
                    sensor.position().altitudeM());
            TopocentricFrame frame = new TopocentricFrame(Convert.earth(), point, id);
            GroundStation station = sensor.corrections().contains(Correction.STATION_TIDES)
                    ? new GroundStation(frame, FramesFactory.getEOPHistory(IERSConventions.IERS_2010, true), tides())
                    : new GroundStation(frame);
            // the library wants an epoch for drifts, all of which are zero here
            List.of(
                            station.getPrimeMeridianOffsetDriver(),
                            station.getPrimeMeridianDriftDriver(),
                            station.getPolarOffsetXDriver(),
                            station.getPolarDriftXDriver(),
                            station.getPolarOffsetYDriver(),
                            station.getPolarDriftYDriver(),
                            station.getClockOffsetDriver(),
                            station.getClockDriftDriver())
                    .forEach(driver -> driver.setReferenceDate(AbsoluteDate.J2000_EPOCH));
            return station;
        });
    }

    private Optional<Ionosphere> air(Sensor sensor) {
        return airs.computeIfAbsent(
                sensor.id(),
                id -> sensor.corrections().contains(Correction.IONOSPHERE)
                        ? Optional.of(new Ionosphere(
                                sensor.position(), sensor.frequencyHz().orElseThrow()))
                        : Optional.empty());
    }

    private static TidalDisplacement tides() {
        CelestialBody sun = CelestialBodyFactory.getSun();
        CelestialBody moon = CelestialBodyFactory.getMoon();
        return new TidalDisplacement(
                Constants.EIGEN5C_EARTH_EQUATORIAL_RADIUS,
                Constants.JPL_SSD_SUN_EARTH_PLUS_MOON_MASS_RATIO,
                Constants.JPL_SSD_EARTH_MOON_MASS_RATIO,
                sun,
                moon,
                IERSConventions.IERS_2010,
                false);
    }

    private static MendesPavlisModel delay(Observation.Air air, Sensor sensor) {
        double vapour = new CIPM2007().waterVaporPressure(air.pressurePa(), air.temperatureK(), air.humidity());
        PressureTemperatureHumidity weather = new PressureTemperatureHumidity(
                sensor.position().altitudeM(), air.pressurePa(), air.temperatureK(), vapour, Double.NaN, Double.NaN);
        return new MendesPavlisModel(
                new ConstantPressureTemperatureHumidityProvider(weather), air.wavelengthM(), Unit.METRE);
    }

    private static double sigma(OptionalDouble own, Sensor sensor, Component component) {
        if (own.isPresent()) {
            return own.getAsDouble();
        }
        Double sigma = sensor.sigmas().get(component);
        if (sigma == null) {
            throw new IllegalArgumentException("sensor `" + sensor.id() + "`: no sigma of " + component
                    + " (expected: one in the sensor or in each observation)");
        }
        return sigma;
    }

    /** All measurements of a sensor and kind share one bias, else each would get its own parameter. */
    private Optional<Bias<?>> bias(Sensor sensor, List<Component> components) {
        if (components.stream().noneMatch(sensor.biases()::containsKey)) {
            return Optional.empty();
        }
        return Optional.of(biases.computeIfAbsent(sensor.id() + "/" + components.get(0), key -> {
            int n = components.size();
            String[] names = new String[n];
            double[] values = new double[n];
            double[] scales = new double[n];
            double[] min = new double[n];
            double[] max = new double[n];
            for (int i = 0; i < n; i++) {
                Component component = components.get(i);
                names[i] = sensor.id() + "/" + component;
                Sensor.Bias bias = sensor.biases().get(component);
                values[i] = bias == null ? 0 : bias.value();
                Double sigma = sensor.sigmas().get(component);
                scales[i] = sigma == null ? 1.0 : sigma;
                min[i] = Double.NEGATIVE_INFINITY;
                max[i] = Double.POSITIVE_INFINITY;
            }
            // its derivative is 1 and it is estimated beside the orbit, so the library need not know that
            return new Bias<Range>(names, values, scales, min, max);
        }));
    }

    @SuppressWarnings("unchecked")
    private static <T extends ObservedMeasurement<T>> void add(
            ObservedMeasurement<T> measurement, Optional<Bias<?>> bias) {
        // a bias adds numbers and does not look at the kind of measurement
        bias.ifPresent(b -> measurement.addModifier((Bias<T>) b));
    }

    /** Which biases are estimated, for each component. */
    private static List<Optional<BiasKey>> biases(Sensor sensor, List<Component> components) {
        return components.stream()
                .map(component -> Optional.ofNullable(sensor.biases().get(component))
                        .filter(Sensor.Bias::estimated)
                        .map(bias -> new BiasKey(sensor.id(), component)))
                .toList();
    }
}
