package nl.sluis.policy.label;

import java.util.Comparator;
import nl.sluis.proto.v1.Category;

/**
 * One value of a category.
 *
 * @param tagSetOid the tag set that defines the category
 * @param lacv the value in that tag set
 */
public record CategoryRef(String tagSetOid, int lacv) implements Comparable<CategoryRef> {
    private static final Comparator<CategoryRef> ORDER =
            Comparator.comparing(CategoryRef::tagSetOid).thenComparing(CategoryRef::lacv);

    /** The value on the wire. */
    public Category toProto() {
        return Category.newBuilder().setTagSetOid(tagSetOid).setLacv(lacv).build();
    }

    @Override
    public int compareTo(CategoryRef other) {
        return ORDER.compare(this, other);
    }
}
