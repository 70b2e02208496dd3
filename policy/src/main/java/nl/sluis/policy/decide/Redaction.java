package nl.sluis.policy.decide;

import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import nl.sluis.policy.rule.Payload;
import nl.sluis.proto.v1.CollisionProbability;
import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Options;
import nl.sluis.proto.v1.Sensitivity;

/**
 * Removes from a message what obligations order: a pure function of message and obligations.
 *
 * <p>Fields that this version does not know are always removed, at every depth: nobody has said what is in them.
 */
public final class Redaction {
    private static final String LABEL = "label.";

    /** What tells, beside one object of an encounter, where the other is. */
    private static final List<String> RELATIVE = List.of(
            "relative_position_rtn_m",
            "relative_velocity_rtn_m_s",
            "relative_speed_m_s",
            "approach_angle_rad",
            "relative_position_sigma_rtn_m",
            "mahalanobis_distance",
            "sensitivities",
            "comments");

    private Redaction() {}

    /**
     * The message in the form that may leave.
     *
     * @param payload the message; one of the bodies of its kind
     * @param obligations what is ordered; accuracy and delay are for others to see to
     * @param groupsOf the groups of an object; one that is in none counts as in all
     * @return a message of the same type
     */
    public static Message apply(
            Message payload, Obligations obligations, Function<ObjectReference, Collection<String>> groupsOf) {
        Message.Builder out = payload.toBuilder();
        Map<String, OptionalDouble> keep = obligations.keep();
        if (keep != null) {
            List<List<FieldDescriptor>> kept = new ArrayList<>();
            for (Map.Entry<String, OptionalDouble> entry : keep.entrySet()) {
                for (List<FieldDescriptor> chain : Payload.resolve(payload.getDescriptorForType(), entry.getKey())) {
                    kept.add(chain);
                    if (entry.getValue().isPresent()) {
                        round(out, chain, 0, entry.getValue().getAsDouble());
                    }
                }
            }
            retain(out, kept, 0);
        }
        for (String path : obligations.redact()) {
            for (List<FieldDescriptor> chain : Payload.resolve(payload.getDescriptorForType(), path)) {
                clear(out, chain, 0);
            }
            List<String> groups = Payload.groupsOf(path);
            if (!groups.isEmpty() && payload instanceof ConjunctionWarning warning) {
                withhold(warning, (ConjunctionWarning.Builder) out, groups, groupsOf);
            }
        }
        clean(out, obligations.redactSensitivities());
        if (payload instanceof ConjunctionWarning warning) {
            ConjunctionWarning.Builder told = (ConjunctionWarning.Builder) out;
            if (isLost(warning.getObject1(), told.getObject1()) || isLost(warning.getObject2(), told.getObject2())) {
                told.setObjectWithheld(true);
            }
        }
        return out.build();
    }

    private static void withhold(
            ConjunctionWarning warning,
            ConjunctionWarning.Builder out,
            List<String> groups,
            Function<ObjectReference, Collection<String>> groupsOf) {
        boolean first = isIn(warning.getObject1().getObject(), groups, groupsOf);
        boolean second = isIn(warning.getObject2().getObject(), groups, groupsOf);
        if (first) {
            out.clearObject1();
        }
        if (second) {
            out.clearObject2();
        }
        if (first || second) {
            RELATIVE.forEach(
                    name -> out.clearField(ConjunctionWarning.getDescriptor().findFieldByName(name)));
        }
    }

    private static boolean isIn(
            ObjectReference object, List<String> groups, Function<ObjectReference, Collection<String>> groupsOf) {
        Collection<String> its = groupsOf.apply(object);
        return its.isEmpty() || its.stream().anyMatch(groups::contains);
    }

    /** Whether who reads it can no longer tell which object it was. */
    private static boolean isLost(ConjunctionObject before, ConjunctionObject after) {
        return before.hasObject() && !after.hasObject();
    }

    /** The label in the form that may leave: without history, and without the fields {@code label.x} that are redacted. */
    public static Label label(Obligations obligations) {
        Label.Builder out = obligations.label().released().toProto().toBuilder();
        for (String path : obligations.redact()) {
            if (path.startsWith(LABEL)) {
                for (List<FieldDescriptor> chain :
                        Payload.resolve(Label.getDescriptor(), path.substring(LABEL.length()))) {
                    clear(out, chain, 0);
                }
            }
        }
        return out.build();
    }

