package nl.sluis.orbit.determination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.GeodeticPosition;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.SymmetricMatrix;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.internal.Convert;
import nl.sluis.orbit.measurement.Component;
import nl.sluis.orbit.measurement.Correction;
import nl.sluis.orbit.measurement.Observation;
import nl.sluis.orbit.measurement.Sensor;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.frames.TopocentricFrame;
import org.orekit.models.earth.ionosphere.nequick.NeQuickItu;
import org.orekit.propagation.BoundedPropagator;
import org.orekit.propagation.EphemerisGenerator;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.numerical.NumericalPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.Constants;
import org.orekit.utils.PVCoordinates;
import org.orekit.utils.PVCoordinatesProvider;

/**
 * What a source did to its values, and where its sensor was, is what the model does. Observations are worked out here from
 * the path of the light; an orbit is found from them with the right model and, where that matters, not with another.
 */
class SignalPathTest {
    private static final Instant EPOCH = Instant.parse("2014-03-01T12:00:00Z");
    private static final double FREQUENCY_HZ = 440e6;

    /** Observed by all. */
    private static final OrbitState OBJECT =
            new OrbitState(EPOCH, Frame.GCRF, new Vector3(7_800_000, 0, 0), new Vector3(0, 4_600, 5_400));

    /** Carries a sensor. */
    private static final OrbitState PLATFORM = new OrbitState(
            EPOCH, Frame.GCRF, new Vector3(7_000_000, 900_000, -400_000), new Vector3(-500, 5_200, 5_300));

    private static final ForceModel FORCES =
            new ForceModel(8, 8, true, true, Optional.empty(), Optional.empty(), OptionalInt.empty(), 1_000, false);

    private static final Map<Component, Double> SIGMAS = Map.of(
            Component.RANGE, 5.0,
            Component.RANGE_RATE, 0.01,
            Component.AZIMUTH, 2e-5,
            Component.ELEVATION, 2e-5,
            Component.RIGHT_ASCENSION, 5e-6,
            Component.DECLINATION, 5e-6);

    private static PVCoordinatesProvider object;
    private static PVCoordinatesProvider platform;

    /** What is measured, and from where. */
    enum Kind {
        RANGE,
        TWO_WAY_RANGE,
        RANGE_RATE,
        AZIMUTH_ELEVATION,
        RIGHT_ASCENSION_DECLINATION,
        RANGE_FROM_SATELLITE,
        TWO_WAY_RANGE_FROM_SATELLITE,
        RANGE_RATE_FROM_SATELLITE,
        RIGHT_ASCENSION_DECLINATION_FROM_SATELLITE;

        boolean isFromSatellite() {
            return name().endsWith("FROM_SATELLITE");
        }
    }

    @BeforeAll
    static void paths() {
        OrekitData.load();
        object = path(OBJECT);
        platform = path(PLATFORM);
    }

    private static PVCoordinatesProvider path(OrbitState from) {
        NumericalPropagator propagator = Trajectory.of(from, FORCES).builder().buildPropagator();
        EphemerisGenerator generator = propagator.getEphemerisGenerator();
        propagator.propagate(
                Convert.date(EPOCH).shiftedBy(-60), Convert.date(EPOCH).shiftedBy(8 * 3600.0));
        BoundedPropagator flown = generator.getGeneratedEphemeris();
        return flown;
    }

    private static Sensor sensor(String id, boolean aboard, boolean atOnce, Set<Correction> corrections) {
        return new Sensor(
                id,
                aboard
                        ? Optional.empty()
                        : Optional.of(GeodeticPosition.ofDegrees(id.equals("south") ? -30 : 25, 10, 500)),
                SIGMAS,
                Map.of(),
                corrections,
                atOnce,
                OptionalDouble.of(FREQUENCY_HZ));
    }

    private static PVCoordinatesProvider where(Sensor sensor) {
        return sensor.site()
                .<PVCoordinatesProvider>map(SignalPathTest::topocentric)
                .orElse(platform);
    }

    private static TopocentricFrame topocentric(GeodeticPosition p) {
        return new TopocentricFrame(
                Convert.earth(), new GeodeticPoint(p.latitudeRad(), p.longitudeRad(), p.altitudeM()), "site");
    }

