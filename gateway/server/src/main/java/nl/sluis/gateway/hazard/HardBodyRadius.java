package nl.sluis.gateway.hazard;

import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.proto.v1.ObjectReference;

/**
 * How large an object is: as the data about objects say, else assumed by what kind of thing its name says, on the large side.
 * The source always travels with the number.
 *
 * @param radiusM radius of a sphere that holds the object, m
 * @param source who says so, or why it is assumed
 */
record HardBodyRadius(double radiusM, String source) {
    private static final HardBodyRadius DEBRIS = new HardBodyRadius(1, "assumed for debris");
    private static final HardBodyRadius ROCKET_BODY = new HardBodyRadius(5, "assumed for a rocket body");
    private static final HardBodyRadius PAYLOAD = new HardBodyRadius(5, "assumed for a payload");

    /** What the data say; empty: nothing. */
    static Optional<HardBodyRadius> stated(ObjectReference object, ObjectSizes sizes) {
        return ObjectKey.of(object)
                .flatMap(key -> sizes.of(key.text()))
                .map(size -> new HardBodyRadius(size.radiusM(), "by " + size.source()));
    }

    /** The combined radius of two objects. */
    static HardBodyRadius of(ObjectReference object1, ObjectReference object2, ObjectSizes sizes) {
        return sum(
                stated(object1, sizes).orElseGet(() -> assumed(object1)),
                stated(object2, sizes).orElseGet(() -> assumed(object2)));
    }

    /** The combined radius of two objects; empty where the data do not say it of both. */
    static Optional<HardBodyRadius> stated(ObjectReference object1, ObjectReference object2, ObjectSizes sizes) {
        return stated(object1, sizes).flatMap(first -> stated(object2, sizes).map(second -> sum(first, second)));
    }

    private static HardBodyRadius sum(HardBodyRadius first, HardBodyRadius second) {
        return new HardBodyRadius(
                first.radiusM() + second.radiusM(),
                "sum of " + first.radiusM() + " m " + first.source() + " and " + second.radiusM() + " m "
                        + second.source());
    }

    private static HardBodyRadius assumed(ObjectReference object) {
        String name = object.getName();
        if (name.endsWith(" DEB") || name.contains(" DEB ")) {
            return DEBRIS;
        }
        return name.contains(" R/B") ? ROCKET_BODY : PAYLOAD;
    }
}
