package nl.sluis.orbit.ccsds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import nl.sluis.orbit.W3b;
import nl.sluis.orbit.measurement.Observation;
import org.junit.jupiter.api.Test;

/** The demo's files of W3B hold what the original holds. */
class W3bFilesTest {

    private static final Comparator<Observation> BY_VALUE = Comparator.comparing(Observation::epoch)
            .thenComparing(Observation::sensorId)
            .thenComparing(o -> o.getClass().getName());

    @Test
    void the_files_are_those_that_the_converter_makes() throws Exception {
        for (Map.Entry<String, String> file : W3bConverter.files().entrySet()) {
            assertThat(Files.readString(W3bConverter.DEMO.resolve(file.getKey())))
                    .as(file.getKey())
                    .isEqualTo(file.getValue());
        }
    }

    @Test
    void the_files_hold_the_521_observations_to_the_bit() throws Exception {
        List<Observation> read = new ArrayList<>();
        for (Map.Entry<String, String> file : W3bConverter.files().entrySet()) {
            if (file.getKey().endsWith(".tdm")) {
                TrackingMessage message =
                        TdmReader.read(file.getValue(), file.getKey(), TdmReader.RangeConvention.HALF_ROUND_TRIP);
                assertThat(message.problems()).isEmpty();
                assertThat(message.unused()).isEmpty();
                assertThat(message.segments()).hasSizeGreaterThan(3).allSatisfy(s -> {
                    assertThat(s.objectId()).isEqualTo("2010-056A");
                    assertThat(s.path()).isEqualTo("1,2,1");
                });
                message.items().forEach(item -> read.add(item.observation()));
            }
        }

        assertThat(read).hasSize(521);
        assertThat(withoutIds(read)).isEqualTo(withoutIds(W3b.observations()));
    }

    private static List<Observation> withoutIds(List<Observation> observations) {
        return observations.stream()
                .<Observation>map(o -> {
                    if (o instanceof Observation.Range r) {
                        return new Observation.Range("", r.sensorId(), r.epoch(), r.rangeM(), r.sigmaM(), r.path());
                    }
                    Observation.AzimuthElevation a = (Observation.AzimuthElevation) o;
                    return new Observation.AzimuthElevation(
                            "",
                            a.sensorId(),
                            a.epoch(),
                            a.azimuthRad(),
                            a.elevationRad(),
                            a.azimuthSigmaRad(),
                            a.elevationSigmaRad());
                })
                .sorted(BY_VALUE)
                .toList();
    }
}
