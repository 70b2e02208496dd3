package nl.sluis.orbit.determination;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;

/** A low satellite that four radars track for nine hours. */
final class Radars {

    static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");

    static final OrbitState TRUTH = new OrbitState(
            EPOCH,
            Frame.GCRF,
            new Vector3(-2_410_432.0, 1_120_345.0, 6_633_210.0),
            new Vector3(-3_950.0, -6_290.0, -372.0));

    /** What a public catalogue would have said: a kilometre off. */
    static final OrbitState PUBLIC = new OrbitState(
            EPOCH,
            Frame.GCRF,
            TRUTH.positionM().plus(new Vector3(900, -700, 400)),
            TRUTH.velocityMps().plus(new Vector3(-0.5, 0.4, 0.3)));

    static final List<Sensor> SENSORS = List.of(
            radar("alpha", 52.0, 5.0, true),
            radar("bravo", -33.9, 18.5, false),
            radar("charlie", 69.6, 18.9, true),
            radar("delta", -31.0, 149.0, false));

    private Radars() {}

    static Sensor radar(String id, double latitudeDeg, double longitudeDeg, boolean biased) {
        return new Sensor(
                id,
                GeodeticPosition.ofDegrees(latitudeDeg, longitudeDeg, 30),
                Map.of(
                        Component.RANGE, 20.0,
                        Component.AZIMUTH, Math.toRadians(0.02),
                        Component.ELEVATION, Math.toRadians(0.02)),
                biased ? Map.of(Component.RANGE, Sensor.Bias.guessed(0)) : Map.of(),
                Set.of());
    }

    /** Drag is estimated from observations alone, so that Orekit's estimator can be asked the same. */
    static ForceModel forces(OrbitState any) {
        return ForceModel.forOrbit(any).withDrag(Surface.estimated(10, 2.2)).withSolarPressure(Surface.known(10, 1.5));
    }

    static Compartment track(Sensor sensor) {
        Simulation simulation = new Simulation(
                TRUTH, forces(TRUTH), CommonError.NONE, new Random(sensor.id().hashCode()));
        List<Instant> epochs = Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofHours(9)), Duration.ofSeconds(30));
        List<Observation> seen = simulation.observe(sensor, epochs);
        return new Compartment(sensor.id(), seen);
    }
}
