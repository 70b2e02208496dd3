package nl.sluis.gateway.hazard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;

/**
 * What each audience knows of where objects are: the public elements, the fused orbits of its own views, and operators'
 * ephemerides that it may use; and which of
 * those orbits are to be screened when. An orbit is due when it says something new, at most every {@value #EVERY_S} s for each
 * object and audience. When it is due follows from receipt times alone, so that a history that is replayed is screened alike.
 */
final class Skies {
    /** Least time between two screenings of one object for one audience, s: fusion may make an orbit every second. */
    static final int EVERY_S = 60;

    /** An orbit that moved by less of its standard deviation says nothing new. */
    static final double MOVED_SIGMAS = 0.5;

    private static final Duration EVERY = Duration.ofSeconds(EVERY_S);

    /** What one audience knows in one data mode. */
    private static final class Sky {
        PublicSky elements = PublicSky.EMPTY;

        final SortedMap<Source, KnownOrbit> orbits = new TreeMap<>(Source.ORDER);

        /** Orbits that are followed already and speak for newer ones, which did not move from them. */
        final Map<Source, KnownOrbit> followed = new HashMap<>();

        final Map<Source, KnownOrbit> screened = new HashMap<>();
        final Map<Source, Instant> screenedAt = new HashMap<>();
        final Map<Source, Instant> due = new HashMap<>();

        boolean isEmptyBut(KnownOrbit orbit) {
            return orbits.size() == 1 && !elements.reaches(orbit.start());
        }

        List<KnownOrbit> others(Source one) {
            return orbits.entrySet().stream()
                    .filter(other -> !other.getKey().equals(one))
                    .map(other -> followed.getOrDefault(other.getKey(), other.getValue()))
                    .toList();
        }

        void due(Source source, Instant now) {
            Instant before = screenedAt.get(source);
            Instant earliest = before == null ? now : before.plus(EVERY);
            due.putIfAbsent(source, earliest.isAfter(now) ? earliest : now);
        }
    }

    /** One source of one object's orbit. */
    private record Source(ObjectKey key, OrbitSource orbit) {
        static final Comparator<Source> ORDER =
                Comparator.comparing(Source::key).thenComparing(Source::orbit);

        static Source of(KnownOrbit orbit) {
            return new Source(orbit.key(), orbit.source());
        }
    }

    private record Owner(String mode, String audience) {}

    /**
     * An orbit to be screened for audiences that know the same of everything else.
     *
     * @param mode data mode
     * @param audiences in order
     * @param orbit the orbit
     * @param due since when
     * @param elements the public elements that they may use
     * @param others the other orbits of their views, by key
     */
    record Screening(
            String mode,
            List<String> audiences,
            KnownOrbit orbit,
            Instant due,
            PublicSky elements,
            Collection<KnownOrbit> others) {}

    private final Map<Owner, Sky> skies =
            new TreeMap<>(Comparator.comparing(Owner::mode).thenComparing(Owner::audience));

    private Sky sky(String mode, String audience) {
        return skies.computeIfAbsent(new Owner(mode, audience), none -> new Sky());
    }

    /** What tells whether an event of an object may come to be of another urgency. */
    interface Open {
        boolean mayChange(String mode, String audience, ObjectKey key);
    }

    /** Takes in an orbit; it becomes due where it says something new. */
    void take(String mode, Collection<String> audiences, KnownOrbit orbit, Open open) {
        Map<KnownOrbit, KnownOrbit> beside = new HashMap<>();
        Map<KnownOrbit, Boolean> moved = new HashMap<>();
        Source source = Source.of(orbit);
        for (String audience : audiences) {
            Sky sky = sky(mode, audience);
            KnownOrbit last = sky.screened.get(source);
            // along which path it is followed, an audience's own history tells
            KnownOrbit own = last == null ? orbit : beside.computeIfAbsent(last, orbit::beside);
            sky.orbits.put(source, own);
            sky.followed.remove(source);
            if (sky.isEmptyBut(own)) {
                // it is followed only where there is something to meet
                continue;
            }
            if (last == null
                    || open.mayChange(mode, audience, own.key())
                    || moved.computeIfAbsent(last, before -> own.movedFrom(before, MOVED_SIGMAS))) {
                sky.due(source, own.received());
            } else if (last.speaksFor(own)) {
                sky.followed.put(source, last);
            }
        }
    }

    /**
     * Takes in a change of the public elements; once all of it has come, every orbit is due.
     *
     * @return each distinct sky that is complete, with the audiences that have it
     */
    Map<PublicSky, List<String>> take(String mode, Basis basis, ElementSets change, Instant received) {
        Map<PublicSky, List<String>> changed = listed(mode, basis, change);
        changed.keySet().removeIf(sky -> !sky.isComplete());
        changed.values().stream()
                .flatMap(List::stream)
                .map(audience -> sky(mode, audience))
                .forEach(sky -> sky.orbits.keySet().forEach(source -> sky.due(source, received)));
        return changed;
    }

