package nl.sluis.gateway.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import nl.sluis.proto.v1.Gap;
import nl.sluis.proto.v1.SubscribeResponse;
import nl.sluis.proto.v1.Withdrawn;
import org.jspecify.annotations.Nullable;

/**
 * One audience's own log: what was released to it, withdrawn from it and held, in order. It holds places in the products log,
 * not products. Its own index, from 0, is all that a cursor counts, so a cursor says nothing of what others got.
 */
final class AudienceLog {
    private static final int FIRST_CAPACITY = 256;
    private static final long NO_PRODUCT = 0; // positions count from 1

    private final Map<String, Long> latestByProduct = new HashMap<>();
    private final NavigableMap<String, SortedSet<String>> productsByObject = new TreeMap<>();
    private final Map<Long, SubscribeResponse> told = new HashMap<>();
    private final Map<SharedBatches.Place, Abreast> abreast = new LinkedHashMap<>();
    private final SharedBatches batches = new SharedBatches();
    private long[] positions = new long[FIRST_CAPACITY];
    private long[] releasedMicros = new long[FIRST_CAPACITY];
    private long first;
    private int size;

    /** Says that so many entries had been trimmed before the first that was added. Called once, before it is read. */
    synchronized void startAt(long trimmed) {
        if (first != 0) {
            throw new IllegalStateException("first index: " + first + " (expected: 0)");
        }
        first = trimmed;
        latestByProduct.replaceAll((product, index) -> index + trimmed);
        Map<Long, SubscribeResponse> moved = new HashMap<>();
        told.forEach((index, message) -> moved.put(index + trimmed, message));
        told.clear();
        told.putAll(moved);
    }

    /**
     * Lets a subscription wait abreast of others for what comes.
     *
     * @return those others; null where there is something at its place already
     */
    synchronized @Nullable Abreast join(SharedBatches.Place place, Abreast.Gathering gathering, Abreast.Member member) {
        if (place.from() < end()) {
            return null;
        }
        Abreast group = abreast.computeIfAbsent(place, none -> new Abreast(place, gathering));
        group.add(member);
        return group;
    }

    /** Lets a subscription wait no longer; nothing where what it waited for is being gathered already. */
    synchronized void leave(Abreast group, Abreast.Member member) {
        if (abreast.get(group.place()) == group && group.remove(member)) {
            abreast.remove(group.place());
        }
    }

    /** Takes out who waited at a place where there is something now: once for all that was added. */
    synchronized List<Abreast> takeWaiting() {
        List<Abreast> taken = new ArrayList<>();
        abreast.values().removeIf(group -> group.place().from() < end() && taken.add(group));
        return taken;
    }

    /**
     * Adds a release, once: a change of policy may have released what was being released already. Nobody is woken for it
     * alone: see {@link #takeWaiting}.
     *
     * @param object what the catalogue calls the object, where the product says where one object is; else empty
     */
    synchronized void add(long productPosition, String productId, String object, long atMicros) {
        Long before = latestByProduct.get(productId);
        if (before != null && before >= first && position(before) == productPosition) {
            return;
        }
        latestByProduct.put(productId, append(productPosition, atMicros));
        if (!object.isEmpty()) {
            productsByObject.computeIfAbsent(object, none -> new TreeSet<>()).add(productId);
        }
    }

    /** Adds a withdrawal: the product leaves the snapshot, unless a later version of it was released already. */
    synchronized void withdraw(long productPosition, Withdrawn notice, long atMicros) {
        latestByProduct.computeIfPresent(
                notice.getProductId(), (product, index) -> position(index) <= productPosition ? null : index);
        told.put(
                append(productPosition, atMicros),
                SubscribeResponse.newBuilder().setWithdrawn(notice).build());
    }

    /** Adds that a product waits: it has no place here until it is released. */
    synchronized void hold(Gap gap, long atMicros) {
        told.put(
                append(NO_PRODUCT, atMicros),
                SubscribeResponse.newBuilder().setGap(gap).build());
    }

    private long append(long productPosition, long atMicros) {
        if (size == positions.length) {
            positions = Arrays.copyOf(positions, 2 * size);
            releasedMicros = Arrays.copyOf(releasedMicros, 2 * size);
        }
        positions[size] = productPosition;
        releasedMicros[size] = atMicros;
        return first + size++;
    }

    /** Forgets what was released before a time, because the journal no longer holds it. */
    synchronized void trim(long beforeMicros) {
        int cut = (int) (firstSince(beforeMicros) - first);
        if (cut > 0) {
            positions = Arrays.copyOfRange(positions, cut, Math.max(size, cut + FIRST_CAPACITY));
            releasedMicros = Arrays.copyOfRange(releasedMicros, cut, Math.max(size, cut + FIRST_CAPACITY));
            first += cut;
            size -= cut;
            latestByProduct.values().removeIf(index -> index < first);
            told.keySet().removeIf(index -> index < first);
        }
    }

    /** What several subscribers are due at once. */
    SharedBatches batches() {
        return batches;
    }

    /** Index of the oldest entry that is kept. */
    synchronized long first() {
        return first;
    }

    /** Index behind the newest entry: how many there ever were. */
    synchronized long end() {
        return first + size;
    }

    /** Place of an entry's product in the products log. */
    synchronized long position(long index) {
        return positions[place(index)];
    }

    /** When an entry was released or withdrawn, microseconds since 1970-01-01T00:00:00Z. */
    synchronized long releasedMicros(long index) {
        return releasedMicros[place(index)];
    }

    /** What is told at an index, where it is no product: a withdrawal or a gap. */
    synchronized Optional<SubscribeResponse> told(long index) {
        return Optional.ofNullable(told.get(index));
    }

    /** Index at which a product of the products log was released; the first that is kept where it is not among them. */
    synchronized long indexOf(long productPosition) {
        for (int i = size - 1; i >= 0; i--) {
            if (positions[i] == productPosition) {
                return first + i;
            }
        }
        return first;
    }

    private int place(long index) {
        if (index < first || index >= first + size) {
            throw new IndexOutOfBoundsException(
                    "index: " + index + " (expected: " + first + " to " + (first + size - 1) + ")");
        }
        return (int) (index - first);
    }

    /** Index of the first entry at or after a time; the end where there is none. */
    synchronized long firstSince(long micros) {
        int found = Arrays.binarySearch(releasedMicros, 0, size, micros);
        int place = found >= 0 ? found : -found - 1;
        while (place > 0 && releasedMicros[place - 1] == micros) {
            place--;
        }
        return first + place;
    }

    /**
     * What stands at one moment.
     *
     * @param indexes the latest release of every product that was not withdrawn, in order
     * @param end index behind the newest entry
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    record Snapshot(long[] indexes, long end) {}

    synchronized Snapshot snapshot() {
        return new Snapshot(
                latestByProduct.values().stream()
                        .mapToLong(Long::longValue)
                        .sorted()
                        .toArray(),
                end());
    }

    /** The next object of the catalogue behind a name, in the order of names. */
    synchronized Optional<String> objectAfter(String name) {
        return Optional.ofNullable(productsByObject.higherKey(name));
    }

    /** Places in the products log of the latest releases that say where an object is, the newest first. */
    synchronized long[] positionsOf(String object) {
        SortedSet<String> products = productsByObject.getOrDefault(object, new TreeSet<>());
        return products.stream()
                .map(latestByProduct::get)
                .filter(Objects::nonNull)
                .sorted(Comparator.reverseOrder())
                .mapToLong(this::position)
                .toArray();
    }
}
