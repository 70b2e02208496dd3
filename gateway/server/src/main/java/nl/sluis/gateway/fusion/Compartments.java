package nl.sluis.gateway.fusion;

import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Contributions sorted by who may use them: those that the same audiences may use are one compartment. Of a compartment an
 * audience takes what it believes to be of this object; another that believes otherwise changes nothing for it.
 *
 * @param <T> what a compartment holds
 */
final class Compartments<T> {
    private final Map<BitSet, List<Held<T>>> byAudiences = new LinkedHashMap<>();
    private final ToLongFunction<T> order;

    /** An entry and the audiences that take it. */
    private record Held<T>(T entry, BitSet takers) {}

    /** @param order place of an entry in its log, unique: views list their entries in this order */
    Compartments(ToLongFunction<T> order) {
        this.order = order;
    }

    /** Adds an entry to the compartment of the audiences that may use it, all of which take it. */
    void add(BitSet audiences, T entry) {
        add(audiences, audiences, entry);
    }

    /** Adds an entry to the compartment of the audiences that may use it, some of which take it. */
    void add(BitSet audiences, BitSet takers, T entry) {
        byAudiences
                .computeIfAbsent((BitSet) audiences.clone(), none -> new ArrayList<>())
                .add(new Held<>(entry, (BitSet) takers.clone()));
    }

    /** Who takes an entry that is formed again. */
    @FunctionalInterface
    interface Takers<T> {
        /**
         * Who takes an entry now.
         *
         * @param audiencesBefore who could use it
         * @param takersBefore which of them took it
         * @param audiences who may use it now
         */
        BitSet of(T entry, BitSet audiencesBefore, BitSet takersBefore, BitSet audiences);
    }

    /** The same entries in the compartments of those who may use them now. */
    Compartments<T> formedAgain(Function<T, BitSet> audiences, Takers<T> takers) {
        record Before<T>(BitSet audiences, Held<T> held) {}
        Compartments<T> formed = new Compartments<>(order);
        byAudiences.entrySet().stream()
                .flatMap(one -> one.getValue().stream().map(held -> new Before<>(one.getKey(), held)))
                .sorted(Comparator.comparingLong(
                        before -> order.applyAsLong(before.held().entry())))
                .forEach(before -> {
                    T entry = before.held().entry();
                    BitSet now = audiences.apply(entry);
                    formed.add(
                            now,
                            takers.of(entry, before.audiences(), before.held().takers(), now),
                            entry);
                });
        return formed;
    }

