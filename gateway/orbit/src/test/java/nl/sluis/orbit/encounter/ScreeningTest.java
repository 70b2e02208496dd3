package nl.sluis.orbit.encounter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import nl.sluis.orbit.OrbitState;
import nl.sluis.orbit.ccsds.MeanElements;
import nl.sluis.orbit.determination.Ephemeris;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The screening against a slow search without cells, filters or interpolation, on real elements. */
class ScreeningTest {

    private static final long SEED = 20260530;
    private static final Instant START = Instant.parse("2026-05-30T23:00:00Z");
    private static final Duration WINDOW = Duration.ofHours(1);

    /** Wide, so that two thousand objects meet often. */
    private static final double THRESHOLD_M = 30_000;

    private static List<MeanElements> elements;
    private static List<ScreenedObject> objects;
    private static ScreeningResult result;

    @BeforeAll
    static void screen() {
        elements = Catalogues.some(Catalogues.committed(), 2000, SEED);
        objects = Catalogues.objects(elements);
        result = Screening.screen(objects, START, WINDOW, MissThresholds.of(THRESHOLD_M), 2, share -> {});
    }

    @Test
    void it_finds_exactly_what_the_slow_search_finds() {
        compare(result, SlowSearch.search(elements, START, WINDOW, THRESHOLD_M), THRESHOLD_M, 200);
    }

    @Test
    @Tag("long")
    void it_finds_exactly_what_the_slow_search_finds_in_a_day_below_5_km() {
        Duration day = Duration.ofDays(1);
        compare(
                Screening.screen(objects, START, day, MissThresholds.of(5_000), 2, share -> {}),
                SlowSearch.search(elements, START, day, 5_000),
                5_000,
                100);
    }

    @Test
    @Tag("long")
    void it_finds_exactly_what_the_slow_search_finds_in_the_whole_catalogue() {
        Optional<List<MeanElements>> whole = Catalogues.whole();
        if (whole.isEmpty()) {
            System.out.println("skipped: the whole public catalogue is not beside the project");
            return;
        }
        List<MeanElements> some = Catalogues.some(whole.get(), 2000, SEED);
        Instant start = Instant.parse("2025-08-09T00:00:00Z");
        Duration day = Duration.ofDays(1);
        compare(
                Screening.screen(Catalogues.objects(some), start, day, MissThresholds.of(5_000), 2, share -> {}),
                SlowSearch.search(some, start, day, 5_000),
                5_000,
                50);
    }

    /** All of them for a quarter of a day, of which two thousand are searched slowly against all. */
    @Test
    @Tag("long")
    void it_finds_in_the_whole_catalogue_what_the_slow_search_finds_of_some_of_its_objects() {
        Optional<List<MeanElements>> whole = Catalogues.whole();
        if (whole.isEmpty()) {
            System.out.println("skipped: the whole public catalogue is not beside the project");
            return;
        }
        List<MeanElements> all = Catalogues.some(whole.get(), whole.get().size(), SEED);
        int searched = 2000;
        Set<String> names = Catalogues.objects(all.subList(0, searched)).stream()
                .map(ScreenedObject::identity)
                .collect(Collectors.toSet());
        Instant start = Instant.parse("2025-08-09T00:00:00Z");
        Duration window = Duration.ofHours(6);
        ScreeningResult screened =
                Screening.screen(Catalogues.objects(all), start, window, MissThresholds.of(5_000), 2, share -> {});
        compare(
                new ScreeningResult(
                        screened.encounters().stream()
                                .filter(e -> names.contains(e.object1().identity())
                                        || names.contains(e.object2().identity()))
                                .toList(),
                        screened.proximities(),
                        screened.gaps(),
                        screened.statistics()),
                SlowSearch.search(all, searched, start, window, 5_000),
                5_000,
                500);
    }

    /** A wider net for some, and none the narrower for the others. */
    @Test
    void each_regime_and_object_has_its_own_distance() {
        ScreenedObject wanted = result.encounters().stream()
                .filter(e -> e.missDistanceM() > 5_000)
                .findFirst()
                .orElseThrow()
                .object1();
        MissThresholds thresholds =
                new MissThresholds(5_000, Map.of("geo", THRESHOLD_M, wanted.identity(), THRESHOLD_M));

        ScreeningResult found = Screening.screen(objects, START, WINDOW, thresholds, 2, share -> {});

        assertThat(found.encounters().stream().map(ScreeningTest::name))
                .containsExactlyElementsOf(result.encounters().stream()
                        .filter(e -> e.missDistanceM() <= thresholds.ofM(e.object1(), e.object2()))
                        .map(ScreeningTest::name)
                        .toList());
        assertThat(found.encounters())
                .anyMatch(e -> e.missDistanceM() > 5_000)
                .anyMatch(e -> e.missDistanceM() < 5_000);
        assertThat(new ScreenedCatalogue(objects, START, WINDOW)
                        .screen(wanted, thresholds)
                        .encounters())
                .hasSameSizeAs(found.encounters().stream()
                        .filter(e -> e.object1().equals(wanted) || e.object2().equals(wanted))
                        .toList());
    }

