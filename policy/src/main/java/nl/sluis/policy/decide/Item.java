package nl.sluis.policy.decide;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import nl.sluis.policy.label.LabelException;
import nl.sluis.policy.label.OwnerId;
import nl.sluis.policy.label.SecurityLabel;
import nl.sluis.policy.rule.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What policy looks at: kind, label, objects, owners, probability and time of receipt. Immutable.
 *
 * <p>A derived item is made from the labels of all its contributions: its label is their join, and each owner's part is
 * kept apart, so that a declared downgrade replaces its signer's part alone.
 */
public final class Item {
    private final Kind kind;
    private final SecurityLabel label;
    private final List<SecurityLabel> ownerLabels;
    private final List<ItemObject> objects;
    private final double probability;
    private final long receivedMs;
    private final @Nullable Message payload;

    private Item(Builder builder) {
        this.kind = builder.kind;
        this.label = builder.label;
        this.ownerLabels = builder.ownerLabels;
        this.objects = builder.objects.isEmpty() ? List.of(ItemObject.UNKNOWN) : List.copyOf(builder.objects);
        this.probability = builder.probability;
        this.receivedMs = builder.receivedMs;
        this.payload = builder.payload;
    }

    /** An item under one label. Where it has several owners, each is taken to stand behind the whole label. */
    public static Builder of(Kind kind, SecurityLabel label) {
        return new Builder(kind, label, List.of(label));
    }

    /**
     * An item derived from contributions.
     *
     * @param contributions the labels of all contributions that were used, at least one
     * @throws LabelException if they do not join
     */
    public static Builder derived(Kind kind, Collection<SecurityLabel> contributions) throws LabelException {
        TreeMap<List<OwnerId>, List<SecurityLabel>> byOwner =
                new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (SecurityLabel label : contributions) {
            byOwner.computeIfAbsent(label.owners(), k -> new ArrayList<>()).add(label);
        }
        List<SecurityLabel> joined = new ArrayList<>();
        for (List<SecurityLabel> labels : byOwner.values()) {
            joined.add(SecurityLabel.join(labels));
        }
        return new Builder(kind, SecurityLabel.join(joined), List.copyOf(joined));
    }

    /** The kind. */
    public Kind kind() {
        return kind;
    }

    /** The label: the join of all owners' labels. */
    public SecurityLabel label() {
        return label;
    }

    /** The labels whose join is the item's, one for each set of owners that contributed together; at least one. */
    public List<SecurityLabel> ownerLabels() {
        return ownerLabels;
    }

    /** The objects; an item that names none has one that is unknown. */
    public List<ItemObject> objects() {
        return objects;
    }

    /** Probability of collision, dimensionless; NaN where it has none. */
    public double probability() {
        return probability;
    }

    /** Gateway receipt of the latest input, milliseconds since 1970-01-01T00:00:00Z, rounded up. */
    public long receivedMs() {
        return receivedMs;
    }

    /** The message that expressions look at, or null. */
    public @Nullable Message payload() {
        return payload;
    }

    @Override
    public String toString() {
        return kind.word() + " " + objects + " " + label;
    }

    /** Builds an item. */
    public static final class Builder {
        private final Kind kind;
        private final SecurityLabel label;
        private final List<SecurityLabel> ownerLabels;
        private final List<ItemObject> objects = new ArrayList<>();
        private double probability = Double.NaN;
        private long receivedMs;
        private @Nullable Message payload;

        private Builder(Kind kind, SecurityLabel label, List<SecurityLabel> ownerLabels) {
            this.kind = kind;
            this.label = label;
            this.ownerLabels = ownerLabels;
        }

        /** Adds objects. */
        public Builder objects(Collection<ItemObject> more) {
            objects.addAll(more);
            return this;
        }

        /** Adds an object. */
        public Builder object(ItemObject object) {
            objects.add(object);
            return this;
        }

        /** Adds an object by its catalogue number or other identifier. */
        public Builder object(String id) {
            return object(ItemObject.of(id));
        }

        /** Sets the probability of collision, dimensionless. */
        public Builder probability(double value) {
            probability = value;
            return this;
        }

        /** Sets the gateway receipt of the latest input. */
        public Builder received(Instant instant) {
            receivedMs = instant.plusNanos(999_999).toEpochMilli();
            return this;
        }

        /** Sets the message that expressions look at. */
        public Builder payload(Message message) {
            payload = message;
            return this;
        }

        /** The item. */
        public Item build() {
            return new Item(this);
        }
    }
}
