package nl.sluis.orbit.determination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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
            ObservedMeasurement<?> measurement,
            List<Component> components,
            List<Double> sigmas,
            List<Optional<BiasKey>> biases) {

        /** The same with sigmas larger by a factor. */
        Modelled downWeighted(double factor) {
            return new Modelled(
                    observation,
                    measurement,
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
                    .getTransformTo(frame, measurement.getDate())
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
            return new Modelled(observation, measurement, components, widened, biases);
        }

        /** The same with every bias estimated. */
        Modelled freed() {
            return new Modelled(
                    observation,
                    measurement,
                    components,
                    sigmas,
                    components.stream()
                            .map(component -> Optional.of(new BiasKey(observation.sensorId(), component)))
                            .toList());
        }
    }

    private final Map<String, Sensor> sensors = new HashMap<>();
    private final Map<String, GroundStation> stations = new HashMap<>();
    private final Map<String, Bias<?>> biases = new HashMap<>();
    private final ObservableSatellite satellite = new ObservableSatellite(0);

    MeasurementModel(List<Sensor> sensors) {
        for (Sensor sensor : sensors) {
            this.sensors.put(sensor.id(), sensor);
        }
    }

    /** Returns the measurement of an observation; empty where no orbit can rest on it. */
    Optional<Modelled> model(Observation observation) {
        Sensor sensor = sensor(observation.sensorId());
        if (observation instanceof Observation.FromSatellite o) {
            return Optional.of(fromSatellite(o, sensor));
        }
        GroundStation station = station(sensor);
        if (observation instanceof Observation.Range o) {
            double sigma = sigma(o.sigmaM(), sensor, Component.RANGE);
            Range m = sensor.isAtOnce()
                    ? AtOnce.range(station, Convert.date(o.epoch()), o.rangeM(), sigma, satellite)
                    : new Range(
                            station,
                            o.path() == Observation.Path.TWO_WAY,
                            Convert.date(o.epoch()),
                            o.rangeM(),
                            sigma,
                            1.0,
                            satellite);
            add(m, bias(sensor, List.of(Component.RANGE)));
            if (sensor.corrections().contains(Correction.RANGE_TROPOSPHERE)) {
                m.addModifier(new RangeTroposphericDelayModifier(ModifiedSaastamoinenModel.getStandardModel()));
            }
            ionosphere(sensor).ifPresent(air -> m.addModifier(air.range()));
            return Optional.of(modelled(o, m, sensor, List.of(Component.RANGE), List.of(sigma)));
        }
        if (observation instanceof Observation.LaserRange o) {
            double sigma = sigma(o.sigmaM(), sensor, Component.RANGE);
            Range m = new Range(station, true, Convert.date(o.epoch()), o.rangeM(), sigma, 1.0, satellite);
            add(m, bias(sensor, List.of(Component.RANGE)));
            o.air().ifPresent(air -> m.addModifier(new RangeTroposphericDelayModifier(delay(air, sensor))));
            m.addModifier(new ShapiroRangeModifier(Constants.EIGEN5C_EARTH_MU));
            return Optional.of(modelled(o, m, sensor, List.of(Component.RANGE), List.of(sigma)));
        }
        if (observation instanceof Observation.RangeRate o) {
            double sigma = sigma(o.sigmaMps(), sensor, Component.RANGE_RATE);
            RangeRate m = sensor.isAtOnce()
                    ? AtOnce.rangeRate(station, Convert.date(o.epoch()), o.rangeRateMps(), sigma, satellite)
                    : new RangeRate(
                            station,
                            Convert.date(o.epoch()),
                            o.rangeRateMps(),
                            sigma,
                            1.0,
                            o.path() == Observation.Path.TWO_WAY,
                            satellite);
            add(m, bias(sensor, List.of(Component.RANGE_RATE)));
            ionosphere(sensor).ifPresent(air -> m.addModifier(air.rangeRate()));
            return Optional.of(modelled(o, m, sensor, List.of(Component.RANGE_RATE), List.of(sigma)));
        }
        if (observation instanceof Observation.AzimuthElevation o) {
            double[] sigmas = {
                sigma(o.azimuthSigmaRad(), sensor, Component.AZIMUTH),
                sigma(o.elevationSigmaRad(), sensor, Component.ELEVATION)
            };
            double[] angles = {o.azimuthRad(), o.elevationRad()};
            AngularAzEl m = sensor.isAtOnce()
                    ? AtOnce.direction(station, Convert.date(o.epoch()), angles, sigmas, satellite)
                    : new AngularAzEl(
                            station, Convert.date(o.epoch()), angles, sigmas, new double[] {1.0, 1.0}, satellite);
            List<Component> components = List.of(Component.AZIMUTH, Component.ELEVATION);
            if (sensor.corrections().contains(Correction.ELEVATION_REFRACTION)) {
                m.addModifier(new AngularRadioRefractionModifier(
                        new ITURP834AtmosphericRefraction(sensor.position().altitudeM())));
            }
            // after refraction, which is computed from the elevation it is given and must not see the bias
            add(m, bias(sensor, components));
            return Optional.of(modelled(o, m, sensor, components, List.of(sigmas[0], sigmas[1])));
        }
        if (observation instanceof Observation.RightAscensionDeclination o) {
            double[] sigmas = {
                sigma(o.rightAscensionSigmaRad(), sensor, Component.RIGHT_ASCENSION),
                sigma(o.declinationSigmaRad(), sensor, Component.DECLINATION)
            };
            double[] angles = {o.rightAscensionRad(), o.declinationRad()};
            AngularRaDec m = sensor.isAtOnce()
                    ? AtOnce.direction(
                            station, Convert.frame(o.frame()), Convert.date(o.epoch()), angles, sigmas, satellite)
                    : new AngularRaDec(
                            station,
                            Convert.frame(o.frame()),
                            Convert.date(o.epoch()),
                            angles,
                            sigmas,
                            new double[] {1.0, 1.0},
                            satellite);
            List<Component> components = List.of(Component.RIGHT_ASCENSION, Component.DECLINATION);
            if (sensor.corrections().contains(Correction.STELLAR_ABERRATION)) {
                m.addModifier(new AberrationModifier());
            }
            add(m, bias(sensor, components));
            return Optional.of(modelled(o, m, sensor, components, List.of(sigmas[0], sigmas[1])));
        }
        if (observation instanceof Observation.TimeDifference o) {
            double sigma = sigma(o.sigmaS(), sensor, Component.TIME_DIFFERENCE);
            TDOA m = new TDOA(
                    station,
                    station(sensor(o.secondSensorId())),
                    Convert.date(o.epoch()),
                    o.differenceS(),
                    sigma,
                    1.0,
                    satellite);
            add(m, bias(sensor, List.of(Component.TIME_DIFFERENCE)));
            return Optional.of(modelled(o, m, sensor, List.of(Component.TIME_DIFFERENCE), List.of(sigma)));
        }
        if (observation instanceof Observation.FrequencyDifference o) {
            double sigma = sigma(o.sigmaHz(), sensor, Component.FREQUENCY_DIFFERENCE);
            FDOA m = new FDOA(
                    station,
                    station(sensor(o.secondSensorId())),
                    o.centreFrequencyHz(),
                    Convert.date(o.epoch()),
                    o.differenceHz(),
                    sigma,
                    1.0,
                    satellite);
            add(m, bias(sensor, List.of(Component.FREQUENCY_DIFFERENCE)));
            return Optional.of(modelled(o, m, sensor, List.of(Component.FREQUENCY_DIFFERENCE), List.of(sigma)));
        }
        return Optional.empty();
    }

    private Modelled fromSatellite(Observation.FromSatellite observation, Sensor sensor) {
        FromSatellite.Platform platform = new FromSatellite.Platform(
                new TimeStampedPVCoordinates(
                        Convert.date(observation.epoch()),
                        Convert.pv(observation.platform(), Convert.frame(Frame.GCRF))),
                Convert.frame(Frame.GCRF));
        if (observation.measured() instanceof Observation.Range o) {
            double sigma = sigma(o.sigmaM(), sensor, Component.RANGE);
            FromSatellite m = FromSatellite.range(
                    platform, FromSatellite.light(o.path(), sensor.isAtOnce()), o.rangeM(), sigma, satellite);
            add(m, bias(sensor, List.of(Component.RANGE)));
            return modelled(observation, m, sensor, List.of(Component.RANGE), List.of(sigma));
        }
        if (observation.measured() instanceof Observation.RangeRate o) {
            double sigma = sigma(o.sigmaMps(), sensor, Component.RANGE_RATE);
            FromSatellite m = FromSatellite.rangeRate(
                    platform, FromSatellite.light(o.path(), sensor.isAtOnce()), o.rangeRateMps(), sigma, satellite);
            add(m, bias(sensor, List.of(Component.RANGE_RATE)));
            return modelled(observation, m, sensor, List.of(Component.RANGE_RATE), List.of(sigma));
        }
        if (observation.measured() instanceof Observation.RightAscensionDeclination o) {
            double[] sigmas = {
                sigma(o.rightAscensionSigmaRad(), sensor, Component.RIGHT_ASCENSION),
                sigma(o.declinationSigmaRad(), sensor, Component.DECLINATION)
            };
            List<Component> components = List.of(Component.RIGHT_ASCENSION, Component.DECLINATION);
            FromSatellite m = FromSatellite.direction(
                    platform,
                    FromSatellite.light(Observation.Path.ONE_WAY, sensor.isAtOnce()),
                    Convert.frame(o.frame()),
                    sensor.corrections().contains(Correction.STELLAR_ABERRATION),
                    new double[] {o.rightAscensionRad(), o.declinationRad()},
                    sigmas,
                    satellite);
            add(m, bias(sensor, components));
            return modelled(observation, m, sensor, components, List.of(sigmas[0], sigmas[1]));
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

    private static Optional<Ionosphere> ionosphere(Sensor sensor) {
        return sensor.corrections().contains(Correction.IONOSPHERE)
                ? Optional.of(
                        new Ionosphere(sensor.position(), sensor.frequencyHz().orElseThrow()))
                : Optional.empty();
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

    private static Modelled modelled(
            Observation observation,
            ObservedMeasurement<?> measurement,
            Sensor sensor,
            List<Component> components,
            List<Double> sigmas) {
        List<Optional<BiasKey>> biases = new ArrayList<>();
        for (Component component : components) {
            Sensor.Bias bias = sensor.biases().get(component);
            biases.add(
                    bias != null && bias.estimated()
                            ? Optional.of(new BiasKey(sensor.id(), component))
                            : Optional.empty());
        }
        return new Modelled(observation, measurement, components, sigmas, biases);
    }
}
