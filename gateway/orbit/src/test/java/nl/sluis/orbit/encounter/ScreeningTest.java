package nl.sluis.orbit.encounter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.internal.Convert;
import org.hipparchus.geometry.euclidean.threed.Vector3D;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.orekit.propagation.analytical.tle.TLEPropagator;
import org.orekit.time.AbsoluteDate;
import org.orekit.utils.PVCoordinates;

/** The screening against a slow search without cells, filters or interpolation, on real elements. */
class ScreeningTest {

    private static final Path CATALOGUE = Path.of("..", "server", "src", "main", "resources", "demo", "catalogue");

    private static final long SEED = 20260530;
    private static final int OBJECTS = 500;
    private static final Instant START = Instant.parse("2026-05-30T23:00:00Z");
    private static final Duration WINDOW = Duration.ofHours(3);

    /** Wide, so that a few hundred objects meet often. */
    private static final double THRESHOLD_M = 60_000;

    private static List<MeanElements> objects;
    private static ScreeningResult result;

    @BeforeAll
    static void screen() throws Exception {
        List<MeanElements> all = new ArrayList<>();
        for (String group : List.of("weather", "oneweb", "starlink-part", "geo")) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(CATALOGUE.resolve(group + ".tle.gz")))) {
                all.addAll(ElementsReader.read(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .elements());
            }
        }
        all = new ArrayList<>(all.stream()
                .collect(Collectors.toMap(MeanElements::catalogueNumber, Function.identity(), (a, b) -> a))
                .values());
        all.sort((a, b) -> Integer.compare(a.catalogueNumber(), b.catalogueNumber()));
        Collections.shuffle(all, new Random(SEED));
        objects = all.subList(0, OBJECTS);
        result = Screening.screen(objects, START, WINDOW, THRESHOLD_M, 2, share -> {});
    }

    @Test
    void it_finds_exactly_what_the_slow_search_finds() {
        List<double[]> slow = bruteForce();
        Map<String, List<Encounter>> byPair =
                result.encounters().stream().collect(Collectors.groupingBy(e -> e.number1() + "/" + e.number2()));
        assertThat(slow).hasSizeGreaterThan(100);
        for (double[] expected : slow) {
            String pair = (int) expected[0] + "/" + (int) expected[1];
            Instant tca = START.plusNanos(Math.round(expected[2] * 1e9));
            assertThat(byPair.getOrDefault(pair, List.of()))
                    .as("seed %d, pair %s at %s, %.1f m", SEED, pair, tca, expected[3])
                    .anySatisfy(e -> {
                        assertThat(Duration.between(e.tca(), tca).abs()).isLessThan(Duration.ofMillis(1));
                        assertThat(e.missDistanceM()).isCloseTo(expected[3], within(0.01));
                    });
        }
        assertThat(result.encounters()).hasSameSizeAs(slow);
    }

    @Test
    void relative_components_have_the_length_of_the_distance() {
        assertThat(result.encounters()).allSatisfy(e -> {
            assertThat(e.relativePositionRtnM().norm()).isCloseTo(e.missDistanceM(), within(1e-6));
            assertThat(e.relativePositionRtnM().dot(e.relativeVelocityRtnMps()) / e.relativeSpeedMps())
                    .isCloseTo(0, within(0.1));
        });
    }

    @Test
    void the_number_of_threads_and_the_order_of_objects_change_nothing() {
        List<MeanElements> reversed = new ArrayList<>(objects);
        Collections.reverse(reversed);

        ScreeningResult other = Screening.screen(reversed, START, WINDOW, THRESHOLD_M, 1, share -> {});

        assertThat(other.encounters()).hasSameSizeAs(result.encounters());
        assertThat(Screening.screen(objects, START, WINDOW, THRESHOLD_M, 1, share -> {})
                        .encounters())
                .isEqualTo(result.encounters());
    }

    @Test
    void docked_objects_are_intervals_and_an_object_never_meets_itself() throws Exception {
        List<MeanElements> stations;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(CATALOGUE.resolve("stations.tle.gz")))) {
            stations = new ArrayList<>(ElementsReader.read(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .elements());
        }
        stations.addAll(List.copyOf(stations));

        ScreeningResult docked = Screening.screen(stations, START, WINDOW, 5_000, 2, share -> {});

        assertThat(docked.proximities())
                .anySatisfy(p -> {
                    assertThat(p.number1()).isEqualTo(25544);
                    assertThat(p.number2()).isEqualTo(36086);
                    assertThat(p.from()).isEqualTo(START);
                    assertThat(p.to()).isEqualTo(START.plus(WINDOW));
                })
                .allSatisfy(p -> assertThat(p.number1()).isLessThan(p.number2()));
    }

    @Test
    void progress_ends_at_one() {
        AtomicInteger calls = new AtomicInteger();
        double[] last = new double[1];
        Screening.screen(objects.subList(0, 10), START, WINDOW, 1000, 1, share -> {
            calls.incrementAndGet();
            last[0] = share;
        });

        assertThat(calls.get()).isEqualTo(3);
        assertThat(last[0]).isEqualTo(1.0);
    }

    @Test
    void a_senseless_window_is_refused() {
        assertThatThrownBy(() -> Screening.screen(objects, START, Duration.ZERO, 1000, 1, share -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }

    /** Every pair at every 10 s; where the distance stops falling, Newton's iteration on the exact positions. */
    private static List<double[]> bruteForce() {
        int step = 10;
        int count = (int) WINDOW.toSeconds() / step + 1;
        AbsoluteDate start = Convert.date(START);
        PVCoordinates[][] at = new PVCoordinates[OBJECTS][count];
        TLEPropagator[] propagators = new TLEPropagator[OBJECTS];
        for (int i = 0; i < OBJECTS; i++) {
            propagators[i] = Sgp4.propagator(objects.get(i));
            for (int k = 0; k < count; k++) {
                at[i][k] = propagators[i].getPVCoordinates(start.shiftedBy(k * (double) step));
            }
        }
        List<double[]> found = new ArrayList<>();
        for (int i = 0; i < OBJECTS; i++) {
            for (int j = i + 1; j < OBJECTS; j++) {
                for (int k = 0; k + 1 < count; k++) {
                    double far = THRESHOLD_M + 20_000.0 * step;
                    if (Vector3D.distanceSq(at[i][k].getPosition(), at[j][k].getPosition()) > far * far) {
                        continue;
                    }
                    PVCoordinates before = new PVCoordinates(at[i][k], at[j][k]);
                    PVCoordinates after = new PVCoordinates(at[i][k + 1], at[j][k + 1]);
                    if (before.getPosition().dotProduct(before.getVelocity()) <= 0
                            && after.getPosition().dotProduct(after.getVelocity()) > 0) {
                        refine(propagators, i, j, start, k * (double) step, found);
                    }
                }
            }
        }
        return found;
    }

    private static void refine(
            TLEPropagator[] propagators, int i, int j, AbsoluteDate start, double t0, List<double[]> found) {
        double low = t0;
        double high = t0 + 10;
        PVCoordinates d = PVCoordinates.ZERO;
        for (int n = 0; n < 40; n++) {
            double middle = 0.5 * (low + high);
            AbsoluteDate date = start.shiftedBy(middle);
            d = new PVCoordinates(propagators[i].getPVCoordinates(date), propagators[j].getPVCoordinates(date));
            if (d.getPosition().dotProduct(d.getVelocity()) <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if (d.getPosition().getNorm() < THRESHOLD_M && d.getVelocity().getNorm() > Screening.SLOW_MPS) {
            int a = objects.get(i).catalogueNumber();
            int b = objects.get(j).catalogueNumber();
            found.add(new double[] {
                Math.min(a, b), Math.max(a, b), low, d.getPosition().getNorm()
            });
        }
    }
}
