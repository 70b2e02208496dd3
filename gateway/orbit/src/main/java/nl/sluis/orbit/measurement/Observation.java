package nl.sluis.orbit.measurement;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;

/**
 * One observation of one object by one sensor.
 *
 * <p>Every kind has an opaque {@link #inputId()} by which the caller finds it again in results, the id of its sensor, and
 * the UTC epoch at which the signal or light arrived at the sensor. A sigma that is empty means: the sensor's.
 */
public sealed interface Observation {

    /** Order in which estimators take observations: by epoch, then by id; it makes results reproducible. */
    Comparator<Observation> ORDER = Comparator.comparing(Observation::epoch).thenComparing(Observation::inputId);

    /** Returns the caller's id; never read here. */
    String inputId();

    /** Returns the id of the sensor. */
    String sensorId();

    /** Returns the epoch of reception, UTC. */
    Instant epoch();

    /** Returns what was measured, wherever the sensor was. */
    default Observation measured() {
        return this;
    }

    /** Returns the ids of all sensors that took part, {@link #sensorId()} first. */
    default List<String> sensorIds() {
        return List.of(sensorId());
    }

    /** Returns the numbers of this observation with their own sigmas; empty where the sensor's counts. */
    Map<Component, OptionalDouble> sigmas();

    /** How the signal went. */
    enum Path {
        /** Emitted by the object or lit by the Sun. */
        ONE_WAY,
        /** Emitted by the sensor and returned by the object; values are half of the round trip. */
        TWO_WAY
    }

    /**
     * Distance.
     *
     * @param rangeM m; for a two-way path half of the round trip
     * @param sigmaM 1-sigma, m
     */
    record Range(String inputId, String sensorId, Instant epoch, double rangeM, OptionalDouble sigmaM, Path path)
            implements Observation {
        /** Checks the parts. */
        public Range {
            common(inputId, sensorId, epoch);
            Objects.requireNonNull(path);
            value("range", rangeM);
            sigma("range sigma", sigmaM);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(Component.RANGE, sigmaM);
        }
    }

    /**
     * The air at a laser station.
     *
     * @param pressurePa Pa
     * @param temperatureK K
     * @param humidity relative, 0 to 1
     * @param wavelengthM of the laser, m
     */
    record Air(double pressurePa, double temperatureK, double humidity, double wavelengthM) {
        /** Checks the parts. */
        public Air {
            if (!(pressurePa > 0 && temperatureK > 0 && humidity >= 0 && wavelengthM > 0)) {
                throw new IllegalArgumentException("air: `" + pressurePa + " " + temperatureK + " " + humidity + " "
                        + wavelengthM + "` (expected: positive numbers)");
            }
        }
    }

    /**
     * Distance by laser: two-way, to the centre of mass.
     *
     * @param rangeM half of the round trip, m
     * @param sigmaM 1-sigma, m
     * @param air what the light went through; empty: its delay is taken out already
     */
    record LaserRange(
            String inputId, String sensorId, Instant epoch, double rangeM, OptionalDouble sigmaM, Optional<Air> air)
            implements Observation {
        /** Checks the parts. */
        public LaserRange {
            common(inputId, sensorId, epoch);
            Objects.requireNonNull(air);
            value("range", rangeM);
            sigma("range sigma", sigmaM);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(Component.RANGE, sigmaM);
        }
    }

    /**
     * Rate of the distance, positive when the object recedes.
     *
     * @param rangeRateMps m/s; for a two-way path half of the rate of the round trip
     * @param sigmaMps 1-sigma, m/s
     */
    record RangeRate(
            String inputId, String sensorId, Instant epoch, double rangeRateMps, OptionalDouble sigmaMps, Path path)
            implements Observation {
        /** Checks the parts. */
        public RangeRate {
            common(inputId, sensorId, epoch);
            Objects.requireNonNull(path);
            value("range rate", rangeRateMps);
            sigma("range rate sigma", sigmaMps);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(Component.RANGE_RATE, sigmaMps);
        }
    }

    /**
     * Direction in the local horizon of the sensor.
     *
     * @param azimuthRad from north over east, rad
     * @param elevationRad above the horizon, rad
     * @param azimuthSigmaRad 1-sigma of the azimuth itself (not times cosine of elevation), rad
     * @param elevationSigmaRad 1-sigma, rad
     */
    record AzimuthElevation(
            String inputId,
            String sensorId,
            Instant epoch,
            double azimuthRad,
            double elevationRad,
            OptionalDouble azimuthSigmaRad,
            OptionalDouble elevationSigmaRad)
            implements Observation {
        /** Checks the parts. */
        public AzimuthElevation {
            common(inputId, sensorId, epoch);
            value("azimuth", azimuthRad);
            value("elevation", elevationRad);
            sigma("azimuth sigma", azimuthSigmaRad);
            sigma("elevation sigma", elevationSigmaRad);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(Component.AZIMUTH, azimuthSigmaRad, Component.ELEVATION, elevationSigmaRad);
        }
    }

