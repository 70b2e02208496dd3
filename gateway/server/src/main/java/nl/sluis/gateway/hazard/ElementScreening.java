package nl.sluis.gateway.hazard;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Proximity;

/** Screens public elements, all on all. */
@FunctionalInterface
public interface ElementScreening {
    /**
     * What was found.
     *
     * @param conjunctions close approaches, by time
     * @param proximities pairs that stay together, as intervals
     */
    record Found(List<ConjunctionWarning> conjunctions, List<Proximity> proximities) {
        /** Copies the lists. */
        public Found {
            conjunctions = List.copyOf(conjunctions);
            proximities = List.copyOf(proximities);
        }

        /**
         * Says in messages what was found.
         *
         * @param objects what an object is called, by its identity
         */
        static Found of(
                Warnings.Searched searched,
                List<Encounter> encounters,
                List<nl.sluis.orbit.encounter.Proximity> pairs,
                Function<String, ObjectReference> objects) {
            Function<ScreenedObject, Warnings.Known> known = object ->
                    new Warnings.Known(objects.apply(object.identity()), OrbitSource.ELEMENTS, Optional.empty());
            return new Found(
                    encounters.stream()
                            .map(e -> Warnings.warning(e, searched, known.apply(e.object1()), known.apply(e.object2()))
                                    .build())
                            .toList(),
                    pairs.stream()
                            .map(pair -> Warnings.proximity(
                                    pair,
                                    known.apply(pair.object1()).reference(),
                                    known.apply(pair.object2()).reference()))
                            .toList());
        }

        /** What concerns any of some objects. */
        Found of(Set<String> keys) {
            return new Found(
                    conjunctions.stream()
                            .filter(one -> isAny(
                                    keys,
                                    one.getObject1().getObject(),
                                    one.getObject2().getObject()))
                            .toList(),
                    proximities.stream()
                            .filter(one -> isAny(keys, one.getObject1(), one.getObject2()))
                            .toList());
        }

        private static boolean isAny(Set<String> keys, ObjectReference object1, ObjectReference object2) {
            return Stream.of(object1, object2)
                    .flatMap(object -> ObjectKey.of(object).stream())
                    .anyMatch(key -> keys.contains(key.text()));
        }
    }

    /** Screens elements over a window that starts at the newest of them. */
    Found screen(List<MeanElements> elements);
}