    /** The sensitivity of a field; one that states none is taken for the most sensitive. */
    public static Sensitivity sensitivity(FieldDescriptor field) {
        Object stated = field.getOptions().getField(Options.sensitivity.getDescriptor());
        Sensitivity known =
                stated instanceof EnumValueDescriptor value ? Sensitivity.forNumber(value.getNumber()) : null;
        return known == null || known == Sensitivity.SENSITIVITY_UNSPECIFIED ? Sensitivity.SENSITIVITY_SENSOR : known;
    }

    private static void clear(Message.Builder message, List<FieldDescriptor> chain, int depth) {
        FieldDescriptor field = chain.get(depth);
        if (depth == chain.size() - 1) {
            message.clearField(field);
            return;
        }
        each(message, field, child -> clear(child, chain, depth + 1));
    }

    /** Clears every field that is on none of the chains; a chain that ends here keeps all below it. */
    private static void retain(Message.Builder message, List<List<FieldDescriptor>> chains, int depth) {
        for (FieldDescriptor field : List.copyOf(message.getAllFields().keySet())) {
            List<List<FieldDescriptor>> through = chains.stream()
                    .filter(c -> c.size() > depth && c.get(depth).equals(field))
                    .toList();
            int next = depth + 1;
            if (through.isEmpty()) {
                message.clearField(field);
            } else if (through.stream().noneMatch(c -> c.size() == next)) {
                each(message, field, child -> retain(child, through, next));
            }
        }
    }

    private static void clean(Message.Builder message, Set<Sensitivity> sensitivities) {
        message.setUnknownFields(UnknownFieldSet.getDefaultInstance());
        for (FieldDescriptor field : List.copyOf(message.getAllFields().keySet())) {
            if (isOurs(field) && sensitivities.contains(sensitivity(field))) {
                message.clearField(field);
            } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                each(message, field, child -> clean(child, sensitivities));
            }
        }
    }

    /** Fields of standard messages such as Timestamp have no sensitivity of their own: that of their owner counts. */
    private static boolean isOurs(FieldDescriptor field) {
        return field.getFile().getPackage().startsWith("sluis.");
    }

    /** Rounds what a chain ends in, so that risk is never under-stated: distances down, probabilities up. */
    private static void round(Message.Builder message, List<FieldDescriptor> chain, int depth, double precision) {
        FieldDescriptor field = chain.get(depth);
        if (depth < chain.size() - 1) {
            each(message, field, child -> round(child, chain, depth + 1, precision));
            return;
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.DOUBLE && !field.isRepeated() && message.hasField(field)) {
            double value = (Double) message.getField(field);
            message.setField(field, floor(value, precision));
        } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            each(message, field, child -> {
                if (child instanceof CollisionProbability.Builder probability) {
                    probability.setValue(Math.min(1, Math.ceil(probability.getValue() / precision) * precision));
                } else if (child instanceof Timestamp.Builder time) {
                    long step = Math.max(1, Math.round(precision));
                    time.setSeconds(Math.floorDiv(time.getSeconds(), step) * step)
                            .setNanos(0);
                } else {
                    for (FieldDescriptor inner :
                            List.copyOf(child.getAllFields().keySet())) {
                        round(child, List.of(inner), 0, precision);
                    }
                }
            });
        }
    }

    private static double floor(double value, double precision) {
        return Double.isFinite(value) ? Math.floor(value / precision) * precision : value;
    }

    private interface Change {
        void to(Message.Builder child);
    }

    private static void each(Message.Builder message, FieldDescriptor field, Change change) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return;
        }
        if (field.isRepeated()) {
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                Message.Builder child = ((Message) message.getRepeatedField(field, i)).toBuilder();
                change.to(child);
                message.setRepeatedField(field, i, child.build());
            }
        } else if (message.hasField(field)) {
            Message.Builder child = ((Message) message.getField(field)).toBuilder();
            change.to(child);
            message.setField(field, child.build());
        }
    }
}
