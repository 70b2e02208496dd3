package nl.sluis.gateway.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.store.Entry;
import nl.sluis.gateway.store.Journal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.StoredRecord;
import nl.sluis.journal.v1.StoredRelease;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.StateVector;
import nl.sluis.proto.v1.Vector3;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recognises what this gateway made itself when it comes back as a contribution, in whatever format: by the epoch of a
 * state to the millisecond and its position, or by the time and distance of an encounter. Taken for a partner's own it
 * would lose its label, and count what went into it twice.
 *
 * <p>It is recognised only from a nation to which it was released: what comes from elsewhere can't be a copy of it, and to
 * withhold that would tell of a product that its contributor may not know of. Not recognised: coarsened states, mean
 * elements (many publish the same), and what is older than the products kept here.
 */
final class OwnProducts {
    /** States and encounters remembered, some 100 bytes each; the oldest leave first. */
    private static final int REMEMBERED_MAX = 200_000;

    /** Products read again at the start: days of a busy gateway. */
    private static final int PRODUCTS_READ_MAX = 50_000;

    /** Releases read again at the start: a product goes to some audiences. */
    private static final int RELEASES_READ_MAX = 4 * PRODUCTS_READ_MAX;

    private static final int READ_ENTRIES_MAX = 256;

    /** Texts round to the millimetre or the metre; two estimates of one orbit that agree better are one. */
    private static final double SAME_POSITION_M = 1;

    /** A warning under a downgrade tells its distance rounded. */
    private static final double SAME_DISTANCE_M = 100;

    private static final Logger LOG = LoggerFactory.getLogger(OwnProducts.class);

    private final Journal journal;
    private final Map<String, List<Remembered>> remembered = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, List<Remembered>> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };
    /** Audiences that a product was released to, by its place in the products log. */
    private final Map<Long, Set<String>> released = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Set<String>> eldest) {
            return size() > PRODUCTS_READ_MAX;
        }
    };

    private long followed;
    private long followedReleases;

    /** A state's position, m, or an encounter's distance as x alone; the label of what it stood in, and its place. */
    private record Remembered(double x, double y, double z, Label label, long product) {}

    OwnProducts(Journal journal) {
        this.journal = journal;
    }

    /** Whether records of this kind are compared with products at all. */
    static boolean isRecognised(StoredRecord record) {
        return record.hasEphemeris() || record.hasConjunction();
    }

    /**
     * The label of the product that a record comes from; empty where it is the contributor's own. Blocks.
     *
     * @param record what is contributed
     * @param audiences audiences of the contributor's nation
     */
    synchronized Optional<Label> labelOf(StoredRecord record, Set<String> audiences) {
        if (audiences.isEmpty()) {
            return Optional.empty();
        }
        catchUp();
        return switch (record.getContentCase()) {
            case EPHEMERIS ->
                record.getEphemeris().getStatesList().stream()
                        .map(state -> find(
                                key(record.getEphemeris().getObject(), state.getEpoch()),
                                state.getPositionM(),
                                SAME_POSITION_M,
                                audiences))
                        .flatMap(Optional::stream)
                        .findFirst();
            case CONJUNCTION ->
                find(key(record.getConjunction()), distance(record.getConjunction()), SAME_DISTANCE_M, audiences);
            default -> Optional.empty();
        };
    }

    private Optional<Label> find(String key, Vector3 at, double within, Set<String> audiences) {
        return remembered.getOrDefault(key, List.of()).stream()
                .filter(one ->
                        Math.hypot(Math.hypot(one.x() - at.getX(), one.y() - at.getY()), one.z() - at.getZ()) <= within)
                .filter(one -> !Collections.disjoint(released.getOrDefault(one.product(), Set.of()), audiences))
                .map(Remembered::label)
                .findFirst();
    }

    private void catchUp() {
        followed = skipped(LogName.PRODUCTS, followed, PRODUCTS_READ_MAX);
        followedReleases = skipped(LogName.RELEASED, followedReleases, RELEASES_READ_MAX);
        List<Entry> page = journal.read(LogName.PRODUCTS, followed + 1, READ_ENTRIES_MAX);
        while (!page.isEmpty()) {
            for (Entry entry : page) {
                try {
                    remember(StoredProduct.parseFrom(entry.payload()), entry.position());
                } catch (InvalidProtocolBufferException e) {
                    // it was never sent either, so nobody can send it back
                    LOG.error("product can't be read, not recognised, position={}", entry.position(), e);
                }
                followed = entry.position();
            }
            page = journal.read(LogName.PRODUCTS, followed + 1, READ_ENTRIES_MAX);
        }
        List<Entry> releases = journal.read(LogName.RELEASED, followedReleases + 1, READ_ENTRIES_MAX);
        while (!releases.isEmpty()) {
            for (Entry entry : releases) {
                try {
                    StoredRelease release = StoredRelease.parseFrom(entry.payload());
                    if (!release.hasDue() && !release.hasWithdrawn()) {
                        released.computeIfAbsent(release.getProductPosition(), none -> new HashSet<>(2))
                                .addAll(release.getAudiencesList());
                    }
                } catch (InvalidProtocolBufferException e) {
                    LOG.error("release can't be read, position={}", entry.position(), e);
                }
                followedReleases = entry.position();
            }
            releases = journal.read(LogName.RELEASED, followedReleases + 1, READ_ENTRIES_MAX);
        }
    }

    /** Where to go on reading: behind what was trimmed since the last time, which may be long ago, and not too far back. */
    private long skipped(LogName log, long followed, int readMax) {
        return Math.max(followed, Math.max(journal.oldest(log) - 1, journal.watermark(log) - readMax));
    }

    private void remember(StoredProduct stored, long position) {
        Product product = stored.getProduct();
        Label label = stored.getBasis().getLabel();
        switch (product.getBodyCase()) {
            case TRACK ->
                remember(product.getTrack().getObject(), product.getTrack().getState(), label, position);
            case EPHEMERIS ->
                product.getEphemeris()
                        .getStatesList()
                        .forEach(state -> remember(product.getEphemeris().getObject(), state, label, position));
            case CONJUNCTION -> {
                Vector3 at = distance(product.getConjunction());
                put(key(product.getConjunction()), new Remembered(at.getX(), 0, 0, label, position));
            }
            default -> {
                // has neither state nor encounter
            }
        }
    }

    private void remember(ObjectReference object, StateVector state, Label label, long position) {
        Vector3 at = state.getPositionM();
        put(key(object, state.getEpoch()), new Remembered(at.getX(), at.getY(), at.getZ(), label, position));
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
