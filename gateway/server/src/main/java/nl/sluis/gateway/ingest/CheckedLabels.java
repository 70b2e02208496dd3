package nl.sluis.gateway.ingest;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import nl.sluis.policy.bundle.PolicyBundle;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.proto.v1.Label;

/** Labels checked under the bundle in force. A contributor mostly sends one again and again, so good ones are kept. */
final class CheckedLabels {
    /** Labels kept, about a kilobyte each; where there are more, all are checked anew. */
    private static final int KEPT_MAX = 1_024;

    private final Supplier<PolicyBundle> bundle;
    private volatile Kept kept;

    /** What was found good under one bundle: another may find otherwise. */
    private record Kept(PolicyBundle bundle, Map<Label, Checked> labels) {}

    /**
     * A label that was found good.
     *
     * @param label the label
     * @param canonical how it is stored
     */
    record Checked(SecurityLabel label, Label canonical) {}

    CheckedLabels(Supplier<PolicyBundle> bundle) {
        this.bundle = bundle;
        this.kept = new Kept(bundle.get(), new ConcurrentHashMap<>());
    }

    /** Checks a label; a bad one is never kept, so that what it costs is its sender's. */
    Checked check(Label label) throws LabelException {
        PolicyBundle now = bundle.get();
        Kept current = kept;
        if (current.bundle() != now || current.labels().size() >= KEPT_MAX) {
            current = new Kept(now, new ConcurrentHashMap<>());
            kept = current;
        }
        Checked known = current.labels().get(label);
        if (known == null) {
            SecurityLabel checked = now.label(label);
            known = new Checked(checked, checked.toProto());
            current.labels().put(label, known);
        }
        return known;
    }
}