    /** Audiences that had the same sky before have the same afterwards. */
    private Map<PublicSky, List<String>> listed(String mode, Basis basis, ElementSets change) {
        Map<PublicSky, PublicSky> after = new HashMap<>();
        Map<PublicSky, List<String>> skiesAfter = new LinkedHashMap<>();
        for (String audience : basis.getAudiencesList()) {
            Sky sky = sky(mode, audience);
            sky.elements = after.computeIfAbsent(sky.elements, before -> before.with(basis, change));
            skiesAfter.computeIfAbsent(sky.elements, none -> new ArrayList<>()).add(audience);
        }
        return skiesAfter;
    }

    /** Takes in what was handled in an earlier life. */
    void restore(String mode, Collection<String> audiences, KnownOrbit orbit) {
        audiences.forEach(audience -> sky(mode, audience).orbits.put(Source.of(orbit), orbit));
    }

    void restore(String mode, Basis basis, ElementSets change) {
        listed(mode, basis, change);
    }

    /** Forgets what was made of a contribution that was taken back. */
    void withdraw(String contributionId) {
        Map<PublicSky, PublicSky> without = new HashMap<>();
        skies.values().forEach(sky -> {
            Predicate<KnownOrbit> isOfIt =
                    orbit -> orbit.basis().getContributionIdsList().contains(contributionId);
            sky.orbits.values().removeIf(isOfIt);
            sky.followed.values().removeIf(isOfIt);
            sky.screened.values().removeIf(isOfIt);
            sky.due.keySet().retainAll(sky.orbits.keySet());
            sky.elements = without.computeIfAbsent(sky.elements, before -> before.without(contributionId));
        });
    }

    /** Whether an audience knows better than public elements where an object is at a time. */
    boolean isKnown(String mode, String audience, String key, Instant epoch) {
        Sky sky = skies.get(new Owner(mode, audience));
        return sky != null
                && sky.orbits.values().stream()
                        .anyMatch(orbit -> orbit.key().text().equals(key) && orbit.reaches(epoch));
    }

    /** The earliest time at which an orbit is due; empty: none is. */
    Optional<Instant> nextDue() {
        return skies.values().stream().flatMap(sky -> sky.due.values().stream()).min(Comparator.naturalOrder());
    }

    /** Takes out what is due: open events first, then the longest due. */
    List<Screening> due(Instant now, Open open) {
        Map<List<Object>, List<String>> together = new LinkedHashMap<>();
        Map<List<Object>, Screening> screenings = new LinkedHashMap<>();
        Map<List<Object>, Boolean> isOpen = new HashMap<>();
        skies.forEach((owner, sky) -> {
            List<Source> sources = sky.due.entrySet().stream()
                    .filter(entry -> !entry.getValue().isAfter(now))
                    .map(Map.Entry::getKey)
                    .sorted(Source.ORDER)
                    .toList();
            for (Source source : sources) {
                KnownOrbit orbit = sky.orbits.get(source);
                Instant due = sky.due.remove(source);
                if (orbit == null || due == null) {
                    continue;
                }
                sky.screened.put(source, orbit);
                sky.screenedAt.put(source, due);
                sky.followed.remove(source);
                List<KnownOrbit> others = sky.others(source);
                // also the order of an audience's warnings must not tell of another's events
                boolean mayChange = open.mayChange(owner.mode(), owner.audience(), source.key());
                List<Object> same = new ArrayList<>(List.of(owner.mode(), orbit, due, mayChange));
                same.add(sky.elements);
                same.addAll(others);
                isOpen.put(same, mayChange);
                together.computeIfAbsent(same, none -> new ArrayList<>()).add(owner.audience());
                screenings.putIfAbsent(same, new Screening(owner.mode(), List.of(), orbit, due, sky.elements, others));
            }
        });
        return screenings.entrySet().stream()
                .sorted(Comparator.<Map.Entry<List<Object>, Screening>, Boolean>comparing(
                                entry -> !isOpen.getOrDefault(entry.getKey(), false))
                        .thenComparing(entry -> entry.getValue().due())
                        .thenComparing(entry -> Source.of(entry.getValue().orbit()), Source.ORDER))
                .map(entry -> new Screening(
                        entry.getValue().mode(),
                        together.getOrDefault(entry.getKey(), List.of()),
                        entry.getValue().orbit(),
                        entry.getValue().due(),
                        entry.getValue().elements(),
                        entry.getValue().others()))
                .toList();
    }
}
