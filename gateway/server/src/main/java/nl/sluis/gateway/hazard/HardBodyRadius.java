package nl.sluis.gateway.hazard;

import nl.sluis.proto.v1.ObjectReference;

/**
 * Sizes of objects of which nobody stated one. They are assumed by what kind of thing the name says, on the large side, and
 * the warning names the assumption.
 *
 * @param radiusM radius of a sphere that holds the object, m
 * @param source why
 */
record HardBodyRadius(double radiusM, String source) {
    private static final HardBodyRadius DEBRIS = new HardBodyRadius(1, "assumed for debris");
    private static final HardBodyRadius ROCKET_BODY = new HardBodyRadius(5, "assumed for a rocket body");
    private static final HardBodyRadius PAYLOAD = new HardBodyRadius(5, "assumed for a payload");

    static HardBodyRadius of(ObjectReference object) {
        String name = object.getName();
        if (name.endsWith(" DEB") || name.contains(" DEB ")) {
            return DEBRIS;
        }
        return name.contains(" R/B") ? ROCKET_BODY : PAYLOAD;
    }

    /** The combined radius of two objects. */
    static HardBodyRadius of(ObjectReference object1, ObjectReference object2) {
        HardBodyRadius first = of(object1);
        HardBodyRadius second = of(object2);
        return new HardBodyRadius(
                first.radiusM() + second.radiusM(),
                "sum of " + first.radiusM() + " m " + first.source() + " and " + second.radiusM() + " m "
                        + second.source());
    }
}
