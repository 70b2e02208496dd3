package nl.sluis.scenarios;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.proto.v1.AzimuthElevation;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Corrections;
import nl.sluis.proto.v1.Document;
import nl.sluis.proto.v1.DocumentFormat;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Frame;
import nl.sluis.proto.v1.GroundSite;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.MeasurementSigmas;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Observation;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Range;
import nl.sluis.proto.v1.RangeMode;
import nl.sluis.proto.v1.Sensor;
import nl.sluis.proto.v1.StateVector;
import nl.sluis.proto.v1.TimeScale;
import nl.sluis.proto.v1.Vector3;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.hipparchus.ode.nonstiff.DormandPrince853Integrator;
import org.orekit.bodies.CelestialBodyFactory;
import org.orekit.bodies.GeodeticPoint;
import org.orekit.bodies.OneAxisEllipsoid;
import org.orekit.forces.gravity.HolmesFeatherstoneAttractionModel;
import org.orekit.forces.gravity.ThirdBodyAttraction;
import org.orekit.forces.gravity.potential.GravityFieldFactory;
import org.orekit.frames.FramesFactory;
import org.orekit.frames.TopocentricFrame;
import org.orekit.orbits.KeplerianOrbit;
import org.orekit.orbits.OrbitType;
import org.orekit.orbits.PositionAngleType;
import org.orekit.propagation.EphemerisGenerator;
import org.orekit.propagation.Propagator;
import org.orekit.propagation.SpacecraftState;
import org.orekit.propagation.numerical.NumericalPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.time.TimeScalesFactory;
import org.orekit.utils.Constants;
import org.orekit.utils.IERSConventions;
import org.orekit.utils.PVCoordinates;
import org.orekit.utils.TrackingCoordinates;

/** Seeded days of contributions by three originators, under labels that eight audiences may read or not. */
final class Histories {
    static final String CATALOGUE = "nld/catalogue";
    static final List<String> ORIGINATORS = List.of("fra/radar-west", "deu/radar-north", "ita/radar-south");
    static final List<String> SUBSCRIBERS = List.of(
            "fra/centre-west",
            "deu/centre-north",
            "ita/centre-south",
            "usa/centre-ocean",
            "nor/centre-fjord",
            "aut/centre-alps",
            "che/centre-lake",
            "lux/operator");
    private static final String PUBLIC = "{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: NLD/catalogue}";
    private static final Instant DAY = Instant.parse("2026-10-01T00:00:00Z");
    private static final double DAY_S = 86_400;
    private static final Duration SLOT = Duration.ofMinutes(10);
    private static final int SLOTS = 14;
    private static final int OBSERVATIONS = 6;
    private static final Duration PLAN_FROM = Duration.ofHours(9);
    private static final Duration PLAN_TO = Duration.ofHours(12);
    private static final double RANGE_SIGMA_M = 30;
    private static final double ANGLE_SIGMA_RAD = 1e-4;

    /**
     * Near-geostationary objects over Europe; the first two meet where their planes cross, twice a day, and the last one is
     * known from a secret orbit alone.
     */
    private static final int[] OBJECTS = {60001, 60002, 60003};

    private static final double[] INCLINATIONS_DEG = {0.5, 6, 12};
    private static final double[] LONGITUDES_DEG = {10, 10, 7};
    private static final Map<String, double[]> SITES_DEG = Map.of(
            "fra/radar-west", new double[] {48, 1},
            "deu/radar-north", new double[] {52, 11},
            "ita/radar-south", new double[] {40, 16},
            "fra/deep-eye", new double[] {45, 4});

    static final Corrections CORRECTED = Corrections.newBuilder()
            .setTroposphere(true)
            .setIonosphere(true)
            .setAberration(true)
            .build();

    /** How much finer a sensor measures than the others. */
    private static final Map<String, Double> FINER = Map.of("fra/deep-eye", 10.0);

    private static final List<Propagator> TRUTH = new ArrayList<>();

    private Histories() {}

    /** How an originator labels a contribution, and who may read it. */
    enum Marking {
        ANYONE("{NLD: unclassified, rel: [PARTNERS, COMMERCIAL], owner: %2$s}"),
        ALLIES("{NATO: restricted, rel: [NATO], owner: %2$s}"),
        UNION("{EU: restricted, rel: [EU], owner: %2$s}"),
        TWO("{NATO: secret, rel: [FRA, DEU], owner: %2$s}"),
        OWN("{NATO: secret, rel: [%1$s], owner: %2$s}");

        private final String notation;

        Marking(String notation) {
            this.notation = notation;
        }

        String notation(String originator) {
            String nation = originator.substring(0, 3).toUpperCase(Locale.ROOT);
            return String.format(Locale.ROOT, notation, nation, nation + originator.substring(3));
        }

