package nl.sluis.orbit.association;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.Ephemeris;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.LocalAxes;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.determination.Surface;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.util.FastMath;
import org.orekit.frames.FramesFactory;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.orbits.PositionAngleType;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.Constants;

/** Simulated objects in one crowded shell, and the passes that radars see of them. */
final class Sky {
    static final Instant EPOCH = Instant.parse("2020-03-01T00:00:00Z");

    static final List<Sensor> RADARS =
            List.of(radar("alpha", 52, 5), radar("bravo", 35, -100), radar("charlie", 69, 19));

    private final Random random;
    private final List<OrbitState> truth;

    Sky(long seed, int objects) {
        OrekitData.load();
        random = new Random(seed);
        truth = IntStream.range(0, objects).mapToObj(i -> orbit()).toList();
    }

    static Sensor radar(String id, double latitudeDeg, double longitudeDeg) {
        return new Sensor(
                id,
                GeodeticPosition.ofDegrees(latitudeDeg, longitudeDeg, 30),
                Map.of(
                        Component.RANGE, 20.0,
                        Component.AZIMUTH, Math.toRadians(0.02),
                        Component.ELEVATION, Math.toRadians(0.02)),
                Map.of(),
                Set.of());
    }

    /** A shell at 780 to 820 km, inclined by 86 degrees. */
    private OrbitState orbit() {
        KeplerianOrbit orbit = new KeplerianOrbit(
                7.17e6 + 2e4 * random.nextGaussian(),
                1e-3,
                FastMath.toRadians(86 + random.nextGaussian()),
                2 * FastMath.PI * random.nextDouble(),
                2 * FastMath.PI * random.nextDouble(),
                2 * FastMath.PI * random.nextDouble(),
                PositionAngleType.MEAN,
                FramesFactory.getGCRF(),
                new AbsoluteDate(EPOCH, TimeScalesFactory.getUTC()),
                Constants.EIGEN5C_EARTH_MU);
        var pv = orbit.getPVCoordinates();
        return new OrbitState(
                EPOCH,
                Frame.GCRF,
                new Vector3(
                        pv.getPosition().getX(),
                        pv.getPosition().getY(),
                        pv.getPosition().getZ()),
                new Vector3(
                        pv.getVelocity().getX(),
                        pv.getVelocity().getY(),
                        pv.getVelocity().getZ()));
    }

    static ForceModel forces(OrbitState state) {
        return ForceModel.forOrbit(state).withoutDrag().withSolarPressure(Surface.known(10, 1.5));
    }

    /** An object as a catalogue would have it: off by what is assumed of orbits that come without a covariance. */
    Predicted catalogued(int object) {
        OrbitState state = truth.get(object);
        Vector3[] rtn = LocalAxes.rtn(state);
        double late = 2_000 * random.nextGaussian();
        double n = state.velocityMps().norm() / state.positionM().norm();
        OrbitState off = new OrbitState(
                state.epoch(),
                state.frame(),
                state.positionM()
                        .plus(rtn[0].times(1_000 * random.nextGaussian()))
                        .plus(rtn[1].times(late))
                        .plus(rtn[2].times(1_000 * random.nextGaussian())),
                state.velocityMps().plus(rtn[0].times(-n * late)));
        return Predicted.stated(Integer.toString(object), off, forces(off));
    }

    /** The passes of an object within some hours of the epoch, of at least ten observations each. */
    List<Tracklet> passes(int object, Duration span) {
        List<Tracklet> passes = new ArrayList<>();
        for (Sensor radar : RADARS) {
            Simulation simulation =
                    new Simulation(truth.get(object), forces(truth.get(object)), CommonError.REALISTIC, random);
            List<Observation> seen =
                    simulation.observe(radar, Ephemeris.epochs(EPOCH, EPOCH.plus(span), Duration.ofSeconds(20)));
            List<Observation> pass = new ArrayList<>();
            for (Observation one : seen) {
                if (!pass.isEmpty()
                        && Duration.between(pass.get(pass.size() - 1).epoch(), one.epoch())
                                        .compareTo(Duration.ofMinutes(5))
                                > 0) {
                    add(passes, object, radar, pass);
                    pass = new ArrayList<>();
                }
                pass.add(one);
            }
            add(passes, object, radar, pass);
        }
        passes.sort(Comparator.comparing(Tracklet::start));
        return passes;
    }

    private static void add(List<Tracklet> passes, int object, Sensor radar, List<Observation> pass) {
        if (pass.size() >= 20) {
            passes.add(
                    new Tracklet(object + "/" + radar.id() + "/" + pass.get(0).epoch(), List.of(radar), pass));
        }
    }

    /** The object that a simulated track is of. */
    static String objectOf(Tracklet track) {
        return track.id().substring(0, track.id().indexOf('/'));
    }

    OrbitState truth(int object) {
        return truth.get(object);
    }
}
