package nl.sluis.policy.label;

import java.util.Locale;
import nl.sluis.proto.v1.DataMode;

/** Where data comes from; modes never mix in one product. */
public enum Mode {
    /** Real data about the real world. */
    REAL,
    /** Data of an exercise. */
    EXERCISE,
    /** Simulated data. */
    SIMULATED,
    /** Data of a technical test. */
    TEST;

    /** The value's place in bit sets that live in memory only. */
    @SuppressWarnings("EnumOrdinal")
    public int bit() {
        return ordinal();
    }

    /** The word in files: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value on the wire. */
    public DataMode toProto() {
        return DataMode.valueOf("DATA_MODE_" + name());
    }
}
