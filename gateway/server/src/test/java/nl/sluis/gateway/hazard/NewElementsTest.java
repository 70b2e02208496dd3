package nl.sluis.gateway.hazard;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import nl.sluis.gateway.item.ObjectKey;
import nl.sluis.gateway.item.OrbitMessages;
import nl.sluis.gateway.item.Thresholds;
import nl.sluis.gateway.item.Times;
import nl.sluis.gateway.store.EmbeddedJournal;
import nl.sluis.gateway.store.LogName;
import nl.sluis.gateway.store.NewEntry;
import nl.sluis.gateway.store.StoreLimits;
import nl.sluis.journal.v1.Basis;
import nl.sluis.journal.v1.ElementSets;
import nl.sluis.journal.v1.Solution;
import nl.sluis.journal.v1.StoredProduct;
import nl.sluis.journal.v1.Withdrawal;
import nl.sluis.orbit.ccsds.ElementsReader;
import nl.sluis.orbit.data.OrekitData;
import nl.sluis.orbit.encounter.MissThresholds;
import nl.sluis.orbit.encounter.ObjectSizes;
import nl.sluis.proto.v1.ConjunctionState;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.Label;
import nl.sluis.proto.v1.MeanElements;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.Proximity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of public elements that change, what concerns the changed objects is told, however many come at once and in how many parts. */
class NewElementsTest {
    private static final Duration WINDOW = Duration.ofHours(2);
    private static final MissThresholds THRESHOLDS = MissThresholds.of(50_000);
    private static final Instant RECEIVED = Instant.parse("2026-05-31T00:00:00Z");

    private static List<MeanElements> catalogue;

    @TempDir
    Path folder;

    private final CatalogueScreening allOnAll =
            new CatalogueScreening(WINDOW, THRESHOLDS, 1, new SimpleMeterRegistry());
    private EmbeddedJournal journal;
    private Hazards hazards;
    private Instant now = RECEIVED;

    @BeforeAll
    static void read() throws Exception {
        OrekitData.load();
        catalogue = new ArrayList<>();
        for (String group : List.of("weather", "stations", "starlink-part")) {
            try (InputStream in = new GZIPInputStream(Objects.requireNonNull(
                    CatalogueScreening.class.getResourceAsStream("/demo/catalogue/" + group + ".tle.gz")))) {
                ElementsReader.read(new String(in.readAllBytes(), StandardCharsets.UTF_8)).elements().stream()
                        .map(OrbitMessages::elements)
                        .forEach(catalogue::add);
            }
        }
        catalogue = List.copyOf(catalogue.stream()
                .collect(Collectors.toMap(NewElementsTest::key, one -> one, (first, again) -> first))
                .values());
    }

    @BeforeEach
    void open() throws Exception {
        journal = EmbeddedJournal.open(folder.resolve("journal"), () -> now, StoreLimits.DEFAULT);
        hazards = hazards();
    }

