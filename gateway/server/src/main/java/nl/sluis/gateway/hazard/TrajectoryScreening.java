package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.item.Trajectories;
import nl.sluis.journal.v1.Basis;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.orbit.encounter.ScreenedCatalogue;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.Track;

/**
 * Screens a trajectory that nobody flies yet, against orbits as they were released to who asks: what was made coarse for it is
 * taken as coarse as it has it, so that an answer tells no more than the orbits do. Nothing is kept.
 */
public final class TrajectoryScreening {
    /** A track from further away says little of where the object is. */
    private static final Duration OLDEST_TRACK = Duration.ofDays(14);

    private TrajectoryScreening() {}

    /**
     * Returns the approaches below a distance, by time.
     *
     * @param trajectory states in order, in one frame
     * @param released tracks and ephemerides; of the same object as the trajectory none counts
     * @param thresholdM m
     * @param sizes how large objects are
     * @throws IllegalArgumentException if the trajectory is none, or the threshold out of range
     */
    public static List<ConjunctionWarning> screen(
            Ephemeris trajectory, List<Product> released, double thresholdM, ObjectSizes sizes) {
        nl.sluis.orbit.determination.Ephemeris table = Trajectories.table(trajectory);
        String own = ObjectKey.of(trajectory.getObject()).map(ObjectKey::text).orElse("trajectory");
        ScreenedObject one = new ScreenedObject(
                own, trajectory.getObject().getName(), "trajectory", new ScreenedObject.Sampled(table));
        Map<String, Warnings.Known> known = new HashMap<>();
        known.put(own, new Warnings.Known(trajectory.getObject(), OrbitSource.EPHEMERIS, Optional.empty()));
        List<ScreenedObject> objects = new ArrayList<>();
        Duration window = Duration.between(table.start(), table.end());
        for (Product product : released) {
            ObjectReference reference = product.hasTrack()
                    ? product.getTrack().getObject()
                    : product.getEphemeris().getObject();
            String key = ObjectKey.of(reference).map(ObjectKey::text).orElse("");
            if (!key.isEmpty() && !key.equals(own)) {
                object(product, key, table.start(), window).ifPresent(object -> {
                    objects.add(object);
                    known.put(
                            key,
                            new Warnings.Known(
                                    reference,
                                    product.hasTrack() ? OrbitSource.FUSION : OrbitSource.EPHEMERIS,
                                    product.hasTrack() ? Optional.of(product.getTrack()) : Optional.empty()));
                });
            }
        }
        Warnings.Searched searched = new Warnings.Searched(table.start(), window, MissThresholds.of(thresholdM));
        List<ConjunctionWarning> warnings = new ArrayList<>();
        for (Encounter encounter : new ScreenedCatalogue(objects, table.start(), window)
                .screen(one, searched.thresholds())
                .encounters()) {
            warnings.add(Warnings.assessed(
                    Warnings.warning(
                            encounter,
                            searched,
                            Objects.requireNonNull(known.get(encounter.object1().identity())),
                            Objects.requireNonNull(known.get(encounter.object2().identity()))),
                    encounter,
                    sizes));
        }
        return warnings;
    }

    private static Optional<ScreenedObject> object(Product product, String key, Instant start, Duration window) {
        if (product.hasEphemeris()) {
            Ephemeris ephemeris = product.getEphemeris();
            try {
                return Optional.of(new ScreenedObject(
                        key,
                        ephemeris.getObject().getName(),
                        "ephemeris",
                        new ScreenedObject.Sampled(Trajectories.table(ephemeris))));
            } catch (IllegalArgumentException e) {
                // readable and no table: nothing can be said of it
                return Optional.empty();
            }
        }
        Track track = product.getTrack();
        if (!track.hasState()
                || Duration.between(Times.instant(track.getState().getEpoch()), start)
                                .abs()
                                .compareTo(OLDEST_TRACK)
                        > 0) {
            return Optional.empty();
        }
        return new KnownOrbit(Basis.getDefaultInstance(), track, new ObjectKey(key), start, window).screened();
    }
}
