package nl.sluis.gateway.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.StateVector;
import nl.sluis.proto.v1.Vector3;

/**
 * Recognises what this gateway made itself when it comes back as a contribution, in whatever format: by the epoch of a
 * state to the millisecond and its position, or by the time and distance of an encounter. Taken for a partner's own it
 * would lose its label, and count what went into it twice. Not recognised: coarsened states, mean elements (many publish
 * the same), and what is older than the products kept here.
 */
final class OwnProducts {
    /** States and encounters remembered, some 100 bytes each; the oldest leave first. */
    private static final int REMEMBERED_MAX = 200_000;

    /** Products read again at the start: days of a busy gateway. */
    private static final int PRODUCTS_READ_MAX = 50_000;

    private static final int READ_ENTRIES_MAX = 256;

    /** Texts round to the millimetre or the metre; two estimates of one orbit that agree better are one. */
    private static final double SAME_POSITION_M = 1;

    /** A warning under a downgrade tells its distance rounded. */
    private static final double SAME_DISTANCE_M = 100;

    private final Journal journal;
    private final Map<String, List<Remembered>> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Remembered>> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };
    private long followed;

    /** A state's position, m, or an encounter's distance as x alone; and the label of what it stood in. */
    private record Remembered(double x, double y, double z, Label label) {}

    OwnProducts(Journal journal) {
        this.journal = journal;
        this.followed =
                Math.max(journal.oldest(LogName.PRODUCTS) - 1, journal.watermark(LogName.PRODUCTS) - PRODUCTS_READ_MAX);
    }

    /** The label of the product that a record comes from; empty where it is the contributor's own. Blocks. */
    synchronized Optional<Label> labelOf(StoredRecord record) {
        catchUp();
        return switch (record.getContentCase()) {
            case EPHEMERIS ->
                record.getEphemeris().getStatesList().stream()
                        .map(state -> find(
                                key(record.getEphemeris().getObject(), state.getEpoch()),
                                state.getPositionM(),
                                SAME_POSITION_M))
                        .flatMap(Optional::stream)
                        .findFirst();
            case CONJUNCTION -> find(key(record.getConjunction()), distance(record.getConjunction()), SAME_DISTANCE_M);
            default -> Optional.empty();
        };
    }

    private Optional<Label> find(String key, Vector3 at, double within) {
        return remembered.getOrDefault(key, List.of()).stream()
                .filter(one ->
                        Math.hypot(Math.hypot(one.x() - at.getX(), one.y() - at.getY()), one.z() - at.getZ()) <= within)
                .map(Remembered::label)
                .findFirst();
    }

    private void catchUp() {
        List<Entry> page = journal.read(LogName.PRODUCTS, followed + 1, READ_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Entry entry : page) {
                try {
                    remember(StoredProduct.parseFrom(entry.payload()));
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalStateException("product at " + entry.position() + " can't be read", e);
                }
                followed = entry.position();
            }
            page = journal.read(LogName.PRODUCTS, followed + 1, READ_ENTRIES_MAX);
        }
    }

    private void remember(StoredProduct stored) {
        Product product = stored.getProduct();
        Label label = stored.getBasis().getLabel();
        switch (product.getBodyCase()) {
            case TRACK ->
                remember(product.getTrack().getObject(), product.getTrack().getState(), label);
            case EPHEMERIS ->
                product.getEphemeris()
                        .getStatesList()
                        .forEach(state -> remember(product.getEphemeris().getObject(), state, label));
            case CONJUNCTION -> {
                Vector3 at = distance(product.getConjunction());
                put(key(product.getConjunction()), new Remembered(at.getX(), 0, 0, label));
            }
            default -> {
                // has neither state nor encounter
            }
        }
    }

    private void remember(ObjectReference object, StateVector state, Label label) {
        Vector3 at = state.getPositionM();
        put(key(object, state.getEpoch()), new Remembered(at.getX(), at.getY(), at.getZ(), label));
    }

    private void put(String key, Remembered one) {
        remembered.computeIfAbsent(key, none -> new ArrayList<>(1)).add(one);
    }

    private static String key(ObjectReference object, Timestamp epoch) {
        return name(object) + "@" + millis(epoch);
    }

    /** Who is first is the maker's choice. */
    private static String key(ConjunctionWarning conjunction) {
        String one = name(conjunction.getObject1().getObject());
        String other = name(conjunction.getObject2().getObject());
        return (one.compareTo(other) < 0 ? one + "+" + other : other + "+" + one) + "@" + millis(conjunction.getTca());
    }

    private static Vector3 distance(ConjunctionWarning conjunction) {
        return Vector3.newBuilder().setX(conjunction.getMissDistanceM()).build();
    }

    private static String name(ObjectReference object) {
        return ObjectKey.of(object).map(ObjectKey::text).orElse("?");
    }

    private static long millis(Timestamp epoch) {
        return Math.addExact(Math.multiplyExact(epoch.getSeconds(), 1000L), Math.round(epoch.getNanos() / 1e6));
    }
}
