package nl.sluis.orbit.determination;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.orekit.propagation.BoundedPropagator;
import org.orekit.propagation.EphemerisGenerator;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.numerical.NumericalPropagator;

/**
 * What sensors would see of a known orbit: for exercises and for checks against truth. The measurement models are those of
 * the determination.
 */
public final class Simulation {

    /** Nothing is seen below this elevation. */
    private static final double LOWEST_ELEVATION_RAD = Math.toRadians(10);

    /** The path is computed a little further than asked for. */
    private static final double MARGIN_S = 1;

    private final NumericalPropagator propagator;
    private final OrbitState truth;
    private final CommonError common;
    private final RandomGenerator noise;
    private final Map<String, Double> shared = new HashMap<>();

    /**
     * Prepares a simulation.
     *
     * @param truth the orbit
     * @param forces which forces act; coefficients are taken as they stand
     * @param common what errors have in common
     * @param noise source of the errors; a seed makes a simulation repeatable
     */
    public Simulation(OrbitState truth, ForceModel forces, CommonError common, RandomGenerator noise) {
        OrekitData.load();
        this.propagator = Trajectory.of(truth, forces).builder().buildPropagator();
        this.truth = truth;
        this.common = common;
        this.noise = noise;
    }

    /**
     * Returns what a sensor sees: a range where it has a sigma for one, and a direction where it has sigmas for azimuth and
     * elevation.
     *
     * @param sensor where it stands; its sigmas are the size of its errors and its biases are added
     * @param epochs when it looks, UTC; at least one
     * @return only what is above the horizon, in the order of time
     */
    public List<Observation> observe(Sensor sensor, List<Instant> epochs) {
        MeasurementModel model = new MeasurementModel(List.of(sensor));
        List<Observation> seen = new ArrayList<>();
        TreeSet<Instant> sorted = new TreeSet<>(epochs);
        EphemerisGenerator generator = propagator.getEphemerisGenerator();
        propagator.propagate(
                Convert.date(sorted.first()).shiftedBy(-MARGIN_S),
                Convert.date(sorted.last()).shiftedBy(MARGIN_S));
        BoundedPropagator path = generator.getGeneratedEphemeris();
        for (Instant epoch : sorted) {
            SpacecraftState state = path.propagate(Convert.date(epoch));
            String id = sensor.id() + "@" + epoch;
            double[] direction = value(
                    model,
                    new Observation.AzimuthElevation(
                            id, sensor.id(), epoch, 0, 0, OptionalDouble.of(1), OptionalDouble.of(1)),
                    state);
            if (direction[1] < LOWEST_ELEVATION_RAD) {
                continue;
            }
            if (sensor.sigmas().containsKey(Component.RANGE)) {
                Observation.Range plain = new Observation.Range(
                        id + "/range", sensor.id(), epoch, 0, OptionalDouble.empty(), Observation.Path.TWO_WAY);
                double range = value(model, plain, state)[0] + error(plain, sensor, Component.RANGE);
                seen.add(new Observation.Range(
                        plain.inputId(), sensor.id(), epoch, range, plain.sigmaM(), plain.path()));
            }
            if (sensor.sigmas().containsKey(Component.AZIMUTH)) {
                Observation.AzimuthElevation plain = new Observation.AzimuthElevation(
                        id + "/direction", sensor.id(), epoch, 0, 0, OptionalDouble.empty(), OptionalDouble.empty());
                seen.add(new Observation.AzimuthElevation(
                        plain.inputId(),
                        sensor.id(),
                        epoch,
                        direction[0] + error(plain, sensor, Component.AZIMUTH),
                        direction[1] + error(plain, sensor, Component.ELEVATION),
                        plain.azimuthSigmaRad(),
                        plain.elevationSigmaRad()));
            }
        }
        return seen;
    }

    /** Returns the true orbit at an epoch, in the frame of propagation. */
    public OrbitState truth(Instant epoch) {
        SpacecraftState state = propagator.propagate(Convert.date(epoch));
        return new OrbitState(
                epoch,
                Dynamics.propagationFrame(truth),
                Convert.vector(state.getPVCoordinates().getPosition()),
                Convert.vector(state.getPVCoordinates().getVelocity()));
    }

    private static double[] value(MeasurementModel model, Observation observation, SpacecraftState state) {
        return model.model(observation)
                .orElseThrow()
                .measurement()
                .estimateWithoutDerivatives(new SpacecraftState[] {state})
                .getEstimatedValue();
    }

    private double error(Observation observation, Sensor sensor, Component component) {
        double sigma = Objects.requireNonNull(sensor.sigmas().get(component), component.name());
        double together = common.sigmas() == 0
                ? 0
                : shared.computeIfAbsent(common.group(observation, component), none -> noise.nextGaussian());
        return sigma * (noise.nextGaussian() + common.sigmas() * together);
    }
}