        /** Subscribers that clear the label; rules may still withhold. */
        Set<String> readers(String originator) {
            return switch (this) {
                case ANYONE -> Set.copyOf(SUBSCRIBERS);
                case ALLIES ->
                    Set.of(
                            "fra/centre-west",
                            "deu/centre-north",
                            "ita/centre-south",
                            "usa/centre-ocean",
                            "nor/centre-fjord");
                case UNION -> Set.of("fra/centre-west", "deu/centre-north", "ita/centre-south", "aut/centre-alps");
                case TWO -> Set.of("fra/centre-west", "deu/centre-north");
                case OWN -> {
                    Set<String> own = new TreeSet<>(SUBSCRIBERS);
                    own.removeIf(subscriber -> !subscriber.startsWith(originator.substring(0, 4)));
                    yield own;
                }
            };
        }
    }

    /** What becomes of the withheld contributions in the second history. */
    enum Change {
        CHANGED,
        REMOVED,
        MULTIPLIED
    }

    /**
     * One contribution of a history.
     *
     * @param slot when it comes, in slots from the day's start
     * @param originator who contributes
     * @param marking how it is labelled
     * @param seed what it holds
     */
    record Event(int slot, String originator, Marking marking, long seed) {}

    /**
     * A history, and the same with what some may not see changed.
     *
     * @param seed where both come from
     * @param events the history
     * @param originator whose contributions change
     * @param marking those under this marking
     * @param change what becomes of them
     */
    record Pair(long seed, List<Event> events, String originator, Marking marking, Change change) {

        static Pair of(long seed) {
            Random random = new Random(seed);
            List<Marking> markings = List.of(Marking.values());
            String originator = ORIGINATORS.get(random.nextInt(ORIGINATORS.size()));
            Marking withheld = markings.get(1 + random.nextInt(markings.size() - 1));
            List<Event> events = new ArrayList<>();
            for (int slot = 1; slot <= SLOTS; slot++) {
                // every third contribution is one of those that change, so that both histories differ enough
                boolean changes = slot % 3 == 0;
                events.add(new Event(
                        slot,
                        changes ? originator : ORIGINATORS.get(random.nextInt(ORIGINATORS.size())),
                        changes ? withheld : markings.get(random.nextInt(markings.size())),
                        random.nextLong()));
            }
            return new Pair(
                    seed,
                    events,
                    originator,
                    withheld,
                    List.of(Change.values()).get(random.nextInt(Change.values().length)));
        }

        boolean changes(Event event) {
            return event.originator().equals(originator) && event.marking() == marking;
        }

        /** Those who may see what changes. */
        Set<String> readers() {
            return marking.readers(originator);
        }

        /** The same history, with what changes changed. */
        List<List<Event>> changedEvents() {
            return events.stream()
                    .map(event -> changes(event) ? changed(event) : List.of(event))
                    .toList();
        }

        private List<Event> changed(Event event) {
            Event other = new Event(event.slot(), originator, marking, ~event.seed());
            return switch (change) {
                case CHANGED -> List.of(other);
                case REMOVED -> List.of();
                case MULTIPLIED ->
                    List.of(event, other, new Event(event.slot(), originator, marking, event.seed() ^ 0x5555));
            };
        }

        @Override
        public String toString() {
            return "seed " + seed + ": " + originator + " " + marking + " " + change;
        }
    }

    /** Catalogue number of an object. */
    static int number(int object) {
        return OBJECTS[object];
    }

    static Instant time(Instant start, int slot) {
        return start.plus(SLOT.multipliedBy(slot));
    }

    static Sensor sensor(String sensorId, Label label) {
        double[] site = SITES_DEG.get(sensorId);
        double finer = FINER.getOrDefault(sensorId, 1.0);
        return Sensor.newBuilder()
                .setSensorId(sensorId)
                .setParticipant(sensorId)
                .setGround(GroundSite.newBuilder()
                        .setLatitudeRad(Math.toRadians(site[0]))
                        .setLongitudeRad(Math.toRadians(site[1])))
                .setSigmas(MeasurementSigmas.newBuilder()
                        .setRangeM(RANGE_SIGMA_M / finer)
                        .setAzimuthRad(ANGLE_SIGMA_RAD / finer)
                        .setElevationRad(ANGLE_SIGMA_RAD / finer))
                .setLabel(label)
                .build();
    }

