package nl.sluis.gateway.fusion;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * Contributions sorted by who may use them: those that the same audiences may use are one compartment.
 *
 * @param <T> what a compartment holds
 */
final class Compartments<T> {
    private final Map<BitSet, List<T>> byAudiences = new LinkedHashMap<>();
    private final ToLongFunction<T> order;

    /** @param order place of an entry in its log: views list their entries in this order */
    Compartments(ToLongFunction<T> order) {
        this.order = order;
    }

    /** Adds an entry to the compartment of the audiences that may use it. */
    void add(BitSet audiences, T entry) {
        byAudiences
                .computeIfAbsent((BitSet) audiences.clone(), none -> new ArrayList<>())
                .add(entry);
    }

    /** The same entries in the compartments of those who may use them now. */
    Compartments<T> formedAgain(Function<T, BitSet> audiences) {
        Compartments<T> formed = new Compartments<>(order);
        entries().forEach(entry -> formed.add(audiences.apply(entry), entry));
        return formed;
    }

    /** All entries, in the order of the log. */
    List<T> entries() {
        return byAudiences.values().stream()
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(order))
                .toList();
    }

    /**
     * Takes entries out.
     *
     * @return the audiences that could use one of them: their views have changed
     */
    BitSet remove(Predicate<T> which) {
        BitSet audiences = new BitSet();
        byAudiences.forEach((users, entries) -> {
            if (entries.removeIf(which)) {
                audiences.or(users);
            }
        });
        byAudiences.values().removeIf(List::isEmpty);
        return audiences;
    }

    /**
     * The distinct views of some audiences.
     *
     * @param due the audiences
     * @return each view once, in the order of its lowest audience
     */
    List<View<T>> views(BitSet due) {
        List<Map.Entry<BitSet, List<T>>> compartments = new ArrayList<>(byAudiences.entrySet());
        Map<BitSet, BitSet> audiencesByView = new LinkedHashMap<>();
        for (int audience = due.nextSetBit(0); audience >= 0; audience = due.nextSetBit(audience + 1)) {
            BitSet held = new BitSet();
            for (int i = 0; i < compartments.size(); i++) {
                if (compartments.get(i).getKey().get(audience)) {
                    held.set(i);
                }
            }
            if (!held.isEmpty()) {
                audiencesByView.computeIfAbsent(held, none -> new BitSet()).set(audience);
            }
        }
        List<View<T>> views = new ArrayList<>();
        audiencesByView.forEach((held, audiences) -> {
            List<T> entries = new ArrayList<>();
            List<Part<T>> parts = new ArrayList<>();
            held.stream().mapToObj(compartments::get).forEach(compartment -> {
                entries.addAll(compartment.getValue());
                parts.add(new Part<>(compartment.getKey(), List.copyOf(compartment.getValue())));
            });
            entries.sort(Comparator.comparingLong(order));
            parts.sort(
                    Comparator.comparingInt((Part<T> part) -> -part.audiences().cardinality())
                            .thenComparing(Part::id));
            views.add(new View<>(audiences, List.copyOf(entries), List.copyOf(parts)));
        });
        return views;
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
     * One compartment.
     *
     * @param audiences who may use it
     * @param entries what is in it, in the order of their coming
     * @param <T> what a compartment holds
     */
    record Part<T>(BitSet audiences, List<T> entries) {
        /** Its identifier among the compartments of one object. */
        String id() {
            return audiences.toString();
        }
    }
}
