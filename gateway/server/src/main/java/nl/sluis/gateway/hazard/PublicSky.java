package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;

/** The public elements that one view may use, and which of them are new. As with {@link KnownOrbit}, equal is only what is the same. */
final class PublicSky {
    /** A view that may use none. */
    static final PublicSky EMPTY = new PublicSky(Map.of(), Map.of(), Set.of(), true);

    /** Elements say nothing this long before or after their epoch. */
    private static final Duration OLDEST = Duration.ofDays(14);

    /**
     * Elements of one object.
     *
     * @param basis what they rest on
     * @param elements as they were contributed
     * @param object what is screened; empty: they are no orbit and meet nobody
     */
    private record Listed(Basis basis, MeanElements elements, Optional<ScreenedObject> object) {
        boolean isFresh(Instant epoch) {
            return Duration.between(Times.instant(elements.getEpoch()), epoch)
                            .abs()
                            .compareTo(OLDEST)
                    <= 0;
        }
    }

    private final Map<String, Listed> byKey;

    /** As it was before the change of which this is a part. */
    private final Map<String, Listed> before;

    private final Set<String> changed;
    private final boolean isComplete;

    private PublicSky(Map<String, Listed> byKey, Map<String, Listed> before, Set<String> changed, boolean isComplete) {
        this.byKey = byKey;
        this.before = before;
        this.changed = changed;
        this.isComplete = isComplete;
    }

    /** The sky after a change; what is equal to what was there before has not changed. */
    PublicSky with(Basis basis, ElementSets change) {
        Map<String, Listed> now = change.getAnew() ? new TreeMap<>() : new TreeMap<>(byKey);
        Map<String, Listed> last = isComplete ? byKey : before;
        Set<String> changedNow = new HashSet<>(isComplete ? Set.of() : changed);
        Basis shared = basis.toBuilder().clearAudiences().build();
        for (MeanElements one : change.getElementsList()) {
            String key = ObjectKey.of(one.getObject()).map(ObjectKey::text).orElse("");
            Listed same = last.get(key);
            if (same != null && same.basis().equals(shared) && same.elements().equals(one)) {
                now.put(key, same);
            } else if (!key.isEmpty()) {
                now.put(key, new Listed(shared, one, screened(key, one)));
                changedNow.add(key);
            }
        }
        return new PublicSky(now, last, changedNow, !change.getMore());
    }

    private static Optional<ScreenedObject> screened(String key, MeanElements one) {
        try {
            return Optional.of(new ScreenedObject(
                    key, one.getObject().getName(), "SGP4", new ScreenedObject.Elements(OrbitMessages.elements(one))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The sky without what was made of a contribution. */
    PublicSky without(String contributionId) {
        Predicate<Listed> isOfIt =
                listed -> listed.basis().getContributionIdsList().contains(contributionId);
        if (byKey.values().stream().noneMatch(isOfIt)) {
            return this;
        }
        Map<String, Listed> now = new TreeMap<>(byKey);
        now.values().removeIf(isOfIt);
        return new PublicSky(now, before, changed, isComplete);
    }

    /** Whether nothing follows that belongs to the last change. */
    boolean isComplete() {
        return isComplete;
    }

    /** Objects of which the last change brought new elements, by key. */
    Set<String> changed() {
        return changed;
    }

    int size() {
        return byKey.size();
    }

    /** All elements that are an orbit, by key. */
    List<MeanElements> elements() {
        return byKey.values().stream()
                .filter(listed -> listed.object().isPresent())
                .map(Listed::elements)
                .toList();
    }

    /** Epoch of the newest elements, UTC; empty where there are none. */
    Optional<Instant> newest() {
        return byKey.values().stream()
                .map(listed -> Times.instant(listed.elements().getEpoch()))
                .max(Comparator.naturalOrder());
    }

    /** The objects of which the elements still say something at a time. */
    List<ScreenedObject> objects(Instant epoch) {
        List<ScreenedObject> objects = new ArrayList<>();
        byKey.values().stream()
                .filter(listed -> listed.isFresh(epoch))
                .forEach(listed -> listed.object().ifPresent(objects::add));
        return objects;
    }

    /** What is screened of an object; empty where its elements are no orbit. */
    Optional<ScreenedObject> object(String key) {
        return listed(key).object();
    }

    /** Whether the elements of any object still say something at a time. */
    boolean reaches(Instant epoch) {
        return byKey.values().stream().anyMatch(listed -> listed.object().isPresent() && listed.isFresh(epoch));
    }

    /** What the view calls an object. */
    ObjectReference reference(String key) {
        return listed(key).elements().getObject();
    }

    /** What the elements of an object rest on; whose view they are of is left open. */
    Basis basis(String key) {
        return listed(key).basis();
    }

    private Listed listed(String key) {
        Listed listed = byKey.get(key);
        if (listed == null) {
            throw new IllegalStateException("object `" + key + "`: none (expected: one of the catalogue)");
        }
        return listed;
    }
}