    /** What everybody has: reference orbits of two objects, a kilometre off, and the crewed stations' elements. */
    static List<Contribution> publicInput(Demo demo) throws IOException {
        Label label = demo.label(PUBLIC);
        return List.of(
                contribution("orbit-0", label).setEphemeris(orbit(0, 1000)).build(),
                contribution("orbit-1", label).setEphemeris(orbit(1, -800)).build(),
                contribution("elements", label)
                        .setDocument(Document.newBuilder()
                                .setName("stations.tle")
                                .setFormat(DocumentFormat.DOCUMENT_FORMAT_TLE)
                                .setContent(ByteString.copyFrom(Demo.read("catalogue/stations.tle.gz"))))
                        .build());
    }

    /** The contribution of an event: mostly observations, sometimes an orbit, elements or a conjunction message. */
    static Contribution contribution(Demo demo, Event event) throws IOException {
        Random random = new Random(event.seed());
        Contribution.Builder item = contribution(
                "event-" + Long.toHexString(event.seed()),
                demo.label(event.marking().notation(event.originator())));
        int kind = random.nextInt(10);
        if (kind == 0) {
            item.setEphemeris(orbit(2, random.nextInt(2000)));
        } else if (kind == 1) {
            item.setDocument(Document.newBuilder()
                    .setName("elements.tle")
                    .setFormat(DocumentFormat.DOCUMENT_FORMAT_TLE)
                    .setContent(ByteString.copyFromUtf8(companion(random))));
        } else if (kind == 2) {
            item.setDocument(demo.conjunctions().get(random.nextInt(10)).getDocument());
        } else {
            item.setObservations(observations(event, random));
        }
        return item.build();
    }

    static Contribution.Builder contribution(String clientId, Label label) {
        return Contribution.newBuilder().setClientId(clientId).setLabel(label);
    }

    private static ObservationSeries observations(Event event, Random random) {
        int object = random.nextInt(4) == 0 ? 2 : random.nextInt(2);
        return observations(event.originator(), object, event.slot(), random);
    }

    /** A few minutes of ranges and directions of one object. */
    static ObservationSeries observations(String sensorId, int object, int slot, Random random) {
        double[] site = SITES_DEG.get(sensorId);
        double finer = FINER.getOrDefault(sensorId, 1.0);
        OneAxisEllipsoid earth = new OneAxisEllipsoid(
                Constants.WGS84_EARTH_EQUATORIAL_RADIUS,
                Constants.WGS84_EARTH_FLATTENING,
                FramesFactory.getITRF(IERSConventions.IERS_2010, true));
        TopocentricFrame station = new TopocentricFrame(
                earth, new GeodeticPoint(Math.toRadians(site[0]), Math.toRadians(site[1]), 0), "site");
        ObservationSeries.Builder series = ObservationSeries.newBuilder()
                .setSensorId(sensorId)
                .setTimeScale(TimeScale.TIME_SCALE_UTC)
                .setCorrections(CORRECTED);
        if (random.nextInt(4) > 0) {
            // else nobody says what it is: each view finds out by what it knows
            series.setObject(ObjectReference.newBuilder().setCatalogueNumber(OBJECTS[object]));
        }
        Instant from = time(DAY, 3 * slot);
        for (int i = 0; i < OBSERVATIONS; i++) {
            Instant epoch = from.plusSeconds(240L * i + random.nextInt(60));
            SpacecraftState state = truth(object).propagate(date(epoch));
            TrackingCoordinates seen =
                    station.getTrackingCoordinates(state.getPosition(), state.getFrame(), state.getDate());
            series.addObservations(Observation.newBuilder()
                    .setEpoch(timestamp(epoch))
                    .setRange(Range.newBuilder()
                            .setRangeM(seen.getRange() + RANGE_SIGMA_M / finer * random.nextGaussian())
                            .setMode(RangeMode.RANGE_MODE_ONE_WAY)));
            series.addObservations(Observation.newBuilder()
                    .setEpoch(timestamp(epoch))
                    .setAzimuthElevation(AzimuthElevation.newBuilder()
                            .setAzimuthRad(seen.getAzimuth() + ANGLE_SIGMA_RAD / finer * random.nextGaussian())
                            .setElevationRad(seen.getElevation() + ANGLE_SIGMA_RAD / finer * random.nextGaussian())));
        }
        return series.build();
    }

    /** An orbit at the start of the day, off by some metres. */
    static Ephemeris orbit(int object, double offsetM) {
        SpacecraftState state = truth(object).propagate(date(DAY));
        Vector3D position = state.getPosition().add(new Vector3D(offsetM, Vector3D.PLUS_I));
        Vector3D velocity = state.getPVCoordinates().getVelocity();
        return Ephemeris.newBuilder()
                .setObject(ObjectReference.newBuilder().setCatalogueNumber(OBJECTS[object]))
                .addStates(StateVector.newBuilder()
                        .setEpoch(timestamp(DAY))
                        .setFrame(Frame.FRAME_GCRF)
                        .setPositionM(vector(position))
                        .setVelocityMS(vector(velocity)))
                .build();
    }

