package nl.sluis.gateway.item;

import java.util.Optional;
import java.util.regex.Pattern;
import nl.sluis.proto.v1.ObjectReference;

/**
 * What the gateway calls one object: its catalogue number where it has one, else its international designator, else the
 * identifier that the gateway gave it. A name alone identifies nothing.
 *
 * @param text for example {@code 37207}, {@code 2010-056A} or {@code uct-4f1c}
 */
public record ObjectKey(String text) implements Comparable<ObjectKey> {
    private static final Pattern CATALOGUE_NUMBER = Pattern.compile("[1-9]\\d{0,8}");
    private static final Pattern DESIGNATOR = Pattern.compile("\\d{4}-\\d{3}[A-Z]{1,3}");

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

    /** A reference by this key and nothing more. */
    public ObjectReference reference() {
        if (CATALOGUE_NUMBER.matcher(text).matches()) {
            return ObjectReference.newBuilder()
                    .setCatalogueNumber(Integer.parseUnsignedInt(text))
                    .build();
        }
        return DESIGNATOR.matcher(text).matches()
                ? ObjectReference.newBuilder().setInternationalDesignator(text).build()
                : ObjectReference.newBuilder().setObjectId(text).build();
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
