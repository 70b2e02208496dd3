package nl.sluis.gateway.item;

import java.util.Optional;
import nl.sluis.proto.v1.ObjectReference;

/**
 * What the gateway calls one object: its catalogue number where it has one, else its international designator, else the
 * identifier that the gateway gave it. A name alone identifies nothing.
 *
 * @param text for example {@code 37207}, {@code 2010-056A} or {@code uct-4f1c}
 */
public record ObjectKey(String text) implements Comparable<ObjectKey> {
    /** The key of a reference; empty where the reference identifies nothing. */
    public static Optional<ObjectKey> of(ObjectReference reference) {
        if (reference.hasCatalogueNumber() && reference.getCatalogueNumber() != 0) {
            return Optional.of(new ObjectKey(Integer.toUnsignedString(reference.getCatalogueNumber())));
        }
        if (!reference.getInternationalDesignator().isEmpty()) {
            return Optional.of(new ObjectKey(reference.getInternationalDesignator()));
        }
        if (!reference.getObjectId().isEmpty()) {
            return Optional.of(new ObjectKey(reference.getObjectId()));
        }
        return Optional.empty();
    }

    @Override
    public int compareTo(ObjectKey other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