    @Test
    void what_has_decayed_hides_nobody_else() {
        List<ScreenedObject> some = new ArrayList<>(objects.subList(0, 500));
        List<Encounter> without = Screening.screen(some, START, WINDOW, MissThresholds.of(THRESHOLD_M), 1, share -> {})
                .encounters();
        for (int k = 0; k < 500; k++) {
            some.add(2 * k, decayed(elements.get(k), k));
        }

        ScreeningResult with = Screening.screen(some, START, WINDOW, MissThresholds.of(THRESHOLD_M), 1, share -> {});

        assertThat(with.gaps()).hasSize(500);
        assertThat(with.encounters()).isEqualTo(without);
    }

    /** On an orbit within the Earth. */
    private static ScreenedObject decayed(MeanElements e, int k) {
        return ScreenedObject.of(new MeanElements(
                900_000 + k,
                "DECAYED",
                "",
                e.epoch(),
                0.0025,
                0,
                e.inclinationRad(),
                e.raanRad(),
                0,
                0,
                0,
                e.elementSetNumber(),
                e.revolutionAtEpoch()));
    }

    private static void compare(
            ScreeningResult screened, List<SlowSearch.Approach> slow, double thresholdM, int atLeast) {
        Map<String, List<Encounter>> byPair = screened.encounters().stream()
                .collect(Collectors.groupingBy(
                        e -> e.object1().identity() + "/" + e.object2().identity()));
        Map<String, List<Proximity>> slowPairs = screened.proximities().stream()
                .collect(Collectors.groupingBy(
                        p -> p.object1().identity() + "/" + p.object2().identity()));
        int fast = 0;
        for (SlowSearch.Approach expected : slow) {
            String pair = expected.number1() + "/" + expected.number2();
            String what = "seed " + SEED + ", " + expected;
            if (expected.speedMps() > Approaches.SLOW_MPS) {
                fast++;
                if (expected.missM() > thresholdM - 1e-6) {
                    continue;
                }
                assertThat(byPair.getOrDefault(pair, List.of())).as(what).anySatisfy(e -> {
                    assertThat(Duration.between(e.tca(), expected.tca()).abs()).isLessThan(Duration.ofMillis(1));
                    assertThat(e.missDistanceM()).isCloseTo(expected.missM(), within(0.01));
                });
            } else {
                assertThat(slowPairs.getOrDefault(pair, List.of())).as(what).anySatisfy(p -> {
                    assertThat(expected.tca()).isBetween(p.from(), p.to());
                    assertThat(p.closestM()).isLessThanOrEqualTo(expected.missM() + 0.01);
                });
            }
        }
        assertThat(fast).isGreaterThan(atLeast);
        assertThat(screened.encounters()).hasSize(fast);
    }

    @Test
    void one_object_meets_the_catalogue_as_it_does_when_all_are_screened() {
        ScreenedCatalogue catalogue = new ScreenedCatalogue(objects, START, WINDOW);
        int met = 0;
        for (ScreenedObject one : objects.subList(0, 200)) {
            ScreeningResult alone = catalogue.screen(one, MissThresholds.of(THRESHOLD_M));
            List<Encounter> among = result.encounters().stream()
                    .filter(e -> e.object1().equals(one) || e.object2().equals(one))
                    .toList();
            met += among.size();
            assertThat(alone.encounters().stream().map(ScreeningTest::name))
                    .containsExactlyElementsOf(
                            among.stream().map(ScreeningTest::name).toList());
            assertThat(alone.proximities())
                    .hasSameSizeAs(result.proximities().stream()
                            .filter(p -> p.object1().equals(one) || p.object2().equals(one))
                            .toList());
        }
        assertThat(met).isPositive();
    }

    @Test
    void so_does_one_among_tables_of_states_that_begin_and_end_and_among_objects_that_manoeuvre() {
        List<ScreenedObject> tables = new ArrayList<>();
        for (int k = 0; k < 600; k++) {
            tables.add(table(elements.get(k), k));
        }
        Duration window = WINDOW.multipliedBy(3);
        ScreeningResult all = Screening.screen(tables, START, window, MissThresholds.of(THRESHOLD_M), 2, share -> {});
        ScreenedCatalogue catalogue = ScreenedCatalogue.of(tables.stream()
                .map(table -> new ScreenedCatalogue.Held(table, START, window))
                .toList());
        int met = 0;
        for (ScreenedObject one : tables) {
            List<Encounter> among = all.encounters().stream()
                    .filter(e -> e.object1().identity().equals(one.identity())
                            || e.object2().identity().equals(one.identity()))
                    .toList();
            met += among.size();
            assertThat(catalogue.screen(one, MissThresholds.of(THRESHOLD_M)).encounters().stream()
                            .map(ScreeningTest::name))
                    .containsExactlyElementsOf(
                            among.stream().map(ScreeningTest::name).toList());
        }
        assertThat(met).isGreaterThan(20);
    }