    private Hazards hazards() throws Exception {
        Hazards opened = new Hazards(
                allOnAll,
                new OneOnAll(WINDOW, THRESHOLDS, new SimpleMeterRegistry()),
                ObjectSizes.NONE,
                audience -> new Thresholds(1e-7, 1e-2),
                sources -> Optional.of(sources.get(0)),
                () -> now,
                journal);
        return opened;
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private static String key(MeanElements one) {
        return ObjectKey.of(one.getObject()).orElseThrow().text();
    }

    private Solution part(List<MeanElements> elements, String contribution, boolean anew, boolean more) {
        Label label = Label.newBuilder().setDataMode(DataMode.DATA_MODE_REAL).build();
        return Solution.newBuilder()
                .setBasis(Basis.newBuilder()
                        .addAllAudiences(List.of("a", "b"))
                        .addContributionIds(contribution)
                        .setLabel(label)
                        .addSourceLabels(label)
                        .setReceived(Times.timestamp(now)))
                .setElements(ElementSets.newBuilder()
                        .addAllElements(elements)
                        .setAnew(anew)
                        .setMore(more))
                .build();
    }

    private List<StoredProduct> handle(Solution solution) throws Exception {
        journal.append(LogName.SOLUTIONS, NewEntry.of(solution.toByteArray())).join();
        List<StoredProduct> made = new ArrayList<>();
        for (NewEntry entry : hazards.handle(journal.read(LogName.SOLUTIONS, journal.watermark(LogName.SOLUTIONS), 1)
                .get(0))) {
            made.add(StoredProduct.parseFrom(entry.payload()));
        }
        return made;
    }

    /** Which objects come how near when, so that two searches can be compared: to the millisecond and the metre. */
    private static Set<String> told(List<StoredProduct> products) {
        Set<String> told = new TreeSet<>();
        for (StoredProduct one : products) {
            if (one.getProduct().hasConjunction()) {
                told.add(text(one.getProduct().getConjunction()));
            } else if (one.getProduct().hasProximity()) {
                told.add(text(one.getProduct().getProximity()));
            }
        }
        return told;
    }

    private static Set<String> told(ElementScreening.Found found) {
        Set<String> told = new TreeSet<>();
        found.conjunctions().forEach(one -> told.add(text(one)));
        found.proximities().forEach(one -> told.add(text(one)));
        return told;
    }

    private static String text(ConjunctionWarning one) {
        return one.getObject1().getObject().getName() + " "
                + one.getObject2().getObject().getName() + " "
                + Times.instant(one.getTca()).plusNanos(500_000).truncatedTo(ChronoUnit.MILLIS) + " "
                + Math.round(one.getMissDistanceM());
    }

    private static String text(Proximity one) {
        return one.getObject1().getName() + " with " + one.getObject2().getName();
    }

    private static List<ObjectReference> objects(StoredProduct product) {
        return product.getObjectsList();
    }

    /** The same orbit, on which the object is a little further. */
    private static MeanElements moved(MeanElements one) {
        return moved(one, 2e-5);
    }

    private static MeanElements moved(MeanElements one, double byRad) {
        return one.toBuilder()
                .setMeanAnomalyRad(one.getMeanAnomalyRad() + byRad)
                .build();
    }

    private static List<ConjunctionWarning> warnings(List<StoredProduct> products, ConjunctionState state) {
        return products.stream()
                .filter(one -> one.getProduct().hasConjunction())
                .map(one -> one.getProduct().getConjunction())
                .filter(one -> one.getState() == state)
                .toList();
    }

    @Test
    void what_comes_in_parts_is_screened_once_when_all_have_come() throws Exception {
        int third = catalogue.size() / 3;

        assertThat(handle(part(catalogue.subList(0, third), "c1", false, true))).isEmpty();
        assertThat(handle(part(catalogue.subList(third, 2 * third), "c1", false, true)))
                .isEmpty();
        List<StoredProduct> made = handle(part(catalogue.subList(2 * third, catalogue.size()), "c1", false, false));

        assertThat(told(made)).hasSizeGreaterThan(20).isEqualTo(told(allOnAll.screen(sorted(catalogue))));
        assertThat(made)
                .allSatisfy(one -> assertThat(one.getBasis().getAudiencesList()).containsExactly("a", "b"));
    }

    private static List<MeanElements> sorted(List<MeanElements> elements) {
        return PublicSky.EMPTY
                .with(
                        Basis.getDefaultInstance(),
                        ElementSets.newBuilder().addAllElements(elements).build())
                .elements();
    }

    /** Two are screened one by one, twenty all on all. */
    @ParameterizedTest
    @ValueSource(ints = {2, 20})
    void of_new_elements_is_told_what_all_on_all_finds_of_them_and_nothing_of_others(int count) throws Exception {
        List<StoredProduct> first = handle(part(catalogue, "c1", false, false));
        // those that meet most others
        List<MeanElements> some = catalogue.stream()
                .sorted((one, other) -> Long.compare(meetings(first, other), meetings(first, one)))
                .limit(count)
                .map(NewElementsTest::moved)
                .toList();
        List<MeanElements> all = new ArrayList<>(catalogue);
        all.removeIf(one -> some.stream().anyMatch(other -> key(other).equals(key(one))));
        all.addAll(some);
        assertThat(catalogue.size()).isBetween(2 * 100, 20 * 100);

        List<StoredProduct> made = handle(part(some, "c2", false, false));

        assertThat(told(made))
                .hasSizeGreaterThan(2)
                .isEqualTo(told(allOnAll.screen(sorted(all))
                        .of(some.stream().map(NewElementsTest::key).collect(Collectors.toSet()))));
        assertThat(made)
                .allSatisfy(one -> assertThat(one.getBasis().getContributionIdsList())
                        .contains("c2")
                        .isSubsetOf("c1", "c2"));
        assertThat(made)
                .anySatisfy(one -> assertThat(one.getProduct().getVersion()).isEqualTo(2));
    }

    private static long meetings(List<StoredProduct> products, MeanElements one) {
        return products.stream()
                .filter(product -> objects(product).contains(one.getObject()))
                .count();
    }

    @Test
    void what_has_not_changed_is_not_told_again() throws Exception {
        assertThat(handle(part(catalogue, "c1", false, false))).isNotEmpty();

        assertThat(handle(part(catalogue, "c1", true, false))).isEmpty();
        int half = catalogue.size() / 2;
        assertThat(handle(part(catalogue.subList(0, half), "c1", true, true))).isEmpty();
        assertThat(handle(part(catalogue.subList(half, catalogue.size()), "c1", false, false)))
                .isEmpty();
    }

    @Test
    void after_a_restart_in_the_middle_of_a_change_the_rest_of_it_is_awaited() throws Exception {
        int half = catalogue.size() / 2;
        handle(part(catalogue.subList(0, half), "c1", false, true));

        hazards = hazards();
        hazards.restore(journal.read(LogName.SOLUTIONS, 1, 1).get(0));

        assertThat(told(handle(part(catalogue.subList(half, catalogue.size()), "c1", false, false))))
                .isEqualTo(told(allOnAll.screen(sorted(catalogue))));
    }

    @Test
    void elements_that_are_taken_back_meet_nobody_and_those_before_do_again() throws Exception {
        List<StoredProduct> first = handle(part(catalogue, "c1", false, false));
        MeanElements one = catalogue.stream()
                .max((a, b) -> Long.compare(meetings(first, a), meetings(first, b)))
                .orElseThrow();
        Set<String> before = told(first.stream()
                .filter(product -> objects(product).contains(one.getObject()))
                .toList());
        handle(part(List.of(moved(one)), "c2", false, false));

        handle(Solution.newBuilder()
                .setWithdrawal(Withdrawal.newBuilder().setContributionId("c2"))
                .build());

        assertThat(told(handle(part(catalogue, "c1", true, false))))
                .isNotEmpty()
                .isEqualTo(before);
    }

    /** Before the window begins, so that all is ahead. */
    private List<StoredProduct> foundAhead() throws Exception {
        now = catalogue.stream()
                .map(one -> Times.instant(one.getEpoch()))
                .max(Instant::compareTo)
                .orElseThrow()
                .minus(Duration.ofHours(1));
        return handle(part(catalogue, "c1", false, false));
    }

    @Test
    void what_new_elements_no_longer_find_is_cleared_and_what_others_find_stays() throws Exception {
        List<StoredProduct> first = foundAhead();
        MeanElements one = catalogue.stream()
                .max((a, b) -> Long.compare(meetings(first, a), meetings(first, b)))
                .orElseThrow();
        long met = warnings(first, ConjunctionState.CONJUNCTION_STATE_AHEAD).stream()
                .filter(warning -> isOf(warning, one))
                .count();
        assertThat(met).isPositive();

        List<StoredProduct> made = handle(part(List.of(moved(one, 1)), "c2", false, false));

        assertThat(warnings(made, ConjunctionState.CONJUNCTION_STATE_CLEARED))
                .hasSize((int) met)
                .allSatisfy(warning -> {
                    assertThat(isOf(warning, one)).isTrue();
                    assertThat(warning.getPreviousMessageId()).isNotEmpty();
                });
        assertThat(warnings(made, ConjunctionState.CONJUNCTION_STATE_AHEAD))
                .allSatisfy(warning -> assertThat(isOf(warning, one)).isTrue());
    }

    private static boolean isOf(ConjunctionWarning warning, MeanElements one) {
        return warning.getObject1().getObject().equals(one.getObject())
                || warning.getObject2().getObject().equals(one.getObject());
    }

    @Test
    void each_encounter_of_public_elements_is_told_once_to_have_passed() throws Exception {
        int ahead =
                warnings(foundAhead(), ConjunctionState.CONJUNCTION_STATE_AHEAD).size();
        List<StoredProduct> passed = new ArrayList<>();
        for (int hour = 0; hour < 5; hour++) {
            now = now.plus(Duration.ofHours(1));
            if (hazards.isStale()) {
                for (NewEntry entry : hazards.refresh()) {
                    passed.add(StoredProduct.parseFrom(entry.payload()));
                }
            }
        }

        assertThat(ahead).isPositive();
        assertThat(warnings(passed, ConjunctionState.CONJUNCTION_STATE_PASSED)).hasSize(ahead);
        assertThat(passed).hasSize(ahead);
    }
}
