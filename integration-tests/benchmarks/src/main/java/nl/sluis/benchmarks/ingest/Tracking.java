package nl.sluis.benchmarks.ingest;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import nl.sluis.benchmarks.fusion.RadarNetwork;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.Frame;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.Vector3;
import nl.sluis.orbit.determination.CommonError;
import nl.sluis.orbit.determination.ForceModel;
import nl.sluis.orbit.determination.Simulation;
import nl.sluis.orbit.measurement.Sensor;
import nl.sluis.proto.v1.Contribution;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;

/**
 * What a network of radars sees of low objects, simulated: tracks of 20 observations, each of a named object whose orbit was
 * stated before, 350 observations a second and the objects in turn. Each track is fitted.
 */
final class Tracking {
    /** A range and a direction at each of ten epochs. */
    static final int OBSERVATIONS = 20;

    private static final int EPOCHS = OBSERVATIONS / 2;
    private static final Duration STEP = Duration.ofSeconds(6);
    /** A track follows the one before it after 20 observations of 350 a second. */
    private static final Duration APART =
            Duration.ofSeconds(1).multipliedBy(OBSERVATIONS).dividedBy(350);

    private static final int FIRST_NUMBER = 90_000;
    private static final double EARTH_RADIUS_M = 6_378_137;
    private static final double GM = 3.986004418e14;
    private static final double LOWEST_M = 600_000;
    private static final double HIGHEST_M = 1_200_000;

    /** How far off the orbits are that are stated before. */
    private static final Vector3 STATED_OFF_M = new Vector3(300, -200, 100);

    private final Instant start;
    private final Label label;
    private final List<OrbitState> orbits;
    private final RadarNetwork radars;
    private final List<Track> tracks;

    /** Numbers of tracks that were not delivered yet, by object and last epoch. */
    private final Map<Long, NavigableMap<Instant, Long>> undelivered;

    private record Track(int object, Instant end, Contribution contribution) {}

    /**
     * Simulates.
     *
     * @param objects how many there are, at heights of 600 to 1,200 km
     * @param tracks how many tracks of all of them together
     * @param now the last track ends before it
     * @param label label of all
     * @param nation trigraph of the sensors' nation, lower case
     */
    Tracking(int objects, int tracks, Instant now, Label label, String nation) {
        this.start = now.minus(APART.multipliedBy(tracks)).minus(STEP.multipliedBy(EPOCHS));
        this.label = label;
        this.orbits = IntStream.range(0, objects).mapToObj(this::orbit).toList();
        this.radars = new RadarNetwork(nation + "/");
        int each = (tracks + objects - 1) / objects;
        this.tracks = IntStream.range(0, objects)
                .parallel()
                .mapToObj(object -> tracks(object, each))
                .flatMap(Collection::stream)
                .sorted(Comparator.comparing(Track::end))
                .toList();
        this.undelivered = new TreeMap<>();
        for (int number = 0; number < this.tracks.size(); number++) {
            Track track = this.tracks.get(number);
            undelivered
                    .computeIfAbsent((long) FIRST_NUMBER + track.object(), none -> new ConcurrentSkipListMap<>())
                    .put(track.end(), (long) number);
        }
    }

    /** A circular orbit by seed. */
    private OrbitState orbit(int object) {
        Random random = new Random(object);
        double radius = EARTH_RADIUS_M + LOWEST_M + random.nextDouble() * (HIGHEST_M - LOWEST_M);
        double inclination = Math.toRadians(45 + 55 * random.nextDouble());
        double node = 2 * Math.PI * random.nextDouble();
        double argument = 2 * Math.PI * random.nextDouble();
        Vector3 toNode = new Vector3(Math.cos(node), Math.sin(node), 0);
        Vector3 ahead = new Vector3(
                -Math.sin(node) * Math.cos(inclination), Math.cos(node) * Math.cos(inclination), Math.sin(inclination));
        return new OrbitState(
                start,
                Frame.GCRF,
                toNode.times(Math.cos(argument))
                        .plus(ahead.times(Math.sin(argument)))
                        .times(radius),
                toNode.times(-Math.sin(argument))
                        .plus(ahead.times(Math.cos(argument)))
                        .times(Math.sqrt(GM / radius)));
    }

    /** The sensors as they are to be registered. */
    List<nl.sluis.proto.v1.Sensor> sensors() {
        return radars.registrations().stream()
                .map(site -> site.toBuilder()
                        .setParticipant(site.getSensorId())
                        .setLabel(label)
                        .build())
                .toList();
    }

    int objects() {
        return orbits.size();
    }

    /** The orbit of an object as it was known before. */
    Contribution stated(long object) {
        OrbitState truth = orbits.get((int) object);
        OrbitState off =
                new OrbitState(truth.epoch(), truth.frame(), truth.positionM().plus(STATED_OFF_M), truth.velocityMps());
        return Contribution.newBuilder()
                .setClientId("orbit-" + object)
                .setLabel(label)
                .setEphemeris(Ephemeris.newBuilder()
                        .setObject(reference((int) object))
                        .addStates(OrbitMessages.state(off)))
                .build();
    }

    /** A track by its number, from 0, in order of time. */
    Contribution track(long number) {
        return tracks.get((int) number).contribution();
    }

    /** Numbers of the tracks that a product is the first to hold; none where it is no track. */
    List<Long> delivered(Product product) {
        NavigableMap<Instant, Long> waiting = product.hasTrack()
                ? undelivered.get((long) product.getTrack().getObject().getCatalogueNumber())
                : null;
        if (waiting == null) {
            return List.of();
        }
        // of its last track the last observations may have been edited out
        Instant end =
                Times.instant(product.getTrack().getQuality().getSpanEnd()).plus(STEP.multipliedBy(EPOCHS / 2));
        NavigableMap<Instant, Long> held = waiting.headMap(end, false);
        List<Long> numbers = List.copyOf(held.values());
        held.clear();
        return numbers;
    }

    private List<Track> tracks(int object, int count) {
        OrbitState truth = orbits.get(object);
        Simulation simulation = new Simulation(truth, ForceModel.forOrbit(truth), CommonError.NONE, new Random(object));
        List<Track> made = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            Instant first = start.plus(APART.multipliedBy((long) k * orbits.size() + object));
            List<Instant> epochs = IntStream.range(0, EPOCHS)
                    .mapToObj(i -> first.plus(STEP.multipliedBy(i)))
                    .toList();
            Instant end = epochs.get(EPOCHS - 1);
            Sensor site = radars.below(simulation.truth(epochs.get(0)));
            made.add(new Track(
                    object,
                    end,
                    Contribution.newBuilder()
                            .setClientId("track-" + object + "-" + k)
                            .setLabel(label)
                            .setObservations(RadarNetwork.series(site, simulation.observe(site, epochs))
                                    .setObject(reference(object)))
                            .build()));
        }
        return made;
    }

    private static ObjectReference reference(int object) {
        return ObjectReference.newBuilder()
                .setCatalogueNumber(FIRST_NUMBER + object)
                .build();
    }
}