    /** Calls back with each entry and those who take it, in the order of the log. */
    void forEachTaken(BiConsumer<BitSet, T> each) {
        byAudiences.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(held -> order.applyAsLong(held.entry())))
                .forEach(held -> each.accept(held.takers(), held.entry()));
    }

    /**
     * Takes entries out.
     *
     * @return the audiences that took one of them: their views have changed
     */
    BitSet remove(Predicate<T> which) {
        BitSet audiences = new BitSet();
        byAudiences
                .values()
                .forEach(entries -> entries.removeIf(held -> {
                    boolean out = which.test(held.entry());
                    if (out) {
                        audiences.or(held.takers());
                    }
                    return out;
                }));
        byAudiences.values().removeIf(List::isEmpty);
        return audiences;
    }

    /** Has some audiences take entries no longer; what nobody takes goes. */
    void giveUp(BitSet audiences, Predicate<T> which) {
        byAudiences
                .values()
                .forEach(entries -> entries.removeIf(held -> {
                    if (which.test(held.entry())) {
                        held.takers().andNot(audiences);
                        return held.takers().isEmpty();
                    }
                    return false;
                }));
        byAudiences.values().removeIf(List::isEmpty);
    }

    /**
     * Has some audiences take the newest entries of each compartment alone: as many as count for so much, the one that passes it
     * included. What others take changes nothing for one of them.
     *
     * @param audiences the audiences
     * @param size what an entry counts for; what counts for nothing stays
     * @param latest how new an entry is
     * @param sizeMax of what one audience takes of a compartment
     */
    void giveUpOldest(BitSet audiences, ToLongFunction<T> size, Function<T, Instant> latest, long sizeMax) {
        record Counted<T>(Held<T> held, long size, Instant latest) {}
        byAudiences.forEach((users, entries) -> {
            if (entries.stream()
                            .mapToLong(held -> size.applyAsLong(held.entry()))
                            .sum()
                    <= sizeMax) {
                return;
            }
            List<Counted<T>> counted = entries.stream()
                    .filter(held -> size.applyAsLong(held.entry()) > 0)
                    .map(held -> new Counted<>(held, size.applyAsLong(held.entry()), latest.apply(held.entry())))
                    .sorted(Comparator.comparing((Counted<T> one) -> one.latest())
                            .thenComparingLong(
                                    one -> order.applyAsLong(one.held().entry()))
                            .reversed())
                    .toList();
            for (int audience = audiences.nextSetBit(0); audience >= 0; audience = audiences.nextSetBit(audience + 1)) {
                long taken = 0;
                for (Counted<T> one : counted) {
                    if (one.held().takers().get(audience)) {
                        one.held().takers().set(audience, taken < sizeMax);
                        taken += one.size();
                    }
                }
            }
            entries.removeIf(held -> held.takers().isEmpty());
        });
        byAudiences.values().removeIf(List::isEmpty);
    }

    /** All entries with those who may use them, in no order. */
    void forEach(BiConsumer<BitSet, T> each) {
        byAudiences.forEach((audiences, entries) -> entries.forEach(held -> each.accept(audiences, held.entry())));
    }

    /** What an audience takes of one compartment. */
    private record Slice(int compartment, BitSet entries) {}

    /**
     * The distinct views of some audiences.
     *
     * @param due the audiences
     * @return each view once, in the order of its lowest audience
     */
    List<View<T>> views(BitSet due) {
        List<Map.Entry<BitSet, List<Held<T>>>> compartments = new ArrayList<>(byAudiences.entrySet());
        Map<List<Slice>, BitSet> audiencesByView = new LinkedHashMap<>();
        for (int audience = due.nextSetBit(0); audience >= 0; audience = due.nextSetBit(audience + 1)) {
            List<Slice> slices = new ArrayList<>();
            for (int i = 0; i < compartments.size(); i++) {
                if (compartments.get(i).getKey().get(audience)) {
                    BitSet taken = taken(compartments.get(i).getValue(), audience);
                    if (!taken.isEmpty()) {
                        slices.add(new Slice(i, taken));
                    }
                }
            }
            if (!slices.isEmpty()) {
                audiencesByView.computeIfAbsent(slices, none -> new BitSet()).set(audience);
            }
        }
        Map<Slice, Integer> variants = new HashMap<>();
        List<View<T>> views = new ArrayList<>();
        audiencesByView.forEach((slices, audiences) -> {
            List<T> entries = new ArrayList<>();
            List<Part<T>> parts = new ArrayList<>();
            for (Slice slice : slices) {
                Map.Entry<BitSet, List<Held<T>>> compartment = compartments.get(slice.compartment());
                List<T> held = slice.entries().stream()
                        .mapToObj(i -> compartment.getValue().get(i).entry())
                        .toList();
                entries.addAll(held);
                int variant = variants.computeIfAbsent(slice, none -> variants.size());
                parts.add(new Part<>(compartment.getKey(), variant, held));
            }
            entries.sort(Comparator.comparingLong(order));
            parts.sort(
                    Comparator.comparingInt((Part<T> part) -> -part.audiences().cardinality())
                            .thenComparing(Part::id));
            views.add(new View<>(audiences, List.copyOf(entries), List.copyOf(parts)));
        });
        return views;
    }

    private static <T> BitSet taken(List<Held<T>> entries, int audience) {
        BitSet taken = new BitSet();
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).takers().get(audience)) {
                taken.set(i);
            }
        }
        return taken;
    }

    /**
     * What some audiences, and they alike, may use.
     *
     * @param audiences the audiences whose view this is, of those that were asked for
     * @param entries what they may use, in the order of the log
     * @param parts the same by compartment, most widely releasable first
     * @param <T> what a compartment holds
     */
    record View<T>(BitSet audiences, List<T> entries, List<Part<T>> parts) {}

    /**
     * What a view takes of one compartment.
     *
     * @param audiences who may use the compartment
     * @param variant tells apart what different views take of it; no view takes two, so it has no bearing on any order
     * @param entries what is taken, in the order of their coming
     * @param <T> what a compartment holds
     */
    record Part<T>(BitSet audiences, int variant, List<T> entries) {
        /** Its identifier among the compartments of one object; they are ordered by who may use them. */
        String id() {
            return audiences + "/" + variant;
        }
    }
}