    /**
     * Of three, one is known all the time, one for a while, and one is ahead of its elements and behind them by turns, every six
     * minutes.
     */
    private static ScreenedObject table(MeanElements e, int k) {
        Instant from = k % 3 == 1 ? START.plusSeconds(600 + k) : START.minusSeconds(60);
        Instant to = k % 3 == 1 ? from.plusSeconds(300 + 10L * k) : START.plusSeconds(11_000);
        List<Ephemeris.Point> points = new ArrayList<>();
        for (Instant epoch : Ephemeris.epochs(from, to, Duration.ofSeconds(20))) {
            double phase = Motions.seconds(START, epoch) / 60 + k;
            double earlyS = k % 3 == 2 ? 2 * Math.sin(phase) : 0;
            double faster = k % 3 == 2 ? Math.cos(phase) / 30 : 0;
            OrbitState state = Sgp4.state(e, epoch.plusNanos(Math.round(earlyS * 1e9)));
            points.add(new Ephemeris.Point(
                    new OrbitState(
                            epoch,
                            state.frame(),
                            state.positionM(),
                            state.velocityMps().times(1 + faster)),
                    Optional.empty()));
        }
        return new ScreenedObject(
                Integer.toString(e.catalogueNumber()), "", "table", new ScreenedObject.Sampled(new Ephemeris(points)));
    }

    /** To the millisecond: where the search begins differs, so Newton's last digits do. */
    private static String name(Encounter e) {
        return e.object1().identity() + " " + e.object2().identity() + " "
                + e.tca().plusNanos(500_000).truncatedTo(ChronoUnit.MILLIS);
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
        List<ScreenedObject> some = new ArrayList<>(objects.subList(0, 500));
        Duration twoBlocks = Duration.ofHours(3);
        ScreeningResult one = Screening.screen(some, START, twoBlocks, MissThresholds.of(THRESHOLD_M), 1, share -> {});
        ScreeningResult two = Screening.screen(some, START, twoBlocks, MissThresholds.of(THRESHOLD_M), 2, share -> {});
        Collections.reverse(some);
        ScreeningResult reversed =
                Screening.screen(some, START, twoBlocks, MissThresholds.of(THRESHOLD_M), 1, share -> {});

        assertThat(one.encounters()).isNotEmpty();
        assertThat(two.encounters()).isEqualTo(one.encounters());
        assertThat(two.proximities()).isEqualTo(one.proximities());
        assertThat(reversed.encounters()).hasSameSizeAs(one.encounters());
    }

    @Test
    void docked_objects_are_intervals_and_an_object_never_meets_itself() {
        List<ScreenedObject> stations = new ArrayList<>(Catalogues.objects(Catalogues.group("stations")));
        Catalogues.group("stations").forEach(e -> stations.add(ScreenedObject.of(e, "another source")));

        ScreeningResult docked = Screening.screen(stations, START, WINDOW, MissThresholds.of(5_000), 2, share -> {});

        assertThat(docked.proximities())
                .anySatisfy(p -> {
                    assertThat(p.object1().identity()).isEqualTo("25544");
                    assertThat(p.object2().identity()).isEqualTo("36086");
                    assertThat(p.from()).isEqualTo(START);
                    assertThat(p.to()).isEqualTo(START.plus(WINDOW));
                })
                .allSatisfy(p -> assertThat(p.object1().identity())
                        .isNotEqualTo(p.object2().identity()));
    }

    @Test
    void progress_ends_at_one() {
        AtomicInteger calls = new AtomicInteger();
        double[] last = new double[1];
        Screening.screen(objects.subList(0, 10), START, Duration.ofHours(5), MissThresholds.of(1000), 1, share -> {
            calls.incrementAndGet();
            last[0] = share;
        });

        assertThat(calls.get()).isEqualTo(3);
        assertThat(last[0]).isEqualTo(1.0);
    }

    @Test
    void a_distance_of_nobody_is_refused() {
        assertThatThrownBy(() -> new MissThresholds(1000, Map.of("gso", 2000.0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("threshold of `gso` (expected: one of [leo, meo, geo, heo], or an object)");
        assertThatThrownBy(() -> new MissThresholds(1000, Map.of("25544", 200_000.0)))
                .hasMessage("threshold of 25544: `200000.0` (expected: above 0, at most 100000 m)");
    }

    @Test
    void a_senseless_window_is_refused() {
        assertThatThrownBy(
                        () -> Screening.screen(objects, START, Duration.ZERO, MissThresholds.of(1000), 1, share -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
    }
}
