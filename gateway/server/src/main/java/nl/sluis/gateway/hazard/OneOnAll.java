package nl.sluis.gateway.hazard;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import nl.sluis.orbit.encounter.Encounter;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.Proximity;
import nl.sluis.orbit.encounter.ScreenedCatalogue;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.orbit.encounter.ScreeningResult;

/**
 * Screens one fused orbit against the public elements of a view and against its other orbits; and a few new elements against
 * all of a view. The catalogue's states are kept in memory, and of a new set of elements only what changed is computed.
 */
public final class OneOnAll {
    /**
     * Catalogues begin at multiples of this time and are longer by it, so that orbits of some hours share one.
     */
    private static final Duration SLOT = Duration.ofHours(6);

    /** Catalogues kept: 150 MB each with 28,000 objects over a day and a slot. The one that was longest unused goes. */
    private static final int CATALOGUES_MAX = 4;

    private final Duration window;
    private final MissThresholds thresholds;
    private final Timer time;
    private final Map<Slot, ScreenedCatalogue> catalogues = new LinkedHashMap<>(8, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Slot, ScreenedCatalogue> eldest) {
            return size() > CATALOGUES_MAX;
        }
    };

    private record Slot(PublicSky sky, Instant start) {}

    /**
     * @param window how long an orbit is followed
     * @param thresholds distances below which approaches are reported
     * @param meters where to count
     */
    public OneOnAll(Duration window, MissThresholds thresholds, MeterRegistry meters) {
        this.window = window;
        this.thresholds = thresholds;
        this.time = Timer.builder("sluis.hazard.one-on-all")
                .description("time of screening one orbit against all public elements of a view")
                .register(meters);
    }

    Duration window() {
        return window;
    }

    MissThresholds thresholds() {
        return thresholds;
    }

    /** What comes near an orbit, of the public elements. */
    Optional<ScreeningResult> against(PublicSky sky, KnownOrbit one) {
        ScreenedCatalogue catalogue = catalogue(sky, one.start());
        return catalogue.size() == 0
                ? Optional.empty()
                : one.screened()
                        .map(object -> Objects.requireNonNull(time.record(() -> catalogue.screen(object, thresholds))));
    }

    /** What comes near the objects of which elements are new, of the public elements of the same view. */
    ElementScreening.Found changed(PublicSky sky) {
        Instant start = sky.newest().orElseThrow();
        Instant end = start.plus(window);
        ScreenedCatalogue catalogue = catalogue(sky, start);
        Set<String> done = new HashSet<>();
        List<Encounter> encounters = new ArrayList<>();
        List<Proximity> proximities = new ArrayList<>();
        for (String key : new TreeSet<>(sky.changed())) {
            sky.object(key).ifPresent(one -> {
                ScreeningResult found = Objects.requireNonNull(time.record(() -> catalogue.screen(one, thresholds)));
                // the catalogue begins before the window and ends after it; of two that are new each finds the other
                found.encounters().stream()
                        .filter(e -> !e.tca().isBefore(start) && !e.tca().isAfter(end))
                        .filter(e -> isNew(done, e.object1(), e.object2()))
                        .forEach(encounters::add);
                found.proximities().stream()
                        .filter(p -> !p.to().isBefore(start) && !p.from().isAfter(end))
                        .filter(p -> isNew(done, p.object1(), p.object2()))
                        .forEach(proximities::add);
            });
            done.add(key);
        }
        return ElementScreening.Found.of(
                new Warnings.Searched(start, window, thresholds), encounters, proximities, sky::reference);
    }

    private static boolean isNew(Set<String> done, ScreenedObject object1, ScreenedObject object2) {
        return !done.contains(object1.identity()) && !done.contains(object2.identity());
    }

    /** What comes near an orbit, of the other orbits of a view; empty where none can be followed while it is. */
    Optional<ScreeningResult> against(Collection<KnownOrbit> others, KnownOrbit one) {
        Instant start = slot(one.start());
        List<ScreenedCatalogue.Held> held = one.screened().isEmpty()
                ? List.of()
                : others.stream()
                        .filter(other ->
                                other.start().isBefore(one.end()) && one.start().isBefore(other.end()))
                        .flatMap(other -> other.held(start, window.plus(SLOT)).stream())
                        .toList();
        return held.isEmpty()
                ? Optional.empty()
                : one.screened().map(object -> ScreenedCatalogue.of(held).screen(object, thresholds));
    }

    private static Instant slot(Instant from) {
        return Instant.ofEpochSecond(Math.floorDiv(from.getEpochSecond(), SLOT.toSeconds()) * SLOT.toSeconds());
    }

    private ScreenedCatalogue catalogue(PublicSky sky, Instant from) {
        Instant start = slot(from);
        Slot slot = new Slot(sky, start);
        ScreenedCatalogue kept = catalogues.get(slot);
        if (kept == null) {
            List<ScreenedObject> objects = sky.objects(start);
            kept = catalogues.entrySet().stream()
                    .filter(other -> other.getKey().start().equals(start))
                    .map(other -> other.getValue().with(objects))
                    .findFirst()
                    .orElseGet(() -> new ScreenedCatalogue(objects, start, window.plus(SLOT)));
            catalogues.put(slot, kept);
        }
        return kept;
    }
}
