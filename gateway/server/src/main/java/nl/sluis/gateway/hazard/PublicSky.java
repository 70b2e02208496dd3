package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.journal.v1.Basis;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;

/** The public elements that one view may use. As with {@link KnownOrbit}, one solution is one object. */
final class PublicSky {
    /** Elements say nothing this long before or after their epoch. */
    private static final Duration OLDEST = Duration.ofDays(14);

    private final Basis basis;
    private final Map<String, ObjectReference> references = new LinkedHashMap<>();
    private final Map<String, ScreenedObject> objects = new LinkedHashMap<>();

    PublicSky(Basis basis, List<MeanElements> elements) {
        this.basis = basis;
        for (MeanElements one : elements) {
            ObjectKey.of(one.getObject()).map(ObjectKey::text).ifPresent(key -> take(key, one));
        }
    }

    private void take(String key, MeanElements one) {
        try {
            objects.put(
                    key,
                    new ScreenedObject(
                            key,
                            one.getObject().getName(),
                            "SGP4",
                            new ScreenedObject.Elements(OrbitMessages.elements(one))));
            references.put(key, one.getObject());
        } catch (IllegalArgumentException e) {
            // elements that are no orbit meet nobody
        }
    }

    Basis basis() {
        return basis;
    }

    /** The objects of which the elements still say something at a time. */
    List<ScreenedObject> objects(Instant epoch) {
        return objects.values().stream()
                .filter(object -> object.motion() instanceof ScreenedObject.Elements motion
                        && isFresh(motion.elements().epoch(), epoch))
                .toList();
    }

    /** Whether the elements of any object still say something at a time. */
    boolean reaches(Instant epoch) {
        return objects.values().stream()
                .anyMatch(object -> object.motion() instanceof ScreenedObject.Elements motion
                        && isFresh(motion.elements().epoch(), epoch));
    }

    private static boolean isFresh(Instant elements, Instant epoch) {
        return Duration.between(elements, epoch).abs().compareTo(OLDEST) <= 0;
    }

    /** What the view calls an object. */
    ObjectReference reference(String key) {
        ObjectReference reference = references.get(key);
        if (reference == null) {
            throw new IllegalStateException("object `" + key + "`: none (expected: one of the catalogue)");
        }
        return reference;
    }
}
