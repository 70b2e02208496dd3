package nl.sluis.gateway.hazard;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.orbit.encounter.Screening;
import nl.sluis.orbit.encounter.ScreeningResult;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Proximity;

/**
 * Screens public elements with SGP4. Elements have no covariance, so an approach found here carries no probability: none
 * is invented.
 */
public final class CatalogueScreening implements ElementScreening {
    private final Duration window;
    private final double thresholdM;
    private final int threads;
    private final Timer time;

    /**
     * @param window length of the window, which starts at the newest elements
     * @param thresholdM distance below which an approach is reported, m
     * @param threads threads that screen
     * @param meters where to count
     */
    public CatalogueScreening(Duration window, double thresholdM, int threads, MeterRegistry meters) {
        this.window = window;
        this.thresholdM = thresholdM;
        this.threads = threads;
        this.time = Timer.builder("sluis.hazard.screening")
                .description("time of one screening, all on all")
                .register(meters);
    }

    @Override
    public Found screen(List<MeanElements> elements) {
        if (elements.isEmpty()) {
            return new Found(List.of(), List.of());
        }
        Instant start = elements.stream()
                .map(one -> Times.instant(one.getEpoch()))
                .max(Instant::compareTo)
                .orElseThrow();
        List<ScreenedObject> screened = elements.stream()
                .map(OrbitMessages::elements)
                .map(ScreenedObject::of)
                .toList();
        Map<String, ObjectReference> objects = new HashMap<>();
        for (int i = 0; i < screened.size(); i++) {
            objects.put(screened.get(i).identity(), elements.get(i).getObject());
        }
        ScreeningResult result = Objects.requireNonNull(
                time.record(() -> Screening.screen(screened, start, window, thresholdM, threads, fraction -> {})));
        Warnings.Searched searched = new Warnings.Searched(start, window, thresholdM);
        List<ConjunctionWarning> conjunctions = new ArrayList<>();
        result.encounters()
                .forEach(encounter -> conjunctions.add(Warnings.warning(
                                encounter,
                                searched,
                                new Warnings.Known(known(objects, encounter.object1()), Optional.empty()),
                                new Warnings.Known(known(objects, encounter.object2()), Optional.empty()))
                        .build()));
        List<Proximity> proximities = new ArrayList<>();
        result.proximities()
                .forEach(pair -> proximities.add(
                        Warnings.proximity(pair, known(objects, pair.object1()), known(objects, pair.object2()))));
        return new Found(conjunctions, proximities);
    }

    private static ObjectReference known(Map<String, ObjectReference> objects, ScreenedObject object) {
        return Objects.requireNonNull(objects.get(object.identity()));
    }
}