    private static PVCoordinates at(PVCoordinatesProvider one, AbsoluteDate date) {
        return one.getPVCoordinates(date, Convert.frame(Frame.GCRF));
    }

    /** How long before its arrival the light left the object. */
    private static double flightS(PVCoordinatesProvider sensor, AbsoluteDate arrival, boolean atOnce) {
        double s = 0;
        for (int i = 0; i < 6 && !atOnce; i++) {
            s = Vector3D.distance(
                            at(sensor, arrival).getPosition(),
                            at(object, arrival.shiftedBy(-s)).getPosition())
                    / Constants.SPEED_OF_LIGHT;
        }
        return s;
    }

    private static Observation observe(Kind kind, Sensor sensor, Instant epoch) {
        PVCoordinatesProvider from = where(sensor);
        AbsoluteDate arrival = Convert.date(epoch);
        double downS = flightS(from, arrival, sensor.isAtOnce());
        PVCoordinates there = at(object, arrival.shiftedBy(-downS));
        PVCoordinates here = at(from, arrival);
        Vector3D sight = there.getPosition().subtract(here.getPosition());
        String id = kind + sensor.id() + epoch;
        OptionalDouble own = OptionalDouble.empty();
        Observation measured = switch (kind) {
            case RANGE, RANGE_FROM_SATELLITE ->
                new Observation.Range(id, sensor.id(), epoch, sight.getNorm(), own, Observation.Path.ONE_WAY);
            case TWO_WAY_RANGE, TWO_WAY_RANGE_FROM_SATELLITE -> {
                double upS = downS;
                for (int i = 0; i < 6 && !sensor.isAtOnce(); i++) {
                    upS = Vector3D.distance(
                                    at(from, arrival.shiftedBy(-downS - upS)).getPosition(), there.getPosition())
                            / Constants.SPEED_OF_LIGHT;
                }
                double range = sensor.isAtOnce() ? sight.getNorm() : Constants.SPEED_OF_LIGHT * (downS + upS) / 2;
                yield new Observation.Range(id, sensor.id(), epoch, range, own, Observation.Path.TWO_WAY);
            }
            case RANGE_RATE, RANGE_RATE_FROM_SATELLITE ->
                new Observation.RangeRate(
                        id,
                        sensor.id(),
                        epoch,
                        there.getVelocity().subtract(here.getVelocity()).dotProduct(sight.normalize()),
                        own,
                        Observation.Path.ONE_WAY);
            case AZIMUTH_ELEVATION -> {
                TopocentricFrame horizon = topocentric(sensor.position());
                Vector3D local = Convert.frame(Frame.GCRF)
                        .getStaticTransformTo(horizon, arrival)
                        .transformVector(sight);
                yield new Observation.AzimuthElevation(
                        id, sensor.id(), epoch, Math.atan2(local.getX(), local.getY()), local.getDelta(), own, own);
            }
            case RIGHT_ASCENSION_DECLINATION, RIGHT_ASCENSION_DECLINATION_FROM_SATELLITE -> {
                Vector3D inertial = Convert.frame(Frame.GCRF)
                        .getStaticTransformTo(Convert.frame(Frame.EME2000), arrival)
                        .transformVector(sight);
                yield new Observation.RightAscensionDeclination(
                        id, sensor.id(), epoch, Frame.EME2000, inertial.getAlpha(), inertial.getDelta(), own, own);
            }
        };
        return kind.isFromSatellite()
                ? new Observation.FromSatellite(
                        measured,
                        new OrbitState(
                                epoch,
                                Frame.GCRF,
                                Convert.vector(here.getPosition()),
                                Convert.vector(here.getVelocity())),
                        Optional.empty())
                : measured;
    }

