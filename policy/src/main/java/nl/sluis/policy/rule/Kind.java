package nl.sluis.policy.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import nl.sluis.proto.v1.ProductKind;

/** Kinds of items that policy decides about. */
public enum Kind {
    /** A series of observations. */
    OBSERVATION,
    /** A track: a fitted orbit. */
    TRACK,
    /** An ephemeris. */
    EPHEMERIS,
    /** A conjunction warning. */
    CONJUNCTION,
    /** A re-entry warning. */
    REENTRY,
    /** A manoeuvre, planned or detected. */
    MANOEUVRE,
    /** A fragmentation. */
    FRAGMENTATION,
    /** Close proximity operations. */
    PROXIMITY,
    /** A launch. */
    LAUNCH,
    /** Interference. */
    INTERFERENCE,
    /** An incident that groups products. */
    INCIDENT,
    /** Mean elements. */
    ELEMENTS;

    /** The value's place in bit sets that live in memory only. */
    @SuppressWarnings("EnumOrdinal")
    public int bit() {
        return ordinal();
    }

    /** The word in rules: lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The value on the wire. */
    public ProductKind toProto() {
        return ProductKind.valueOf("PRODUCT_KIND_" + name());
    }

    /** The kind on the wire; empty where it is unspecified or not known. */
    public static Optional<Kind> of(ProductKind kind) {
        return Arrays.stream(values()).filter(k -> k.toProto() == kind).findFirst();
    }

    /** The kind with this word. */
    public static Optional<Kind> of(String word) {
        return Arrays.stream(values()).filter(k -> k.word().equals(word)).findFirst();
    }

    /** All words, for messages. */
    public static List<String> words() {
        return Arrays.stream(values()).map(Kind::word).toList();
    }
}