    /**
     * Direction among the stars, from the sensor.
     *
     * @param frame frame of the angles: an inertial one
     * @param rightAscensionRad rad
     * @param declinationRad rad
     * @param rightAscensionSigmaRad 1-sigma of the right ascension itself (not times cosine of declination), rad
     * @param declinationSigmaRad 1-sigma, rad
     */
    record RightAscensionDeclination(
            String inputId,
            String sensorId,
            Instant epoch,
            Frame frame,
            double rightAscensionRad,
            double declinationRad,
            OptionalDouble rightAscensionSigmaRad,
            OptionalDouble declinationSigmaRad)
            implements Observation {
        /** Checks the parts. */
        public RightAscensionDeclination {
            common(inputId, sensorId, epoch);
            if (frame.kind() != Frame.Kind.INERTIAL) {
                throw new IllegalArgumentException("frame: `" + frame + "` (expected: an inertial frame)");
            }
            value("right ascension", rightAscensionRad);
            value("declination", declinationRad);
            sigma("right ascension sigma", rightAscensionSigmaRad);
            sigma("declination sigma", declinationSigmaRad);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(
                    Component.RIGHT_ASCENSION, rightAscensionSigmaRad, Component.DECLINATION, declinationSigmaRad);
        }
    }

    /**
     * Difference of arrival times of one signal at two sensors: arrival at {@code sensorId} minus arrival at
     * {@code secondSensorId}. The epoch is of arrival at {@code sensorId}.
     *
     * @param secondSensorId id of the other sensor
     * @param differenceS s
     * @param sigmaS 1-sigma, s
     */
    record TimeDifference(
            String inputId,
            String sensorId,
            String secondSensorId,
            Instant epoch,
            double differenceS,
            OptionalDouble sigmaS)
            implements Observation {
        /** Checks the parts. */
        public TimeDifference {
            common(inputId, sensorId, epoch);
            Objects.requireNonNull(secondSensorId);
            value("time difference", differenceS);
            sigma("time difference sigma", sigmaS);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(Component.TIME_DIFFERENCE, sigmaS);
        }

        @Override
        public List<String> sensorIds() {
            return List.of(sensorId, secondSensorId);
        }
    }

    /**
     * Difference of received frequencies of one signal at two sensors: at {@code sensorId} minus at
     * {@code secondSensorId}. The epoch is of arrival at {@code sensorId}.
     *
     * @param secondSensorId id of the other sensor
     * @param centreFrequencyHz frequency at the emitter, Hz
     * @param differenceHz Hz
     * @param sigmaHz 1-sigma, Hz
     */
    record FrequencyDifference(
            String inputId,
            String sensorId,
            String secondSensorId,
            Instant epoch,
            double centreFrequencyHz,
            double differenceHz,
            OptionalDouble sigmaHz)
            implements Observation {
        /** Checks the parts. */
        public FrequencyDifference {
            common(inputId, sensorId, epoch);
            Objects.requireNonNull(secondSensorId);
            value("centre frequency", centreFrequencyHz);
            value("frequency difference", differenceHz);
            sigma("frequency difference sigma", sigmaHz);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of(Component.FREQUENCY_DIFFERENCE, sigmaHz);
        }

        @Override
        public List<String> sensorIds() {
            return List.of(sensorId, secondSensorId);
        }
    }

    /**
     * Apparent brightness; carried for those who read it, no orbit rests on it.
     *
     * @param magnitude visual magnitude
     */
    record Magnitude(String inputId, String sensorId, Instant epoch, double magnitude) implements Observation {
        /** Checks the parts. */
        public Magnitude {
            common(inputId, sensorId, epoch);
            value("magnitude", magnitude);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of();
        }
    }

    /**
     * Radar cross-section; carried for those who read it, no orbit rests on it.
     *
     * @param rcsM2 m²
     */
    record RadarCrossSection(String inputId, String sensorId, Instant epoch, double rcsM2) implements Observation {
        /** Checks the parts. */
        public RadarCrossSection {
            common(inputId, sensorId, epoch);
            value("radar cross-section", rcsM2);
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return Map.of();
        }
    }

    /**
     * What a sensor on a satellite measured.
     *
     * @param measured a range, a range rate or a right ascension and declination
     * @param platform where the satellite was at the epoch of reception
     * @param covariance of that, in its frame; empty: it is taken as known
     */
    record FromSatellite(Observation measured, OrbitState platform, Optional<SymmetricMatrix> covariance)
            implements Observation {
        /** Checks the parts. */
        public FromSatellite {
            Objects.requireNonNull(covariance);
            if (!(measured instanceof Range
                    || measured instanceof RangeRate
                    || measured instanceof RightAscensionDeclination)) {
                throw new IllegalArgumentException("observation from a satellite: `"
                        + measured.getClass().getSimpleName()
                        + "` (expected: a range, a range rate, or a right ascension and declination)");
            }
            if (!platform.epoch().equals(measured.epoch())) {
                throw new IllegalArgumentException("epoch of the platform: `" + platform.epoch() + "` (expected: "
                        + measured.epoch() + ", of the observation)");
            }
        }

        @Override
        public String inputId() {
            return measured.inputId();
        }

        @Override
        public String sensorId() {
            return measured.sensorId();
        }

        @Override
        public Instant epoch() {
            return measured.epoch();
        }

        @Override
        public Map<Component, OptionalDouble> sigmas() {
            return measured.sigmas();
        }
    }

    private static void common(String inputId, String sensorId, Instant epoch) {
        Objects.requireNonNull(inputId);
        Objects.requireNonNull(sensorId);
        Objects.requireNonNull(epoch);
    }

    private static void value(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + ": `" + value + "` (expected: a finite number)");
        }
    }

    private static void sigma(String name, OptionalDouble sigma) {
        if (sigma.isPresent() && !(sigma.getAsDouble() > 0 && Double.isFinite(sigma.getAsDouble()))) {
            throw new IllegalArgumentException(name + ": `" + sigma.getAsDouble() + "` (expected: a positive number)");
        }
    }
}