    /** The way of an object for some hours about the next time that the first two meet, as if a stranger flew it. */
    static Ephemeris planned(int object, ObjectReference stranger) {
        Ephemeris.Builder plan = Ephemeris.newBuilder().setObject(stranger);
        for (Instant epoch = DAY.plus(PLAN_FROM);
                epoch.isBefore(DAY.plus(PLAN_TO));
                epoch = epoch.plus(Duration.ofMinutes(10))) {
            SpacecraftState state = truth(object).propagate(date(epoch));
            plan.addStates(StateVector.newBuilder()
                    .setEpoch(timestamp(epoch))
                    .setFrame(Frame.FRAME_GCRF)
                    .setPositionM(vector(state.getPosition()))
                    .setVelocityMS(vector(state.getPVCoordinates().getVelocity())));
        }
        return plan.build();
    }

    /** Elements of an object that follows the space station at a distance of its own. */
    private static String companion(Random random) throws IOException {
        List<String> lines = new String(Demo.read("catalogue/stations.tle.gz"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        String first = checked(lines.get(1).replace("25544U", "60004U"));
        String second = checked(lines.get(2)
                .replace(" 25544 ", " 60004 ")
                .replace("245.4664", String.format(Locale.ROOT, "245.%04d", random.nextInt(10_000))));
        return first + "\n" + second + "\n";
    }

    /** A line of elements with its sum of digits mended. */
    private static String checked(String line) {
        int sum = 0;
        for (char c : line.substring(0, 68).toCharArray()) {
            sum += c == '-' ? 1 : Character.isDigit(c) ? c - '0' : 0;
        }
        return line.substring(0, 68) + sum % 10;
    }

    private static synchronized Propagator truth(int object) {
        if (TRUTH.isEmpty()) {
            OrekitData.load();
            for (int i = 0; i < OBJECTS.length; i++) {
                TRUTH.add(propagated(i));
            }
        }
        return TRUTH.get(object);
    }

    /** The first of the objects at a time of its own. */
    static OrbitState geostationary(Instant epoch) {
        OrekitData.load();
        PVCoordinates pv = geostationary(0, date(epoch)).getPVCoordinates();
        return new OrbitState(
                epoch,
                nl.sluis.orbit.Frame.GCRF,
                new nl.sluis.orbit.Vector3(
                        pv.getPosition().getX(),
                        pv.getPosition().getY(),
                        pv.getPosition().getZ()),
                new nl.sluis.orbit.Vector3(
                        pv.getVelocity().getX(),
                        pv.getVelocity().getY(),
                        pv.getVelocity().getZ()));
    }

    private static KeplerianOrbit geostationary(int object, AbsoluteDate start) {
        double sidereal = FramesFactory.getITRF(IERSConventions.IERS_2010, true)
                .getTransformTo(FramesFactory.getGCRF(), start)
                .transformVector(Vector3D.PLUS_I)
                .getAlpha();
        return new KeplerianOrbit(
                42_164_170 + 500.0 * object,
                1e-4,
                Math.toRadians(INCLINATIONS_DEG[object]),
                0,
                0,
                sidereal + Math.toRadians(LONGITUDES_DEG[object]),
                PositionAngleType.MEAN,
                FramesFactory.getGCRF(),
                start,
                Constants.EIGEN5C_EARTH_MU);
    }

    private static Propagator propagated(int object) {
        AbsoluteDate start = date(DAY);
        KeplerianOrbit orbit = geostationary(object, start);
        NumericalPropagator propagator =
                new NumericalPropagator(new DormandPrince853Integrator(1e-3, 3600, 1e-10, 1e-10));
        propagator.setOrbitType(OrbitType.CARTESIAN);
        propagator.addForceModel(new HolmesFeatherstoneAttractionModel(
                FramesFactory.getITRF(IERSConventions.IERS_2010, true),
                GravityFieldFactory.getConstantNormalizedProvider(20, 20, start)));
        propagator.addForceModel(new ThirdBodyAttraction(CelestialBodyFactory.getSun()));
        propagator.addForceModel(new ThirdBodyAttraction(CelestialBodyFactory.getMoon()));
        propagator.setInitialState(new SpacecraftState(orbit));
        EphemerisGenerator generator = propagator.getEphemerisGenerator();
        propagator.propagate(start.shiftedBy(DAY_S));
        return generator.getGeneratedEphemeris();
    }

    private static AbsoluteDate date(Instant instant) {
        return new AbsoluteDate(instant, TimeScalesFactory.getUTC());
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    private static Vector3 vector(Vector3D v) {
        return Vector3.newBuilder().setX(v.getX()).setY(v.getY()).setZ(v.getZ()).build();
    }
}
