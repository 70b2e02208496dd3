package nl.sluis.policy.rule;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Ephemeris;
import nl.sluis.proto.v1.Fragmentation;
import nl.sluis.proto.v1.Incident;
import nl.sluis.proto.v1.Interference;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.Launch;
import nl.sluis.proto.v1.ManoeuvrePlan;
import nl.sluis.proto.v1.ManoeuvreReport;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.ObservationSeries;
import nl.sluis.proto.v1.Proximity;
import nl.sluis.proto.v1.ReentryWarning;
import nl.sluis.proto.v1.Track;
import org.jspecify.annotations.Nullable;

/** The messages that items of each kind carry, and the paths of fields in them. */
public final class Payload {
    /** Paths go no deeper than 6 fields; the contract needs 4. */
    private static final int DEPTH_MAX = 6;

    private static final List<String> UNITS =
            List.of("_m", "_km", "_s", "_m_s", "_rad", "_rad_s", "_kg", "_m2", "_m2_kg", "_m_s2", "_hz", "_percent");

    private static final Map<Kind, List<Descriptor>> BODIES = new EnumMap<>(Map.ofEntries(
            Map.entry(Kind.OBSERVATION, List.of(ObservationSeries.getDescriptor())),
            Map.entry(Kind.TRACK, List.of(Track.getDescriptor())),
            Map.entry(Kind.EPHEMERIS, List.of(Ephemeris.getDescriptor())),
            Map.entry(Kind.CONJUNCTION, List.of(ConjunctionWarning.getDescriptor())),
            Map.entry(Kind.REENTRY, List.of(ReentryWarning.getDescriptor())),
            Map.entry(Kind.MANOEUVRE, List.of(ManoeuvreReport.getDescriptor(), ManoeuvrePlan.getDescriptor())),
            Map.entry(Kind.FRAGMENTATION, List.of(Fragmentation.getDescriptor())),
            Map.entry(Kind.PROXIMITY, List.of(Proximity.getDescriptor())),
            Map.entry(Kind.LAUNCH, List.of(Launch.getDescriptor())),
            Map.entry(Kind.INTERFERENCE, List.of(Interference.getDescriptor())),
            Map.entry(Kind.INCIDENT, List.of(Incident.getDescriptor())),
            Map.entry(Kind.ELEMENTS, List.of(MeanElements.getDescriptor()))));

    /** In a rule about conjunctions the objects that are in its groups; {@code :} and their names, joined, follow. */
    private static final String GROUPED = "grouped_objects";

    private Payload() {}

    /** The messages that an item of this kind can carry, at least one. */
    public static List<Descriptor> bodies(Kind kind) {
        List<Descriptor> bodies = BODIES.get(kind);
        if (bodies == null) {
            throw new IllegalStateException("kind `" + kind + "` has no payload");
        }
        return bodies;
    }

    /**
     * The fields that a path means in a message.
     *
     * <p>Names are those of the proto file; a unit at the end may be left out ({@code miss_distance} for
     * {@code miss_distance_m}). {@code objects} means every reference to an object, {@code label.x} the field of the label
     * that travels beside the payload.
     *
     * @return the chains of fields from the message down; empty where it has no such field
     */
    public static List<List<FieldDescriptor>> resolve(Descriptor body, String path) {
        if (path.equals("objects") && body.findFieldByName("objects") == null) {
            List<List<FieldDescriptor>> references = new ArrayList<>();
            references(body, List.of(), references);
            return references;
        }
        List<FieldDescriptor> chain = new ArrayList<>();
        Descriptor at = body;
        for (String name : path.split("\\.", -1)) {
            FieldDescriptor field = at == null ? null : field(at, name);
            if (field == null) {
                return List.of();
            }
            chain.add(field);
            at = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
        }
        return List.of(List.copyOf(chain));
    }

    /** Whether the path means a field of the label, and one that is there. */
    public static boolean isLabelPath(String path) {
        return path.startsWith("label.")
                && !resolve(Label.getDescriptor(), path.substring("label.".length()))
                        .isEmpty();
    }

    /** The path that means, in a rule about conjunctions of some groups, the objects that are in one of them. */
    static String grouped(List<String> groups) {
        return GROUPED + ":" + String.join("+", groups);
    }

    static boolean isGrouped(String word) {
        return word.equals(GROUPED);
    }

    /** The groups whose objects a path means; empty where it means a field. */
    public static List<String> groupsOf(String path) {
        return path.startsWith(GROUPED + ":")
                ? List.of(path.substring(GROUPED.length() + 1).split("\\+", -1))
                : List.of();
    }

    /** Whether the path means something in a payload of one of the kinds; no kinds means any kind. */
    public static boolean isKnown(Collection<Kind> kinds, String path) {
        return isLabelPath(path)
                || !groupsOf(path).isEmpty()
                || (kinds.isEmpty() ? List.of(Kind.values()) : kinds)
                        .stream()
                                .flatMap(k -> bodies(k).stream())
                                .anyMatch(b -> !resolve(b, path).isEmpty());
    }

    /** All paths of these kinds, for messages. */
    public static Set<String> paths(Collection<Kind> kinds) {
        Set<String> paths = new TreeSet<>();
        for (Kind kind : kinds.isEmpty() ? List.of(Kind.values()) : kinds) {
            bodies(kind).forEach(b -> paths(b, "", 0, paths));
        }
        return paths;
    }

    private static void paths(Descriptor body, String prefix, int depth, Set<String> out) {
        for (FieldDescriptor field : body.getFields()) {
            out.add(prefix + field.getName());
            if (descends(field) && depth + 1 < DEPTH_MAX) {
                paths(field.getMessageType(), prefix + field.getName() + ".", depth + 1, out);
            }
        }
    }

    private static void references(Descriptor body, List<FieldDescriptor> prefix, List<List<FieldDescriptor>> out) {
        for (FieldDescriptor field : body.getFields()) {
            if (!descends(field) || prefix.size() + 1 >= DEPTH_MAX) {
                continue;
            }
            List<FieldDescriptor> chain = new ArrayList<>(prefix);
            chain.add(field);
            if (field.getMessageType().equals(ObjectReference.getDescriptor())) {
                out.add(List.copyOf(chain));
            } else {
                references(field.getMessageType(), chain, out);
            }
        }
    }

    private static boolean descends(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && field.getMessageType().getFullName().startsWith("sluis.");
    }

    private static @Nullable FieldDescriptor field(Descriptor body, String name) {
        FieldDescriptor exact = body.findFieldByName(name);
        if (exact != null) {
            return exact;
        }
        FieldDescriptor found = null;
        for (String unit : UNITS) {
            FieldDescriptor field = body.findFieldByName(name + unit);
            if (field != null && found != null) {
                return null;
            }
            found = field == null ? found : field;
        }
        return found;
    }
}
