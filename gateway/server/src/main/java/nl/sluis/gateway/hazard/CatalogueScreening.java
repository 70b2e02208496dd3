package nl.sluis.gateway.hazard;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Times;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ScreenedObject;
import nl.sluis.orbit.encounter.Screening;
import nl.sluis.orbit.encounter.ScreeningResult;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;

/**
 * Screens public elements with SGP4. Elements have no covariance, so an approach found here carries no probability: none
 * is invented.
 */
public final class CatalogueScreening implements ElementScreening {
    private final Duration window;
    private final MissThresholds thresholds;
    private final int threads;
    private final Timer time;

    /**
     * @param window length of the window, which starts at the newest elements
     * @param thresholds distances below which approaches are reported
     * @param threads threads that screen
     * @param meters where to count
     */
    public CatalogueScreening(Duration window, MissThresholds thresholds, int threads, MeterRegistry meters) {
        this.window = window;
        this.thresholds = thresholds;
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
                time.record(() -> Screening.screen(screened, start, window, thresholds, threads, fraction -> {})));
        return Found.of(
                new Warnings.Searched(start, window, thresholds),
                result.encounters(),
                result.proximities(),
                identity -> Objects.requireNonNull(objects.get(identity)));
    }
}