    /** Every kind from a sensor, or from two on the ground; the sky is taken as open all round. */
    private static List<Observation> track(Kind kind, List<Sensor> sensors) {
        List<Observation> track = new ArrayList<>();
        for (Instant epoch : Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofHours(4)), Duration.ofMinutes(8))) {
            sensors.forEach(sensor -> track.add(observe(kind, sensor, epoch)));
        }
        return track;
    }

    private static FitResult fit(List<Sensor> sensors, List<Observation> observations) {
        OrbitState start = new OrbitState(
                EPOCH, Frame.GCRF, OBJECT.positionM().plus(new Vector3(500, -400, 300)), OBJECT.velocityMps());
        return OrbitDetermination.fit(new FitRequest(start, sensors, observations, FORCES, FitSettings.INDEPENDENT));
    }

    private static double offM(FitResult fit) {
        return fit.solution()
                .orElseThrow()
                .state()
                .positionM()
                .minus(OBJECT.positionM())
                .norm();
    }

    @ParameterizedTest
    @EnumSource
    void an_orbit_follows_from_values_with_the_light_time_in_them_and_from_such_without(Kind kind) {
        for (boolean atOnce : new boolean[] {false, true}) {
            List<Observation> track = track(kind, sensors(kind, atOnce));

            FitResult fit = fit(sensors(kind, atOnce), track);

            assertThat(fit.verdict()).as(fit.reason()).isEqualTo(Verdict.CONVERGED);
            assertThat(fit.rejected()).isZero();
            // no noise was added, so what is left is what the model of the light path leaves out
            assertThat(fit.weightedRms()).isLessThan(1e-3);
            assertThat(offM(fit)).isLessThan(0.01);
        }
    }

    @ParameterizedTest
    @EnumSource
    void an_orbit_from_values_without_the_light_time_is_off_where_it_is_modelled(Kind kind) {
        FitResult wrong = fit(sensors(kind, false), track(kind, sensors(kind, true)));

        assertThat(offM(wrong)).isGreaterThan(wrong.solution().orElseThrow().positionSigmaM());
    }

    private static List<Sensor> sensors(Kind kind, boolean atOnce) {
        Sensor one = sensor("north", kind.isFromSatellite(), atOnce, Set.of());
        return kind.isFromSatellite() ? List.of(one) : List.of(one, sensor("south", false, atOnce, Set.of()));
    }

    @Test
    void a_platform_that_is_not_known_well_widens_the_orbit_that_rests_on_it() {
        Sensor sensor = sensor("north", true, false, Set.of());
        List<Observation> exact = track(Kind.TWO_WAY_RANGE_FROM_SATELLITE, List.of(sensor));
        double[][] uncertain = new double[6][6];
        for (int i = 0; i < 3; i++) {
            uncertain[i][i] = 100 * 100;
        }
        List<Observation> vague = exact.stream()
                .map(Observation.FromSatellite.class::cast)
                .<Observation>map(o -> new Observation.FromSatellite(
                        o.measured(), o.platform(), Optional.of(SymmetricMatrix.of(uncertain))))
                .toList();

        double known = fit(List.of(sensor), exact).solution().orElseThrow().positionSigmaM();
        double unknown = fit(List.of(sensor), vague).solution().orElseThrow().positionSigmaM();

        // 100 m on top of a sigma of 5 m, whatever the direction
        assertThat(unknown / known).isCloseTo(Math.hypot(100, 5) / 5, within(0.2));
    }

    @Test
    void who_may_not_use_a_sensor_on_a_satellite_gets_the_same_to_the_bit_whatever_it_sees() {
        List<Sensor> ground = sensors(Kind.TWO_WAY_RANGE, false);
        Sensor aboard = sensor("aboard", true, false, Set.of());
        Compartment all = new Compartment("all", track(Kind.TWO_WAY_RANGE, ground));
        Compartment secret = new Compartment("secret", track(Kind.RANGE_RATE_FROM_SATELLITE, List.of(aboard)));
        View allies = new View(List.of("all"), Optional.of(OBJECT));
        View owner = new View(List.of("all", "secret"), Optional.of(OBJECT));
        List<Sensor> sensors = new ArrayList<>(ground);
        sensors.add(aboard);

        List<FitResult> together = views(sensors, List.of(all, secret), List.of(owner, allies));
        FitResult alone = views(ground, List.of(all), List.of(allies)).get(0);

        assertThat(together.get(1)).isEqualTo(alone);
        assertThat(together.get(0).solution().orElseThrow().positionSigmaM())
                .isLessThan(alone.solution().orElseThrow().positionSigmaM());
    }

    private static List<FitResult> views(List<Sensor> sensors, List<Compartment> compartments, List<View> views) {
        return ViewDetermination.fit(
                new ViewsRequest(sensors, compartments, views, any -> FORCES, FitSettings.INDEPENDENT));
    }

    @Test
    void a_first_orbit_is_found_from_a_satellite() {
        Sensor sensor = sensor("north", true, false, Set.of());
        List<Observation> track = new ArrayList<>();
        for (Instant epoch : Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofMinutes(30)), Duration.ofMinutes(1))) {
            track.add(observe(Kind.TWO_WAY_RANGE_FROM_SATELLITE, sensor, epoch));
            track.add(observe(Kind.RIGHT_ASCENSION_DECLINATION_FROM_SATELLITE, sensor, epoch));
        }

        OrbitState found = InitialOrbit.find(List.of(sensor), track).orElseThrow();

        OrbitState truth =
                Propagation.states(OBJECT, FORCES, List.of(found.epoch())).get(0);
        assertThat(found.positionM().minus(truth.positionM()).norm()).isLessThan(1_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"TWO_WAY_RANGE", "RANGE_RATE"})
    void what_went_through_the_ionosphere_needs_its_model(Kind kind) {
        List<Sensor> right = List.of(through("north"), through("south"));
        List<Sensor> wrong = List.of(sensor("north", false, false, Set.of()), sensor("south", false, false, Set.of()));
        List<Observation> changed = new ArrayList<>();
        for (Instant epoch : Ephemeris.epochs(EPOCH, EPOCH.plus(Duration.ofHours(4)), Duration.ofMinutes(2))) {
            right.stream()
                    .filter(sensor -> elevationRad(sensor, epoch) > Math.toRadians(5))
                    .forEach(sensor -> changed.add(throughIonosphere(observe(kind, sensor, epoch), sensor)));
        }

        FitResult with = fit(right, changed);
        FitResult without = fit(wrong, changed);

        double sigmaM = with.solution().orElseThrow().positionSigmaM();
        assertThat(offM(with)).isLessThan(sigmaM);
        assertThat(offM(without)).isGreaterThan(20 * sigmaM);
    }

    private static Sensor through(String id) {
        return sensor(id, false, false, Set.of(Correction.IONOSPHERE));
    }

    private static Observation throughIonosphere(Observation observation, Sensor sensor) {
        return observation instanceof Observation.Range o
                ? new Observation.Range(
                        o.inputId(),
                        o.sensorId(),
                        o.epoch(),
                        o.rangeM() + delayM(sensor, o.epoch()),
                        o.sigmaM(),
                        o.path())
                : carrierAhead((Observation.RangeRate) observation, sensor);
    }

    private static Observation carrierAhead(Observation.RangeRate o, Sensor sensor) {
        Duration half = Duration.ofSeconds(5);
        double change =
                (delayM(sensor, o.epoch().plus(half)) - delayM(sensor, o.epoch().minus(half))) / 10;
        return new Observation.RangeRate(
                o.inputId(), o.sensorId(), o.epoch(), o.rangeRateMps() - change, o.sigmaMps(), o.path());
    }

    private static double elevationRad(Sensor sensor, Instant epoch) {
        return ((Observation.AzimuthElevation) observe(Kind.AZIMUTH_ELEVATION, sensor, epoch)).elevationRad();
    }

    /** The library's own rule over NeQuick, with the flux of the table on that day. */
    private static double delayM(Sensor sensor, Instant epoch) {
        AbsoluteDate date = Convert.date(epoch);
        NeQuickItu electrons = new NeQuickItu(Dynamics.meanSolarFlux(date), TimeScalesFactory.getUTC());
        SpacecraftState state =
                ((BoundedPropagator) object).propagate(date.shiftedBy(-flightS(where(sensor), date, false)));
        return electrons.pathDelay(state, topocentric(sensor.position()), FREQUENCY_HZ, new double[0]);
    }
}
